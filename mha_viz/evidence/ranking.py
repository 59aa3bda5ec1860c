"""Score tables → one row a head for one question, best first; and what the evidence of a row allows to be said."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import isnan, nan
from typing import Any, NamedTuple

import pandas as pd

from mha_viz.evidence.score_names import FINDS, WORDS
from mha_viz.evidence.verdict import CONSISTENT, ESTABLISHED, MARGIN, TOO_LITTLE, UNDEFINED, VERDICTS_IN_WORDS, in_words
from mha_viz.scores.families.twins import is_twins
from mha_viz.scores.table import ScoreKey, row_of

RESTING = "sinks"  # where attention goes that does nothing: told last


@dataclass(frozen=True)
class Question:
    """What heads are looked for: those of a family, for one of its scores; ``score`` None: for whichever is best."""

    family: str
    score: str | None = None
    direction: str | None = None

    @property
    def key(self) -> ScoreKey | None:
        return None if self.score is None else (self.family, self.score, self.direction)


def verdict_in_words(row: Any) -> str | None:
    """The verdict of a row of a score table as it is said; None where a number only describes."""
    if not isinstance(row.verdict, str):  # pandas may make nan of None
        return None
    return in_words(row.verdict, row.value, row.baseline)


def gain(row: Any) -> float:
    """How far a row is above the best simple rule, or above an even choice where that gets more; nan without either."""
    return float(row.value - max((number for number in (row.baseline, row.chance) if not isnan(number)), default=nan))


def each_row(table: pd.DataFrame) -> list[Any]:
    """The rows of a table, with its columns as attributes: as ``itertuples`` without the index, which makes a new class
    each time it is called.
    """
    row = _row_with(tuple(table.columns))
    return [row(*values) for values in zip(*(table[name].tolist() for name in table.columns), strict=True)]


@lru_cache(maxsize=64)
def _row_with(columns: tuple[str, ...]) -> Any:
    return namedtuple("Row", columns, rename=True)


def rows_of(table: pd.DataFrame, key: ScoreKey) -> pd.DataFrame:
    """The rows of one score, with ``said`` and ``gain``; empty where the table does not have it."""
    family, score, direction = key
    at = (table["family"] == family) & (table["score"] == score)
    at &= table["direction"].isna() if direction is None else table["direction"] == direction
    return _weighed(table[at])


def rows_of_twins(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of twins, whichever sets of them were read, with ``said`` and ``gain``."""
    scores = table["score"][table["family"] == "coreference"]
    return _weighed(table.loc[scores.index[[is_twins(score) for score in scores]]])


def of_head(table: pd.DataFrame, layer: int, head: int) -> pd.DataFrame:
    """Every score of one head, with ``said`` and ``gain``."""
    return _weighed(table[(table["layer"] == layer) & (table["head"] == head)])


def ranked(table: pd.DataFrame, question: Question) -> pd.DataFrame:
    """One row a head, best first; heads that a score is undefined for come last.

    For one score the largest value is best. For a whole family each head stands with the score that most can be said
    of, and heads go by verdict and then by how far they are above the best simple rule; where there is too little
    evidence, with the score that has most cases. Where the table does
    not have the score, it is undefined for every head.
    """
    if question.key is not None:
        rows = rows_of(table, question.key)
        order, rising = ["value"], [False]
    else:
        rows = _weighed(table[table["family"] == question.family])
        rows = rows[rows["said"].notna()]
        # Of rare cases a head may get all by luck: what has little evidence goes by the number of its cases.
        weight = rows["gain"].where(rows["said"] != TOO_LITTLE, rows["n"])
        rows = rows.assign(rank=[VERDICTS_IN_WORDS.index(words) for words in rows["said"]], weight=weight)
        order, rising = ["rank", "weight", "gain"], [False, False, False]
    if rows.empty:
        return _undefined(table, question)
    rows = rows.sort_values([*order, "layer", "head"], ascending=[*rising, True, True], kind="stable")
    rows = rows.drop_duplicates(["layer", "head"]).drop(columns=["rank", "weight"], errors="ignore")
    return rows.reset_index(drop=True)


def best_rows(table: pd.DataFrame) -> pd.DataFrame:
    """For every score that claims something, the head with the largest value: the first of ``ranked`` by that score."""
    pairs = list(zip(table["family"].tolist(), table["score"].tolist(), strict=True))
    claims = {pair: row_of(*pair).claims for pair in set(pairs)}
    rows = table[[claims[pair] for pair in pairs]].dropna(subset="value")
    rows = rows.sort_values(["value", "layer", "head"], ascending=[False, True, True], kind="stable")
    return _weighed(rows.drop_duplicates(["family", "score", "direction"]))


def are_strong(rows: pd.DataFrame) -> pd.Series:
    """Which rows are worth naming: established, or consistent with more than a simple rule by the margin of evidence.

    Where no rule competes, "consistent with" alone may be a hair above an even spread.
    """
    return (rows["said"] == ESTABLISHED) | ((rows["said"] == CONSISTENT) & (rows["gain"] >= MARGIN - 1e-6))


def strong_rows(table: pd.DataFrame) -> pd.DataFrame:
    """What is worth naming of all that a table says, with ``said`` and ``gain``."""
    rows = _weighed(table[table["verdict"].isin((CONSISTENT, ESTABLISHED))])
    return rows[are_strong(rows)]


def kinds_of_heads(table: pd.DataFrame) -> pd.DataFrame:
    """How many heads of each layer are strong in each family.

    Returns
    -------
    DataFrame with columns said (``ESTABLISHED`` or ``CONSISTENT``), family, layer, heads
        A head counts once in a family, by the strongest verdict that one of its scores has there; it can be strong in
        several families.
    """
    rows = _weighed(table)
    rows = rows[are_strong(rows)].sort_values("said", ascending=False)  # "established" before "consistent with"
    rows = rows.drop_duplicates(["family", "layer", "head"])
    return rows.groupby(["said", "family", "layer"], sort=False).size().rename("heads").reset_index()


def families_of_heads(table: pd.DataFrame) -> dict[tuple[int, int], tuple[str, ...]]:
    """The families in which something is established of a head, by (layer, head), the most telling first.

    That is where the head is furthest above the best simple rule; resting on the first token or on signs ("sinks"),
    which most heads do, comes last. Heads of which nothing is established are not there.
    """
    rows = _weighed(table[table["verdict"] == ESTABLISHED])
    rows = rows[rows["said"] == ESTABLISHED].assign(rests=rows["family"] == RESTING)
    rows = rows.sort_values(["rests", "gain"], ascending=[True, False], kind="stable")
    rows = rows.drop_duplicates(["layer", "head", "family"])
    return {place: tuple(of["family"]) for place, of in rows.groupby(["layer", "head"])}


def families_in(table: pd.DataFrame) -> list[str]:
    """The families that heads can be looked for by: words of the text first, then those of a table in their order."""
    families = set(table["family"])
    return [WORDS, *(family for family in FINDS if family in families), *sorted(families - set(FINDS))]


def scores_in(table: pd.DataFrame, family: str) -> dict[str, list[str | None]]:
    """The scores of a family in a table, each with its directions; relations from the most frequent to the rarest."""
    rows = each_row(table.loc[table["family"] == family, ["score", "direction", "n"]])
    if any(isinstance(row.direction, str) for row in rows):
        rows = sorted(rows, key=lambda row: -row.n)
    directions_of: dict[str, list[str | None]] = {}
    pairs = ((row.score, row.direction if isinstance(row.direction, str) else None) for row in rows)
    for score, direction in dict.fromkeys(pairs):
        directions_of.setdefault(score, []).append(direction)
    return {score: sorted(directions, key=str) for score, directions in directions_of.items()}


def may_be_any(family: str, scores: Iterable[str]) -> bool:
    """Whether heads of a family can be asked for: several of its scores claim something."""
    return sum(row_of(family, score).claims for score in scores) > 1


def _undefined(table: pd.DataFrame, question: Question) -> pd.DataFrame:
    rows = table[["layer", "head"]].drop_duplicates().sort_values(["layer", "head"])
    unknown = dict.fromkeys(("value", "low", "high", "baseline", "chance", "control", "p"), nan)
    score = {"family": question.family, "score": question.score, "direction": question.direction}
    rows = rows.assign(**score, **unknown, n=0, n_units=0, left_out=0, verdict=UNDEFINED, rule=None)
    return _weighed(rows).reset_index(drop=True)


class _Weights(NamedTuple):
    """Of a row, what says how much it weighs: making rows of all columns would take several times as long."""

    verdict: str | None
    value: float
    baseline: float
    chance: float


def _weighed(rows: pd.DataFrame) -> pd.DataFrame:
    each = [_Weights(*row) for row in zip(*(rows[name].tolist() for name in _Weights._fields), strict=True)]
    words = {"said": [verdict_in_words(row) for row in each]}
    words |= {
        name: [value if isinstance(value, str) else None for value in rows[name]] for name in ("direction", "rule")
    }
    words = {name: pd.Series(of_rows, index=rows.index, dtype="object") for name, of_rows in words.items()}
    return rows.assign(**words, gain=[gain(row) for row in each])
