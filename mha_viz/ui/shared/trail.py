"""What sessions share of name trails: the names of recent texts, and what their mentions give back to the first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mha_viz.annotation.annotated import Annotated
from mha_viz.annotation.english.names import guess_names, tagged_names
from mha_viz.annotation.english.parser import parse
from mha_viz.annotation.names import Returning, words_of_names
from mha_viz.errors import MhaVizError
from mha_viz.objects import Capture
from mha_viz.scores.trails import name_trail
from mha_viz.ui.shared.pool import Job, Key, Tell, loader, result_of, workers


def get_names(text: str) -> Annotated:
    """The text with its names: by the parser, or, for some minutes, by capital letters where it cannot be had."""
    return result_of(_naming, text)


def get_trail(found: Capture, annotated: Annotated, name: Returning, kind: str) -> pd.DataFrame:
    """What each later mention of a name gives to the first, in every head."""
    of = (found.model_name, found.identity, found.text, found.target, found.pair, found.n_generated, kind)
    return result_of(_following, of, (annotated.source, *name.mentions), found, annotated, name, kind)


@st.cache_resource(max_entries=32, ttl=300, show_spinner=False)
def _naming(text: str) -> Job[Annotated]:
    return Job(loader(), "looking for names", lambda tell: _named(text, tell))


@st.cache_resource(max_entries=32, ttl=3600, show_spinner=False)
def _following(
    of: Key,  # noqa: ARG001
    mentions: Key,  # noqa: ARG001
    _found: Capture,
    _annotated: Annotated,
    _name: Returning,
    _kind: str,
) -> Job[pd.DataFrame]:
    words = words_of_names(_annotated)
    return Job(
        workers(),
        f"following {_name.name} through {len(_name.mentions)} mentions",
        lambda tell: name_trail(_found, _annotated, _name.mentions, names=words, kind=_kind, progress=tell),
    )


def _named(text: str, tell: Tell) -> Annotated:
    try:
        return tagged_names(parse(text, progress=tell))
    except MhaVizError:
        return guess_names(text)
