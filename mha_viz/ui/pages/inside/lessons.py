"""Two lessons under the steps: why one attention is not enough, and what several cost."""

from __future__ import annotations

import streamlit as st
import torch

from mha_viz.attention.costs import heads_cost
from mha_viz.attention.maps import pattern
from mha_viz.attention.overview import thumbnails
from mha_viz.comparison.distance import against_average
from mha_viz.errors import MhaVizError
from mha_viz.inputs.words import unique_labels
from mha_viz.objects import Capture
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.join import may_train
from mha_viz.views.grid import grid_view
from mha_viz.views.panels import Panel, panels_view
from mha_viz.wording import in_percent, name_in_layer


def show_many_against_one(found: Capture, kind: str, layer: int) -> None:
    """The patterns of a layer's heads beside their average, and how far each is from it."""
    st.subheader("Many heads against one", anchor=False)
    weights = pattern(found, layer, kind=kind)
    try:
        table, change = against_average(found, layer, kind=kind)
    except MhaVizError as error:
        frame.say(error)
        return
    every = torch.cat([weights, weights.mean(dim=0, keepdim=True)])
    queries = unique_labels(found.query_positions[kind].labels)
    keys = unique_labels(found.key_positions[kind].labels)
    strongest = []
    for one in every:
        at = int(one.argmax())
        strongest.append((queries[at // one.shape[1]], keys[at % one.shape[1]], one.max().item()))
    names = [*(name_in_layer(head) for head in range(len(weights))), "average"]
    mount(
        grid_view(
            thumbnails(every),
            strongest,
            names,
            across_names=names,
            own_names=True,
            label=f"The patterns of layer {layer}, and their average last",
            note="Each head's pattern, and last the one pattern that would be their average.",
        ),
        "many",
    )
    mean = table["distance"].mean()
    note = (
        f"On average a head's rows are {mean:.2f} bits away from the average pattern (0: the same, 1: no key shared). "
        f"If every head used the average, this layer's output would change by {in_percent(change)} of its length: that "
        "much one attention with the same values cannot express here."
    )
    distances = torch.tensor(table["distance"].tolist())[:, None]
    panel = Panel("Distance to the average, bits", names[:-1], distances, "", bars=True, is_share=True)
    mount(panels_view([panel], note=note), "distances")


def show_cost() -> None:
    """Parameters, operations and time of several heads, measured on this machine when asked."""
    st.subheader("What do several heads cost?", anchor=False)
    if not may_train():
        st.caption("Measured by the teacher: times that are taken while a whole class is at work would mean nothing.")
        return
    if not st.button("Measure on this machine"):
        st.caption("1, 2, 4, 8 and 16 heads at the same width (256, over 256 tokens), against one of the full width.")
        return
    bar = st.progress(0.0, text="measuring")
    table = heads_cost(progress=lambda share: bar.progress(share, text="measuring"))
    bar.empty()
    shown = table.rename(columns={"d_head": "width of a head", "flops": "operations", "time": "time, × one head"})
    st.dataframe(
        shown.drop(columns=["low", "high"]).style.format({"time, × one head": "{:.2f}"}, thousands=","), hide_index=True
    )
    divided, whole = table[table["heads"] * table["d_head"] == 256], table[table["heads"] * table["d_head"] > 256]
    st.caption(
        f"Heads that divide the width have the same parameters and do the same operations as one; here 16 of them took "
        f"{divided['time'].iloc[-1]:.2f} × its time (patterns are made and read for each). 16 heads of the full width "
        f"have {whole['parameters'].iloc[-1] / table['parameters'].iloc[0]:.0f} × the parameters and took "
        f"{whole['time'].iloc[-1]:.1f} × the time."
    )
