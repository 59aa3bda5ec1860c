"""The text that is read: another one taken, what was chosen in the one before forgotten; what is read beside it."""

from __future__ import annotations

import streamlit as st

from mha_viz.language import gettext
from mha_viz.recording.generate import MOST
from mha_viz.ui.shell.settings import TEXT, Settings, clear_settings, set_setting, setting


def take_text(text: str) -> None:
    """Read this text from the next run on."""
    set_setting(Settings.text, text)
    clear_settings(Settings.reads)
    forget_places()


def forget_typed() -> None:
    """Another text was typed: that the one before was to be no code says nothing of it; code that was chosen stays."""
    if setting(Settings.reads) == TEXT:
        clear_settings(Settings.reads)
    forget_places()


def forget_places() -> None:
    """Tokens that were selected, the part that was shown, and what was marked were those of another text."""
    clear_settings(Settings.look, Settings.window, Settings.marks)


def draw_second_text() -> None:
    how = gettext("Read together with the first, as the model reads pairs.")
    st.text_input(gettext("Second text"), key=Settings.pair.key, help=how)


def draw_more_tokens() -> None:
    st.number_input(
        gettext("Tokens that the model goes on with"), 0, MOST, key=Settings.continue_.key, step=5,
        disabled=bool(setting(Settings.pair).strip()),
        help=gettext("Models that read left to right write what they find most likely; the map shows it too."),
    )  # fmt: skip
