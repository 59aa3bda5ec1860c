"""From one view of the page Explore to another."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from mha_viz.ui.shell import frame
from mha_viz.ui.shell.head import after_click, chosen_head
from mha_viz.ui.shell.settings import Settings
from mha_viz.ui.shell.views import Views


def show_lines_of(layer: int, head: int) -> NoReturn:
    """Show this head's lines: runs the page again, as its widgets are already drawn."""
    after_click({**chosen_head(layer, head), Settings.view: Views.lines})
    frame.leave(st.rerun)
