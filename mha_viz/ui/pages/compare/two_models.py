"""Two models beside each other: which has which heads, the best heads of both, and how far their layers are apart."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mha_viz.comparison.comparison import Comparison, Pairing, left_over
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.profiles_compared import heads_compared
from mha_viz.language import N_, gettext
from mha_viz.model_names import names_apart
from mha_viz.objects import Capture, Head, Model
from mha_viz.ui.pages.compare.pair import take_pair
from mha_viz.ui.parts import share
from mha_viz.ui.parts.naming import say_model
from mha_viz.ui.parts.profiles import choose_profile, say_whose
from mha_viz.ui.parts.table import choose_row, draw_table
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.compare import get_distances, get_layers, get_usual
from mha_viz.ui.shared.general import get_best_compared, get_kinds_compared
from mha_viz.ui.shared.profiles import get_profile, get_profile_note
from mha_viz.ui.shell import frame
from mha_viz.views.captions.terms import marked
from mha_viz.views.compare.alignment import left_over_sentence, without_profile_sentence
from mha_viz.views.compare.compare import comparison_facts
from mha_viz.views.compare.layers import layers_picture, layers_table
from mha_viz.views.compare.profiles import (
    best_heads,
    best_heads_sentence,
    best_table,
    established_tasks,
    in_general_table,
    kinds_table,
    names_of_sides,
)
from mha_viz.views.compare.sentences import matching_sentence

Models = tuple[Model, Model]
MEASURE = N_(
    "A row chooses its head. Once the profile of {model} is measured, on the page Scores or with mha-viz profile, its "
    "best heads stand beside these."
)


def show_models(
    models: Models, captures: tuple[Capture, Capture], comparison: Comparison, heads: tuple[Head, Head]
) -> None:
    """The whole models: what they are, how far their layers are apart, and where there are profiles, kinds of heads and
    best heads.
    """
    left, right = st.columns(2, gap="medium")
    with left:
        _show_layers(comparison, heads)
    choose_profile(*models)
    profiles = [get_profile(model) for model in models]
    names = _names(models)
    with right:
        for model, capture in zip(models, captures, strict=True):
            say_model(model, capture, is_named=True)
        _show_kinds(models, profiles, names)
    if any(profile is not None for profile in profiles):
        _show_best(profiles, names, heads)


def _names(models: Models) -> tuple[str, str]:
    first, second = names_apart([model.name for model in models])
    return names_of_sides(first, second)


def _show_layers(comparison: Comparison, heads: tuple[Head, Head]) -> None:
    apart, nearest = get_layers(comparison)
    facts = comparison_facts(comparison, heads, "two models", has_models=True, has_texts=False)
    facts |= {"shows": "the distance of layers", "unit": "bits"}
    view = layers_picture(comparison, apart, nearest, heads, usual=get_usual(comparison), facts=facts)
    mount(view, "layers", layers=lambda cell: take_pair(*nearest[cell[0]][cell[1]]))
    share.fill(st.container(), view, lambda: layers_table(comparison, apart, nearest), facts, N_("Share the layers"))


def _show_kinds(models: Models, profiles: Sequence[Profile | None], names: tuple[str, str]) -> None:
    """How many heads of each kind the two models have, and whose profiles say so."""
    first, second = profiles
    if first is not None and second is not None:
        heading = gettext("Established heads of each kind, in general")
        st.markdown(marked(f"**{heading}**"))
        draw_table(kinds_table(get_kinds_compared(first, second), names))
    without = [model for model, profile in zip(models, profiles, strict=True) if profile is None]
    if without:
        notes = [get_profile_note(model) for model in without]
        st.caption(frame.told(without_profile_sentence([model.short_name for model in without], notes)))
    say_whose(*models)


def _show_best(profiles: Sequence[Profile | None], names: tuple[str, str], heads: tuple[Head, Head]) -> None:
    """For every task the best head of both; a row sets the two side by side."""
    best = get_best_compared(*profiles)
    with st.container(horizontal=True, vertical_alignment="center"):
        heading = gettext("The best head for each task, in general")
        st.markdown(marked(f"**{heading}**"), width="content")
        is_whole = st.toggle(
            gettext("All {n} tasks", n=len(best)),
            key="all_tasks",
            help=gettext("Not only those that something is established of."),
        )
    rows = best if is_whole else established_tasks(best)
    choose_row(
        best_table(rows, names), best_heads(rows), heads, lambda pair: take_pair(*pair), key="best_heads", height=246
    )
    unknown = [name for name, profile in zip(names, profiles, strict=True) if profile is None]
    click = gettext("A row sets its two heads side by side.") if not unknown else gettext(MEASURE, model=unknown[0])
    st.caption(frame.told(f"{best_heads_sentence(best, names)} {click}"))


def show_matching(comparison: Comparison, pairing: Pairing) -> None:
    """How the two models' heads were matched, and which are left over."""
    distances = get_distances(comparison)
    places = {head: i for i, head in enumerate(comparison.heads(0))}, {h: i for i, h in enumerate(comparison.heads(1))}
    is_by_place = pairing == [(here, here) for here, _ in pairing]
    matched = [distances[places[0][here], places[1][there]].item() for here, there in pairing]
    sentence = matching_sentence(comparison, get_usual(comparison), matched, at_same_place=is_by_place)
    alone = [(name, left_over(comparison, pairing, side)) for side, name in enumerate(comparison.names)]
    lines = [sentence, *(left_over_sentence(name, heads) for name, heads in alone if heads)]
    st.caption(frame.told(" ".join(lines)))


def show_heads_in_general(models: Models, heads: tuple[Head, Head]) -> None:
    """What the two heads that are shown do in general, where both models have a profile."""
    first, second = (get_profile(model) for model in models)
    if first is None or second is None:
        return
    st.subheader(gettext("These two heads, in general"), anchor=False)
    both = heads_compared(first.table, second.table, *heads)
    if both.empty:
        st.caption(marked(gettext("Neither of them is well above a simple rule in anything.")))
        return
    draw_table(in_general_table(both, _names(models)))
