"""What sessions share of scores: profiles, annotations, random twins, the scores of recent texts."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, replace
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from mha_viz.annotation.annotated import Annotated
from mha_viz.annotation.english.parser import parse
from mha_viz.annotation.english.pronouns import pronoun_links
from mha_viz.errors import InputError, MhaVizError
from mha_viz.evidence.corpus.profile import Profile, profile_of
from mha_viz.evidence.one_text import score_table
from mha_viz.evidence.ranking import Question, kinds_of_heads, ranked
from mha_viz.models.load import random_twin
from mha_viz.objects import Capture, Model
from mha_viz.recording.capture import capture
from mha_viz.scores.table import HEAD_SCORES
from mha_viz.scores.tallies import similarity_of
from mha_viz.ui.shared.captures import LONG
from mha_viz.ui.shared.pool import Job, Key, Tell, loader, result_of, slow_worker, workers
from mha_viz.views.figures import heads_by_layer

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def get_profile(model: Model) -> Profile | None:
    """What is known of the model in general, where there is a profile of these weights."""
    return _profile(model.name, model.identity)


def get_ranked(model: Model, profile: Profile, question: Question) -> pd.DataFrame:
    """The heads of a model in the order of what is asked, in general."""
    return _ranking((model.name, model.identity, str(profile.facts)), astuple(question), profile)


def get_summary(model: Model, profile: Profile) -> tuple[pd.DataFrame, Figure]:
    """What kinds of heads a model has, by layer: as a table and as a chart."""
    return _summary((model.name, model.identity, str(profile.facts)), profile)


def get_annotated(text: str) -> Annotated:
    """What the parser says of a text; where it cannot, the same sentence again for some minutes.

    Raises
    ------
    MhaVizError
        If the text is not in Latin letters, which cannot be English, or the parser cannot be fetched or cannot read it.
    """
    letters = [unicodedata.name(letter, "").startswith("LATIN") for letter in text if letter.isalpha()]
    if letters and 2 * sum(letters) < len(letters):
        raise InputError("The parser reads English; this text is in other letters.")
    found = result_of(_parsing, text)
    if isinstance(found, MhaVizError):
        raise found
    return found


def get_scores(model: Model, found: Capture, annotated: Annotated | None, kind: str) -> pd.DataFrame:
    """Every score of one text, beside those of random weights; without annotation, those that need none."""
    n = len(found.query_positions[kind])
    if n > LONG:
        raise InputError(f"This text has {n:,} tokens; scores are computed of texts of up to {LONG}.")
    weights = (model.name, model.identity)
    of = (found.text, found.target, found.pair, found.n_generated, kind, hash(annotated))
    twin = get_random_twin(model)  # not within the work: who waits in a pool for the pool waits forever
    return result_of(_scoring, weights, of, model, twin, found, annotated, kind)


def get_random_twin(model: Model) -> Model:
    """The same architecture with random weights."""
    return result_of(_twinning, (model.name, model.identity), model)


def get_texts(model: Model, texts: Sequence[str | Annotated]) -> list[tuple[Capture, Annotated]]:
    """Captures of some texts, with their annotation or the parser's; what cannot be read or parsed is left out."""
    return result_of(_reading_all, (model.name, model.identity), tuple(map(hash, texts)), model, tuple(texts))


@st.cache_resource(max_entries=6, ttl=60, show_spinner=False)
def _profile(name: str, identity: str | None) -> Profile | None:
    profile = profile_of(name, identity)
    if profile is None:
        return None
    known = {row.family for row in HEAD_SCORES.values()}  # a file may come from another version
    return Profile(profile.table[profile.table["family"].isin(known)], profile.facts)


@st.cache_resource(max_entries=64, ttl=60, show_spinner=False)
def _ranking(weights: Key, question: tuple[str, str | None, str | None], _profile: Profile) -> pd.DataFrame:  # noqa: ARG001
    return ranked(_profile.table, Question(*question))


@st.cache_resource(max_entries=6, ttl=60, show_spinner=False)
def _summary(weights: Key, _profile: Profile) -> tuple[pd.DataFrame, Figure]:  # noqa: ARG001
    kinds = kinds_of_heads(_profile.table)
    return kinds, heads_by_layer(kinds, int(_profile.table["layer"].max()) + 1)


@st.cache_resource(max_entries=64, ttl=300, show_spinner=False)
def _parsing(text: str) -> Job[Annotated | MhaVizError]:
    return Job(loader(), "parsing the text", lambda tell: _parse(text, tell))


@st.cache_resource(max_entries=1, ttl=3600, show_spinner=False)
def _twinning(weights: Key, _model: Model) -> Job[Model]:  # noqa: ARG001
    return Job(workers(), "drawing random weights to compare with", lambda _tell: random_twin(_model))


@st.cache_resource(max_entries=32, ttl=3600, show_spinner=False)
def _scoring(
    weights: Key,  # noqa: ARG001
    of: Key,  # noqa: ARG001
    _model: Model,
    _twin: Model,
    _found: Capture,
    _annotated: Annotated | None,
    kind: str,
) -> Job[pd.DataFrame]:
    def work(tell: Tell) -> pd.DataFrame:
        control = capture(_twin, _found.text, target=_found.target, pair=_found.pair)
        tell(0.3, "scoring every head")
        similarity = None
        if _annotated is not None and kind == _found.kinds[0]:  # the only axis whose tokens its embeddings are known of
            similarity = similarity_of(_model, _found, _annotated)
        return score_table(_found, _annotated, kind=kind, control=control, similarity=similarity)

    return Job(workers(), f"{_model.name} with random weights reads the text", work)


@st.cache_resource(max_entries=3, ttl=3600, show_spinner=False)
def _reading_all(
    weights: Key,  # noqa: ARG001
    of: tuple[int, ...],  # noqa: ARG001
    _model: Model,
    _texts: tuple[str | Annotated, ...],
) -> Job[list[tuple[Capture, Annotated]]]:
    def work(tell: Tell) -> list[tuple[Capture, Annotated]]:
        read = []
        for i, text in enumerate(_texts):
            tell(i / len(_texts))
            annotated = _parse(text, tell) if isinstance(text, str) else text
            if not isinstance(annotated, MhaVizError):
                with suppress(InputError):  # longer than the model reads
                    read.append((capture(_model, annotated.text), annotated))
        return read

    return Job(slow_worker(), f"{_model.name} reads sentences to look for examples", work)


def _parse(text: str, tell: Tell) -> Annotated | MhaVizError:
    try:
        parsed = parse(text, progress=tell)
        return replace(parsed, links=pronoun_links(parsed))
    except MhaVizError as error:
        return error
