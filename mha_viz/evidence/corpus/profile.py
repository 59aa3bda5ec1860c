"""Model + corpus → head profile: what each head does in general, with the evidence for it.

A corpus is read passage by passage (``reading``), by the model and by its random twin; what is weighed afterwards are
the counts that were kept.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from pandas.api.types import is_numeric_dtype
from torch import Tensor

from mha_viz.arguments import with_checked_fields
from mha_viz.disk import write_whole
from mha_viz.errors import InputError, StorageError, in_one_line
from mha_viz.evidence.corpus.passages import CHOOSE, REPORT, SELECT
from mha_viz.evidence.corpus.store import control_kept, names_of_units, nothing_kept, parts_kept, scores_kept
from mha_viz.evidence.one_text import COLUMNS, numbered_as_in_model, score_columns, table_of
from mha_viz.evidence.statistics.crossed import CROSSED, summed_by
from mha_viz.evidence.statistics.intervals import holm, sign_flip_p
from mha_viz.evidence.verdict import MARGIN, RULES, Evidence, Units, weigh, with_p
from mha_viz.models.catalogue import CATALOGUE
from mha_viz.outside import open_file
from mha_viz.reprs import one_line
from mha_viz.scores.table import ScoreKey, row_of
from mha_viz.table_files import to_parquet
from mha_viz.wording import counted

NUMBERS = tuple(name for name in COLUMNS if name not in ("family", "score", "direction", "verdict", "rule"))


@with_checked_fields
@dataclass(frozen=True, eq=False)
class Profile:
    """A score table over a corpus (``one_text.COLUMNS``), how it was made, and whose it is.

    ``whose`` is "shipped" with the app or "yours"; "" where nobody said so, as of a file.
    """

    table: pd.DataFrame
    facts: dict[str, Any]
    whose: str = ""
    __repr__ = one_line(
        lambda of: (
            f"{of.facts.get('model', 'of a model')}{f', {of.whose}' if of.whose else ''}: "
            f"{counted(len(of.table), 'row')}"
        )
    )


def weigh_corpus(store: sqlite3.Connection, layers: Sequence[int] | None = None) -> pd.DataFrame:
    """Counts of a corpus → its score table; ``layers`` are the numbers of those that attend, by default 0, 1, 2, …

    Heads are chosen on one half, where they must beat baseline (or chance) by 10 points, control, and the bar of the
    score. ``value``, ``n``, interval, rivals, p and verdict are all of the other half: p from sign flips over every
    head and score of the family, corrected for the number of families. A score that the other half has no item of is
    told of the first, and nothing is established there.
    """
    keys = scores_kept(store)
    measured: dict[ScoreKey, Measured] = {}

    def gains_of(key: ScoreKey) -> tuple[Tensor, tuple[str, ...]]:  # each score is read once
        measured[key], gains, names = _measured(store, key)
        return gains, names

    claimed = [key for key in keys if row_of(*key[:2]).claims]
    corrected = _p_both_ways(claimed, gains_of, names_of_units(store, REPORT))
    rows = []
    for key in keys:
        if key not in measured:
            gains_of(key)
        rows.append(score_columns(key, measured[key].weighed(corrected.get(key)), *measured[key].seen))
    if not rows:
        raise InputError("Nothing was measured: no passage has anything that a score asks for.")
    table = table_of(rows)
    return table if layers is None else numbered_as_in_model(table, layers)


@dataclass(frozen=True)
class Measured:
    """The evidence of each head for one score but for its p, whether the head was chosen on other data, and what else
    a table says of the score: the number of heads a layer, the best rule, how many items were left out."""

    evidence: Sequence[Evidence]
    chosen: Sequence[bool]
    bar: float
    seen: tuple[int, str | None, int]

    def weighed(self, p: Tensor | None) -> list[Evidence]:
        """The same with p, (layer, head), and the verdicts that this allows."""
        of_heads = [math.nan] * len(self.evidence) if p is None else p.flatten().tolist()
        return [
            with_p(head, of_head, bar=self.bar, other_data=is_chosen)
            for head, of_head, is_chosen in zip(self.evidence, of_heads, self.chosen, strict=True)
        ]


def _measured(store: sqlite3.Connection, key: ScoreKey) -> tuple[Measured, Tensor, tuple[str, ...]]:
    """One score; what each head gained in each unit of the reported half, (n_units, layer, head); their names."""
    row, parts, control = row_of(*key[:2]), parts_kept(store, key), control_kept(store, key)
    reported, choosing = (parts.get(part) for part in (REPORT, SELECT if SELECT in parts else CHOOSE))
    units = reported or choosing or nothing_kept(store, key)
    evidence = weigh(units, is_share=row.is_share, control=control)
    chosen = [False] * len(evidence)
    if reported and choosing and not row.weak:
        chosen = chosen_heads(choosing, control, row.bar).tolist()
    gains, names = (units.gains, units.names) if reported else (units.gains[:0], ())
    seen = units.counts.hits.shape[2], units.best_rule[0], units.left_out
    return Measured(evidence, chosen, row.bar, seen), gains, names


def _p_both_ways(
    keys: list[ScoreKey], gains_of: Callable[[ScoreKey], tuple[Tensor, tuple[str, ...]]], names: Sequence[str]
) -> dict[ScoreKey, Tensor]:
    """p of every head and score, (layer, head). Units that are made of two flip by their first names, and then by
    their second ones: the larger p counts.
    """

    def p_of(way: int) -> dict[ScoreKey, Tensor]:
        numbers = {name: i for i, name in enumerate(summed_by(torch.zeros(len(names), 1), names, way)[0])}

        def summed(key: ScoreKey) -> tuple[Tensor, Tensor]:
            gains, of_key = gains_of(key)
            own, sums = summed_by(gains, of_key, way)
            return torch.tensor([numbers[name] for name in own], dtype=torch.long), sums

        return _corrected_p(keys, summed, len(numbers))

    ways = [p_of(way) for way in ((0, 1) if any(CROSSED in name for name in names) else (0,))]
    return {key: torch.stack([p[key] for p in ways]).amax(dim=0) for key in keys}


def _corrected_p(
    keys: list[ScoreKey], gains_of: Callable[[ScoreKey], tuple[Tensor, Tensor]], n_units: int
) -> dict[ScoreKey, Tensor]:
    """p of every head and score, (layer, head), on the reported half."""
    by_family: dict[str, dict[ScoreKey, Tensor]] = {}
    for family, of_family in groupby(sorted(keys, key=lambda key: key[0]), key=lambda key: key[0]):
        by_family[family] = sign_flip_p(list(of_family), gains_of, n_units)
    together = {family: torch.cat([p.flatten() for p in of.values()]) for family, of in by_family.items()}
    corrected: dict[ScoreKey, Tensor] = {}
    for family, p in holm(together).items():
        sizes = [values.numel() for values in by_family[family].values()]
        for (key, old), new in zip(by_family[family].items(), p.split(sizes), strict=True):
            corrected[key] = new.reshape(old.shape)
    return corrected


def chosen_heads(units: Units, control: float, bar: float) -> Tensor:
    """Which heads, (layer × head), do enough here that it is worth asking the other half about them."""
    share = units.share.flatten()
    rival = max((number for number in (units.baseline, units.by_chance) if not math.isnan(number)), default=math.nan)
    return (share - rival >= MARGIN - 1e-12) & (share > control) & (share >= bar)  # a nan is above nothing


# ---- files -----------------------------------------------------------------------------------------------------


def save_profile(profile: Profile, path: Path) -> Path:
    """Write a profile as Parquet, with the facts inside, and by which rules it was measured (``RULES``).

    Raises
    ------
    StorageError
        If the file cannot be written.
    """
    numbers = profile.table.select_dtypes("float").columns
    words = ["family", "score", "direction", "verdict", "rule"]
    small = profile.table.astype({**dict.fromkeys(numbers, "float32"), **dict.fromkeys(words, "category")})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, to_parquet(small, {**profile.facts, "rules": RULES}))
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error
    return path


def load_profile(path: Path) -> Profile:
    """A profile as ``save_profile`` wrote it.

    Raises
    ------
    InputError
        If the file is not one.
    """
    if str(path) in CATALOGUE:
        way = f"profile_of(load_model({str(path)!r}))"
        raise InputError(f"{path} is a model, not the file of a profile: {way} gives its profile.")
    with open_file(path) as file:
        try:
            table = pd.read_parquet(file)
        except (OSError, ValueError) as error:
            raise InputError(f"{path} is not a profile: {in_one_line(error)}") from error
    facts, table.attrs = dict(table.attrs), {}
    if "left_out" not in table:  # before rules 2 it was not said
        table = table.assign(left_out=0)
    if fault := _fault_in(table, facts):
        raise InputError(f"{path} is not a profile, as {fault}: `mha-viz profile` writes one.")
    words = ["family", "score", "direction", "verdict", "rule"]
    table = table.astype(dict.fromkeys(words, "object"))
    return Profile(table.where(table.notna(), None).astype(table.dtypes), facts)


def _fault_in(table: pd.DataFrame, facts: dict[str, Any]) -> str:
    """What a table and its facts lack of a profile; "" for nothing."""
    if missing := [name for name in COLUMNS if name not in table]:
        return f"it has no column {', '.join(missing)}"
    if odd := [name for name in NUMBERS if not is_numeric_dtype(table[name])]:
        return f"there are no numbers in {', '.join(odd)}"
    if table.empty:
        return "it has no row"
    if not isinstance(facts.get("identity"), str):
        return "it does not say of which weights it is"
    corpora = facts.get("corpora", [])
    is_told = isinstance(corpora, list) and all(isinstance(one, dict) and "what" in one for one in corpora)
    return "" if is_told else "it does not say what it was measured on"
