"""What sessions share of passages: how much every token gives to one, in every head."""

from __future__ import annotations

import streamlit as st

from mha_viz.attention.passages import PassageShares, shares_of
from mha_viz.language import lazy_gettext
from mha_viz.objects import Capture
from mha_viz.ui.shared.job import Job
from mha_viz.ui.shared.keys import KEYS
from mha_viz.ui.shared.waiting import put_in_line, result_of, workers


def get_shares(capture: Capture, tokens: tuple[int, ...], kind: str) -> PassageShares:
    """The shares of a passage, from the cache where somebody has just looked at them."""
    return result_of(_summing, capture, tokens, kind)


@st.cache_resource(max_entries=16, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _summing(capture: Capture, tokens: tuple[int, ...], kind: str) -> Job[PassageShares]:
    return put_in_line(
        workers(), lazy_gettext("adding up what goes to the passage"),
        lambda progress: shares_of(capture, tokens, kind, progress),
    )  # fmt: skip
