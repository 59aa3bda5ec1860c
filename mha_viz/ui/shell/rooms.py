"""The five rooms of the app, the pages in each, and where the addresses of earlier versions lead."""

from __future__ import annotations

from typing import Any, NamedTuple, NoReturn

import streamlit as st

from mha_viz.inputs.examples import long_example
from mha_viz.ui.shell.link import link, read_link
from mha_viz.ui.shell.settings import Setting, Settings, Views, fit_setting, set_setting


class Room(NamedTuple):
    """One entry of the menu: ``pages`` are (address, what the menu calls it), the one that it opens first."""

    name: str
    pages: tuple[tuple[str, str], ...]


ROOMS = (
    Room("Learn", (("", "Story"), ("Inside", "Inside a head"), ("Training", "Training"))),
    Room("Explore", (("Explore", "Explore"),)),
    Room("Find", (("Scores", "Scores"), ("Atlas", "Atlas"), ("Head", "One head"))),
    Room("Compare", (("Compare", "Compare"),)),
    Room("Models", (("Models", "Models"),)),
)
PAGES = tuple(page for room in ROOMS for page in room.pages)
# Addresses of earlier versions: what is chosen on the page Explore, so that it shows the same.
MOVED: dict[str, dict[Setting[Any], Any]] = {
    "Sentence": {Settings.view: Views.from_to},
    "Heads": {Settings.view: Views.lines},
    "Names": {Settings.view: Views.names},
}


def open_moved(address: str) -> NoReturn:
    """Open what an address of an earlier version showed, with everything that its link holds."""
    read_link()
    if address == "Names":
        fit_setting(Settings.text, long_example())  # in a short text hardly a name comes again
    for row, value in MOVED[address].items():
        set_setting(row, value)
    st.switch_page("pages/Explore.py", query_params=link())
