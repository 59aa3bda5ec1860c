"""What comes from outside, each read in one way: whole numbers as somebody writes them, cookies, files, JSON."""

from __future__ import annotations

import json
import re
import stat
from io import BufferedReader
from pathlib import Path
from typing import Any

from mha_viz.errors import InputError

MOST = 10**9  # of whatever is counted here; longer numbers are refused before anybody computes with them
LONGEST_RUN, LONGEST = 80, 600  # characters of a sentence that repeats what somebody wrote
ISOLATES = "\u2068\u2069"  # signs around what runs from the right
_KINDS = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))


def whole_number(text: str, most: int = MOST) -> int | None:
    """A whole number from 0 to ``most`` in decimal digits; None for anything else, however long it is.

    >>> whole_number("007"), whole_number("9" * 5000), whole_number("-1"), whole_number("12", most=11)
    (7, None, None, None)
    """
    if not text.isdecimal() or len(text.lstrip("0")) > len(str(most)):
        return None
    number = int(text.lstrip("0") or "0")
    return number if number <= most else None


def cookies_in(header: str) -> dict[str, str]:
    """What a browser brings, by name; of two of a name the first, which is for the narrower path. What some other
    program of this machine put between them is left out, whatever it is: Python's own reader ends there.

    >>> cookies_in('a=1; {"b": [2]}; c=3=4; a=5; =; d')
    {'a': '1', 'c': '3=4'}
    """
    found: dict[str, str] = {}
    for name, is_one, value in (part.strip().partition("=") for part in header.split(";")):
        if name and is_one:
            found.setdefault(name, value)
    return found


def cut(text: str, longest_run: int = LONGEST_RUN, longest: int = LONGEST) -> str:
    """A sentence with what somebody wrote, in one line; of very long runs of characters, and of the whole, beginning
    and end are left: a path ends with the name of its file.

    >>> cut("the head " + "9" * 5000 + " is no word")
    'the head 9999999999999999999999999999999999999999…999999999999999999999999999999 is no word'
    """
    runs = re.compile(rf"\S{{{longest_run + 1},}}")
    line = in_sight(runs.sub(lambda run: f"{run[0][:40]}…{run[0][-30:]}", text))
    return line if len(line) < longest else f"{line[: longest - 200]} … {line[-150:]}"


def in_sight(text: str) -> str:
    """What somebody wrote, with the numbers of characters that nobody would see, or that command a terminal; the signs
    around what runs from the right stay.

    >>> in_sight("no\\0 \\x1b[31m file")
    'no‹U+0000› ‹U+001B›[31m file'
    >>> in_sight("\\u2068שלום\\u2069") == "\\u2068שלום\\u2069"
    True
    """
    return "".join(sign if sign.isprintable() or sign in ISOLATES else f"‹U+{ord(sign):04X}›" for sign in text)


def json_in(text: str) -> Any:
    """What JSON holds.

    Raises
    ------
    ValueError
        Whatever is wrong with it, also where it is nested without end.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def open_file(path: str | Path) -> BufferedReader:
    """A file that somebody names, opened for its bytes.

    Raises
    ------
    InputError
        If there is none, it cannot be read, or it is none of whose bytes there is an end: a pipe, a device.
    """
    path = Path(path)
    try:
        if what := not_a_file(path):
            raise InputError(f"{cut(str(path))} is {what}: give a file.")
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{cut(str(path))} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise InputError(f"{str(path)[:80]!r} is no path ({error}).") from None


def not_a_file(path: Path) -> str:
    """What there is in place of an ordinary file; "" for a file.

    Raises
    ------
    OSError
        If there is nothing.
    """
    mode = path.stat().st_mode
    if stat.S_ISREG(mode):
        return ""
    return next((what for is_kind, what in _KINDS if is_kind(mode)), "a device")
