"""Where `mha-viz profile` keeps its counts until a profile is done: for one process at a time, and gone with it."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from multiprocessing import get_context, parent_process
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import TYPE_CHECKING

from mha_viz.cli.corpus import corpus_of
from mha_viz.disk import ELSEWHERE, kept_in
from mha_viz.errors import InputError, MhaVizError, StorageError
from mha_viz.models.light import allow_light_imports, import_lightly
from mha_viz.paths import cache_folder

if TYPE_CHECKING:
    from mha_viz.objects import Model

ROOM = 5  # MB: what the counts of our own sentences take, with some to spare


def work_file(model: Model, sums: dict[str, str]) -> Path:
    """Where the counts of just this work are kept until it is done."""
    from mha_viz.evidence.corpus.store import FORMAT

    named = json.dumps([model.name, model.identity, model.dtype, sums, version("mha-viz"), FORMAT], sort_keys=True)
    return cache_folder() / "profiles" / "unfinished" / f"{hashlib.sha256(named.encode()).hexdigest()[:16]}.sqlite"


@contextmanager
def counts_in(work: Path, *, restart: bool = False) -> Iterator[sqlite3.Connection]:
    """Where counts are kept: once they are used, or refused, none of them is left; what interrupts this, and a disk
    that is full, leaves those of whole passages. ``restart`` forgets what an earlier run has left.

    Raises
    ------
    InputError
        If another process does the same work.
    """
    from mha_viz.evidence.corpus.store import names_kept, open_store

    way_out = f"{ELSEWHERE}; the same command then goes on where it stopped"
    with kept_in(work.parent, "a profile", ROOM, way_out), _alone(work.with_suffix(".lock")):
        if restart:
            _forget(work)
        store, is_left = None, work.exists()
        try:
            store = open_store(work)
            is_left = True
            yield store
            is_left = False
        except BaseException as error:
            if store is not None:
                is_refused = isinstance(error, MhaVizError) and not isinstance(error, StorageError)
                is_left = not is_refused and bool(names_kept(store, random=0))
            raise
        finally:
            if store is not None:
                store.close()
            if not is_left:
                _forget(work)


@contextmanager
def _alone(lock_file: Path) -> Iterator[None]:
    """While this lasts, no other process has this lock, which ends with its process, however that ends."""
    from filelock import FileLock, Timeout  # here, as it brings asyncio

    lock = FileLock(lock_file, timeout=0)
    try:
        lock.acquire()
        if not lock_file.exists():  # it was another's, who has just taken it away
            raise Timeout(str(lock_file))
    except Timeout:
        lock.release()
        raise InputError(
            "Another process measures this model on these files already: wait until it is done, or end it."
        ) from None
    try:
        yield
    finally:
        with suppress(OSError):  # on Windows it goes with its release
            lock_file.unlink()
        lock.release()


def _forget(work: Path) -> None:
    with suppress(OSError):
        for path in work.parent.glob(f"{work.stem}*.sqlite*"):  # with the journals of both
            path.unlink(missing_ok=True)


# ---- the process of the random twins ---------------------------------------------------------------------------


def beside(work: Path) -> Path:
    """Where the process of the random twins keeps its counts."""
    return work.with_suffix(".controls.sqlite")


def process_beside(options: argparse.Namespace, work: Path) -> SpawnProcess:
    """A process, not yet started, in which the random twins read."""
    return get_context("spawn").Process(target=_controls, args=(options, beside(work)), daemon=True)


def _controls(options: argparse.Namespace, path: Path) -> None:
    """What the process of the random twins does."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    allow_light_imports()
    import_lightly()
    import torch

    from mha_viz.evidence.corpus.controls import read_controls
    from mha_viz.evidence.corpus.store import open_store
    from mha_viz.models.load import load_model

    torch.set_num_threads(1)
    model, store = load_model(options.model, dtype=options.dtype), open_store(path)
    try:
        read_controls(model, corpus_of(options, model), store)
    finally:
        store.close()


def _end_with_parent() -> None:
    """A process that is killed takes along what it started: the next run counts into the same file."""
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)
