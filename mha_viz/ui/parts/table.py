"""A table of heads in which a reader picks a row, and that marks the row that was picked elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from mha_viz.language import gettext
from mha_viz.ui.shell.memory import Memory, recall, remember, set_widget, widget_value
from mha_viz.views.captions.terms import explanation
from mha_viz.views.scores.tables import names_of_changes


def choose_row(
    table: pd.DataFrame,
    places: Sequence[Hashable],
    chosen: Hashable,
    choose: Callable[[Any], None],
    *,
    key: str,
    column_config: Mapping[str, Any] | None = None,
    **looks: Any,
) -> None:
    """Draw the table; ``places`` says what each row stands for, ``choose`` takes what was picked."""
    places = list(places)
    name = _own_key(key, chosen, places)

    def take() -> None:
        picked = _picked(widget_value(name), len(places))
        is_old = recall(Memory.tables)[key][2] != name
        if picked is not None and not is_old:
            _remember_row(key, places[picked], places, name)
            choose(places[picked])

    here = [places.index(chosen)] if chosen in places else []
    set_widget(name, {"selection": {"rows": here, "columns": [], "cells": []}})
    st.dataframe(
        table, hide_index=True, key=name, on_select=take, selection_mode="single-row",
        column_config=explained(table, column_config or {}), **looks,
    )  # fmt: skip


def draw_table(table: pd.DataFrame, column_config: Mapping[str, Any] | None = None, **looks: Any) -> None:
    """A table to read, with columns explained."""
    st.dataframe(table, hide_index=True, column_config=explained(table, column_config or {}), **looks)


def formats_of_changes() -> dict[str, Any]:
    """How the columns of ``changes_table`` are written."""
    number, names = st.column_config.NumberColumn, names_of_changes()
    columns = {"first": number(format="%.3f"), "second": number(format="%.3f"), "change": number(format="%+.3f")}
    said = gettext("Jensen-Shannon divergence in bits, averaged over the rows")
    return {names[name]: column for name, column in columns.items()} | {
        names["distance"]: number(format="%.4f", help=said)
    }


def explained(table: pd.DataFrame, config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of a table's columns, in which the name of each that is a term of the glossary has what it
    means where nothing else is said of it.
    """
    columns = {str(name): config.get(str(name)) for name in table.columns}
    return {name: _with_help(name, held) for name, held in columns.items() if name in config or explanation(name)}


def _with_help(name: str, held: Any) -> Any:
    if not isinstance(held, dict | None):
        return held
    column = held or st.column_config.Column()
    return {**column, "help": column.get("help") or explanation(column.get("label") or name)}


def _picked(held: Any, n: int) -> int | None:
    """The row that was picked, of n; what comes from a browser is somebody's input."""
    rows = held["selection"]["rows"] if held is not None else []
    first = rows[0] if isinstance(rows, list) and rows else None
    return first if type(first) is int and 0 <= first < n else None


def _own_key(key: str, chosen: Hashable, places: list[Hashable]) -> str:
    """A table of its own for every row that is chosen elsewhere. In the same table a browser that has not yet heard of
    the new row would report the old one, with whatever else is clicked, as if a reader had picked it.
    """
    row, heads, name = recall(Memory.tables).get(key, (None, None, f"{key} 0"))
    if (row, heads) != (chosen, places):
        name = f"{key} {int(name.rpartition(' ')[2]) + 1}"
        _remember_row(key, chosen, places, name)
    return str(name)


def _remember_row(key: str, chosen: Hashable, places: list[Hashable], name: str) -> None:
    tables = recall(Memory.tables)
    remember(Memory.tables, {**tables, key: (chosen, places, name)})
