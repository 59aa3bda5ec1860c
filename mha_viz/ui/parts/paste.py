"""What is pasted: a picture, which goes the way of an uploaded file; lines, which stay lines in a field of one."""

from __future__ import annotations

import streamlit as st

from mha_viz.language import N_, gettext
from mha_viz.paths import app_folder
from mha_viz.ui.parts.text import forget_typed
from mha_viz.ui.shell.memory import widget_value
from mha_viz.ui.shell.settings import Settings, set_setting

HINT = N_("Or paste a picture: Ctrl+V, ⌘V.")
NOTHING = N_("The clipboard holds no picture: copy one, or a screenshot, and paste again.")
LINES = "pasted_lines"  # the key of what hands them over


def _script(name: str) -> str:
    return (app_folder() / "assets" / name).read_text(encoding="utf-8")


_listener = st.components.v2.component(
    "mha_viz_paste",
    html='<output class="paste" aria-live="polite"></output>',
    css=".paste{display:block;font-size:.875rem;opacity:.8}",
    js=_script("paste.js"),
)
_lines = st.components.v2.component("mha_viz_lines", html="<span></span>", js=_script("lines.js"))


def listen_for_paste(uploader: str) -> None:
    """Hand a pasted picture to the uploader with this key, so that limits and refusals are the same as for a file."""
    said = {"hint": gettext(HINT), "nothing": gettext(NOTHING)}
    _listener(data={"uploader": uploader, **said}, key=f"paste_{uploader}")


def listen_for_lines(field: str) -> None:
    """Take the text of several lines that is pasted into the one-line field with this key, line breaks and all."""
    _lines(data={"field": field}, key=LINES, height=1, on_lines_change=_take_lines)


def _take_lines() -> None:
    text = (widget_value(LINES) or {}).get("lines")
    if isinstance(text, str):
        set_setting(Settings.text, text)
        forget_typed()
