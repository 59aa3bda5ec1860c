"""Which of the servers of one class this process is, and how many share the class; how many a class needs."""

from __future__ import annotations

import json
import math
import os
from dataclasses import asdict, dataclass
from functools import lru_cache

VARIABLE = "MHA_VIZ_SEAT"  # how the command that starts several servers tells each of them which it is
STUDENTS = 30  # of a class whose number nobody has said
EACH = 15  # students of one server: a server is one process, and the last of so many at once waits for .6 s
GIGABYTES = 1.5  # of memory that a server of a class may take


@dataclass(frozen=True)
class Seat:
    """One of several servers.

    Attributes
    ----------
    number : int
        Of this server, from 0 on. The teacher is always at the first.
    n : int
        How many there are.
    port : int
        By which browsers reach all of them.
    board : int
        The port of what all of them share.
    secret : str
        Known to all of them and nobody else: it opens the board, and signs what browsers are given.
    """

    number: int
    n: int
    port: int
    board: int
    secret: str

    def as_environment(self) -> dict[str, str]:
        """What tells a process that this seat is its own, and Streamlit what it signs its cookies with."""
        return {VARIABLE: json.dumps(asdict(self)), "STREAMLIT_SERVER_COOKIE_SECRET": f"cookies of {self.secret}"}


def seat() -> Seat | None:
    """Of this process; None where one server does it all."""
    text = os.environ.get(VARIABLE)
    return _read(text) if text else None


def cookie_of(port: int) -> str:
    """What the cookies of a server are called: cookies know no ports, so each server of a machine has its own name."""
    return f"mha_viz_{port}"


def staying_cookie(port: int) -> str:
    """The cookie that brings a browser to the server where it was before."""
    return f"{cookie_of(port)}_seat"


def cores() -> int:
    """Of this machine, as many as this process and what it starts may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def own_cores() -> int:
    """How many things at a time this server should compute: the cores are for all servers of a class."""
    own = seat()
    return max(cores() // (own.n if own else 1), 1)


def servers_for(students: int) -> int:
    """How many servers a class of that many should have."""
    return math.ceil(students / EACH)


def servers_here(gigabytes: float) -> int:
    """How many servers this machine carries, with so much free memory."""
    return max(min(cores(), int(gigabytes / GIGABYTES)), 1)


@lru_cache(maxsize=4)
def _read(text: str) -> Seat:
    return Seat(**json.loads(text))
