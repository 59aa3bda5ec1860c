"""The steps of a computation: one head, one query, from token vectors to what the head added, with the real numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from mha_viz.attention.maps import call_at, trace_of
from mha_viz.attention.proposals import first_word
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.attention.steps import HeadSteps
from mha_viz.errors import TooLongError
from mha_viz.inputs.words import unique_labels
from mha_viz.language import gettext, lazy_gettext
from mha_viz.objects import Capture, Head
from mha_viz.ui.parts import controls, share
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.captures import get_token_vectors
from mha_viz.ui.shell.settings import Settings, fit_setting
from mha_viz.views.captions.labels import both_labels
from mha_viz.views.inside.steps import STEPS, numbered, step_facts, step_picture
from mha_viz.views.panels import panels_frame

MOST_TOKENS = 512  # every step of a whole layer is in memory, and every row is drawn


def show_steps(desk: Desk, kind: str, choose_head: Callable[[], Head]) -> None:
    """Choose a head (``choose_head``) and a token, then go through the steps with buttons or arrow keys."""
    capture = desk.capture
    n = max(len(capture.query_positions[kind]), len(capture.key_positions[kind]))
    if n > MOST_TOKENS:
        sentence = lazy_gettext(
            "The steps go through texts of up to {most} tokens; this one has {n}.", most=MOST_TOKENS, n=n
        )
        raise TooLongError(sentence, n, MOST_TOKENS, capture.text)
    controls_row = st.container(horizontal=True, vertical_alignment="bottom")
    with controls_row:
        layer, head = choose_head()
        row = _choose_token(capture, kind)
        number = controls.choose_step([gettext(name) for name, _ in STEPS])
    call, trace = call_at(capture, layer, kind), trace_of(capture, layer, kind=kind)
    get_vectors = partial(get_token_vectors, desk.model, capture, layer, kind)
    steps = HeadSteps(capture, call, trace, head, row, get_vectors)
    step = STEPS[number][1](steps)
    with controls_row.container(horizontal=True, vertical_alignment="center", width="content", key="step_name"):
        st.subheader(numbered(number), anchor=False, width="content")
        st.code(step.formula, language=None, width="content")  # highlighted it is too faint on a projector
    view = step_picture(steps, number, step)
    mount(view, "steps")
    facts = partial(step_facts, steps, number, step.formula)
    share.fill_later(desk.share, view, lambda: panels_frame(step.panels), facts)


def _choose_token(capture: Capture, kind: str) -> int:
    """The token that looks; at first the one that other views begin with too."""
    queries, shown = unique_labels(capture.query_positions[kind].labels), choose(capture, Selection(kind))
    fit_setting(Settings.token, queries[first_word(capture, shown.query)], queries)
    drawn = dict(zip(queries, both_labels(shown, unique=True)[0].names, strict=True))
    chosen = st.selectbox(
        gettext("Token that looks"),
        queries,
        key=Settings.token.key,
        width=160,
        format_func=lambda label: drawn.get(label, label),
    )
    return queries.index(chosen)
