"""Shows a view of ``mha_viz.views`` in Streamlit."""

from __future__ import annotations

import streamlit as st

from mha_viz import views

_component = st.components.v2.component(
    "mha_viz_view", html='<div class="view"></div>\n', css=views.style() + "\n", js=views.script() + "\n"
)


def mount(view: bytes, key: str):
    """Draw a view; what was clicked stands in the result: ``open`` = [layer, head], ``look_from`` = a word's index."""
    return _component(data=view, key=key, on_open_change=_note, on_look_from_change=_note)


def _note() -> None:
    """Streamlit reports a click only where a callback is named."""
