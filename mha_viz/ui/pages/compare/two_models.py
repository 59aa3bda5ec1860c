"""Two models beside each other, below the comparison of two of their heads."""

from __future__ import annotations

import streamlit as st

from mha_viz.comparison.comparison import Comparison, Pairing, left_over
from mha_viz.evidence.profiles_compared import heads_compared, kinds_compared
from mha_viz.objects import Head, Model
from mha_viz.ui.parts.profiles import choose_profile, say_whose
from mha_viz.ui.shared.compare import get_distances, get_usual
from mha_viz.ui.shared.profiles import get_profile, get_profile_note
from mha_viz.ui.shell import frame
from mha_viz.views.compare.alignment import left_over_sentence, without_profile_sentence
from mha_viz.views.compare.sentences import matching_sentence

SIDES = ("first", "second")


def show_model_pair(
    models: tuple[Model, Model], comparison: Comparison, pairing: Pairing, heads: tuple[Head, Head]
) -> None:
    """How the two models' heads are related, what is left over, and their profiles beside each other."""
    distances = get_distances(comparison)
    places = {head: i for i, head in enumerate(comparison.heads(0))}, {h: i for i, h in enumerate(comparison.heads(1))}
    is_by_place = pairing == [(here, here) for here, _ in pairing]
    matched = [distances[places[0][here], places[1][there]].item() for here, there in pairing]
    st.subheader("The two models", anchor=False)
    st.markdown(frame.plain(matching_sentence(comparison, get_usual(comparison), matched, at_same_place=is_by_place)))
    for side, name in enumerate(comparison.names):
        alone = left_over(comparison, pairing, side)
        if alone:
            st.markdown(frame.plain(left_over_sentence(name, alone)))
    _show_profiles(models, heads)


def _show_profiles(models: tuple[Model, Model], heads: tuple[Head, Head]) -> None:
    """What the two models and the two heads do in general, where both have a profile."""
    choose_profile(*models)
    say_whose(*models)
    profiles = [get_profile(model) for model in models]
    if any(profile is None for profile in profiles):
        without = [model for model, profile in zip(models, profiles, strict=True) if profile is None]
        notes = [get_profile_note(model) for model in without]
        st.caption(frame.plain(without_profile_sentence([model.name for model in without], notes)))
        return
    tables = [profile.table for profile in profiles if profile is not None]
    left, right = st.columns(2, gap="medium")
    is_itself = models[0].name == models[1].name
    names = {
        side: f"{model.name}, {side}" if is_itself else model.name for side, model in zip(SIDES, models, strict=True)
    }
    with left:
        st.markdown("**Heads of each kind, in general**")
        shares = {f"{side}_share": f"share of {name}" for side, name in names.items()}
        percent = {name: st.column_config.NumberColumn(format="percent") for name in shares.values()}
        kinds = kinds_compared(*tables).rename(columns={**names, **shares})
        st.dataframe(kinds, hide_index=True, column_config=percent)
    with right:
        st.markdown("**These two heads, in general**")
        both = heads_compared(tables[0], tables[1], *heads)
        if both.empty:
            st.caption("Neither of them is well above a simple rule in anything.")
        else:
            verdicts = {f"{side}_verdict": f"verdict ({name})" for side, name in names.items()}
            st.dataframe(both.rename(columns={**names, **verdicts}), hide_index=True, height=300)
