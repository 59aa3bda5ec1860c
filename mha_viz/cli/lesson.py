"""`mha-viz lesson`: check a lesson's file, write one to begin with, and play it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mha_viz.cli.lesson_print import add_print_command
from mha_viz.errors import InputError, StorageError
from mha_viz.lessons.read import read_lesson
from mha_viz.lessons.shelf import VARIABLE
from mha_viz.lessons.translated import check_same, original_of
from mha_viz.outside import cut
from mha_viz.paths import app_folder
from mha_viz.wording import counted

if TYPE_CHECKING:
    from mha_viz.cli.shared.terminal import Commands

Options = argparse.Namespace


def add_lesson_command(
    commands: Commands, add_server_options: Callable[[argparse.ArgumentParser], None], start: Callable[[Options], None]
) -> None:
    """``start`` serves the app, with the options that ``add_server_options`` adds."""
    lesson = commands.add_parser("lesson", help="check, write and play a lesson of your own")
    parts = lesson.add_subparsers(metavar="COMMAND", required=True)
    check = parts.add_parser("check", help="say what is wrong with a lesson, with its line")
    check.add_argument("files", nargs="+", metavar="FILE")
    check.set_defaults(run=_check)
    new = parts.add_parser("new", help="write a lesson to begin with")
    new.add_argument("file", metavar="FILE")
    new.set_defaults(run=_write_new)
    add_print_command(parts)
    run = parts.add_parser("run", help="start the app with a lesson, alone or for a class")
    run.add_argument("file", metavar="FILE")
    add_server_options(run)
    run.set_defaults(run=lambda options: _play(options, start))


def _check(options: Options) -> None:
    for file in options.files:
        lesson, original = read_lesson(Path(file)), original_of(Path(file))
        if original is not None:
            check_same(lesson, read_lesson(original), Path(file), original)
        parts = [counted(len(lesson.steps), "step"), f"{lesson.minutes} min" if lesson.minutes else "no minutes given"]
        parts += [counted(len(lesson.tasks), "task")] * bool(lesson.tasks)
        parts += [counted(len(lesson.quiz), "question")] * bool(lesson.quiz)
        print(f"{cut(file)}: {lesson.title}: {', '.join(parts)}. Nothing is wrong.")


def _write_new(options: Options) -> None:
    text = (app_folder() / "assets" / "new_lesson.yaml").read_text(encoding="utf-8")
    try:
        with Path(options.file).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(f"{cut(options.file)} is there already: give another name.") from None
    except OSError as error:
        raise StorageError(f"{cut(options.file)} cannot be written: {error.strerror}.") from None
    print(f"{cut(options.file)} is written. Change it, then: mha-viz lesson run {cut(options.file)}")


def _play(options: Options, start: Callable[[Options], None]) -> None:
    """What is wrong with it is said before the server starts; while it runs, the file may be changed."""
    file = Path(options.file).absolute()
    read_lesson(file)
    os.environ[VARIABLE] = str(file)  # the server that is started inherits it
    start(options)
