"""The last answer of the step on evidence: does the head that looks at the cat matter? It is taken out here."""

from __future__ import annotations

import streamlit as st

from mha_viz.comparison.asks import NextWord, Vectors
from mha_viz.comparison.trials import Asks, Trial, asks_of
from mha_viz.errors import MhaVizError
from mha_viz.evidence.importance.set_control import control_sentence
from mha_viz.training.findings import mattering_sentence
from mha_viz.training.train import NAME
from mha_viz.ui.pages.story.scene import Scene
from mha_viz.ui.shared.effects import get_control, get_effect, number_ask
from mha_viz.ui.shared.general import get_classroom_heads
from mha_viz.ui.shell import frame, link
from mha_viz.ui.shell.settings import Settings
from mha_viz.ui.shell.views import Views
from mha_viz.views.effect import effect_sentence
from mha_viz.views.story import turned_sentence
from mha_viz.wording import head_name


def show_mattering(scene: Scene) -> None:
    """What the model says without the head, beside the same with other heads; then the model that we trained."""
    capture, head = scene.capture, scene.best(scene.endings[0])[0]
    meant = frame.plain(scene.meant(scene.endings[0]))
    trial = Trial((head,), scene.kind)
    st.markdown(f"**Does looking matter?** {head_name(*head)} looks at the {meant}. What if it were gone?")
    try:
        predicts = Asks.next_word in asks_of(scene.model, capture)
        ask = NextWord() if predicts else Vectors()
        table = get_effect(scene.model, capture, trial, ask)
        said = effect_sentence(table, trial, Asks.next_word) if predicts else turned_sentence(table, head, scene.it)
        control = get_control(scene.model, capture, trial, number_ask(scene.model, capture, trial, ask))
        st.markdown(frame.plain(f"{said} {control_sentence(control)}"))
    except MhaVizError as error:
        frame.say(error)
    st.markdown(frame.plain(f"In {NAME}, the small model that we trained: {mattering_sentence(get_classroom_heads())}"))
    query = {
        **link.link(), Settings.view.key: Views.what_if, Settings.layer.key: str(head[0]),
        Settings.head.key: str(head[1]), Settings.text.key: capture.text,
    }  # fmt: skip
    st.page_link("pages/Explore.py", label="What if it were gone?", icon=":material/content_cut:", query_params=query)
