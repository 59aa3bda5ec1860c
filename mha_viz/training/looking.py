"""Heads that look and heads that matter: what a head finds, beside what its removal costs."""

from __future__ import annotations

from typing import Any

import pandas as pd

from mha_viz.errors import InputError
from mha_viz.views.facts import with_interval


def looks_and_matters(profile: pd.DataFrame, without: list[dict[str, Any]]) -> pd.DataFrame:
    """What each head of a classroom model finds, and what is lost without it.

    Parameters
    ----------
    profile : DataFrame
        Its head profile, with the score "twins".
    without : list of dict
        What ``classroom_measures.ablated`` gave, a row a head.

    Returns
    -------
    DataFrame with the columns ``layer, head, looks, looks_low, looks_high, n_pairs, drop, drop_low, drop_high, n``
        ``looks`` is the share of pairs of twins in which the head's pronoun looks most at the right noun in both;
        ``drop`` what zeroing the head takes from the accuracy on the last verb, in shares of the ``n`` sentences
        (negative: accuracy rises). Intervals are 95 %.

    Raises
    ------
    InputError
        If one of the two was not measured.
    """
    twins = profile[(profile["family"] == "coreference") & (profile["score"] == "twins")]
    if twins.empty or not without:
        raise InputError("This model's profile does not hold what its heads find in twins and what each of them costs.")
    looks = twins.rename(columns={"value": "looks", "low": "looks_low", "high": "looks_high", "n": "n_pairs"})
    drops = pd.DataFrame(without).rename(columns={"low": "drop_low", "high": "drop_high"})
    both = looks[["layer", "head", "looks", "looks_low", "looks_high", "n_pairs"]].merge(
        drops[["layer", "head", "drop", "drop_low", "drop_high", "n"]], on=["layer", "head"]
    )
    return both.sort_values(["layer", "head"], ignore_index=True)


def mattering_sentence(table: pd.DataFrame) -> str:
    """Which head looks most, which matters most, and whether some head looks without mattering."""
    looks, matters = table.loc[table["looks"].idxmax()], table.loc[table["drop"].idxmax()]
    sentence = f"{_named(looks)} finds most, the right noun in {_share(looks, 'looks')} of the pairs; without it "
    sentence += f"{_costs(looks)}."
    if (looks.layer, looks["head"]) != (matters.layer, matters["head"]):
        sentence += (
            f" {_named(matters)} matters most: without it {_costs(matters)}; it finds {_share(matters, 'looks')}."
        )
    idle = table[(table["looks_low"] > 0.25) & (table["drop_low"] <= 0)].sort_values("looks", ascending=False)
    if len(idle):
        sentence += f" {_named(idle.iloc[0])} finds {_share(idle.iloc[0], 'looks')}, and yet without it "
        sentence += f"{_costs(idle.iloc[0])}: to look is not to matter."
    return sentence


def _named(row: pd.Series) -> str:
    return f"L{row.layer:.0f} H{row['head']:.0f}"


def _share(row: pd.Series, column: str) -> str:
    return with_interval(row[column], row[f"{column}_low"], row[f"{column}_high"])


def _costs(row: pd.Series) -> str:
    """What its removal does to the accuracy; where the interval holds 0, no fall is claimed."""
    ends = f"[{100 * row.drop_low:.1f}, {100 * row.drop_high:.1f}]"
    points = f"{100 * abs(row['drop']):.1f} points"
    if row.drop_low > 0:
        return f"accuracy falls by {points} {ends}"
    return f"accuracy changes by {points}, {'downwards' if row['drop'] > 0 else 'upwards'} if anything {ends}"
