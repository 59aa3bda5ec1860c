"""The field of the text: a sentence in one line, a longer text in several, code as an editor shows it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from mha_viz.annotation.code.syntax import is_code, what_is_wrong
from mha_viz.language import N_, gettext, said
from mha_viz.ui.parts.paste import listen_for_lines
from mha_viz.ui.parts.text import forget_places, forget_typed
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.memory import set_widget, widget_value
from mha_viz.ui.shell.settings import CODE, READINGS, TEXT, Settings, set_setting, setting

ONE_LINE, SOME_LINES = 110, 400  # characters of the text that a field of one line shows, and one that grows with it
HIGH = 140  # pixels of the field of any longer text
SAID = {TEXT: N_("Read as text"), CODE: N_("Read as code")}
KEY = "read_as"  # of the widget that turns from one reading to the other


def reads_code(text: str) -> bool:
    """Whether a text is read as Python code: as somebody chose, else where it looks like it (``is_code``)."""
    chosen = setting(Settings.reads)
    return chosen == CODE or (not chosen and is_code(text))


def draw_text() -> None:
    """The text, of which several lines are shown where it has more than one; under code, what it is read as."""
    text = setting(Settings.text)
    is_short, as_code = len(text) <= ONE_LINE and "\n" not in text, reads_code(text)
    shared: dict[str, Any] = {"key": Settings.text.key, "on_change": forget_typed, "label_visibility": "collapsed"}
    with st.container(key="code_field" if as_code else "text_field", gap=None):
        if is_short and not as_code:
            st.text_input(gettext("Sentence"), help=gettext("Any text; Enter shows it."), **shared)
            listen_for_lines("text_field")
            return
        shared["height"] = "content" if len(text) <= SOME_LINES else HIGH
        st.text_area(gettext("Sentence"), help=gettext("Any text; Ctrl and Enter show it."), **shared)
        if _stands_below(text):
            _draw_readings(text)
        if as_code and (wrong := what_is_wrong(text)):
            st.caption(frame.told(said(wrong)))


def offer_code() -> None:
    """In the panel More, where the field does not ask: lines of code cannot be typed into the field of a sentence."""
    text = setting(Settings.text)
    if not _stands_below(text):
        _draw_readings(text)


def _stands_below(text: str) -> bool:
    """Whether what a text is read as is chosen under its field: where it is code, or would be."""
    return reads_code(text) or is_code(text)


def _draw_readings(text: str) -> None:
    set_widget(KEY, CODE if reads_code(text) else TEXT)
    st.segmented_control(
        gettext("Read as"), READINGS, key=KEY, required=True, on_change=_take_reading, label_visibility="collapsed",
        format_func=lambda reading: gettext(SAID[reading]),
    )  # fmt: skip


def _take_reading() -> None:
    set_setting(Settings.reads, widget_value(KEY) or TEXT)
    forget_places()
