"""What goes wrong where a chunk is scored: functions of chunks that another process can unpickle."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class DiesOnce:
    """Does half of its first chunk and is then killed, wherever that is; from then on, what ``function`` does."""

    function: Any
    marker: str

    def __call__(self, chunk):
        try:
            Path(self.marker).touch(exist_ok=False)
        except FileExistsError:
            return self.function(chunk)
        self.function(chunk[: len(chunk) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)
        return None


@dataclass(frozen=True)
class TooMuch:
    """Has too little memory for more than ``most`` at once, as torch says it."""

    function: Any
    most: int

    def __call__(self, chunk):
        if len(chunk) > self.most:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 7 bytes.")
        return self.function(chunk)


@dataclass(frozen=True)
class Doubled:
    """Twice each number; ``deadly`` kills whoever reads it, ``odd`` raises what ``error`` says."""

    deadly: int | None = None
    odd: int | None = None
    error: Any = ValueError

    def __call__(self, chunk):
        if self.deadly in chunk:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.odd in chunk:
            raise self.error(f"{self.odd} is odd\nand more")
        return [2 * one for one in chunk]

    def without(self, chunk):
        return [None for _ in chunk]
