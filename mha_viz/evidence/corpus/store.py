"""Where the counts of a corpus are kept while it is read: one file, some passages a transaction.

What is in the file is whole passages: a run that was interrupted goes on where it stopped, and nothing is lost or
counted twice. Passages that are kept together share a row a score, which is written and read as one array. Scores are
read back one at a time, so that a long corpus takes little memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.evidence.corpus.groups import names_merged
from mha_viz.evidence.corpus.passages import SELECT, Passage
from mha_viz.evidence.corpus.rows import Rows, packed_row, read_rows, score_named, score_of
from mha_viz.evidence.verdict import Units, side_by_side
from mha_viz.scores.counting import Counts, Tally
from mha_viz.scores.table import ScoreKey

Scored = tuple[Passage, Mapping[ScoreKey, Tally], int]  # its counts, and whether it was left out of those of sentences
LOST = 2  # left out, as whatever process scored it ended
FEW = 50  # items of a control
FORMAT = 3  # of the file: what another one began is begun anew
SCHEMA = """
create table if not exists facts (name text primary key, value text);
create table if not exists passages (
    random integer, name text, left_out integer, unit text, part integer, has_items integer,
    primary key (random, name)
);
create table if not exists tallies (random integer, part integer, score text, hits blob, n blob, about text);
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


def keep(store: sqlite3.Connection, done: Iterable[Scored], *, random: int) -> None:
    """Keep the counts of some passages, all of them or, if interrupted, none; the last says if it was left out."""
    passages: list[tuple[int, str, int, str, int, bool]] = []
    rows: dict[tuple[ScoreKey, int], list[tuple[str, bool, Tally]]] = {}
    for passage, tallies, left_out in done:
        with_items = {key: tally for key, tally in tallies.items() if tally.left_out or tally.counts.n.numpy().any()}
        passages.append((random, passage.name, left_out, passage.unit, passage.part, bool(with_items)))
        for key, tally in with_items.items():
            rows.setdefault((key, passage.part), []).append((passage.unit, passage.is_copy, tally))
    with store:
        store.executemany("insert into passages values (?, ?, ?, ?, ?, ?)", passages)
        for (key, part), of_score in rows.items():
            packed = random, part, score_named(key), *packed_row(of_score, with_rules=not random)
            store.execute("insert into tallies values (?, ?, ?, ?, ?, ?)", packed)


def scores_kept(store: sqlite3.Connection) -> list[ScoreKey]:
    """Every score that some passage has an item of, in the order in which they came."""
    kept = store.execute("select score from tallies where random = 0 group by score order by min(rowid)")
    return [score_of(score) for (score,) in kept]


def names_of_units(store: sqlite3.Connection, part: int) -> list[str]:
    """The units of a part that the model has any count of, or their groups, in the order in which they came."""
    rows = store.execute(
        "select unit from passages where random = 0 and part = ? and has_items group by unit order by min(rowid)",
        (part,),
    )
    return names_merged(store, (unit for (unit,) in rows), part)


def parts_kept(store: sqlite3.Connection, key: ScoreKey) -> dict[int, Units]:
    """The counts of one score by part, (unit, layer, head), of the parts that have any: read once."""
    by_part: dict[int, list[Rows]] = {}
    for rows in read_rows(store, key, "random = 0"):
        by_part.setdefault(rows.part, []).append(rows)
    parts = {part: _units(of_part) for part, of_part in by_part.items()}
    return {part: units for part, units in parts.items() if units.names}


def control_kept(store: sqlite3.Connection, key: ScoreKey) -> float:
    """What the best head with random weights gets on all that these read; nan where nothing was counted.

    A twin that read fewer than ``FEW`` items, of which the best of many heads gets many by luck, counts where no twin
    read more.
    """
    by_twin: dict[int, Counts] = {}
    for rows in read_rows(store, key, "random > 0"):
        if rows.part != SELECT:
            counts = Counts(*(torch.from_numpy(part.sum(axis=0)) for part in (rows.hits, rows.n)))
            by_twin[rows.random] = by_twin[rows.random] + counts if rows.random in by_twin else counts
    items = [counts.n.max().item() for counts in by_twin.values()]
    enough = [n >= min(FEW, max(items)) for n in items]
    shares = [counts.share for counts, is_enough in zip(by_twin.values(), enough, strict=True) if is_enough]
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
    return _units(list(read_rows(store, key, "random = 0")))


def units_kept(store: sqlite3.Connection, key: ScoreKey, parts: Collection[int]) -> Units:
    """The counts of one score in some parts, (unit, layer, head): passages of one unit are added up."""
    rows = list(read_rows(store, key, "random = 0"))
    chosen = [some for some in rows if some.part in parts]
    if not chosen:
        shape = rows[0].hits.shape[1:] if rows else (1, 1)
        return side_by_side({"": Tally(Counts(torch.zeros(shape), torch.zeros(shape)))})
    return _units(chosen)


def _units(rows: Sequence[Rows]) -> Units:
    """Passages of one unit added up, units without any item left out."""
    own = [unit for some in rows for unit in some.units]
    places = {unit: i for i, unit in enumerate(dict.fromkeys(own))}
    into = torch.tensor([places[unit] for unit in own])
    hits, n = (_added(np.concatenate([getattr(some, name) for some in rows]), into, len(places)) for name in _ARRAYS)
    chance = _added(np.array([one for some in rows for one in some.chance]), into, len(places))
    kept = n.flatten(1).any(dim=1)
    items = np.concatenate([some.n.max(axis=(1, 2)) for some in rows])
    is_new = ~np.array([one for some in rows for one in some.copies])
    counted, told = (_added(values, into, len(places))[kept] for values in (items, items * is_new))
    names = tuple(unit for unit, is_kept in zip(places, kept.tolist(), strict=True) if is_kept)
    at = {places[unit]: i for i, unit in enumerate(names)}  # where a unit stands among those that have items
    rules: dict[str, list[float]] = {}
    of_passages = zip(into.tolist(), (one for some in rows for one in some.rules), strict=True)
    for place, of_passage in sorted(of_passages, key=itemgetter(0)):
        for rule, hit in of_passage.items() if place in at else ():
            rules.setdefault(rule, [0.0] * len(names))[at[place]] += hit
    by_rule = {rule: torch.tensor(of_rule, dtype=torch.float64) for rule, of_rule in rules.items()}
    left_out, times = sum(sum(some.left_out) for some in rows), counted / told.where(told > 0, counted)
    return Units(names, Counts(hits[kept], n[kept]), by_rule, chance[kept], left_out, times)


_ARRAYS = ("hits", "n")


def _added(values: NDArray[np.float64], into: Tensor, n: int) -> Tensor:
    """Values of passages added up by unit, in their order."""
    numbers = torch.from_numpy(values)
    if n == len(values):
        return numbers
    return torch.zeros(n, *numbers.shape[1:], dtype=torch.float64).index_add_(0, into, numbers)


def n_kept(store: sqlite3.Connection, source: str) -> int:
    """How many passages of a source are done; passages are named after it."""
    statement = "select count(*) from passages where random = 0 and instr(name, ?) = 1"
    return int(store.execute(statement, (f"{source} ",)).fetchone()[0])


def n_left_out(store: sqlite3.Connection) -> int:
    """How many passages were left out of the scores of sentences."""
    return int(store.execute("select count(*) from passages where random = 0 and left_out").fetchone()[0])


def names_lost(store: sqlite3.Connection) -> list[str]:
    """The passages that ended whatever process scored them."""
    rows = store.execute("select name from passages where random = 0 and left_out = ? order by rowid", (LOST,))
    return [name for (name,) in rows]
