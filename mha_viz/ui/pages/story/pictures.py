"""The pictures that a step of a lesson can show, each drawn with the step's text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import streamlit as st

from mha_viz.language import gettext
from mha_viz.lessons.lesson import Step, fill
from mha_viz.playing.parts import Drawn, Explore, Heading, Missing, Part, Sentence, Text
from mha_viz.playing.scene import Scene
from mha_viz.playing.school import plainly
from mha_viz.playing.steps import PARTS, with_endings
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shell import frame, link
from mha_viz.ui.shell.settings import Settings, fit_setting
from mha_viz.views.captions.terms import marked

IN_GENERAL = ("specialists", "evidence")  # the pictures that rest on a profile


def tell(scene: Scene, text: str, numbers: Mapping[str, str]) -> None:
    """A text of the lesson with its numbers, as paragraphs."""
    if text:
        _text(Text(text, {**scene.numbers, **numbers}))


def draw(parts: Iterable[Part]) -> None:
    """Parts below each other, each as soon as it is known."""
    for part in parts:
        _draw(part)


def _draw(part: Part) -> None:
    match part:
        case Text():
            _text(part)
        case Sentence(text):
            st.markdown(frame.told(text))
        case Heading(text):
            st.markdown(marked(f"#### {text}"))
        case Missing(text):
            st.info(frame.told(text))
        case Drawn():
            _drawn(part)
        case Explore():
            _explore(part)


def _text(part: Text) -> None:
    st.markdown(marked(fill(part.text, {name: frame.plain(said) for name, said in part.numbers.items()})))


def _drawn(part: Drawn) -> None:
    if clicked := mount(part.view, part.name).open:
        frame.open_head(*clicked)


def _explore(part: Explore) -> None:
    query = dict(link.link())
    if part.text is not None:
        query[Settings.text.key] = part.text
    if part.head is not None:
        query |= {Settings.layer.key: str(part.head[0]), Settings.head.key: str(part.head[1])}
    query |= {Settings.view.key: part.view} if part.view else {}
    st.page_link("pages/Explore.py", label=part.label, icon=part.icon, query_params={**query, **part.more})


def _of_step(picture: str, scene: Scene, step: Step) -> None:
    draw(_for_class(scene, PARTS[picture](scene, step)))


def _for_class(scene: Scene, parts: Iterable[Part]) -> Iterable[Part]:
    return map(plainly, parts) if scene.is_school else parts


def endings(scene: Scene, step: Step) -> None:
    """One ending at a time, to be chosen."""
    fit_setting(Settings.ending, scene.endings[0], scene.endings)
    ending = (
        st.segmented_control(gettext("The sentence ends with"), scene.endings, key=Settings.ending.key, required=True)
        or scene.endings[0]
    )
    draw(_for_class(scene, with_endings(scene, step, (ending,))))


DRAWINGS: dict[str, Callable[[Scene, Step], None]] = {
    **{picture: partial(_of_step, picture) for picture in PARTS},
    "endings": endings,
}
