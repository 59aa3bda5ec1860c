"""What the address of a page holds."""

from __future__ import annotations

import streamlit as st

from mha_viz.ui.shell.settings import SETTINGS

SETTING_CHARACTERS = 4000  # of the rest; Python reads no number with more digits than 4,300

LINK_CHARACTERS = 6000  # a longer text does not fit into an address


def read_link() -> None:
    """What the session does not hold yet comes from the link; all that it holds, Streamlit keeps for another run."""
    linked, held = st.query_params.to_dict(), st.session_state.to_dict()
    for row in SETTINGS:
        if row.in_link and row.key in held:
            st.session_state[row.key] = held[row.key]  # else it forgets what this page has no widget for
        elif row.in_link and row.key in linked and (row.is_text or len(linked[row.key]) <= SETTING_CHARACTERS):
            st.session_state[row.key] = linked[row.key]


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
    return {row.key: str(held[row.key]) for row in SETTINGS if row.in_link and held.get(row.key) not in (None, "")}


def link() -> dict[str, str]:
    """What the address of this page holds, and every link from it takes along."""
    return {key: value for key, value in _values().items() if len(value) <= LINK_CHARACTERS}
