"""The page of the steps: one head, one query, from token vectors to what the head added, with the real numbers."""

from __future__ import annotations

import streamlit as st

from mha_viz.attention.maps import trace_of
from mha_viz.errors import InputError
from mha_viz.inputs.words import unique_labels
from mha_viz.ui.pages.inside.steps import STEPS, Scene
from mha_viz.ui.parts import controls, share
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shell.settings import Settings, fit_setting
from mha_viz.views.facts import fact_lines
from mha_viz.views.panels import panels_frame, panels_view
from mha_viz.wording import head_name, layer_name, name_in_layer, safe_name

MOST_TOKENS = 512  # every step of a whole layer is in memory, and every row is drawn


def show_steps(desk: Desk) -> None:
    """Choose a head and a token, then go through the steps with buttons or arrow keys."""
    model, found = desk.model, desk.found
    kind = controls.choose_kind(found)
    n = max(len(found.query_positions[kind]), len(found.key_positions[kind]))
    if n > MOST_TOKENS:
        raise InputError(f"This page goes through texts of up to {MOST_TOKENS} tokens; this one has {n:,}.")
    queries = unique_labels(found.query_positions[kind].labels)
    keys = unique_labels(found.key_positions[kind].labels)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer, head = controls.head_menus(found, kind, st.container(horizontal=True, width="content"))
        fit_setting(Settings.token, "it" if "it" in queries else queries[-1], queries)
        row = queries.index(st.selectbox("Token that looks", queries, key=Settings.token.key, width=160))
        step = controls.choose_step([name for name, _ in STEPS])
    trace = trace_of(found, layer, kind=kind)
    scene = Scene(model, found, found.calls_of(kind)[layer], trace, head, row, queries, keys)
    formula, sentence, panels = STEPS[step][1](scene)
    st.subheader(f"{step + 1}. {STEPS[step][0]}", anchor=False)
    st.code(formula, language=None)  # the colours of highlighting are too faint on a projector
    title = f"{step + 1}. {STEPS[step][0]}: {head_name(layer, head)} of {found.model_name}"
    facts = {
        "model": found.model_name,
        "text": found.text,
        "attention": kind,
        "layer": layer,
        "heads": [name_in_layer(head)],
    }
    facts |= {"token that looks": queries[row], "step": STEPS[step][0], "formula": formula}
    name = safe_name(found.model_name, f"{layer_name(layer)}-{name_in_layer(head)}-step-{step + 1}")
    view = panels_view(panels, note=sentence, title=title, facts=fact_lines(facts), file_name=name)
    mount(view, "steps")
    share.fill(desk.share, view, lambda: panels_frame(panels), facts)
