"""The five rooms of the app, the pages in each, and where the addresses of earlier versions lead."""

from __future__ import annotations

from typing import Any, NamedTuple

from mha_viz.language import N_, gettext
from mha_viz.ui.shell.settings import Setting, Settings
from mha_viz.ui.shell.views import Views


class Room(NamedTuple):
    """One entry of the menu: ``pages`` are (address, what the menu calls it), the one that it opens first."""

    name: str
    pages: tuple[tuple[str, str], ...]


ROOMS = (
    Room(N_("Learn"), (("", N_("Lessons")), ("Inside", N_("Inside a head")), ("Training", N_("Training")))),
    Room(N_("Explore"), (("Explore", N_("Explore")), ("Pictures", N_("Pictures")), ("Sound", N_("Sound")))),
    Room(
        N_("Find"),
        (("Scores", N_("Scores")), ("Claims", N_("Claims")), ("Atlas", N_("Atlas")), ("Head", N_("One head"))),
    ),
    Room(N_("Compare"), (("Compare", N_("Compare")),)),
    Room(N_("Models"), (("Models", N_("Models")),)),
)
WALL = Room(N_("Wall"), (("Wall", N_("Wall")),))  # of a class, in the teacher's menu
PAGES = tuple(page for room in ROOMS for page in room.pages)
# Addresses of earlier versions: what is chosen on the page Explore, so that it shows the same.
MOVED: dict[str, dict[Setting[Any], Any]] = {
    "Sentence": {Settings.view: Views.from_to},
    "Heads": {Settings.view: Views.lines},
    "Names": {Settings.view: Views.names},
}


def named_rooms(*, with_wall: bool) -> list[Room]:
    """The menu in the language of this run."""
    rooms = (*ROOMS, WALL) if with_wall else ROOMS
    return [Room(gettext(room.name), tuple((path, gettext(name)) for path, name in room.pages)) for room in rooms]
