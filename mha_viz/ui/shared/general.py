"""What sessions share of what is known of a model in general: read off its profile once, whoever looks at it; and the
clearest examples among our own sentences. Nothing of what somebody typed is kept here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

import pandas as pd
import streamlit as st

from mha_viz.annotation.annotated import Annotated
from mha_viz.evidence.cards.cards import Card, general_card
from mha_viz.evidence.cards.examples import Example, clearest_examples
from mha_viz.evidence.cards.types_card import TypesCard, types_card
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.profiles_compared import best_compared, kinds_compared
from mha_viz.evidence.ranking import Question, families_in, scores_in
from mha_viz.evidence.text_types.shipped import text_types_of
from mha_viz.language import language
from mha_viz.objects import Capture, Model
from mha_viz.scores.table import ScoreKey
from mha_viz.training.findings import classroom_heads
from mha_viz.ui.shared.keys import KEYS
from mha_viz.ui.shared.scores import get_texts

Scores = dict[str, list[str | None]]  # each with its directions


def get_families(profile: Profile) -> list[str]:
    """The families that heads can be looked for by."""
    return _families(profile)


def get_scores_of_family(profile: Profile, family: str) -> Scores:
    """The scores of a family, each with its directions."""
    return _scores_of_family(profile, family)


def get_scores_by_name(profile: Profile) -> dict[str, ScoreKey]:
    """Every score of a profile by its name in a link: ``syntactic: obj dep→head``."""
    return _scores_by_name(profile)


def get_general_card(profile: Profile, layer: int, head: int, question: Question | None = None) -> Card:
    """What a head does in general."""
    return _card(profile, layer, head, astuple(question) if question else None, language())


def get_types_card(model: Model, layer: int, head: int) -> TypesCard | None:
    """What a head does in several types of text; None where nothing of the model comes with the project."""
    return _types_card(model, layer, head, language())


def get_kinds_compared(first: Profile, second: Profile) -> pd.DataFrame:
    """How many heads of two models are of which kind (``kinds_compared``)."""
    return _kinds_compared(first, second)


def get_best_compared(first: Profile | None, second: Profile | None) -> pd.DataFrame:
    """The best head of two models for every task (``best_compared``)."""
    return _best_compared(first, second)


def get_examples_of_ours(
    model: Model, texts: Sequence[str], layer: int, head: int, key: ScoreKey, kind: str
) -> list[Example]:
    """The clearest examples of one head among sentences that come with the project."""
    return _examples_of_ours(model, tuple(texts), layer, head, key, kind, get_texts(model, texts))


# A profile file may be made anew while the server runs: none of these outlasts what was read of it (``get_profile``).
@st.cache_resource(max_entries=6, ttl=60, show_spinner=False, hash_funcs=KEYS)
def _families(profile: Profile) -> list[str]:
    return families_in(profile.table)


@st.cache_resource(max_entries=64, ttl=60, show_spinner=False, hash_funcs=KEYS)
def _scores_of_family(profile: Profile, family: str) -> Scores:
    return scores_in(profile.table, family)


@st.cache_resource(max_entries=6, ttl=60, show_spinner=False, hash_funcs=KEYS)
def _scores_by_name(profile: Profile) -> dict[str, ScoreKey]:
    scores: dict[str, ScoreKey] = {}
    for family in get_families(profile):
        for score, directions in get_scores_of_family(profile, family).items():
            for direction in directions or [None]:
                scores[f"{family}: {score} {direction or ''}".strip()] = (family, score, direction)
    return scores


@st.cache_resource(max_entries=16, ttl=60, show_spinner=False, hash_funcs=KEYS)
def _kinds_compared(first: Profile, second: Profile) -> pd.DataFrame:
    return kinds_compared(first.table, second.table)


@st.cache_resource(max_entries=16, ttl=60, show_spinner=False, hash_funcs=KEYS)
def _best_compared(first: Profile | None, second: Profile | None) -> pd.DataFrame:
    return best_compared(*(None if profile is None else profile.table for profile in (first, second)))


@st.cache_resource(max_entries=256, ttl=60, show_spinner=False, hash_funcs=KEYS)
def _card(
    profile: Profile, layer: int, head: int, question: tuple[str, str | None, str | None] | None,
    in_language: str,  # noqa: ARG001 - each has its own
) -> Card:  # fmt: skip
    asked = Question(*question) if question else None
    return general_card(profile.table, layer, head, asked, profile.facts)


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=KEYS)
def _types_card(model: Model, layer: int, head: int, in_language: str) -> TypesCard | None:  # noqa: ARG001 - as above
    scores = text_types_of(model)
    return None if scores is None else types_card(scores.table, layer, head)


@st.cache_resource(max_entries=256, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _examples_of_ours(
    model: Model, texts: tuple[str, ...], layer: int, head: int, key: ScoreKey, kind: str,  # noqa: ARG001 - its key
    _read: Sequence[tuple[Capture, Annotated]],
) -> list[Example]:  # fmt: skip
    return clearest_examples(_read, layer, head, key, kind=kind)


@st.cache_data(show_spinner=False)
def get_classroom_heads() -> pd.DataFrame:
    """What the heads of the classroom model find, and what each of them costs (``classroom_heads``)."""
    return classroom_heads()
