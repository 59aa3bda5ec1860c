"""What a reader types to see only some heads."""

from __future__ import annotations

import re

import pandas as pd

from mha_viz.errors import InputError
from mha_viz.evidence.verdict import SAID

CONDITION = re.compile(r"(value|n|p)\s*([<>])\s*(-?\d+(?:\.\d+)?)")

NAME = re.compile(r"(?:L(\d+)(?:-(\d+))?)?\s*(?:H(\d+))?", re.IGNORECASE)


def filtered(rows: pd.DataFrame, among: str) -> pd.DataFrame:
    """The rows that were asked for, in their order.

    Raises
    ------
    InputError
        If a part is neither a name, nor a verdict, nor a condition, or nothing fits.
    """
    kept, verdicts = pd.Series(False, index=rows.index), pd.Series(False, index=rows.index)
    names = verdict_asked = False
    conditions = pd.Series(True, index=rows.index)
    for part in filter(None, (part.strip() for part in among.split(","))):
        if condition := CONDITION.fullmatch(part):
            column, number = rows[condition[1]], float(condition[3])
            conditions &= column < number if condition[2] == "<" else column > number
        elif said := [one for one in SAID if len(part) > 2 and part.casefold() in one]:
            verdicts |= rows["said"].isin(said)
            verdict_asked = True
        else:
            kept |= named(rows, part)
            names = True
    rows = rows[conditions & (kept if names else True) & (verdicts if verdict_asked else True)]
    if rows.empty:
        raise InputError(f"No head fits “{among}”. Empty the field to see all of them.")
    return rows


def named(table: pd.DataFrame, part: str) -> pd.Series:
    """Which rows a name such as ``L3``, ``L2-4``, ``H7`` or ``L3 H1`` means."""
    name = NAME.fullmatch(part)
    if not name or not any(name.groups()):
        raise InputError(f"“{part}” is neither a head nor a condition. Write for example L3, L2-4, L3 H1, entropy < 1.")
    first, last, head = (None if number is None else int(number) for number in name.groups())
    kept = pd.Series(True, index=table.index)
    if first is not None:
        kept &= table["layer"].between(first, first if last is None else last)
    return kept if head is None else kept & (table["head"] == head)
