"""Shows a view in Streamlit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st

from mha_viz.ui.parts.clicks import read_click
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.memory import widget_value
from mha_viz.ui.shell.refused import note_refused
from mha_viz.ui.shell.settings import SETTINGS
from mha_viz.views.style.scripts import kinds, script, style
from mha_viz.views.view import View, to_bytes

# One for each kind of view: Streamlit sends a component's script again with every picture, so it holds no other kind.
_COMPONENTS = {
    kind: st.components.v2.component(
        f"mha_viz_{kind}", html='<div class="view"></div>\n', css=style() + "\n", js=script("streamlit", kind) + "\n"
    )
    for kind in kinds()
}


class Clicked(NamedTuple):
    """What was clicked in a view and leads elsewhere: a head to open, a word that looks from now on."""

    open: tuple[int, int] | None
    look_from: int | None


_OF_SETTINGS = {row.key for row in SETTINGS}


def mount(view: View, key: str, **chosen: Callable[[Any], None]) -> Clicked:
    """Draw a view. ``chosen`` says what to do with each thing that a reader can choose in it, before the page runs
    again; it is called with what ``clicks`` makes of it. What leads elsewhere stands in the result instead.

    Raises
    ------
    ValueError
        If a setting has this key: it is written back with every run, and what was chosen last would come again.
    """
    if key in _OF_SETTINGS:
        raise ValueError(f"{key!r} is the key of a setting: a view needs one of its own.")

    def callback(name: str) -> Callable[[], None]:
        return lambda: _take(view, name, widget_value(key), chosen[name]) if name in chosen else None

    names = {"open", "look_from", *chosen}
    component = _COMPONENTS[view.kind]
    callbacks: dict[str, Any] = {f"on_{name}_change": callback(name) for name in sorted(names)}  # beside other keywords
    result = component(data=to_bytes(view), key=key, **callbacks)  # deeper in the data, bytes would become text
    frame.give_way()
    return Clicked(_read(view, "open", result.open), _read(view, "look_from", result.look_from))


def _take(view: View, name: str, held: Any, take: Callable[[Any], None]) -> None:
    read = _read(view, name, held.get(name) if held is not None else None)
    if read is not None:
        take(read)


def _read(view: View, name: str, value: Any) -> Any:
    """What was chosen; None where nothing was, or nothing that this view offers."""
    if value is None:
        return None
    try:
        return read_click(view, name, value)
    except ValueError as error:
        note_refused(str(error))
        return None
