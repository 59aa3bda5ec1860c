"""Units of a large corpus → groups of units, so that its counts take no more room however long it is.

Groups are made after the halves: a group holds units of one half, a unit is in one group whatever is counted, and which
one follows from its name alone. Items that depend on each other stay together, so groups are as independent of each
other as units are: intervals and p-values are made from them in the same way, of fewer and larger ones.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable

from mha_viz.evidence.corpus.rows import packed_row, read_rows, score_of
from mha_viz.evidence.statistics.crossed import CROSSED
from mha_viz.scores.counting import Counts, Tally
from mha_viz.scores.table import ScoreKey

LARGE = 10_000  # passages: above, units are merged
OF_A_HALF = 128  # groups: 256 of both
EVERY = 1024  # passages between two mergings: until then each is kept by itself
GROUP = "\x1e"  # with which the names of groups begin, and those of units never


def group_of(unit: str, part: int) -> str:
    """The group of a unit that belongs to this part; a group itself stays what it is.

    Units that are made of two (``crossed``) stay as they are, as they are told apart by both their names: there are no
    more of them than pairs of nouns.

    >>> group_of("ours sentence 5", 1) == group_of("ours sentence 5", 1), group_of("a\\x1fb", 1)
    (True, 'a\\x1fb')
    """
    if CROSSED in unit or unit.startswith(GROUP):
        return unit
    number = int.from_bytes(hashlib.blake2b(unit.encode(), digest_size=8).digest(), "big") % OF_A_HALF
    return f"{GROUP}{part} {number}"


class Merging:
    """Merges the units of a corpus while it is read, if it is large.

    ``random`` is whose counts they are, of the model (0) or of one of its random twins, of which a sum is enough.
    ``n_passages`` are those of the whole corpus. What was interrupted goes on: mergings come after the same passages.
    """

    def __init__(self, store: sqlite3.Connection, n_passages: int, *, random: int) -> None:
        self._store, self._random, self._is_large = store, random, n_passages > LARGE
        self._n_apart = _n_done(store, random) - _n_merged(store, random) if self._is_large else 0

    def more(self, n: int) -> None:
        """So many passages more are kept."""
        self._n_apart += n
        if self._is_large and self._n_apart >= EVERY:
            self.end()

    def end(self) -> None:
        """Merge what is not yet merged."""
        if self._is_large and self._n_apart:
            merge_units(self._store, random=self._random)
            self._n_apart = 0


def merge_units(store: sqlite3.Connection, *, random: int) -> None:
    """Merge all units that are kept: all of it is done or, if interrupted, nothing."""
    keys = "select score from tallies where random = ? group by score order by min(rowid)"
    with store:
        for (name,) in store.execute(keys, (random,)).fetchall():
            merged = _merged(store, score_of(name), random)
            store.execute("delete from tallies where random = ? and score = ?", (random, name))
            for part, groups in merged.items():
                of_part = [(group, is_copy, tally) for (group, is_copy), tally in groups.items()]
                row = random, part, name, *packed_row(of_part, with_rules=not random, is_exact=True)
                store.execute("insert into tallies values (?, ?, ?, ?, ?, ?)", row)
        fact = _fact(random), str(_n_done(store, random))
        store.execute("insert or replace into facts values (?, ?)", fact)


Groups = dict[tuple[str, bool], Tally]  # by group, and whether they are of copies of other passages


def _merged(store: sqlite3.Connection, key: ScoreKey, random: int) -> dict[int, Groups]:
    """The counts of one score by part and group."""
    parts: dict[int, Groups] = {}
    for rows in read_rows(store, key, f"random = {int(random)}"):
        groups = parts.setdefault(rows.part, {})
        for i, (unit, is_copy) in enumerate(zip(rows.units, rows.copies, strict=True)):
            place = (f"{GROUP}{rows.part}" if random else group_of(unit, rows.part)), is_copy
            own = Tally(Counts(*rows.counts(i)), rows.rules[i], rows.chance[i], rows.left_out[i])
            groups[place] = groups[place] + own if place in groups else own
    return parts


def names_merged(store: sqlite3.Connection, names: Iterable[str], part: int) -> list[str]:
    """Names of the model's units as its counts bear them: of groups, each once, where units were merged."""
    if not _n_merged(store, random=0):
        return list(names)
    return list(dict.fromkeys(group_of(name, part) for name in names))


def n_units_merged(store: sqlite3.Connection) -> int:
    """How many units with any count the model's groups were made of; 0 where units were not merged."""
    if not _n_merged(store, random=0):
        return 0
    statement = "select count(distinct unit) from passages where random = 0 and has_items"
    return int(store.execute(statement).fetchone()[0])


def _fact(random: int) -> str:
    return f"passages merged of {random}"


def _n_merged(store: sqlite3.Connection, random: int) -> int:
    found = store.execute("select value from facts where name = ?", (_fact(random),)).fetchone()
    return int(found[0]) if found else 0


def _n_done(store: sqlite3.Connection, random: int) -> int:
    return int(store.execute("select count(*) from passages where random = ?", (random,)).fetchone()[0])
