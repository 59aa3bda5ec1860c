"""The five rooms of the app, the pages in each, and where the addresses of earlier versions lead."""

from __future__ import annotations

from typing import Any, NamedTuple

from mha_viz.ui.shell.settings import Setting, Settings
from mha_viz.ui.shell.views import Views


class Room(NamedTuple):
    """One entry of the menu: ``pages`` are (address, what the menu calls it), the one that it opens first."""

    name: str
    pages: tuple[tuple[str, str], ...]


ROOMS = (
    Room("Learn", (("", "Lessons"), ("Inside", "Inside a head"), ("Training", "Training"))),
    Room("Explore", (("Explore", "Explore"),)),
    Room("Find", (("Scores", "Scores"), ("Atlas", "Atlas"), ("Head", "One head"))),
    Room("Compare", (("Compare", "Compare"),)),
    Room("Models", (("Models", "Models"),)),
)
WALL = Room("Wall", (("Wall", "Wall"),))  # of a class, in the teacher's menu
PAGES = tuple(page for room in ROOMS for page in room.pages)
# Addresses of earlier versions: what is chosen on the page Explore, so that it shows the same.
MOVED: dict[str, dict[Setting[Any], Any]] = {
    "Sentence": {Settings.view: Views.from_to},
    "Heads": {Settings.view: Views.lines},
    "Names": {Settings.view: Views.names},
}
