"""What is written to disk: whole or not at all, with a sentence where there is no room, and nothing half-made left."""

from __future__ import annotations

import errno
import json
import os
import platform
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from mha_viz.errors import MhaVizError, StorageError

OWNER = "owner.json"  # in a folder that is being made: which process makes it
DAY = 86_400.0  # seconds: what nobody can be asked about is left alone for so long
FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
FULL_IN_WORDS = (f"(os error {errno.ENOSPC})", "disk is full")  # of safetensors, of sqlite
ELSEWHERE = "name another folder with MHA_VIZ_CACHE"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file, so that whoever reads it finds the old bytes or the new ones, whatever interrupts this.

    What is no plain file, such as a pipe, a device or a link, is written to as it is.

    Raises
    ------
    OSError
        If it cannot be written; then the file is as it was, and nothing else is left.
    """
    if "\0" in str(path):  # of which pathlib makes a ValueError
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    if path.is_symlink() or (path.exists() and not path.is_file()):
        path.write_bytes(data)
        return
    new = path.with_name(f".{path.name}-{os.getpid()}-{threading.get_ident()}")  # tempfile's may be read by us alone
    try:
        new.write_bytes(data)
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise


@contextmanager
def kept_in(folder: Path, what: str, megabytes: int = 0, way_out: str = ELSEWHERE) -> Iterator[None]:
    """What is written in this block belongs into ``folder``, needs so much room, and has another place to go to.

    Raises
    ------
    StorageError
        If something cannot be written there, or there is too little room.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(folder).free < megabytes * 1e6:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        yield
    except MhaVizError:
        raise
    except Exception as error:
        # The library that writes weights raises errors of its own, which end with the system's number.
        if isinstance(error, (OSError, sqlite3.OperationalError)) or "(os error " in str(error):
            raise StorageError(_why_not_kept(folder, what, megabytes, way_out, error)) from error
        raise


def _why_not_kept(folder: Path, what: str, megabytes: int, way_out: str, error: Exception) -> str:
    free = _free_mb(folder)
    if getattr(error, "errno", None) in FULL or any(words in str(error) for words in FULL_IN_WORDS):
        needs = f"{megabytes} MB" if megabytes > free else "more room"  # whose disk has a quota finds out on the way
        has = f", which has {free:,.0f} MB free" if free >= 0 else ""
        return f"{what} needs {needs} in {folder}{has}: make room, or {way_out}."
    needs = f", and {what} needs {megabytes} MB there" if megabytes else f", where {what} belongs"
    return f"{folder} cannot be written to ({getattr(error, 'strerror', '') or error}){needs}: {way_out}."


def _free_mb(folder: Path) -> float:
    """How many MB are free where a folder lies; -1 where that cannot be told."""
    try:
        return shutil.disk_usage(folder).free / 1e6
    except OSError:
        return -1.0


# ---- folders that are being made -------------------------------------------------------------------------------


@contextmanager
def being_made(folder: Path, what: str, megabytes: int = 0, way_out: str = ELSEWHERE) -> Iterator[Path]:
    """A new folder beside ``folder`` for all that is needed to make it; it goes when this ends, however it ends.

    Whoever is killed leaves it behind: the next ``sweep`` takes it away.

    Raises
    ------
    StorageError
        If it cannot be made or written to, or there is too little room.
    """
    with kept_in(folder.parent, what, megabytes, way_out):
        sweep(folder.parent)
        name = f".{folder.name}-"
        with tempfile.TemporaryDirectory(None, name, folder.parent, ignore_cleanup_errors=True) as temporary:
            Path(temporary, OWNER).write_text(json.dumps(_owner()), encoding="utf-8")
            yield Path(temporary)


def sweep(*folders: Path) -> None:
    """Take away what processes that were killed were making in these folders, and end what they had started for it."""
    for folder in folders:
        with suppress(OSError):
            for path in folder.glob(".*/"):
                if (path / OWNER).is_file() and _is_left(path / OWNER):
                    _end_work_in(path)
                    shutil.rmtree(path, ignore_errors=True)


def _owner() -> dict[str, object]:
    process = psutil.Process()
    return {"machine": platform.node(), "process": process.pid, "since": process.create_time()}


def _is_left(path: Path) -> bool:
    """Whether the process that says it makes a folder is gone; on another machine it cannot be asked."""
    try:
        owner = json.loads(path.read_text(encoding="utf-8"))
        if owner["machine"] != platform.node():
            return time.time() - path.stat().st_mtime > DAY
        return bool(abs(psutil.Process(owner["process"]).create_time() - owner["since"]) > 1)
    except psutil.NoSuchProcess:
        return True
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return False


def _end_work_in(folder: Path) -> None:
    """End the programs, such as pip, that still write into a folder which nobody waits for."""
    for process in psutil.process_iter(["cmdline"]):
        if any(str(folder) in part for part in process.info["cmdline"] or ()):
            with suppress(psutil.Error):
                process.kill()
