"""The lessons that can be played: those that come with the app, and one of the teacher's own."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from mha_viz.language import language
from mha_viz.lessons.lesson import Lesson
from mha_viz.lessons.read import read_lesson
from mha_viz.lessons.translated import in_language, original_of
from mha_viz.paths import app_folder

FIRST = "who_was_tired"
OWN = "own"
VARIABLE = "MHA_VIZ_LESSON"  # how `mha-viz lesson run` tells the server which file


def shelf() -> dict[str, Path]:
    """The files of all lessons by name: one's own first, then the first, then the others by the alphabet. A file that
    translates another is no lesson of its own.
    """
    files = sorted((app_folder() / "assets" / "lessons").glob("*.yaml"))
    shipped = {path.stem: path for path in files if original_of(path) is None}
    own = os.environ.get(VARIABLE)
    return ({OWN: Path(own)} if own else {}) | {FIRST: shipped[FIRST]} | shipped


def opening_lesson() -> str:
    """The lesson that the page begins with."""
    return next(iter(shelf()))


def take_lesson(name: str) -> Lesson:
    """A lesson of the shelf, in the language of this run where it is written in it; it is read anew where its file has
    changed.

    Raises
    ------
    InputError
        If there is a mistake in it.
    """
    path = in_language(shelf()[name], language())
    return _read(path, path.stat().st_mtime_ns if path.exists() else 0)


def is_translated(name: str) -> bool:
    """Whether a lesson of the shelf is written in the language of this run, beside its own file."""
    return in_language(shelf()[name], language()) != shelf()[name]


@lru_cache(maxsize=32)
def _read(path: Path, _changed: int) -> Lesson:
    return read_lesson(path)
