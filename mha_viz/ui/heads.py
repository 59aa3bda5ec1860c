"""The page of all heads: every pattern as a small picture, and a table of the same heads."""

from __future__ import annotations

import streamlit as st
import torch

from mha_viz.attention import pattern
from mha_viz.frames import describe_heads
from mha_viz.objects import Capture
from mha_viz.theme import THUMBNAIL_CELLS
from mha_viz.ui import controls, frame
from mha_viz.ui.mount import mount
from mha_viz.views import grid_view, thumbnail


def show_grid(found: Capture) -> None:
    """The grid, which opens a head at a click, and under it the same heads in numbers."""
    kind = controls.choose_kind(found)
    calls = found.calls_of(kind)
    n_layers, n_heads = len(calls), calls[0].n_heads
    pictures = torch.cat([thumbnail(pattern(found, layer, kind=kind)) for layer in range(n_layers)])
    table = describe_heads(found, kind=kind)
    strongest = list(zip(table["query"], table["key"], table["value"].tolist(), strict=True))
    chosen = (
        controls.settle("layer", 0, range(n_layers), int),
        controls.settle("head", 0, range(n_heads), int),
    )
    n_query, n_key = len(found.query_positions[kind]), len(found.key_positions[kind])
    clicked = mount(
        grid_view(
            pictures,
            strongest,
            n_heads=n_heads,
            label=f"All {n_layers * n_heads} heads of {found.model_name}: layers down, heads across",
            chosen=chosen,
            note=_note(kind, n_query, n_key),
        ),
        "grid",
    )
    if clicked.open:
        frame.open_head(*clicked.open)
    st.subheader("The same heads in numbers", anchor=False)
    st.dataframe(
        table.rename(columns={"query": "from", "key": "to", "value": "attention", "mean_distance": "mean distance"}),
        hide_index=True,
        height=280,
        column_config={
            name: st.column_config.NumberColumn(format="%.3f") for name in ("attention", "entropy", "mean distance")
        },
    )
    st.caption("Strongest pair of tokens; entropy in nats (0: every token looks at one key); mean distance in tokens.")


def _note(kind: str, n_query: int, n_key: int) -> str:
    sides = {
        "encoder": "Rows look at columns. A stripe beside the diagonal looks at a neighbour, a vertical line at one "
        "token whoever asks, scattered dots pick certain words.",
        "decoder": "Rows look at columns, never ahead, so the upper right is empty. A left edge looks at the first "
        "token, a stripe beside the diagonal at the token before.",
        "cross": "Rows are what the decoder reads, columns what the encoder read.",
    }[kind]
    pooled = max(n_query, n_key) > THUMBNAIL_CELLS
    size = (
        f" Pooled to {THUMBNAIL_CELLS} × {THUMBNAIL_CELLS}: each dot is the largest value it covers." if pooled else ""
    )
    return (
        sides
        + size
        + (" This model reads " + ("both ways." if kind == "encoder" else "left to right.")) * (kind != "cross")
    )
