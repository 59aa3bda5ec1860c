"""The page of one head: its map with readable labels, and the numbers to take away."""

from __future__ import annotations

import streamlit as st

from mha_viz.attention import logits, pattern, value_weighted_pattern
from mha_viz.errors import MhaVizError
from mha_viz.frames import head_map, label_map, word_axes
from mha_viz.maps import HIDDEN, Shown, contribution_lengths, hide, rollout
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
        "What each key hands over inside the head: attention to a key whose value is short carries little.",
    ),
    "Contribution": (
        contribution_lengths,
        "length of pattern × value @ W_output",
        False,
        "What each key adds to the query's vector through this head. Lengths do not add up: parts may cancel.",
    ),
    "Rollout": (
        rollout,
        "share of the input token",
        True,
        "How much of each input token has reached each position after this layer, if attention alone mixed them (all "
        "heads averaged, half for the residual stream; norms and values left out).",
    ),
}
CAUSAL_ROLLOUT = " In a model that reads left to right, early tokens gather weight whatever the heads do."
AXES = ("Tokens", "Words")
OVER_HEADS = {
    "this head": lambda maps, head, found: head_map(found, maps, head),
    "mean of the layer's heads": lambda maps, _head, _found: maps.mean(dim=0),
    "largest of the layer's heads": lambda maps, _head, _found: maps.amax(dim=0),
}


def show_head(found: Capture) -> None:
    """Controls, the map, one sentence on what one sees, and a download."""
    kind = controls.choose_kind(found)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer, head = controls.choose_head(found, kind)
        controls.settle("map", "Pattern", list(MAPS))
        name = st.segmented_control("Show", list(MAPS), key="map", required=True)
        axis, over, hidden, renormalise = _choose_more(name)
    try:
        shown, sentence = _compute(found, kind, layer, head, name, over, axis, hidden, renormalise)
    except MhaVizError as error:
        frame.refuse(error)
    _, unit, is_share, _ = MAPS[name]
    of_whom = f"L{layer}" if name == "Rollout" else f"L{layer} H{head}"
    if over != "this head":
        of_whom = f"{over} of L{layer}"
    mount(
        heatmap_view(
            shown.values,
            list(shown.query.labels),
            list(shown.key.labels),
            label=f"{name} of {of_whom} of {found.model_name}: queries down, keys across",
            unit_label=unit,
            is_share=is_share,
            note=sentence,
        ),
        "heatmap",
    )
    table = label_map(shown.values, shown.query, shown.key)
    file_name = f"{found.model_name.replace('/', '_')}-L{layer}-H{head}-{name.lower()}.csv"
    st.download_button("Download as CSV", table.to_csv().encode(), file_name, "text/csv")


def _compute(found, kind, layer, head, name, over, axis, hidden, renormalise) -> tuple[Shown, str]:
    """The map as the controls ask for it, and the sentence under it."""
    function, _, _, sentence = MAPS[name]
    maps = function(found, layer, kind=kind)
    values = maps if name == "Rollout" else OVER_HEADS[over](maps, head, found)
    query, key = found.query_positions[kind], found.key_positions[kind]
    if name == "Rollout" and kind == "decoder":
        sentence += CAUSAL_ROLLOUT
    if name == "Pattern":
        sentence = _row_sums(values, over) + sentence
    if axis == "Words":
        query_words, key_words = word_axes(found, kind)
        values = merge_pattern(values, query_words, key_words)
        query, key = query_words.positions, key_words.positions
        sentence += " Attention to a word is the sum over its pieces, from a word their mean."
    shown = hide(values, query, key, hidden, renormalise=renormalise)
    if shown.hidden:
        sentence = _what_is_hidden(shown, name, renormalise) + sentence
    return shown, sentence


def _choose_more(name: str) -> tuple[str, str, tuple[str, ...], bool]:
    """Everything that is rarely changed, in one panel that tells when something in it is not the default."""
    adds_up = name in ("Pattern", "Rollout")  # logits and lengths do not add up over the pieces of a word
    controls.settle("axis", "Tokens", AXES if adds_up else AXES[:1])
    controls.settle("over", "this head", list(OVER_HEADS) if name not in ("Logits", "Rollout") else ["this head"])
    chosen = [name for name in str(st.session_state.get("hide", "")).split(",") if name in HIDDEN]
    controls.settle("renormalise", "no", ("no", "yes") if adds_up else ("no",))
    changed = [st.session_state["axis"], st.session_state["over"], *(f"no {part}" for part in chosen)]
    changed = [part for part in changed if part not in ("Tokens", "this head")]
    if chosen and st.session_state["renormalise"] == "yes":
        changed.append("scaled")
    with st.popover("More" + (": " + ", ".join(changed) if changed else "")):
        axis = st.segmented_control("On", AXES, key="axis", required=True, disabled=not adds_up)
        over = st.selectbox("Of", list(OVER_HEADS), key="over", disabled=name in ("Logits", "Rollout"))
        st.session_state["hidden_parts"] = chosen
        hidden = st.multiselect("Hide", HIDDEN, key="hidden_parts", on_change=_keep_hidden)
        again = st.selectbox(
            "Scale the rows that are left to sum to 1", ("no", "yes"), key="renormalise", disabled=not adds_up
        )
    frame.share()
    return axis, over, tuple(hidden), again == "yes" and adds_up and bool(hidden)


def _keep_hidden() -> None:
    st.session_state["hide"] = ",".join(st.session_state["hidden_parts"])


def _what_is_hidden(shown: Shown, name: str, renormalise: bool) -> str:
    labels = ", ".join(dict.fromkeys(shown.hidden[:8])) + (", …" if len(shown.hidden) > 8 else "")
    held = (
        f"; the rows shown give them {shown.hidden_share:.0%} on average"
        if name == "Pattern" and not renormalise
        else ""
    )
    return f"Hidden: {labels}{held}. " + "Rows are scaled to sum to 1 without them. " * renormalise


def _row_sums(values, over: str) -> str:
    if over.startswith("largest"):
        return "Each cell is the largest of the layer's heads, so rows can sum to more than 1. "
    if (values.sum(dim=-1) - 1).abs().max() < 1e-3:
        return ""
    return (
        "Rows sum to less than 1: this model has learned sinks that take a share of the attention and hand nothing on. "
    )
