"""Below the shipped training: does the head that looks at the noun also matter?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from mha_viz.language import gettext, language
from mha_viz.training.findings import mattering_note, mattering_sentence
from mha_viz.ui.shared.general import get_classroom_heads
from mha_viz.ui.shell import frame
from mha_viz.views.captions.terms import marked
from mha_viz.views.figures import looking_and_mattering

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@st.cache_resource(show_spinner=False)
def _picture(code: str) -> Figure:  # noqa: ARG001
    """One a language: that of the run."""
    return looking_and_mattering(get_classroom_heads())


def show_mattering() -> None:
    """A point a head, and one sentence on what one sees."""
    table = get_classroom_heads()
    st.subheader(gettext("Does the head that looks also matter?"), anchor=False)
    st.markdown(frame.told(mattering_sentence(table)))
    st.plotly_chart(_picture(language()), key="mattering", config={"displayModeBar": False})
    st.caption(marked(mattering_note(table)))
