"""A tiny model as files, as a catalogue entry, and a hub that is not there."""

import dataclasses
import hashlib
from pathlib import Path

from mha_viz.models.catalogue import CATALOGUE, Entry
from mha_viz.models.fetching.sums import RECORD


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def as_files(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, beside what fetching writes down about it."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != RECORD}


def entry(files: dict[str, str | None], *wheels: dict[str, str], hub_sha256: str = "") -> Entry:
    return dataclasses.replace(
        CATALOGUE["minilm"], name="tiny", wheels=wheels, files=files, hub=("owner/tiny", "abc"), hub_sha256=hub_sha256
    )


def pinned(files: dict[str, bytes]) -> dict[str, str | None]:
    others = {name: None for name in files if name != "model.safetensors"}
    return {"model.safetensors": digest(files["model.safetensors"]), **others}
