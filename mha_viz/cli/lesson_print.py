"""`mha-viz lesson print`: what a teacher hands out of a lesson, as files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mha_viz.cli.shared.terminal import loaded, tell
from mha_viz.errors import InputError
from mha_viz.language import LANGUAGES, spoken
from mha_viz.lessons.read import read_lesson
from mha_viz.lessons.shelf import FIRST, shelf
from mha_viz.lessons.translated import in_language, language_of, original_of
from mha_viz.models.catalogue import CATALOGUE, DEFAULT
from mha_viz.models.fetching.sums import is_whole
from mha_viz.outside import cut
from mha_viz.progress import progress_bar

if TYPE_CHECKING:
    from mha_viz.cli.shared.terminal import Commands
    from mha_viz.lessons.lesson import Lesson

KINDS = ("worksheet", "plan", "steps", "lesson")  # as in ``printing.handout``, which needs torch


def add_print_command(parts: Commands) -> None:
    """Add ``mha-viz lesson print``."""
    printed = parts.add_parser("print", help="worksheet, lesson plans, pictures of the steps, the whole lesson: files")
    printed.add_argument("file", metavar="FILE", help=f"or the name of one that comes with the app, such as {FIRST}")
    printed.add_argument("--out", required=True, metavar="FOLDER", help="where the files are written")
    printed.add_argument(
        "--model", help=f"{', '.join(CATALOGUE)}, a folder or a hub id (default: the lesson's where it is here)"
    )
    printed.add_argument(
        "--only", action="append", choices=KINDS, help="one kind of files; may be given several times (default: all)"
    )
    printed.add_argument(
        "--language", choices=LANGUAGES,
        help="of the pages: its file of the lesson where there is one (default: the file's, as in NAME.de.yaml)",
    )  # fmt: skip
    printed.add_argument(
        "--school",
        action="store_true",
        help="for a school class: percent alone, and terms explained where they are first used",
    )
    printed.set_defaults(run=_print)


def _print(options: argparse.Namespace) -> None:
    file = _file_of(options.file)
    code = options.language or language_of(file)
    lesson = read_lesson(in_language(original_of(file) or file, code))
    model = loaded(options.model or _proposed(lesson))
    from mha_viz.playing.told import tell_lesson
    from mha_viz.printing.handout import write_handouts

    with spoken(code), progress_bar() as progress:
        told = tell_lesson(lesson, model, progress.part(0.0, 0.6), is_school=options.school)
        files = write_handouts(told, Path(options.out), options.only or KINDS, progress.part(0.6, 1.0))
    for file in files:
        print(file)


def _file_of(name: str) -> Path:
    """A file by its path, or a lesson that comes with the app by its name."""
    shipped, file = shelf(), Path(name)
    if name not in shipped and not file.suffix and not file.exists():
        raise InputError(f"{cut(name)} is no file, and no lesson of the app: {', '.join(shipped)}.")
    return shipped.get(name) or file


def _proposed(lesson: Lesson) -> str:
    """The lesson's model where it is on this machine, else the default."""
    if lesson.model in CATALOGUE and is_whole(lesson.model):
        return lesson.model
    if lesson.model:
        tell(f"{lesson.model}, which the lesson proposes, is not on this machine: {DEFAULT} gives the numbers.")
    return DEFAULT
