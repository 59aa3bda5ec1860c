"""Two models' profiles beside each other → tables as people read them."""

from __future__ import annotations

from math import isnan
from typing import Any

import pandas as pd

from mha_viz.evidence.cards.cards import in_unit
from mha_viz.evidence.profiles_compared import SIDES
from mha_viz.evidence.score_names import FINDS, unit_of
from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.objects import Head
from mha_viz.views.scores.scores import SIGNS
from mha_viz.wording import counted, head_name, in_percent, with_interval

Names = tuple[str, str]  # of the two models


def names_of_sides(first: str, second: str) -> Names:
    """What columns are called: of a model beside itself, which of the two."""
    return (first, second) if first != second else (f"{first}, first", f"{second}, second")


def kinds_table(kinds: pd.DataFrame, names: Names) -> pd.DataFrame:
    """How many heads of each model are established in each family, of ``kinds_compared``."""
    table = pd.DataFrame({"heads that …": [f"{FINDS.get(family, family)} ({family})" for family in kinds["family"]]})
    for side, name in zip(SIDES, names, strict=True):
        rows = zip(kinds[side], kinds[f"{side}_share"], strict=True)
        table[name] = [f"{n:,}, {in_percent(share)}" for n, share in rows]
    return table


def best_table(best: pd.DataFrame, names: Names) -> pd.DataFrame:
    """The best head of each model for every task, of ``best_compared``, with value, interval and verdict."""
    table = pd.DataFrame({"task": best["task"]})
    for side, name in zip(SIDES, names, strict=True):
        rows = list(best.itertuples(index=False))
        table[name] = [_head_with_value(row, side) for row in rows]
        table[f"verdict ({name})"] = [_verdict(getattr(row, f"{side}_said")) for row in rows]
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
        f"{(best[f'{side}_said'] == ESTABLISHED).sum()} in {name}"
        for side, name in zip(SIDES, names, strict=True)
        if best[f"{side}_layer"].notna().any()
    ]
    return f"Of {counted(len(best), 'task')}, a head is established for {' and '.join(counts)}."


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
    return f"{SIGNS.get(said, '')} {said}".strip() if isinstance(said, str) else ""
