"""What is seen while code and model are loaded: pictures that come with the app, and how far the loading is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mha_viz.inputs.examples import FIRST_TEXT
from mha_viz.language import ENGLISH, N_, gettext, language, speak
from mha_viz.lessons.shelf import FIRST as WHO_WAS_TIRED
from mha_viz.lessons.shelf import opening_lesson
from mha_viz.models.catalogue import DEFAULT
from mha_viz.models.fetching.sums import is_whole
from mha_viz.paths import app_folder
from mha_viz.ui.shell.first_words import in_page_language
from mha_viz.ui.shell.loading import Loading, is_different, is_loaded, load_behind
from mha_viz.ui.shell.style import STYLE
from mha_viz.views.style.scripts import script, style

CARD = "card"
MOMENT = 0.1  # seconds between two looks at how far the loading is
LOADING = N_("Shipped picture; the model is loading. What can be chosen comes with it.")
SEVERAL = N_("Shipped pictures; the model is loading. What can be chosen comes with it.")
OTHER = N_("What came with the app to be shown first is not what the model gives here: it was replaced.")


class First(NamedTuple):
    """What a page shows first where its address asks for nothing else: pictures side by side, with its words.

    ``kinds`` are those of the pictures, each with its share of the width; under the last one stands a card, where there
    is a file of it. ``models`` are those that the page opens with, the first that is on this machine; ``asked`` is what
    an address says besides that asks for just this. ``made_by`` is the module that makes the files.
    """

    title: str
    is_titled: bool
    kinds: Mapping[str, int]
    words: str
    models: tuple[str, ...]
    asked: Mapping[str, str]
    made_by: str
    applies: Callable[[], bool] = lambda: True  # false where the app was started for something else

    def model(self, query: Mapping[str, str]) -> str | None:
        """The model that the page opens with; None where something else is asked for, or none is on this machine."""
        asked = {name: value for name, value in query.items() if name not in ("model", "ui")}
        if not asked.items() <= self.asked.items() or not self.applies():
            return None
        opens_with = next(filter(is_whole, self.models), None)
        return opens_with if query.get("model", opens_with) == opens_with else None


FIRST = {
    "Learn": First(
        N_("Who was tired?"), True, {"arcs": 1},
        N_("Who was tired? You did not have to think: **it** is **the cat**."),
        ("mpnet", DEFAULT), {"story": "0", "lesson": WHO_WAS_TIRED}, "story.first",
        lambda: opening_lesson() == WHO_WAS_TIRED,
    ),
    "Explore": First(
        "Explore", False, {"grid": 2, "head": 3}, FIRST_TEXT, (DEFAULT,), {"text": FIRST_TEXT}, "explore.first"
    ),
}  # fmt: skip


def first_file(page: str, model: str, kind: str) -> Path:
    """Where a first picture of a page lies: a view in bytes, as browsers get it; or its "card", in markdown."""
    name = f"{page.lower()}-{model}-{kind}.{'md' if kind == CARD else 'safetensors'}"
    return app_folder() / "assets" / "first" / name


def code_is_loaded(page: str = "") -> bool:
    """True, once the code of all pages is loaded; until then what a page shows first, and how far it is. What was shown
    is then compared with what the model gives.
    """
    if not is_loaded():
        speak(st.query_params.get("ui", ""))  # settings come with the code
        first, place = FIRST.get(page), st.empty()
        with place.container():
            model = first and first.model(st.query_params.to_dict())
            if first and model:
                _begin(first)
            bar = st.empty()
            if first and model:
                _draw(page, first, model)
                time.sleep(MOMENT)  # in which the pictures leave for the browser
            _wait(load_behind(page), bar)
            is_other = bool(model) and is_different(page)
        place.empty()
        if is_other:
            st.caption(gettext(OTHER))
    return True


def _begin(first: First) -> None:
    """What is shown, in words, and that it comes with the app."""
    st.set_page_config(page_title=f"{gettext(first.title)} · mha_viz", layout="wide")
    st.html(f"<style>{STYLE}</style>")
    with st.container() if first.is_titled else st.container(key="unseen_first"):
        st.title(gettext(first.title), anchor=False)
    st.markdown(gettext(first.words))
    st.caption(gettext(LOADING if len(first.kinds) == 1 else SEVERAL))


def _draw(page: str, first: First, model: str) -> None:
    """The pictures and the card."""
    places = st.columns(list(first.kinds.values()), gap="medium")
    for kind, place in zip(first.kinds, places, strict=True):
        with place:
            content = in_page_language(first_file(page, model, kind).read_bytes(), kind)
            _component(kind)(data=content, key=f"first-{page}-{kind}")
    card = first_file(page, model, CARD)
    if card.is_file() and language() == ENGLISH:  # it is told with numbers, in English
        with places[-1], st.container(key="card_first", gap="small"):
            st.markdown(card.read_text(encoding="utf-8"))


@cache
def _component(kind: str) -> Callable[..., object]:
    """What draws one kind of view; those of ``parts.view`` come with torch."""
    css, js = style() + "\n", script("streamlit", kind) + "\n"
    return st.components.v2.component(f"mha_viz_first_{kind}", html='<div class="view"></div>\n', css=css, js=js)


def _wait(loading: Loading, place: DeltaGenerator) -> None:
    told: tuple[float, str] | None = None
    while not loading.done.wait(MOMENT):
        if told != (told := (loading.progress.share, loading.progress.sentence)):
            place.progress(*told)
