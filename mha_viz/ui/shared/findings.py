"""What is worth looking at in a text, and what is established of the heads of a model, found once for all who look."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from mha_viz.annotation.annotated import Annotated
from mha_viz.errors import MhaVizError
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.findings.finding import Finding
from mha_viz.evidence.findings.scan import scan
from mha_viz.evidence.importance.established import heads_by_score
from mha_viz.evidence.ranking import families_of_heads
from mha_viz.language import language
from mha_viz.objects import Capture, Head
from mha_viz.ui.shared.keys import KEYS
from mha_viz.ui.shared.scores import get_annotated


def get_findings(capture: Capture, kind: str, profile: Profile | None, *, as_code: bool = False) -> tuple[Finding, ...]:
    """At most five findings; where the parser does not read the text, or the code, those that need no annotation.

    Raises
    ------
    InputError
        If the text is too long, or there is no self-attention of this kind.
    """
    annotated: Annotated | None = None
    if capture.chat is None and capture.pair is None and kind == capture.kinds[0]:
        with suppress(MhaVizError):
            annotated = get_annotated(capture.query_positions[kind].text, as_code=as_code)
    return _findings(capture, kind, profile, annotated, language())


def get_families_of_heads(profile: Profile) -> dict[Head, tuple[str, ...]]:
    """What is established of each head, the most telling family first."""
    return _families_of_heads(profile)


def get_heads_by_score(profile: Profile) -> dict[str, tuple[Head, ...]]:
    """Of which heads each score is established."""
    return _heads_by_score(profile)


@st.cache_resource(max_entries=96, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _findings(
    capture: Capture, kind: str, profile: Profile | None, annotated: Annotated | None,
    in_language: str,  # noqa: ARG001 - each has its own
) -> tuple[Finding, ...]:  # fmt: skip
    return scan(capture, annotated, kind=kind, profile=profile)


@st.cache_resource(max_entries=6, ttl=60, show_spinner=False, hash_funcs=KEYS)
def _families_of_heads(profile: Profile) -> dict[Head, tuple[str, ...]]:
    return families_of_heads(profile.table)


@st.cache_resource(max_entries=6, ttl=60, show_spinner=False, hash_funcs=KEYS)
def _heads_by_score(profile: Profile) -> dict[str, tuple[Head, ...]]:
    return heads_by_score(profile.table)
