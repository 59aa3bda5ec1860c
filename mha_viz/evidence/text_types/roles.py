"""What a head does most in each type of text, and in which heads that differs from type to type for sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from mha_viz.evidence.ranking import each_row
from mha_viz.evidence.text_types.measured import CHOSEN, GAIN, TYPE
from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.scores.table import HEAD_SCORES

# Scores that are all shares of the same attention, so that the larger one is what a head does more.
ROLES = tuple(
    name for name, row in HEAD_SCORES.items() if row.on == "tokens" and row.claims and row.unit == "share of attention"
)
SAME, DIFFERS, IN_SOME, NONE = "same", "differs", "in some", "none"


@dataclass(frozen=True)
class Difference:
    """A head whose role is another one in the second type than in the first: the rows of a score table that say so.

    ``size`` is by how much the head does each of the two more where that is its role, added up.
    """

    layer: int
    head: int
    first: Any
    second: Any
    size: float


def roles_in(table: pd.DataFrame) -> pd.DataFrame:
    """The role of each head in each type: of the scores that share out its attention the one that is most above the
    best rule, or an even choice, on the half that chooses, where that is enough to be chosen.

    Parameters
    ----------
    table : DataFrame
        Of ``TextTypeScores``.

    Returns
    -------
    DataFrame
        The rows of the table that are roles, one a head and type at most; their numbers and verdicts are of the half
        that reports.
    """
    rows = table[table[CHOSEN] & table["score"].isin(ROLES)]
    return rows.sort_values(GAIN, ascending=False, kind="stable").drop_duplicates([TYPE, "layer", "head"]).sort_index()


def differences(table: pd.DataFrame) -> list[Difference]:
    """Heads with two roles, each established in its type, where the intervals of both lie apart; the largest first.

    A head counts once, with the two types that are farthest apart. Of each role the interval where it is the role must
    lie above that of the same score in the other type, and still do so once what an even choice (or the best rule) gets
    is taken off both: half of JSON is punctuation, so that a head which rests on it does no more than its share.
    """
    roles = roles_in(table)
    roles = roles[roles["verdict"] == ESTABLISHED]
    by_place = {(row.text_type, row.layer, row.head, row.score): row for row in each_row(_asked(table))}
    found = []
    for (layer, head), of_head in roles.groupby(["layer", "head"], sort=True):
        pairs = []
        for one, other in combinations(each_row(of_head), 2):
            first, second = _gap(by_place, one, other), _gap(by_place, other, one)
            if first is not None and second is not None:  # of the same score one of them is None
                pairs.append(Difference(int(layer), int(head), one, other, first + second))
        found += sorted(pairs, key=lambda pair: -pair.size)[:1]
    return sorted(found, key=lambda one: -one.size)


def _asked(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["score"].isin(ROLES)]


def _gap(by_place: dict[Any, Any], row: Any, elsewhere: Any) -> float | None:
    """By how much a head does what is its role more than in the other type; None where that is not sure."""
    other = by_place.get((elsewhere.text_type, row.layer, row.head, row.score))
    if other is None:  # the other type has no item of it, as a text without copies
        return None
    more = _rival(row) - _rival(other)
    is_sure = row.low - other.high > max(0.0, more)
    return float(row.value - other.value) if is_sure else None


def _rival(row: Any) -> float:
    return float(np.nanmax([row.baseline, row.chance]))


def how_roles_vary(table: pd.DataFrame) -> dict[str, int]:
    """How many heads have one established role in all types ("same"), two roles that are apart for sure ("differs"),
    the same one or ones that are not apart, but not in all types ("in some"), and none ("none").
    """
    roles, n_types = roles_in(table), table[TYPE].nunique()
    roles = roles[roles["verdict"] == ESTABLISHED]
    apart = {(one.layer, one.head) for one in differences(table)}
    numbers = dict.fromkeys((SAME, DIFFERS, IN_SOME, NONE), 0)
    by_head = dict(iter(roles.groupby(["layer", "head"])))
    for place in table[["layer", "head"]].drop_duplicates().itertuples(index=False, name=None):
        of_head = by_head.get(place)
        if of_head is None:
            numbers[NONE] += 1
        elif place in apart:
            numbers[DIFFERS] += 1
        else:
            is_same = len(of_head) == n_types and of_head["score"].nunique() == 1
            numbers[SAME if is_same else IN_SOME] += 1
    return numbers


def vector_of(table: pd.DataFrame, layer: int, head: int, scores: Sequence[str] = ROLES) -> pd.DataFrame:
    """What one head does in each type, the types in order: a row a score of these and type."""
    of_head = (table["layer"] == layer) & (table["head"] == head)
    return table[of_head & table["score"].isin(list(scores))]
