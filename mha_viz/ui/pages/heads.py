"""The page of all heads: every map as a small picture, to sort and to filter, and a table of the same heads."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mha_viz.attention.head_filter import filtered_heads, sorted_heads
from mha_viz.attention.shown import choose
from mha_viz.attention.tables import overview_frame
from mha_viz.ui.parts import controls, share
from mha_viz.ui.parts.top import Desk, choose_selection
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared import captures
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Settings, fit_setting, setting
from mha_viz.views.captions.facts import facts_of
from mha_viz.views.grid import model_picture

# What the heads can be sorted by: (column of the table, ascending).
SORTS: dict[str, tuple[str, bool] | None] = dict(
    zip(
        Settings.sort.choices,
        (
            None,
            ("value", False),
            ("entropy", True),
            ("entropy", False),
            ("mean_distance", True),
            ("mean_distance", False),
        ),
        strict=True,
    )
)
COLUMNS = {"value": "value", "largest": "value", "entropy": "entropy", "distance": "mean_distance"}
ONLY_HELP = (
    "Names or conditions, with commas: `L3` one layer, `L2-4` some, `L3 H1` one head, `H7` that head of each layer, "
    "`entropy < 1`, `distance > 5`, `value > 0.5`."
)


def show_grid(desk: Desk) -> None:
    """The grid, which opens a head at a click, and under it the same heads in numbers."""
    kind = controls.choose_kind(desk.capture)
    row = st.container(horizontal=True, vertical_alignment="bottom")
    selection = choose_selection(desk, kind, row)
    sort, only = fit_setting(Settings.sort), fit_setting(Settings.only)
    frame.later(row, _draw_sorting)
    shown = choose(desk.capture, selection)
    overview = captures.get_overview(shown)
    table = overview_frame(shown, overview)
    picked = _arranged(table, sort, only)
    heads = range(shown.n_maps)
    controls.propose_head(desk.capture, kind)
    layer = fit_setting(Settings.layer, shown.layers[0], shown.layers)
    chosen = layer, fit_setting(Settings.head, choices=heads) if shown.has_heads else 0
    order = picked.index.tolist()
    view = model_picture(shown, overview, table=table, order=order, is_sorted=sort != "layer", chosen=chosen)
    clicked = mount(view, "grid")
    if clicked.open:
        layer, head = clicked.open
        frame.open_head(layer, head if shown.has_heads else setting(Settings.head))
    share.fill(desk.share, view, lambda: picked.reset_index(drop=True), facts_of(shown))
    _show_table(picked)


def _draw_sorting() -> None:
    st.selectbox("Sort by", list(SORTS), key=Settings.sort.key, width=170)
    st.text_input("Only", key=Settings.only.key, placeholder="L3, H7, entropy < 1", help=ONLY_HELP, width=190)


def _arranged(table: pd.DataFrame, sort: str, only: str) -> pd.DataFrame:
    """The rows of the table that were asked for, in the order that was asked for; the index tells which they are."""
    table, order = filtered_heads(table, only, COLUMNS, is_of_map=True), SORTS[sort]
    if order is None:
        return table
    column, ascending = order
    return sorted_heads(table, column, sort.partition(",")[0], ascending=ascending)


def _show_table(table: pd.DataFrame) -> None:
    st.subheader("The same heads in numbers", anchor=False)
    names = {"query": "from", "key": "to", "value": "largest value", "mean_distance": "mean distance"}
    st.dataframe(
        table.rename(columns=names),
        hide_index=True,
        height=280,
        column_config={
            name: st.column_config.NumberColumn(format="%.3f") for name in ("largest value", "entropy", "mean distance")
        },
    )
    st.caption(
        "Where each map is largest. Of patterns also: entropy in nats (0: every row looks at one key) and mean "
        "distance in positions."
    )
