"""The map of all heads: each as a small picture, to sort and to filter, and a table of the same heads."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from mha_viz.attention.head_filter import filtered_heads, sorted_heads
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import Shown, choose
from mha_viz.attention.tables import overview_frame
from mha_viz.errors import InputError
from mha_viz.evidence.ranking import RESTING
from mha_viz.language import N_, gettext
from mha_viz.objects import Head
from mha_viz.ui.pages.explore.map_colours import choose_colours, coloured_table, draw_choice, of_passage
from mha_viz.ui.pages.explore.passages import passage_of_map
from mha_viz.ui.parts import controls, share
from mha_viz.ui.parts.refusal import Remedy, show_refusal
from mha_viz.ui.parts.table import draw_table
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared import captures
from mha_viz.ui.shared.findings import get_families_of_heads
from mha_viz.ui.shared.profiles import get_profile
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.head import choose_head
from mha_viz.ui.shell.settings import Settings, clear_settings, fit_setting, set_setting, setting
from mha_viz.ui.shell.views import Views
from mha_viz.views.captions.facts import facts_of
from mha_viz.views.captions.terms import marked
from mha_viz.views.grid import model_picture

TO_PASSAGE = "to the passage"  # a column that a marked passage adds
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
            (TO_PASSAGE, False),
        ),
        strict=True,
    )
)
NAMES = {
    "layer": N_("layer"), "head": N_("head"), "query": N_("from"), "key": N_("to"), "value": N_("largest value"),
    "entropy": N_("entropy"), "mean_distance": N_("mean distance"), TO_PASSAGE: N_("to the passage"),
    "even spread": N_("an even spread"),
}  # fmt: skip
NUMBERS = ("value", "entropy", "mean_distance", TO_PASSAGE, "even spread")
COLUMNS = {"value": "value", "largest": "value", "entropy": "entropy", "distance": "mean_distance"}
ONLY_EXAMPLE = "L3, H7, entropy < 1"
ONLY_HELP = N_(
    "Names or conditions, with commas: `L3` one layer, `L2-4` some, `L3 H1` one head, `H7` that head of each layer, "
    "`entropy < 1`, `distance > 5`, `value > 0.5`."
)


def show_map(desk: Desk, selection: Selection, chosen: Head) -> None:
    """Every head, one of them marked; a click chooses another. Under them the same heads in numbers."""
    shown = choose(desk.capture, selection)
    sorts = _sorts_of(desk, shown)
    sort, only = fit_setting(Settings.sort, choices=sorts), fit_setting(Settings.only)
    frame.later(desk.more, lambda: _draw_sorting(sorts))
    overview = captures.get_overview(shown)
    table = overview_frame(shown, overview)
    if (by := SORTS[sort]) is not None and by[0] == TO_PASSAGE:
        table = coloured_table(table, of_passage(desk, selection.kind))
    picked = _arranged_or_all(table, sort, only)
    order = picked.index.tolist()
    marked = chosen if shown.has_heads else (chosen[0], 0)
    tints, offered = choose_colours(desk, shown)
    profile = get_profile(desk.model) if shown.has_heads and tints is None else None
    groups, names = groups_of(shown, get_families_of_heads(profile) if profile else None)
    drawn = _drawn(desk, selection, chosen)
    view = model_picture(
        shown, overview, table=table, order=order, is_sorted=sort != "layer", chosen=marked, groups=groups,
        drawn=drawn, mean=setting(Settings.several) == "mean", tints=tints, group_names=names, fit=True,
        preview_beside=True, size=setting(Settings.size), adds=controls.MOST_HEADS if shown.has_heads else None,
    )  # fmt: skip
    mount(
        view,
        "grid",
        open=lambda place: choose_head(place[0], place[1] if shown.has_heads else chosen[1]),
        add=lambda place: _add(drawn, place),
        size=lambda size: set_setting(Settings.size, size),
    )
    row = st.container(horizontal=True, vertical_alignment="bottom")
    if len(offered) > 1:
        frame.later(row, lambda: draw_choice(offered))
    facts = lambda: facts_of(shown) | ({"coloured by": tints.by} if tints else {})  # noqa: E731
    share.fill(row, view, lambda: coloured_table(picked, tints).reset_index(drop=True), facts, N_("Share the map"))
    _show_table(coloured_table(picked, tints))


def _sorts_of(desk: Desk, shown: Shown) -> list[str]:
    """What the heads can be sorted by: by a passage where there is one."""
    has_passage = shown.has_heads and passage_of_map(desk.capture, shown.selection.kind) is not None
    return [name for name, by in SORTS.items() if has_passage or by is None or by[0] != TO_PASSAGE]


def _drawn(desk: Desk, selection: Selection, chosen: Head) -> list[Head]:
    """The heads that stand side by side in the view of lines; elsewhere there is one."""
    is_lines = setting(Settings.view) == Views.lines
    return controls.heads_shown(desk.capture, selection.kind, chosen) if is_lines else [chosen]


def _add(drawn: list[Head], place: Head) -> None:
    """Draw one more, or one less, among the lines."""
    rest = [head for head in drawn if head != place]
    set_setting(Settings.view, Views.lines)
    controls.draw_heads((rest or drawn) if place in drawn else [*drawn, place][: controls.MOST_HEADS])


def groups_of(
    shown: Shown, families: Mapping[Head, tuple[str, ...]] | None
) -> tuple[list[int | None] | None, tuple[str, ...]]:
    """What is established of each head (``families_of_heads``), as a group of those that are alike in it, and what the
    groups are called; None where nothing is known.
    """
    if families is None or shown.selection.kind != shown.capture.kinds[0]:
        return None, ()
    # Resting on the first token or on signs is what most heads do: no colour for that.
    telling = {place: of[0] for place, of in families.items() if of[0] != RESTING}
    names = tuple(dict.fromkeys(telling.values()))
    groups = [names.index(telling[place]) if place in telling else None for place in shown.maps]
    return groups, tuple(map(gettext, names))


def _draw_sorting(sorts: list[str]) -> None:
    st.selectbox(gettext("Sort the heads by"), sorts, key=Settings.sort.key, format_func=gettext)
    st.text_input(gettext("Only these heads"), key=Settings.only.key, placeholder=ONLY_EXAMPLE, help=gettext(ONLY_HELP))


def _arranged_or_all(table: pd.DataFrame, sort: str, only: str) -> pd.DataFrame:
    """The same; all heads in order where what was asked for is refused, and a button that empties the field."""
    try:
        return _arranged(table, sort, only)
    except InputError as error:
        all_heads = Remedy(gettext("Show all heads"), lambda: clear_settings(Settings.sort, Settings.only))
        show_refusal(error, [all_heads], where="sort")
        return table


def _arranged(table: pd.DataFrame, sort: str, only: str) -> pd.DataFrame:
    """The rows of the table that were asked for, in the order that was asked for; the index tells which they are."""
    table, order = filtered_heads(table, only, COLUMNS, is_of_map=True), SORTS[sort]
    if order is None:
        return table
    column, ascending = order
    return sorted_heads(table, column, sort.partition(",")[0], ascending=ascending)


def _show_table(table: pd.DataFrame) -> None:
    names = {name: gettext(said) for name, said in NAMES.items()}
    numbers = {names[name]: st.column_config.NumberColumn(format="%.3f") for name in NUMBERS}
    panel = st.expander(gettext("The same heads in numbers"), key="numbers", on_change="rerun")
    if not panel.open:
        return
    with panel:
        draw_table(table.rename(columns=names), numbers, height=280)
        st.caption(
            marked(
                gettext(
                    "Where each map is largest. Of patterns also: entropy in nats (0: every row looks at one key) and "
                    "mean distance in positions."
                )
            )
        )
