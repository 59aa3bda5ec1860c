"""What sessions share of profiles: what is known of a model in general, measured by us or by whoever runs the app."""

from __future__ import annotations

from dataclasses import astuple

import pandas as pd
import streamlit as st

from mha_viz.evidence.corpus.find import in_which_models, profiles_at_hand
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.corpus.profiles import other_profile_sentence, own_fault, profiles_of
from mha_viz.evidence.ranking import Question
from mha_viz.language import language
from mha_viz.objects import Model
from mha_viz.scores.table import HEAD_SCORES
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.shell.settings import Settings, setting


def get_profile(model: Model) -> Profile | None:
    """What is known of the model in general, where there is a profile of these weights: the one that is chosen, or the
    only one.
    """
    profiles = get_profiles(model)
    return profiles.get(setting(Settings.profile)) or next(iter(profiles.values()), None)


def get_profiles(model: Model) -> dict[str, Profile]:
    """The profiles of these weights that can be chosen, by whose they are; one's own never in a class that was not
    told to show them.
    """
    return _profiles(model.name, model.identity, model.dtype, _shows_own())[0]


def get_own_fault(model: Model) -> str:
    """Why a profile of one's own is not among them, though there is a file; "" where there is no such reason."""
    return _profiles(model.name, model.identity, model.dtype, _shows_own())[1]


def get_profile_note(model: Model) -> str:
    """Where there is no profile of these weights: that there is one of others that go by the same name."""
    return _profile_note(model.name, model.identity, model.dtype, language())


def get_in_models(question: Question) -> pd.DataFrame:
    """Which models have heads that do this, of all whose profiles are at hand (``in_which_models``)."""
    return _in_models(astuple(question), _shows_own())


def look_again() -> None:
    """A profile was measured: what is at hand is another set."""
    for cached in (_profiles, _profile_note, _in_models, _at_hand):
        cached.clear()


def _shows_own() -> bool:
    mode = class_mode()
    return mode is None or mode.own_profiles


@st.cache_resource(max_entries=6, ttl=60, show_spinner=False)
def _profiles(name: str, identity: str | None, dtype: str, shows_own: bool) -> tuple[dict[str, Profile], str]:
    families = {row.family for row in HEAD_SCORES.values()}  # a file may come from another version
    profiles = {
        whose: Profile(one.table[one.table["family"].isin(families)], one.facts, whose)
        for whose, one in profiles_of(name, identity, only_shipped=not shows_own, dtype=dtype).items()
    }
    return profiles, own_fault(name, identity, dtype) if shows_own else ""


@st.cache_resource(max_entries=6, ttl=60, show_spinner=False)
def _profile_note(name: str, identity: str | None, dtype: str, in_language: str) -> str:  # noqa: ARG001 - each its own
    return other_profile_sentence(name, identity, dtype)


@st.cache_data(max_entries=32, ttl=60, show_spinner=False)
def _in_models(question: tuple[str, str | None, str | None], shows_own: bool) -> pd.DataFrame:
    return in_which_models(_at_hand(shows_own), Question(*question))


@st.cache_resource(max_entries=2, ttl=60, show_spinner=False)
def _at_hand(shows_own: bool) -> list[Profile]:
    return profiles_at_hand(only_shipped=not shows_own)
