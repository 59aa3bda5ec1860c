"""The profiles of two models beside each other: how many heads are of which kind, and what two heads do."""

from __future__ import annotations

import pandas as pd

from mha_viz.evidence.ranking import are_strong, kinds_of_heads, of_head
from mha_viz.evidence.score_names import label_of
from mha_viz.evidence.verdict import ESTABLISHED


def kinds_compared(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Heads of each family that are established in each model, counted as wherever a model's heads are counted
    (``kinds_of_heads``): a head counts in every family that a score is established of.

    Returns
    -------
    DataFrame with columns family, first, second, first_share, second_share
        Counts of heads, and their share of the model's heads.
    """
    counts = []
    for name, table in (("first", first), ("second", second)):
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
    keys, sides = ["family", "score", "direction"], []
    for name, table, place in (("first", first, here), ("second", second, there)):
        rows = of_head(table, *place)
        rows = rows.assign(strong=are_strong(rows)).fillna({"direction": ""}).set_index(keys)
        sides.append(rows[["value", "said", "gain", "strong"]].add_prefix(f"{name}_"))
    both = sides[0].join(sides[1], how="outer")
    both = both[both["first_strong"].fillna(False).astype(bool) | both["second_strong"].fillna(False).astype(bool)]
    both = both.assign(best=both[["first_gain", "second_gain"]].max(axis=1)).sort_values("best", ascending=False)
    both = both.rename(columns={"first_value": "first", "second_value": "second"})
    both = both.rename(columns={"first_said": "first_verdict", "second_said": "second_verdict"}).reset_index()
    names = [
        label_of(row.family, row.score) + (f", {row.direction}" if row.direction else "")
        for row in both.itertuples(index=False)
    ]
    both.insert(0, "named", names)
    columns = {"named": "score", "first": "first", "first_verdict": "first_verdict"}
    columns |= {"second": "second", "second_verdict": "second_verdict"}
    return both[list(columns)].rename(columns=columns)
