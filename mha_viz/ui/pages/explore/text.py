"""The text itself, painted by one head."""

from __future__ import annotations

from mha_viz.attention.proposals import first_word
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import Shown, choose
from mha_viz.attention.tables import map_frame
from mha_viz.ui.parts import share
from mha_viz.ui.parts.field import reads_code
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shell.settings import Settings, set_setting, setting
from mha_viz.views.captions.facts import facts_of
from mha_viz.views.painted import painted_picture


def show_text(desk: Desk, selection: Selection, layer: int, head: int) -> None:
    """The text, painted for the word that was clicked; at first for the one that the page proposes."""
    shown = choose(desk.capture, selection)
    side, picked = _picked(shown)
    is_code = desk.capture.chat is None and desk.capture.pair is None and reads_code(desk.capture.text)
    view = painted_picture(shown, layer, head, picked=picked, side=side, is_code=is_code)
    mount(view, "painted", look=lambda look: set_setting(Settings.look, look))
    share.fill_later(desk.share, view, lambda: map_frame(shown, layer, [head]), lambda: facts_of(shown, layer, [head]))


def _picked(shown: Shown) -> tuple[str, int]:
    """The first word that is chosen and there."""
    side, picked = setting(Settings.look)
    there = [place for place in picked if place < len(shown.query if side == "query" else shown.key)]
    return (side, there[0]) if there else ("query", first_word(shown.capture, shown.query))
