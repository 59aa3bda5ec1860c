"""Below the shipped training: does the head that looks at the noun also matter?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from mha_viz.evidence.corpus.profile import load_profile
from mha_viz.paths import app_folder
from mha_viz.training.findings import looks_and_matters, mattering_note, mattering_sentence
from mha_viz.training.train import NAME
from mha_viz.ui.shell import frame
from mha_viz.views.figures import looking_and_mattering

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@st.cache_data(show_spinner=False)
def shipped_heads() -> pd.DataFrame:
    """What the heads of the classroom model find, and what each of them costs; measured when it was made."""
    profile = load_profile(app_folder() / "assets" / "profiles" / f"{NAME}.parquet")
    return looks_and_matters(profile.table, profile.facts["without"])


@st.cache_resource(show_spinner=False)
def _picture() -> Figure:
    return looking_and_mattering(shipped_heads())


def show_mattering() -> None:
    """A point a head, and one sentence on what one sees."""
    table = shipped_heads()
    st.subheader("Does the head that looks also matter?", anchor=False)
    st.markdown(frame.plain(mattering_sentence(table)))
    st.plotly_chart(_picture(), key="mattering", config={"displayModeBar": False})
    st.caption(mattering_note(table))
