"""What models compute in, float32 or half precision: chosen on one page, and said on every page where it matters."""

from __future__ import annotations

import streamlit as st

from mha_viz.language import N_, gettext, said
from mha_viz.objects import Model
from mha_viz.precision import DTYPES, precision_sentence
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Settings, fit_setting

BADGE = ":orange-badge[{}] "
WHAT_IT_IS = N_(
    "In bfloat16 a model takes half the memory, and its patterns are others; *auto* is what its files hold. Pages "
    "and exports say so. Lessons are always told in float32."
)


def choose_dtype() -> None:
    """For every model that is loaded from now on."""
    fit_setting(Settings.dtype)
    label = gettext("Models compute in")
    st.segmented_control(label, DTYPES, key=Settings.dtype.key, required=True, help=gettext(WHAT_IT_IS))


def say_precision(*models: Model) -> None:
    """A line for each model that does not compute in float32, or whose weights were quantised."""
    for model in {model.name: model for model in models}.values():
        if model.packed:
            st.caption(BADGE.format(model.packed) + frame.told("; ".join(model.notes)))
        if sentence := precision_sentence(model.short_name, model.dtype):
            st.caption(BADGE.format(model.dtype) + frame.told(sentence))


def say_notes(model: Model) -> None:
    """What is to be known of its weights."""
    if model.notes:
        st.caption(frame.told(f"{model.short_name}: {'; '.join(map(said, model.notes))}."))
