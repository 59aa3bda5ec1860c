"""The profiles of two models beside each other: how many heads are of which kind, and what two heads do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mha_viz.evidence.ranking import are_strong, best_rows, each_row, kinds_of_heads, of_head
from mha_viz.evidence.score_names import FINDS, label_with_direction
from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.scores.table import ScoreKey

KEYS = ("family", "score", "direction")
SIDES = ("first", "second")
OF_HEAD = ("layer", "head", "value", "low", "high", "n", "said")  # what is told of the best head of a side


def kinds_compared(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Heads of each family that are established in each model, counted as wherever a model's heads are counted
    (``kinds_of_heads``): a head counts in every family that a score is established of.

    Returns
    -------
    DataFrame with columns family, first, second, first_share, second_share
        Counts of heads, and their share of the model's heads.
    """
    counts = []
    for name, table in zip(SIDES, (first, second), strict=True):
        kinds = kinds_of_heads(table)
        heads = kinds[kinds["said"] == ESTABLISHED].groupby("family")["heads"].sum()
        n_heads = len(table[["layer", "head"]].drop_duplicates())
        counts += [heads.rename(name), (heads / n_heads).rename(f"{name}_share")]
    table = pd.concat(counts, axis=1).fillna(0)
    table = table.astype({"first": int, "second": int})[["first", "second", "first_share", "second_share"]]
    return table.rename_axis("family").reset_index().sort_values("family", ignore_index=True)


def heads_compared(
    first: pd.DataFrame, second: pd.DataFrame, here: tuple[int, int], there: tuple[int, int]
) -> pd.DataFrame:
    """What two heads do in general: every score that either of them is strong in.

    Returns
    -------
    DataFrame with columns score, first, first_verdict, second, second_verdict
        The clearest first: by how far the better of the two is above the best simple rule.
    """
    sides = []
    for name, table, place in zip(SIDES, (first, second), (here, there), strict=True):
        rows = of_head(table, *place)
        rows = rows.assign(strong=are_strong(rows)).fillna({"direction": ""}).set_index(list(KEYS))
        sides.append(rows[["value", "said", "gain", "strong"]].add_prefix(f"{name}_"))
    both = sides[0].join(sides[1], how="outer")
    both = both[both["first_strong"].fillna(False).astype(bool) | both["second_strong"].fillna(False).astype(bool)]
    both = both.assign(best=both[["first_gain", "second_gain"]].max(axis=1)).sort_values("best", ascending=False)
    both = both.rename(columns={"first_value": "first", "second_value": "second"})
    both = both.rename(columns={"first_said": "first_verdict", "second_said": "second_verdict"}).reset_index()
    names = [label_with_direction(row.family, row.score, row.direction) for row in both.itertuples(index=False)]
    both.insert(0, "named", names)
    columns = {"named": "score", "first": "first", "first_verdict": "first_verdict"}
    columns |= {"second": "second", "second_verdict": "second_verdict"}
    return both[list(columns)].rename(columns=columns)


def best_compared(first: pd.DataFrame | None, second: pd.DataFrame | None) -> pd.DataFrame:
    """The best head of each model for every task: for every score that claims something of a head.

    Parameters
    ----------
    first, second : DataFrame or None
        The profiles of two models; None where there is none.

    Returns
    -------
    DataFrame with columns task, family, score, direction, and ``first_`` and ``second_`` with each of ``OF_HEAD``
        Of ``best_rows``; what a side does not have is None. First what is established on most sides, then what is
        strong on most (``are_strong``); within these the families as they stand in the menu, frequent scores first.
    """
    sides = [{} if table is None else _best_of(table) for table in (first, second)]
    keys = sorted({**sides[0], **sides[1]}, key=lambda key: _order([side[key] for side in sides if key in side]))
    rows: list[dict[str, Any]] = []
    for key in keys:
        rows.append({"task": label_with_direction(*key), **dict(zip(KEYS, key, strict=True))})
        for name, side in zip(SIDES, sides, strict=True):
            rows[-1] |= {f"{name}_{column}": getattr(side.get(key), column, None) for column in OF_HEAD}
    columns = ["task", *KEYS, *(f"{name}_{column}" for name in SIDES for column in OF_HEAD)]
    return pd.DataFrame(rows, columns=columns, dtype="object")


def _best_of(table: pd.DataFrame) -> dict[ScoreKey, Any]:
    rows = best_rows(table)
    rows = rows.assign(strong=are_strong(rows))
    return {(row.family, row.score, row.direction): row for row in each_row(rows)}


def _order(best: Sequence[Any]) -> tuple[float, ...]:
    """Where a task stands, by the best heads that there are for it."""
    family = best[0].family
    return (
        -sum(row.said == ESTABLISHED for row in best), -sum(row.strong for row in best),
        list(FINDS).index(family) if family in FINDS else len(FINDS), -max(row.n for row in best),
    )  # fmt: skip
