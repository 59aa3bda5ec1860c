"""A page with nothing but the panel of the annotation, for tests: no model, and an annotation made here."""

from types import SimpleNamespace

import streamlit as st

from mha_viz.annotation.annotated import Annotated, Arc, Link
from mha_viz.inputs.words import word_spans
from mha_viz.ui.pages.scores.annotation import annotation_panel
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.shell import link

TEXT = "The cat saw the dog because it barked"
ARCS = ((0, 1, "det"), (1, 2, "nsubj"), (3, 4, "det"), (4, 2, "obj"), (5, 7, "mark"), (6, 7, "nsubj"), (7, 2, "advcl"))
TAGS = ("DET", "NOUN", "VERB", "DET", "NOUN", "SCONJ", "PRON", "VERB")
IT = Link((28, 30), ((0, 7), (12, 19)), None, "it")


def guessed(text: str) -> Annotated:
    spans = tuple(word_spans(text))
    words = tuple(text[begin:end] for begin, end in spans)
    if text != TEXT:
        return Annotated(text, words, spans, is_gold=False, source="a parser")
    arcs = tuple(Arc(*arc) for arc in ARCS)
    return Annotated(text, words, spans, arcs, links=(IT,), tags=TAGS, is_gold=False, source="a parser")


def page() -> None:
    for key in ("text", "marks"):
        if key not in st.session_state and key in st.query_params:
            st.session_state[key] = st.query_params[key]
    text = st.session_state.setdefault("text", TEXT)
    desk = Desk(None, SimpleNamespace(text=text, kinds=()), None, None)
    found = annotation_panel(desk, guessed(text))
    st.code(repr([(arc.head, arc.dependent, arc.relation) for arc in found.arcs]))
    st.code(found.source)
    link.share()


if __name__ == "__main__":
    page()
