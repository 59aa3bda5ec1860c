"""Where the counts of a corpus are kept while it is read: one file, a passage a transaction.

What is in the file is whole passages: a run that was interrupted goes on where it stopped, and nothing is lost or
counted twice. Scores are read back one at a time, so memory does not grow with the corpus.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.evidence.corpus.passages import SELECT, Passage
from mha_viz.evidence.verdict import Units, side_by_side
from mha_viz.scores.counting import Counts, Tally, pooled
from mha_viz.scores.table import ScoreKey

FEW = 50  # items of a control
SCHEMA = """
create table if not exists facts (name text primary key, value text);
create table if not exists passages (random integer, name text, left_out integer, primary key (random, name));
create table if not exists tallies (
    random integer, unit text, part integer, score text, hits blob, n blob, rules text, chance real, left_out integer
);
create index if not exists by_score on tallies (random, score);
"""


def open_store(path: Path) -> sqlite3.Connection:
    """The file with the counts, new or as an earlier run left it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        store = sqlite3.connect(path)
        store.executescript(SCHEMA)
    except sqlite3.OperationalError:  # there is no room, or it may not be written to: no fault of the file
        raise
    except sqlite3.Error as error:
        raise InputError(f"{path} cannot be used to keep counts ({error}): delete it and start again.") from error
    return store


def names_kept(store: sqlite3.Connection, *, random: int) -> set[str]:
    """The passages that are done, of the model (0) or of one of its random twins (from 1 on)."""
    return {name for (name,) in store.execute("select name from passages where random = ?", (random,))}


def keep(
    store: sqlite3.Connection, done: Iterable[tuple[Passage, Mapping[ScoreKey, Tally], bool]], *, random: int
) -> None:
    """Keep the counts of some passages, all of them or, if interrupted, none; the last says if it was left out."""
    with store:
        for passage, tallies, left_out in done:
            store.execute("insert into passages values (?, ?, ?)", (random, passage.name, left_out))
            rows = (
                (
                    random, passage.unit, passage.part, _named(key), _packed(tally.counts.hits),
                    _packed(tally.counts.n), json.dumps(tally.rules) if tally.rules else "{}", tally.chance,
                    tally.left_out,
                )
                for key, tally in tallies.items()
                if tally.left_out or tally.counts.n.any()
            )  # fmt: skip
            store.executemany("insert into tallies values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def scores_kept(store: sqlite3.Connection) -> list[ScoreKey]:
    """Every score that some passage has an item of, in the order in which they came."""
    rows = store.execute("select score from tallies where random = 0 group by score order by min(rowid)")
    return [tuple(json.loads(score)) for (score,) in rows]


def names_of_units(store: sqlite3.Connection, part: int) -> list[str]:
    """The units of a part that the model has any count of, in the order in which they came."""
    rows = store.execute(
        "select unit from tallies where random = 0 and part = ? group by unit order by min(rowid)", (part,)
    )
    return [unit for (unit,) in rows]


def parts_kept(store: sqlite3.Connection, key: ScoreKey) -> dict[int, Units]:
    """The counts of one score by part, (unit, layer, head), of the parts that have any: read once."""
    by_part: dict[int, dict[str, Tally]] = {}
    for _, part, unit, tally in _tallies(store, key, "random = 0"):
        of_part = by_part.setdefault(part, {})
        of_part[unit] = of_part[unit] + tally if unit in of_part else tally
    parts = {part: side_by_side(tallies) for part, tallies in by_part.items()}
    return {part: units for part, units in parts.items() if units.names}


def control_kept(store: sqlite3.Connection, key: ScoreKey) -> float:
    """What the best head with random weights gets on all that these read; nan where nothing was counted.

    A twin that read fewer than ``FEW`` items, of which the best of many heads gets many by luck, counts where no twin
    read more.
    """
    by_twin: dict[int, list[Tally]] = {}
    for twin, part, _, tally in _tallies(store, key, "random > 0"):
        if part != SELECT:
            by_twin.setdefault(twin, []).append(tally)
    counts = [pooled(tallies).counts for tallies in by_twin.values()]
    items = [n.n.max().item() for n in counts]
    shares = [of.share for of, n in zip(counts, items, strict=True) if n >= min(FEW, max(items))]
    known = [share[~share.isnan()].max().item() for share in shares if not share.isnan().all()]
    return max(known, default=torch.nan)


def add_store(store: sqlite3.Connection, path: Path) -> None:
    """Move the counts of another file, which then is deleted, into this one."""
    store.execute("attach database ? as other", (str(path),))
    try:
        with store:
            store.execute("insert or ignore into passages select * from other.passages")
            store.execute("insert into tallies select * from other.tallies")
    finally:
        store.execute("detach database other")
    path.unlink()


def nothing_kept(store: sqlite3.Connection, key: ScoreKey) -> Units:
    """A score that the model cannot be asked one item of: no units, and how many items were left out."""
    tallies = [tally for _, _, _, tally in _tallies(store, key, "random = 0")]
    return side_by_side({"": pooled(tallies)})


def units_kept(store: sqlite3.Connection, key: ScoreKey, parts: Collection[int]) -> Units:
    """The counts of one score in some parts, (unit, layer, head): passages of one unit are added up."""
    tallies: dict[str, Tally] = {}
    nothing = None
    for _, part, unit, tally in _tallies(store, key, "random = 0"):
        nothing = Counts(torch.zeros_like(tally.counts.hits), torch.zeros_like(tally.counts.n))
        if part in parts:
            tallies[unit] = tallies[unit] + tally if unit in tallies else tally
    return side_by_side(tallies or {"": Tally(nothing or Counts(torch.zeros(1, 1), torch.zeros(1, 1)))})


def _tallies(store: sqlite3.Connection, key: ScoreKey, whose: str) -> Iterator[tuple[int, int, str, Tally]]:
    """Whose counts of this score they are, their part, unit and counts, a passage each."""
    statement = "select random, part, unit, hits, n, rules, chance, left_out from tallies where score = ? and "
    rows = store.execute(statement + whose, (_named(key),))
    return ((twin, part, unit, _tally(*packed)) for twin, part, unit, *packed in rows)


def _tally(hits: bytes, n: bytes, rules: str, chance: float | None, left_out: int) -> Tally:
    """A row of the file; a chance that is not a number is null there."""
    counts = Counts(_unpacked(hits), _unpacked(n))
    return Tally(counts, json.loads(rules), float("nan") if chance is None else chance, left_out)


def n_kept(store: sqlite3.Connection, source: str) -> int:
    """How many passages of a source are done; passages are named after it."""
    statement = "select count(*) from passages where random = 0 and substr(name, 1, ?) = ?"
    return int(store.execute(statement, (len(source) + 1, f"{source} ")).fetchone()[0])


def n_left_out(store: sqlite3.Connection) -> int:
    """How many passages were left out of the scores of sentences."""
    return int(store.execute("select count(*) from passages where random = 0 and left_out").fetchone()[0])


@cache
def _named(key: ScoreKey) -> str:
    """A score as the file calls it."""
    return json.dumps(key)


def _packed(values: Tensor) -> bytes:
    """Shape and numbers; where all are the same, as most numbers of items are, one number."""
    if values.dtype != torch.float32 or not values.is_cpu:  # each step that is not needed counts: this is done often
        values = values.detach().cpu().to(torch.float32)
    flat = values.numpy().ravel()
    same = bool(flat.size) and bool((flat == flat[0]).all())
    return struct.pack("<3H", *values.shape, same) + (flat[:1] if same else flat).tobytes()


def _unpacked(packed: bytes) -> Tensor:
    *shape, same = np.frombuffer(packed[:6], dtype="<u2").tolist()
    numbers = np.frombuffer(packed[6:], dtype="<f4").astype("f8")
    return torch.from_numpy(np.broadcast_to(numbers, shape).copy() if same else numbers.reshape(shape))
