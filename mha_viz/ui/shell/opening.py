"""What is seen while code and model are loaded: a picture that comes with the app, and how far the loading is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from mha_viz.lessons.shelf import FIRST as WHO_WAS_TIRED
from mha_viz.lessons.shelf import opening_lesson
from mha_viz.models.catalogue import DEFAULT
from mha_viz.models.sums import is_whole
from mha_viz.paths import app_folder
from mha_viz.ui.shell.loading import Loading, is_loaded, load_behind
from mha_viz.ui.shell.style import STYLE
from mha_viz.views.style.scripts import script, style

MOMENT = 0.1  # seconds between two looks at how far the loading is
LOADING = "Shipped picture; the model is loading. What can be chosen comes with it."
OTHER = "The picture that came with the app is not what the model gives here: it was replaced."


class First(NamedTuple):
    """What a page shows first where its address asks for nothing else: a picture of one kind, with its words.

    ``models`` are those that the page opens with, the first that is on this machine; ``asked`` is what an address says
    besides that asks for just this.
    """

    title: str
    kind: str
    words: str
    models: tuple[str, ...]
    asked: Mapping[str, str]

    def model(self, query: Mapping[str, str]) -> str | None:
        """The model that the page opens with; None where something else is asked for, or none is on this machine."""
        asked = {name: value for name, value in query.items() if name != "model"}
        if not asked.items() <= self.asked.items() or opening_lesson() != WHO_WAS_TIRED:
            return None
        opens_with = next(filter(is_whole, self.models), None)
        return opens_with if query.get("model", opens_with) == opens_with else None


FIRST = {
    "Learn": First(
        "Who was tired?", "arcs", "Who was tired? You did not have to think: **it** is **the cat**.",
        ("mpnet", DEFAULT), {"story": "0", "lesson": WHO_WAS_TIRED},
    ),
}  # fmt: skip


def first_file(page: str, model: str) -> Path:
    """Where the first picture of a page lies: a view in bytes, as browsers get it."""
    return app_folder() / "assets" / "first" / f"{page.lower()}-{model}.safetensors"


def code_is_loaded(page: str = "") -> bool:
    """True, once the code of all pages is loaded; until then the first picture of a page, and how far it is."""
    if not is_loaded():
        first, place = FIRST.get(page), st.empty()
        with place.container():
            model = first and first.model(st.query_params.to_dict())
            if first and model:
                _draw(page, first, model)
                time.sleep(MOMENT)  # in which the picture leaves for the browser
            loading = load_behind()
            _wait(loading)
        place.empty()
        if loading.is_different:
            st.caption(OTHER)
    return True


def _draw(page: str, first: First, model: str) -> None:
    """The picture, and what it is."""
    st.set_page_config(page_title=f"{first.title} · mha_viz", layout="wide")
    st.html(f"<style>{STYLE}</style>")
    st.title(first.title, anchor=False)
    st.markdown(first.words)
    _component(first.kind)(data=first_file(page, model).read_bytes(), key=f"first-{page}")
    st.caption(LOADING)


@cache
def _component(kind: str) -> Callable[..., object]:
    """What draws one kind of view; those of ``parts.view`` come with torch."""
    css, js = style() + "\n", script("streamlit", kind) + "\n"
    return st.components.v2.component(f"mha_viz_first_{kind}", html='<div class="view"></div>\n', css=css, js=js)


def _wait(loading: Loading) -> None:
    place, told = st.empty(), None
    while not loading.done.wait(MOMENT):
        if told != (told := (loading.progress.share, loading.progress.what)):
            place.progress(*told)
