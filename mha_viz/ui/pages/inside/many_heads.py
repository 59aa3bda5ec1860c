"""Under the steps: why one attention is not enough, and what several cost."""

from __future__ import annotations

import streamlit as st

from mha_viz.attention.costs import heads_cost
from mha_viz.comparison.distance import against_average
from mha_viz.errors import MhaVizError
from mha_viz.language import N_, gettext, whole
from mha_viz.objects import Capture
from mha_viz.progress import Progress
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.compare import get_least_change
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.led.join import may_train
from mha_viz.views.captions.terms import marked
from mha_viz.views.inside.many_heads import TIME, average_picture, cost_sentence, cost_table, distances_picture

WIDTHS = N_("1, 2, 4, 8 and 16 heads at the same width (256, over 256 tokens), against one of the full width.")


def show_many_against_one(capture: Capture, kind: str, layer: int) -> None:
    """The patterns of a layer's heads beside their average, and how far each is from it."""
    st.subheader(gettext("Many heads against one"), anchor=False)
    try:
        table, change = against_average(capture, layer, kind=kind)
        least = get_least_change(capture, layer, kind)
    except MhaVizError as error:
        frame.say(error)
        return
    mount(average_picture(capture, layer, kind), "many")
    mount(distances_picture(table, change, least), "distances")


def show_cost() -> None:
    """Parameters, operations and time of several heads, measured on this machine when asked."""
    st.subheader(gettext("What do several heads cost?"), anchor=False)
    if not may_train():
        sentence = gettext("Only your teacher can measure this; with a whole class at work, times would mean nothing.")
        st.caption(sentence)
        return
    if not st.button(gettext("Measure on this machine")):
        st.caption(marked(gettext(WIDTHS)))
        return
    measuring = gettext("measuring")
    bar = st.progress(0.0, text=measuring)

    def draw(share: float, _what: str) -> None:
        bar.progress(share, text=progress.sentence)

    progress = Progress(measuring, draw)
    costs = heads_cost(progress=progress)
    bar.empty()
    table = cost_table(costs).style.format(whole).format("{:.2f}", subset=[gettext(TIME)])
    st.dataframe(table, hide_index=True)
    st.caption(marked(cost_sentence(costs)))
