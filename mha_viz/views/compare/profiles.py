"""Two models' profiles beside each other → tables as people read them."""

from __future__ import annotations

from math import isnan
from typing import Any

import pandas as pd

from mha_viz.evidence.cards.cards import in_unit
from mha_viz.evidence.profiles_compared import SIDES
from mha_viz.evidence.score_names import FINDS, label_with_direction, unit_of
from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.language import gettext, ngettext, whole
from mha_viz.objects import Head
from mha_viz.views.scores.scores import SIGNS
from mha_viz.wording import head_name, in_percent, joined, with_interval

Names = tuple[str, str]  # of the two models


def names_of_sides(first: str, second: str) -> Names:
    """What columns are called: of a model beside itself, which of the two."""
    if first != second:
        return first, second
    return gettext("{model}, first", model=first), gettext("{model}, second", model=second)


def kinds_table(kinds: pd.DataFrame, names: Names) -> pd.DataFrame:
    """How many heads of each model are established in each family, of ``kinds_compared``."""
    finds = [(family, FINDS.get(family, family)) for family in kinds["family"]]
    table = pd.DataFrame({gettext("heads that …"): [f"{gettext(find)} ({gettext(family)})" for family, find in finds]})
    for side, name in zip(SIDES, names, strict=True):
        rows = zip(kinds[side], kinds[f"{side}_share"], strict=True)
        table[name] = [f"{whole(n)}, {in_percent(share)}" for n, share in rows]
    return table


def best_table(best: pd.DataFrame, names: Names) -> pd.DataFrame:
    """The best head of each model for every task, of ``best_compared``, with value, interval and verdict; a model of
    which nothing is known has no columns.
    """
    tasks = zip(best["family"], best["score"], best["direction"], strict=True)
    table = pd.DataFrame({gettext("task"): [label_with_direction(*task) for task in tasks]}, index=best.index)
    for side, name in zip(SIDES, names, strict=True):
        if not best.empty and best[f"{side}_layer"].isna().all():
            continue
        rows = list(best.itertuples(index=False))
        table[name] = [_head_with_value(row, side) for row in rows]
        table[verdict_of(name)] = [_verdict(getattr(row, f"{side}_said")) for row in rows]
    return table


def verdict_of(name: str) -> str:
    """What the column is called that holds the verdicts on one model's heads."""
    return gettext("verdict ({model})", model=name)


def in_general_table(both: pd.DataFrame, names: Names) -> pd.DataFrame:
    """What two heads do in general, of ``heads_compared``."""
    table = pd.DataFrame({gettext("score"): both["score"]})
    for side, name in zip(SIDES, names, strict=True):
        table[name] = both[side]
        table[verdict_of(name)] = [said and gettext(said) for said in both[f"{side}_verdict"].fillna("")]
    return table


def best_heads(best: pd.DataFrame) -> list[tuple[Head | None, Head | None]]:
    """The two heads of each row of ``best_compared``; None where a side has none."""
    columns = [zip(best[f"{side}_layer"], best[f"{side}_head"], strict=True) for side in SIDES]
    sides = [[None if pd.isna(layer) else (int(layer), int(head)) for layer, head in column] for column in columns]
    return list(zip(*sides, strict=True))


def established_tasks(best: pd.DataFrame) -> pd.DataFrame:
    """Those rows of ``best_compared`` of which something is established on one side or both."""
    return best[(best["first_said"] == ESTABLISHED) | (best["second_said"] == ESTABLISHED)]


def best_heads_sentence(best: pd.DataFrame, names: Names) -> str:
    """How many tasks there are, and how many of them a head of each model is established for; of a model without a
    profile nothing is said.
    """
    counts = [
        gettext("{n} in {model}", n=int((best[f"{side}_said"] == ESTABLISHED).sum()), model=name)
        for side, name in zip(SIDES, names, strict=True)
        if best[f"{side}_layer"].notna().any()
    ]
    return ngettext(
        "Of {n} task, a head is established for {counts}.", "Of {n} tasks, a head is established for {counts}.",
        len(best), counts=joined(counts),
    )  # fmt: skip


def _head_with_value(row: Any, side: str) -> str:
    """``L2 H0: 87.2 % [81.6, 91.7]``; empty where there is none."""
    layer, head, value, low, high = (
        getattr(row, f"{side}_{name}") for name in ("layer", "head", "value", "low", "high")
    )
    if layer is None or pd.isna(layer):
        return ""
    return f"{head_name(int(layer), int(head))}: {_with_interval(value, low, high, unit_of(row.family, row.score))}"


def _with_interval(value: float, low: float, high: float, unit: str) -> str:
    if isnan(low) or isnan(high):
        return in_unit(value, unit)
    return (
        with_interval(value, low, high)
        if unit.startswith("share")
        else f"{in_unit(value, unit)} [{low:.2f}, {high:.2f}]"
    )


def _verdict(said: str | None) -> str:
    return f"{SIGNS.get(said, '')} {gettext(said)}".strip() if isinstance(said, str) else ""
