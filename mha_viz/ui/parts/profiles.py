"""Whose profile a page shows, and the choice between the one that comes with the app and one's own."""

from __future__ import annotations

import streamlit as st

from mha_viz.evidence.cards.model_cards import whose_in_words, whose_sentence
from mha_viz.evidence.corpus.profiles import SHIPPED, YOURS
from mha_viz.language import N_, gettext, said
from mha_viz.objects import Model
from mha_viz.ui.shared.profiles import get_own_fault, get_profile, get_profiles
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Settings, fit_setting, setting

WHOSE = {SHIPPED: N_("Shipped"), YOURS: N_("Yours")}


def choose_profile(*models: Model) -> None:
    """Shipped or yours, where one of these models has both."""
    if any(len(get_profiles(model)) > 1 for model in models):
        fit_setting(Settings.profile)
        st.segmented_control(
            gettext("Profile"), Settings.profile.choices, key=Settings.profile.key, required=True,
            format_func=lambda whose: gettext(WHOSE[whose]),
            help=gettext("What is said in general: from the profile that comes with mha_viz, or from your own."),
        )  # fmt: skip


def say_whose(*models: Model) -> None:
    """A line for each model that has a profile, and why one's own is not shown, where it should be."""
    lines = []
    for model in {(model.name, model.identity, model.dtype): model for model in models}.values():
        profile, wished = get_profile(model), setting(Settings.profile)
        if profile is not None:
            lines.append(whose_sentence(model.short_name, profile.whose, profile.facts))
        if fault := get_own_fault(model):
            lines.append(said(fault))
        elif profile is not None and profile.whose != wished and wished != Settings.profile.default:
            lines.append(
                gettext(
                    "{whose} is chosen, and there is none of {model} here.",
                    whose=gettext(WHOSE[wished]),
                    model=model.short_name,
                )
            )
    if lines:
        st.caption("  \n".join(map(frame.told, lines)))


def whose_facts(*models: Model) -> dict[str, str]:
    """What an export says of the profiles that it rests on."""
    profiles = {model.name: get_profile(model) for model in models}
    return {f"profile of {name}": whose_in_words(one.whose, one.facts, name) for name, one in profiles.items() if one}
