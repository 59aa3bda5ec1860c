"""The page of the atlas: all heads on a plane, the card of the chosen one, and all others by their distance from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from mha_viz.comparison.atlas import WARD, Atlas, atlas_table
from mha_viz.comparison.nearest import nearest_heads, typical_distance
from mha_viz.errors import InputError
from mha_viz.language import N_, gettext, lazy_gettext, pgettext, whole
from mha_viz.objects import Capture, Model, ModelHead
from mha_viz.ui.pages.atlas.choices import NOBODY, THIS_TEXT, choose_atlas
from mha_viz.ui.parts import controls, share
from mha_viz.ui.parts.naming import heading
from mha_viz.ui.parts.profiles import choose_profile, say_whose, whose_facts
from mha_viz.ui.parts.table import draw_table
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.atlas import get_atlas, get_atlas_of_ours, get_pictures
from mha_viz.ui.shared.captures import get_same_reading
from mha_viz.ui.shared.findings import get_families_of_heads
from mha_viz.ui.shared.models import get_model
from mha_viz.ui.shared.profiles import get_profile, get_profile_note
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.head import after_click, choose_head
from mha_viz.ui.shell.memory import Memory, recall, remember
from mha_viz.ui.shell.settings import Settings, clear_settings, fit_setting, set_setting, setting
from mha_viz.views.atlas import (
    COLOURS,
    atlas_facts,
    atlas_picture,
    distance_in_words,
    nearest_first,
    typical_sentence,
)
from mha_viz.views.atlas_colours import Families
from mha_viz.views.atlas_tables import in_language, names_of_columns
from mha_viz.views.captions.facts import no_profile_sentence
from mha_viz.views.captions.terms import marked
from mha_viz.views.scores.tables import nearest_table, picked_table
from mha_viz.wording import head_name, joined

if TYPE_CHECKING:
    from torch import Tensor

NEAREST = 5  # heads on the card
FIRST_ALREADY = N_("{model} is the first model already. Choose another one beside it, or none.")


def show_atlas(desk: Desk) -> None:
    """What heads are compared on and beside whom; the picture, the card of one head, all heads by distance."""
    with (row := st.container(horizontal=True, vertical_alignment="bottom")):
        kind = controls.choose_kind(desk.capture, ("encoder", "decoder"))
        texts, beside, colour, n_clusters = choose_atlas(desk.model)
    second = _second_model(desk.model, beside)
    atlas = get_atlas(desk.capture, kind, second) if texts == THIS_TEXT else get_atlas_of_ours(desk.model, kind, second)
    models = [desk.model, *([second] if second else [])]
    with row:
        choose_profile(*models)
    families, profiled = _families(models)
    controls.propose_head(desk.capture, kind)
    table, chosen = atlas_table(atlas, n_clusters, method=WARD), _chosen(atlas, models)
    n_ours = 0 if texts == THIS_TEXT else atlas.distances.n_texts
    compared_on = lazy_gettext("our {n} example sentences", n=n_ours) if n_ours else lazy_gettext("this sentence")
    of_text = desk.capture if texts == THIS_TEXT else None
    facts = atlas_facts(atlas, models, of_text, compared_on=compared_on, kind=kind, n_clusters=n_clusters)
    facts |= whose_facts(*models)
    picked = [head for head in recall(Memory.picked) if head in atlas.distances.heads]
    view = atlas_picture(
        atlas, table, texts=_inside(n_ours), facts=facts, colour=colour, families=families, profiled=profiled,
        chosen=chosen, pictures=_pictures(desk.capture, kind, second), pictured=_inside(), picked=picked,
    )  # fmt: skip
    if colour == COLOURS[1]:
        _say_what_is_not_known(models, profiled)
    left, right = st.columns([5, 2], gap="medium")
    with left:
        mount(
            view, "atlas", choose=lambda head: _choose_head(*head),
            pick=lambda heads: remember(Memory.picked, [(models[i].name, *place) for i, *place in heads]),
        )  # fmt: skip
    with right, st.container(key="card", gap="small"):
        _show_card(atlas, chosen, models)
    say_whose(*models)
    rows = nearest_first(atlas, table, chosen, families)
    _show_picked(desk, rows, picked, models)
    _show_nearest(rows, chosen, len(models) > 1)
    share.fill(desk.share, view, lambda: rows, facts)


def _inside(n_ours: int = 0) -> str:
    """What heads look alike in: this sentence, or so many of ours."""
    # TRANSLATORS: behind "in", as in "Heads that look alike in this sentence"
    return pgettext("in", "our {n} example sentences", n=whole(n_ours)) if n_ours else pgettext("in", "this sentence")


def _pictures(capture: Capture, kind: str, second: Model | None) -> list[Tensor]:
    """Every head's pattern in this sentence, for each model; none where one of them cannot read it."""
    try:
        captures = [capture, *([get_same_reading(second, capture)] if second else [])]
    except InputError:
        return []
    pictures = [of_model for one in captures if (of_model := get_pictures(one, kind)) is not None]
    return pictures if len(pictures) == len(captures) else []


def _second_model(first: Model, name: str) -> Model | None:
    if name.strip() == NOBODY:
        return None
    second = get_model(name.strip())
    if second.name == first.name or (second.identity is not None and second.identity == first.identity):
        raise InputError(lazy_gettext(FIRST_ALREADY, model=second.short_name))
    return second


def _families(models: list[Model]) -> tuple[Families, list[str]]:
    """What the profiles establish of each head, and of which models there is one."""
    families: dict[ModelHead, tuple[str, ...]] = {}
    profiled = []
    for model in models:
        profile = get_profile(model)
        if profile is not None:
            profiled.append(model.name)
            families |= {(model.name, *place): of for place, of in get_families_of_heads(profile).items()}
    return families, profiled


def _say_what_is_not_known(models: list[Model], profiled: list[str]) -> None:
    missing = [model.short_name for model in models if model.name not in profiled]
    if missing:
        notes = [get_profile_note(model) for model in models if model.name not in profiled]
        st.markdown(frame.told(" ".join([no_profile_sentence(joined(missing)), *filter(None, notes)])))


def _chosen(atlas: Atlas, models: list[Model]) -> ModelHead:
    """The head of the link: of the second model, where one of its heads is chosen, else of the first."""
    heads = atlas.distances.heads
    if len(models) > 1:
        place = setting(Settings.beside_head)
        if place is not None and (models[1].name, *place) in heads:
            return (models[1].name, *place)
    clear_settings(Settings.beside_head)
    own = [head for head in heads if head[0] == models[0].name]
    layer = fit_setting(Settings.layer, own[0][1], {layer for _, layer, _ in own})
    head = fit_setting(Settings.head, choices={head for _, at, head in own if at == layer})
    return models[0].name, layer, head


def _choose_head(model: int, layer: int, head: int) -> None:
    """What was clicked, for the next run."""
    if model:
        set_setting(Settings.beside_head, (layer, head))
        return
    choose_head(layer, head)


def _open(head: ModelHead, models: list[Model]) -> None:
    """Go to the page of one head; a head of the second model takes its model along."""
    if head[0] != models[0].name:
        after_click({Settings.model: head[0]})
    frame.open_head(*head[1:])


def _show_card(atlas: Atlas, chosen: ModelHead, models: list[Model]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(heading(chosen[1:], chosen[0]), width="content")
        if st.button(gettext("Explore this head"), help=gettext("Its lines and its heatmap, in this sentence.")):
            _open(chosen, models)
    heads, between = atlas.distances.heads, atlas.distances.between
    near = nearest_heads(between, heads, chosen, NEAREST)
    if near.empty:
        return
    typical = typical_distance(between)
    st.markdown(marked(gettext("**Heads like this one**")))
    st.markdown(frame.told(typical_sentence(typical, len(heads))))
    for row in near.itertuples(index=False):
        other = (row.model, row.layer, row.head)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            label = frame.plain(gettext("Open {head}", head=_name(other, several=len(models) > 1)))
            if st.button(label, key=f"like {other}", help=gettext("On the page “One head”.")):
                _open(other, models)
            st.markdown(frame.told(distance_in_words(row.distance, typical)), width="content")


def _name(head: ModelHead, *, several: bool) -> str:
    model, layer, index = head
    name = head_name(layer, index)
    return gettext("{head} of {model}", head=name, model=model) if several else name


def _show_picked(desk: Desk, rows: pd.DataFrame, picked: Sequence[ModelHead], models: list[Model]) -> None:
    """The marked heads, each with its own address."""
    if not picked:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader(gettext("The marked heads"), anchor=False, width="content")
        st.button(gettext("Mark none"), on_click=remember, args=(Memory.picked, ()))
    table = picked_table(rows, picked, desk.capture.text, has_models=len(models) > 1)
    address = st.column_config.LinkColumn("", display_text=gettext("Open"))
    draw_table(in_language(table), {names_of_columns()["address"]: address})


def _show_nearest(rows: pd.DataFrame, chosen: ModelHead, has_models: bool) -> None:
    nearest = nearest_table(rows, chosen, has_models=has_models)
    if nearest.empty:
        return
    st.subheader(gettext("All heads, nearest to {head} first", head=head_name(*chosen[1:])), anchor=False)
    distance = st.column_config.NumberColumn(gettext("distance (bits)"), format="%.3f")
    draw_table(in_language(nearest), {names_of_columns()["distance"]: distance}, height=300)
