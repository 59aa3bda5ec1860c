"""What the commands share: models with progress bars, and an end without a word where the reader has gone away."""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from mha_viz.disk import sweep
from mha_viz.errors import InputError
from mha_viz.models.catalogue import CATALOGUE, PARSER
from mha_viz.models.fetching.sums import fault_in, folder_of, is_there, is_whole
from mha_viz.models.light import import_lightly
from mha_viz.paths import OFFLOAD, cache_folder
from mha_viz.precision import DTYPES, WHOLE, Dtype, precision_sentence

if TYPE_CHECKING:
    from mha_viz.objects import Model
    from mha_viz.views.exports.frame import HtmlView

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # what commands are added to
from mha_viz.outside import MOST, cut, whole_number
from mha_viz.progress import progress_bar

DISK_ERRORS = (OSError, sqlite3.OperationalError)
TRAINING_NEEDS = ("a training", 2, "name another folder with --out")  # MB, of which its model takes half of one
ENDING = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))]  # Windows lacks one


def tell(sentence: object) -> None:
    """Write a sentence of ours to stderr, in one line whatever it repeats; of a path that a system takes, all."""
    print(f"mha-viz: {cut(str(sentence), longest_run=1000, longest=4000)}", file=sys.stderr)


def integer(text: str, *, most: int = MOST) -> int:
    """A whole number of an option; what it means is checked where it is used, after everything is loaded."""
    typed = text.strip()
    number = whole_number(typed[typed.startswith(("-", "+")) :], most)
    if number is None:
        raise argparse.ArgumentTypeError(f"{cut(text)!r} is not a whole number up to {most:,}")
    return -number if typed.startswith("-") else number


def parsed(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
    """What was typed; argparse would take the value of ``--model=--`` for none at all."""
    for argument in arguments:
        if argument.startswith("--") and argument.endswith("=--"):
            parser.error(f"argument {argument[:-3]}: '--' is no value")
    return parser.parse_args(arguments)


def add_dtype(parser: argparse.ArgumentParser) -> None:
    """Beside every ``--model``: the numbers that it computes in, and where weights go that memory has no room for."""
    parser.add_argument(
        "--dtype", choices=DTYPES, default=WHOLE,
        help=f"what the model computes in: {WHOLE}, bfloat16 (half the memory, other patterns), or what its files hold",
    )  # fmt: skip
    parser.add_argument("--offload", metavar="FOLDER", help="leave on disk what memory has no room for, which is slow")


@contextmanager
def offloading(options: argparse.Namespace) -> Iterator[None]:
    """While a command runs, its ``--offload`` is known where models are loaded, here and in every process that is
    started from here; whoever calls commands from a program of theirs finds everything as it was.
    """
    folder, before = getattr(options, "offload", None), os.environ.get(OFFLOAD)
    if folder is not None:
        os.environ[OFFLOAD] = folder
    try:
        yield
    finally:
        if before is not None:
            os.environ[OFFLOAD] = before
        else:
            os.environ.pop(OFFLOAD, None)


def loaded(name: str, dtype: Dtype = WHOLE) -> Model:
    """A model by catalogue name, folder or hub id; what is not here yet is fetched first, with a bar. Where it does not
    compute in float32, stderr says so.

    Commands call it before they import what needs torch: so it comes lightly.
    """
    import_lightly()
    from mha_viz.models.load import hush_transformers, load_model
    from mha_viz.models.placing import spread_said

    _sweep_cache()
    hush_transformers()
    with progress_bar() as progress:
        model = load_model(name, dtype=dtype, progress=progress)
    for said in filter(None, (precision_sentence(model.name, model.dtype), spread_said(model.network))):
        tell(said)
    return model


def fetched(name: str) -> Path:
    """The folder of a catalogue model, fetched with a progress bar on stderr; at once where it is already there."""
    _sweep_cache()
    if name in CATALOGUE and is_whole(name):
        return folder_of(name)
    # Not before: it brings torch, and who has the model need not wait for it.
    from mha_viz.models.load import fetch_model, hush_transformers

    hush_transformers()
    with progress_bar() as progress:
        return fetch_model(name, progress)


def fetched_parser() -> Path:
    """The folder of the parser, fetched with a progress bar where it is not there yet."""
    _sweep_cache()
    from mha_viz.models.fetching.fetch import fetch_parser

    with progress_bar() as progress:
        return fetch_parser(progress)


def repaired(name: str) -> Path:
    """The folder of a catalogue model or of the parser, with every file of it read; fetched where one is not right."""
    _sweep_cache()
    is_known = name in CATALOGUE or name == PARSER.name
    fault = fault_in(name, wholly=True) if is_known and is_there(name) else None
    if is_known and is_there(name) and fault is None:
        return folder_of(name)
    if fault is not None:
        tell(fault.sentence)
    from mha_viz.models.fetching.fetch import fetch_parser
    from mha_viz.models.load import fetch_model, hush_transformers

    hush_transformers()
    with progress_bar() as progress:
        if name == PARSER.name:
            return fetch_parser(progress, repair=True)
        return fetch_model(name, progress, repair=True)


def _sweep_cache() -> None:
    """Take away what commands that were killed were making in the cache."""
    folder = cache_folder()
    sweep(folder, folder / "models", folder / "trained")


def say_of_disk(error: Exception) -> int:
    """One sentence on a disk that is full, or has gone away, where nothing else says it; the exit status."""
    with suppress(OSError):  # in a program of somebody's, stdout may be no file
        drop_output()
    place = getattr(error, "filename", None)
    what = f"{place} cannot be used" if place else "The output, or a file on the way to it, cannot be written"
    tell(f"{what}: {getattr(error, 'strerror', '') or error}.")
    return 1


def drop_output() -> None:
    """Send what is still to be written to stdout nowhere: its reader has gone away."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def signals_unwind() -> Iterator[None]:
    """While this lasts, a process that is told to end (SIGTERM), or whose terminal is closed (SIGHUP), ends as Ctrl+C
    ends it: what was started is stopped, what was begun is tidied up. Signals that somebody handles, or ignores as
    nohup does, are left alone.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    taken = [number for number in ENDING if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _unwind)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def _unwind(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def save_page(view: HtmlView, options: argparse.Namespace) -> None:
    """The interactive picture, as one page."""
    try:
        print(view.save(options.html))
    except OSError as error:
        raise InputError(f"{options.html} cannot be written: {error.strerror}.") from error
