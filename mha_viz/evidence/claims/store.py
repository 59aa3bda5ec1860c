"""What was measured for claims, kept piece by piece, so that a run that was interrupted goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import math
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any

from mha_viz.disk import kept_in
from mha_viz.errors import InputError
from mha_viz.evidence.claims.claim import Claim, Material, Numbers
from mha_viz.objects import Model
from mha_viz.paths import cache_folder
from mha_viz.precision import WHOLE

SCHEMA = (
    "create table if not exists measured (key text primary key, claim text, model text, numbers text)",
    "create table if not exists took (key text primary key, seconds real)",
    "create table if not exists reruns (claim text, model text, identity text, row text, "
    "primary key (claim, model, identity))",
)
ROOM = 20  # MB: what all claims of a few models take, with some to spare


class Kept:
    """The numbers of pieces that were measured before, and what came of whole claims; one file for all of them.

    They are found by all that they follow from: the claim and its rules, the weights and what they
    compute in, and the piece itself. Weights
    that have no checksum (a network made in memory) are never kept.
    """

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file

    def get(self, claim: Claim, model: Model, whose: str, piece: Material) -> Numbers | None:
        """What this piece gave, or None. ``whose`` tells a model from its twin with random weights."""
        rows = self._file.execute("select numbers from measured where key = ?", (_key(claim, model, whose, piece),))
        found: Numbers | None = next((json.loads(numbers) for (numbers,) in rows), None)
        return found if model.identity else None

    def seconds(self, claim: Claim, model: Model, whose: str, piece: Material) -> float:
        """How long a core computed on this piece; nan where that is not known."""
        rows = self._file.execute("select seconds from took where key = ?", (_key(claim, model, whose, piece),))
        return next((float(seconds) for (seconds,) in rows), math.nan)

    def keep(
        self, claim: Claim, model: Model, whose: str, piece: Material, numbers: Numbers, seconds: float = math.nan
    ) -> None:
        """Keep what a piece gave, at once."""
        if model.identity:
            key = _key(claim, model, whose, piece)
            row = (key, claim.name, model.identity, json.dumps(numbers))
            with self._file:
                self._file.execute("insert or replace into measured values (?, ?, ?, ?)", row)
                self._file.execute("delete from took where key = ?", (key,))
                if not math.isnan(seconds):
                    self._file.execute("insert into took values (?, ?)", (key, seconds))

    def forget(self, claim: Claim, model: Model) -> None:
        """Forget all that was measured of a model for a claim."""
        of = (claim.name, model.identity)
        with self._file:
            self._file.execute(
                "delete from took where key in (select key from measured where claim = ? and model = ?)", of
            )
            self._file.execute("delete from measured where claim = ? and model = ?", of)
            self._file.execute("delete from reruns where claim = ? and identity = ?", of)

    def keep_rerun(self, row: Mapping[str, Any]) -> None:
        """Keep what came of a claim (``rerun_row``), in place of what came of it before with these weights."""
        if row["identity"]:
            of = (row["claim"], row["model"], row["identity"], json.dumps(row, ensure_ascii=False, allow_nan=False))
            with self._file:
                self._file.execute("insert or replace into reruns values (?, ?, ?, ?)", of)

    def reruns(self) -> list[dict[str, Any]]:
        """All that came of claims here, as rows."""
        return [json.loads(row) for (row,) in self._file.execute("select row from reruns order by rowid")]


def kept_file() -> Path:
    """Where it lies, there or not."""
    return cache_folder() / "claims" / "measured.sqlite"


@contextmanager
def kept(path: Path | None = None) -> Iterator[Kept]:
    """The file in the cache, or another one.

    Raises
    ------
    InputError
        If it is no such file.
    StorageError
        If it cannot be written to.
    """
    path = path or kept_file()
    with kept_in(path.parent, "a claim", ROOM):
        file = sqlite3.connect(path)
        try:
            try:
                for table in SCHEMA:
                    file.execute(table)
            except sqlite3.OperationalError:  # no room, or it may not be written to: no fault of the file
                raise
            except sqlite3.Error as error:
                raise InputError(f"{path} cannot be used to keep numbers ({error}): delete it.") from error
            yield Kept(file)
        finally:
            file.close()


def _key(claim: Claim, model: Model, whose: str, piece: Material) -> str:
    of = [model.identity] if model.dtype == WHOLE else [model.identity, model.dtype]
    named = json.dumps([claim.name, claim.rules, *of, whose, astuple(piece)])
    return hashlib.sha256(named.encode()).hexdigest()
