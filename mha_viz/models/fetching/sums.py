"""A fetched folder → whether its files are still those that were fetched: each is read once, until it changes."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mha_viz.disk import write_whole
from mha_viz.errors import ModelError
from mha_viz.models.catalogue import CATALOGUE, PARSER
from mha_viz.models.fetching.wheels import sha256
from mha_viz.paths import SHIPPED, model_folder, parser_folder
from mha_viz.wording import listed

RECORD = ".sums.json"  # in the folder: what was fetched, and what was found when its files were last read
WEIGHTS = "model.safetensors"
NEEDED = ("config.json", WEIGHTS, "tokenizer.json")  # of a model, whichever source it came from
State = tuple[int, int, int]  # size, time of the last change, inode: a file that keeps them is not read again
Found = tuple[State, str]  # a file's state and its sha256; empty where it cannot be read


@dataclass(frozen=True)
class Fault:
    """What is wrong with a fetched folder: ``word`` for a table, ``why`` for a sentence."""

    name: str
    word: str
    why: str

    @property
    def sentence(self) -> str:
        get = f"`mha-viz models get {self.name}` fetches it again"
        way_out = "install mha_viz again" if self.name in SHIPPED else get
        return f"{self.name} is {self.word}: {self.why}; {way_out}."


def folder_of(name: str) -> Path:
    """Where a model of the catalogue lies, or the parser, there or not."""
    return parser_folder() if name == PARSER.name else model_folder(name)


def is_there(name: str) -> bool:
    """Whether there is a folder of that name, whole or not."""
    try:
        return folder_of(name).is_dir()
    except OSError:  # a place that may not be looked at
        return False


def is_whole(name: str, *, wholly: bool = False) -> bool:
    """Whether a model of the catalogue, or the parser, is on this machine with every file as it was fetched."""
    return is_there(name) and fault_in(name, wholly=wholly) is None


def is_usable(name: str, repair: bool) -> bool:
    """Whether what is in the cache can be taken; what is broken is refused, or with ``repair`` counts as not there.

    Raises
    ------
    ModelError
        If a file is missing, or is not what was fetched, and there is nothing to ``repair``.
    """
    if repair or not is_there(name):
        return is_whole(name, wholly=repair)
    if fault := fault_in(name):
        raise ModelError(fault.sentence)
    return True


def put_in_place(new: Path, name: str, repair: bool) -> None:
    """Give what was fetched its name; what stood there broken goes with the folder in which ``new`` was made."""
    folder = folder_of(name)
    write_sums(new)
    if is_whole(name, wholly=repair):  # another process was faster
        return
    if is_there(name):
        folder.rename(new.with_name("broken"))
    new.rename(folder)


def fault_in(name: str, *, wholly: bool = False) -> Fault | None:
    """What is wrong with a folder that is there; None where nothing is.

    Parameters
    ----------
    name : str
        Of the catalogue, or the parser's.
    wholly : bool
        Read every file, also one whose size, time and inode say that it was read before.
    """
    folder = folder_of(name)
    sums, seen = _recorded(folder)
    if missing := [file for file in list(sums) or _needed(name) if not (folder / file).is_file()]:
        return Fault(name, "incomplete", f"{listed(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    found = {file: _found(folder / file, seen.get(file), wholly) for file in list(sums) or _files_in(folder)}
    wanted = sums or {file: digest for file, (_, digest) in found.items() if _looks_right(name, folder / file, digest)}
    wrong = [file for file, (_, digest) in found.items() if not digest or wanted.get(file) != digest]
    if found != seen and name not in SHIPPED and (sums or not wrong):
        _write(folder, wanted, found)
    others = f", nor are {len(wrong) - 1} others" if len(wrong) > 1 else ""
    return Fault(name, "damaged", f"{wrong[0]} is not the file that was fetched{others}") if wrong else None


def refuse_other_weights(name: str, identity: str) -> None:
    """Compare what was read as the weights of a catalogue model, by its sum, with what was fetched: a disk may give
    other bytes under the same time.

    Raises
    ------
    ModelError
        If it is not the same.
    """
    sums, _ = _recorded(model_folder(name))
    if sums.get(WEIGHTS, identity) != identity:
        raise ModelError(Fault(name, "damaged", f"{WEIGHTS} is not the file that was fetched").sentence)


def write_sums(folder: Path) -> None:
    """Write down what has just been fetched and verified, to be compared with what is found later."""
    found = {file: _found(folder / file, None, wholly=True) for file in _files_in(folder)}
    _write(folder, {file: digest for file, (_, digest) in found.items()}, found)


def _needed(name: str) -> tuple[str, ...]:
    return (PARSER.marker,) if name == PARSER.name else NEEDED


def _files_in(folder: Path) -> list[str]:
    files = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())
    return [file for file in files if RECORD not in file]


def _found(path: Path, before: Found | None, wholly: bool) -> Found:
    """A file's state and sum; the sum is taken over from when it was last read in this state."""
    try:
        stat = path.stat()
        state = (stat.st_size, stat.st_mtime_ns, stat.st_ino)
        if wholly:
            return state, sha256(path)
        return before if before and before[0] == state else (state, _sum_once(path, state))
    except OSError:
        return (0, 0, 0), ""


@lru_cache(maxsize=256)
def _sum_once(path: Path, _state: State) -> str:
    """For a folder in which nothing can be written down."""
    return sha256(path)


# ---- folders without sums: those that come with the project, and what versions before this one fetched --------


def _looks_right(name: str, path: Path, digest: str) -> bool:
    """Whether a file has the sum that is pinned for it; where none is, whether it is whole by its own account."""
    pinned = CATALOGUE[name].files.get(path.name) if name in CATALOGUE else None
    if pinned:
        return digest in (pinned, CATALOGUE[name].hub_sha256)
    try:
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        return path.suffix != ".safetensors" or _n_bytes_told(path) == path.stat().st_size
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _n_bytes_told(path: Path) -> int:
    """How long a safetensors file is by its own header."""
    with path.open("rb") as file:
        n_header = int.from_bytes(file.read(8), "little")
        tensors = json.loads(file.read(min(n_header, path.stat().st_size)))
    ends = [tensor["data_offsets"][1] for key, tensor in tensors.items() if key != "__metadata__"]
    return 8 + n_header + int(max(ends, default=0))


# ---- the record ------------------------------------------------------------------------------------------------


def _recorded(folder: Path) -> tuple[dict[str, str], dict[str, Found]]:
    """The sums of what was fetched, and what was found of it; both empty where nothing is written down."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        sums = {str(file): str(digest) for file, digest in record["sums"].items()}
        seen = {str(file): (tuple(state), str(digest)) for file, (state, digest) in record["seen"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}, {}
    return sums, seen


def _write(folder: Path, sums: dict[str, str], seen: dict[str, Found]) -> None:
    """Where the folder cannot be written to, files are read again at the next start."""
    with suppress(OSError):
        write_whole(folder / RECORD, json.dumps({"sums": sums, "seen": seen}).encode())
