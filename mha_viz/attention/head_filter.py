"""A table with a row a head, and what somebody types to see only some of them → those rows."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from mha_viz.errors import InputError
from mha_viz.language import N_, gettext, lazy_gettext
from mha_viz.outside import cut, whole_number
from mha_viz.wording import quoted

NAME = re.compile(r"(?:L(\d+)(?:-(\d+))?)?\s*(?:H(\d+))?", re.IGNORECASE)
COMMAS = re.compile("[,،，]")  # of whatever keyboard
CONDITION = re.compile(r"(\w+)\s*([<>])\s*(-?\d+(?:\.\d+)?)")


def filtered_heads(
    table: pd.DataFrame, only: str, columns: Mapping[str, str], verdicts: Sequence[str] = (), *, is_of_map: bool = False
) -> pd.DataFrame:
    """The rows that were asked for, in their order; all where nothing was.

    Parameters
    ----------
    table : DataFrame
        With the columns ``layer`` and ``head``, and ``said`` where there are verdicts.
    only : str
        Names such as ``L3``, ``L2-4``, ``H7`` or ``L3 H1``, conditions such as ``value > 0.5`` and beginnings of
        verdicts, in English or in the language of the run, with commas: a row has to have one of the names, one of
        the verdicts and all of the conditions.
    columns : mapping
        By the names that conditions may use: the column each stands for.
    is_of_map : bool
        Whether the columns are of a map, which has only some of them: a condition on another one is refused.

    Raises
    ------
    InputError
        If a part is neither a name, nor a verdict, nor a condition, the map has no such column, or nothing fits.
    """
    is_named, is_verdict = [], []
    fits = pd.Series(True, index=table.index)
    for part in filter(None, map(str.strip, COMMAS.split(only))):
        if (condition := CONDITION.fullmatch(part)) and condition[1] in columns:
            column, number = columns[condition[1]], float(condition[3])
            values = _column_of_map(table, column, condition[1]) if is_of_map else table[column]
            fits &= values < number if condition[2] == "<" else values > number
        elif meant := [verdict for verdict in verdicts if _means(part.casefold(), verdict)]:
            is_verdict.append(table["said"].isin(meant))
        else:
            is_named.append(_named(table, part))
    for some in (is_named, is_verdict):
        if some:
            fits &= _any(some)
    if not fits.any():
        message = N_("No head fits {asked}. Empty the field to see all of them.")
        raise InputError(lazy_gettext(message, asked=quoted(cut(only))))
    return table[fits]


def sorted_heads(table: pd.DataFrame, column: str, name: str, *, ascending: bool) -> pd.DataFrame:
    """The rows by one column of a map, which a reader knows as ``name``.

    Raises
    ------
    InputError
        If the map does not have it.
    """
    _column_of_map(table, column, name)
    return table.sort_values(column, ascending=ascending, kind="stable")


def _means(part: str, verdict: str) -> bool:
    """Whether a verdict is meant, by some of its English name or of its name in the language of the run."""
    said = gettext(verdict).casefold()
    return part == said or (len(part) > 2 and (part in verdict or part in said))


def _column_of_map(table: pd.DataFrame, column: str, name: str) -> pd.Series:
    if column not in table or table[column].isna().all():
        raise InputError(
            lazy_gettext("There is no {number} of this map: it is told for patterns alone.", number=lazy_gettext(name))
        )
    return table[column]


def _named(table: pd.DataFrame, part: str) -> pd.Series:
    """Which rows a name means."""
    name = NAME.fullmatch(part)
    if not name or not any(name.groups()):
        message = N_("{asked} is neither a head nor a condition. Write for example L3, L2-4, L3 H1, entropy < 1.")
        raise InputError(lazy_gettext(message, asked=quoted(cut(part))))
    if any(number and whole_number(number) is None for number in name.groups()):
        raise InputError(lazy_gettext("No layer or head has the number of {asked}.", asked=quoted(cut(part))))
    first, last, head = (None if number is None else whole_number(number) for number in name.groups())
    fits = pd.Series(True, index=table.index)
    if first is not None:
        fits &= table["layer"].between(first, first if last is None else last)
    return fits if head is None else fits & (table["head"] == head)


def _any(masks: Collection[pd.Series]) -> pd.Series:
    return pd.concat(list(masks), axis=1).any(axis=1)
