"""What the address of a page holds."""

from __future__ import annotations

import streamlit as st

# What a link holds. A page keeps all of it alive, also what it does not show itself.
STATE = (
    "text",
    "target",
    "model",
    "kind",
    "from",
    "to",
    "layer",
    "head",
    "map",
    "axis",
    "token",
    "step",
    "over",
    "hide",
    "renormalise",
    "pair",
    "continue",
    "between",
    "heads",
    "look",
    "threshold",
    "window",
    "sort",
    "only",
    "where",
    "find",
    "score",
    "direction",
    "among",
    "name",
    "marks",
    "compare",
    "second",
    "model2",
    "pairing",
    "against",
    "other",
    "story",
    "ending",
    "notes",
    "type",
    "texts",
    "beside",
    "beside_head",
    "colour",
    "clusters",
    "lesson",
    "moment",
    "follow",
    "sentence",
)

TEXTS = ("text", "target", "pair", "second")

SETTING_CHARACTERS = 4000  # of the rest; Python reads no number with more digits than 4,300

LINK_CHARACTERS = 6000  # a longer text does not fit into an address


def share() -> None:
    """Bring the address up to date, so that it shows the same to whoever opens it."""
    here = link()
    if st.query_params.to_dict() != here:
        st.query_params.from_dict(here)


def link_holds_all() -> bool:
    """Whether everything that the page shows fits into its address."""
    return len(link()) == len(_values())


def _values() -> dict[str, str]:
    held = st.session_state.to_dict()  # once: fifty questions would take a tenth of the page's time
    return {key: str(held[key]) for key in STATE if held.get(key) not in (None, "")}


def link() -> dict[str, str]:
    """What the address of this page holds, and every link from it takes along."""
    return {key: value for key, value in _values().items() if len(value) <= LINK_CHARACTERS}
