"""One text: every head of the model on the left, on the right one of them from near, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from mha_viz.attention.selection import Selection
from mha_viz.errors import MhaVizError
from mha_viz.language import gettext
from mha_viz.objects import Head
from mha_viz.ui.pages.explore.from_to import show_strips
from mha_viz.ui.pages.explore.map import show_map
from mha_viz.ui.pages.explore.names import show_names
from mha_viz.ui.pages.explore.passages import show_passage
from mha_viz.ui.pages.explore.text import show_text
from mha_viz.ui.pages.explore.what_if import show_what_if
from mha_viz.ui.pages.explore.worth_looking import findings_line
from mha_viz.ui.parts import controls
from mha_viz.ui.parts.card import show_card
from mha_viz.ui.parts.lines import show_head
from mha_viz.ui.parts.naming import heading, say_model
from mha_viz.ui.parts.refusal import show_refusal
from mha_viz.ui.parts.selection import choose_selection
from mha_viz.ui.parts.steps import show_steps
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.several.board import SENTENCE, Note
from mha_viz.ui.shared.captures import fetch_layer
from mha_viz.ui.shared.profiles import get_profile
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.led.wall import put_on_wall, writes_on_wall
from mha_viz.ui.shell.settings import Settings, fit_setting, setting
from mha_viz.ui.shell.views import VIEWS, Views

T = TypeVar("T")
# What each view shows of a text, given what is selected and the chosen head; some say which head they show instead.
# What if is apart: it also runs the network.
SHOW: dict[str, Callable[[Desk, Selection, Head], Head | None]] = {
    Views.lines: lambda desk, selection, head: show_head(desk, selection, *head),
    Views.text: lambda desk, selection, head: show_text(desk, selection, *head),
    Views.steps: lambda desk, selection, head: show_steps(desk, selection.kind, lambda: head),
    Views.from_to: lambda desk, selection, _head: show_strips(desk, selection.kind),
    Views.passage: lambda desk, selection, head: show_passage(desk, selection.kind, head),
    Views.names: lambda desk, selection, _head: show_names(desk, selection.kind),
}


def show_explore(desk: Desk) -> None:
    """The controls in one row, the map and the chosen view side by side. What is looked at is sent first; what takes
    many runs comes once the map is there.
    """
    runs: list[Callable[[], None]] = []
    row = st.container(horizontal=True, vertical_alignment="center", key="controls")
    with row:
        kind = controls.choose_kind(desk.capture)
    view = fit_setting(Settings.view)
    frame.later(row, _draw_views)
    head = controls.head_menus(desk.capture, kind, row)
    # Beside a passage every head is coloured by what it gives to it, whichever map a click would enlarge.
    selection = choose_selection(desk, kind, None if view == Views.passage else row)
    fill_findings = findings_line(desk, kind)
    with st.container(key="sides"):  # the style sheet puts the view that was chosen first on a phone
        left, right = st.columns([2, 3], gap="medium")
    with right:
        shown: Head | None = _show_or_say(lambda: _show_view(view, desk, selection, head, runs), "view")
        head = shown or head
    with left:
        _show_or_say(lambda: show_map(desk, selection, head), "map")
    with right:
        for run in runs:
            _show_or_say(run, "view")
    fill_findings()
    with right:
        _offer_wall()
    if view not in (Views.from_to, Views.names, Views.what_if):
        with right, st.container(key="card", gap="small"):
            st.markdown(heading(head, desk.model.name, desk.capture))
            say_model(desk.model, desk.capture)
            show_card(desk, get_profile(desk.model), head, kind)


def _show_view(view: str, desk: Desk, selection: Selection, head: Head, runs: list[Callable[[], None]]) -> Head | None:
    fetch_layer(desk.capture, selection.kind, head[0])
    if view == Views.what_if:
        runs.append(show_what_if(desk, selection.kind, head))
        return None
    return SHOW[view](desk, selection, head)


def _offer_wall() -> None:
    """In a class: a sentence worth showing goes to the teacher's wall."""
    text = setting(Settings.text).strip()
    if not writes_on_wall() or not text:
        return
    help_ = gettext("Without your name, for all to see.")
    if st.button(gettext("Put this sentence on the wall"), type="tertiary", help=help_):
        try:
            put_on_wall(Note(SENTENCE, "", "", text))
            st.toast(gettext("Your sentence is on the wall."))
        except MhaVizError as error:
            frame.say(error)


def _draw_views() -> None:
    st.segmented_control(
        gettext("View"), VIEWS, key=Settings.view.key, required=True, label_visibility="collapsed", wrap=True,
        format_func=gettext,
    )  # fmt: skip


def _show_or_say(show: Callable[[], T], where: str) -> T | None:
    """One side of the page: what cannot be shown there takes nothing from the other."""
    try:
        return show()
    except MhaVizError as error:
        show_refusal(error, where=where)
    return None
