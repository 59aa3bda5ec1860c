"""The page of one head: its map with readable labels, and the numbers to take away."""

from __future__ import annotations

import streamlit as st

from mha_viz.attention import logits, pattern, value_weighted_pattern
from mha_viz.errors import MhaVizError
from mha_viz.frames import head_map, label_map, word_axes
from mha_viz.objects import Capture
from mha_viz.ui import controls, frame
from mha_viz.ui.mount import mount
from mha_viz.views import heatmap_view
from mha_viz.words import merge_pattern

# name: (function, what the numbers are, are they shares?, one sentence)
MAPS = {
    "Pattern": (
        pattern,
        "share of the row's attention",
        True,
        "Each row is one query and shares out its attention over the keys: after the softmax.",
    ),
    "Logits": (
        logits,
        "query · key × scaling",
        False,
        "What enters the softmax: only differences within a row matter. Grey: the query may not look there.",
    ),
    "Value-weighted": (
        value_weighted_pattern,
        "length of pattern × value",
        False,
        "What each key really hands over: attention to a key whose value is short carries little.",
    ),
}
AXES = ("Tokens", "Words")


def show_head(found: Capture) -> None:
    """Controls, the map, one sentence on what one sees, and a download."""
    kind = controls.choose_kind(found)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer, head = controls.choose_head(found, kind)
        name, axis = _choose_map()
    function, unit, is_share, sentence = MAPS[name]
    try:
        values = head_map(found, function(found, layer, kind=kind), head)
    except MhaVizError as error:
        frame.refuse(error)
    query, key = found.query_positions[kind], found.key_positions[kind]
    if axis == "Words":
        query_words, key_words = word_axes(found, kind)
        values, query, key = (
            merge_pattern(values, query_words, key_words),
            query_words.positions,
            key_words.positions,
        )
        sentence += " Attention to a word is the sum over its pieces, from a word their mean."
    mount(
        heatmap_view(
            values,
            list(query.labels),
            list(key.labels),
            label=f"{name} of L{layer} H{head} of {found.model_name}: queries down, keys across",
            unit_label=unit,
            is_share=is_share,
            note=_row_sums(name, values) + sentence,
        ),
        "heatmap",
    )
    table = label_map(values, query, key)
    st.download_button(
        "Download as CSV",
        table.to_csv().encode(),
        f"{found.model_name.replace('/', '_')}-L{layer}-H{head}.csv",
        "text/csv",
    )


def _choose_map() -> tuple[str, str]:
    controls.settle("map", "Pattern", list(MAPS))
    controls.settle("axis", "Tokens", AXES)
    name = st.segmented_control("Show", list(MAPS), key="map", required=True)
    if name != "Pattern":  # logits and lengths do not add up over the pieces of a word
        st.session_state["axis"] = "Tokens"
    axis = st.segmented_control("On", AXES, key="axis", required=True, disabled=name != "Pattern")
    frame.share()
    return name, axis


def _row_sums(name: str, values) -> str:
    if name != "Pattern" or (values.sum(dim=-1) - 1).abs().max() < 1e-3:
        return ""
    return (
        "Rows sum to less than 1: this model has learned sinks that take a share of the attention and hand nothing on. "
    )
