"""What is written to disk: whole, or not at all."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write a file, so that whoever reads it finds the old bytes or the new ones, whatever interrupts this.

    Raises
    ------
    OSError
        If it cannot be written; then the file is as it was, and nothing else is left.
    """
    new = path.with_name(f".{path.name}-{os.getpid()}-{threading.get_ident()}")  # tempfile's may be read by us alone
    try:
        new.write_bytes(data)
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise
