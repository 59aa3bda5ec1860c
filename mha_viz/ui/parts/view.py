"""Shows a view in Streamlit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from mha_viz.ui.shell import frame
from mha_viz.ui.shell.memory import widget_value
from mha_viz.views.scripts import kinds, script, style
from mha_viz.views.view import View, to_bytes

# One for each kind of view: Streamlit sends a component's script again with every picture, so it holds no other kind.
_COMPONENTS = {
    kind: st.components.v2.component(
        f"mha_viz_{kind}", html='<div class="view"></div>\n', css=style() + "\n", js=script("streamlit", kind) + "\n"
    )
    for kind in kinds()
}


def mount(view: View, key: str, **chosen: Callable[[Any], None]) -> Any:
    """Draw a view. ``chosen`` says what to do with each thing that a reader can choose in it, before the page runs
    again; ``open`` (a head) and ``look_from`` (a word) stand in the result instead.
    """

    def callback(name: str) -> Callable[[], None]:
        return lambda: chosen[name](widget_value(key)[name]) if name in chosen else None

    names = {"open", "look_from", *chosen}
    component = _COMPONENTS[view.kind]
    callbacks: dict[str, Any] = {f"on_{name}_change": callback(name) for name in sorted(names)}  # beside other keywords
    result = component(data=to_bytes(view), key=key, **callbacks)  # deeper in the data, bytes would become text
    frame.give_way()
    return result
