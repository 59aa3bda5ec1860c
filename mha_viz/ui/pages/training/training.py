"""The page of trainings: a small model learns, and its heads are watched meanwhile."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mha_viz.language import N_, gettext, language
from mha_viz.objects import Head
from mha_viz.paths import app_folder
from mha_viz.training.records import Record, load_record
from mha_viz.ui.pages.training.head_counts import show_head_counts
from mha_viz.ui.pages.training.live import Live, choose_training, forget_place, live_training, show_progress
from mha_viz.ui.pages.training.looking import show_mattering
from mha_viz.ui.parts import share
from mha_viz.ui.parts.table import draw_table
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared import models
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.head import after_click, choose_head, chosen_head
from mha_viz.ui.shell.memory import Memory, recall, remember
from mha_viz.ui.shell.settings import Settings, fit_setting, held, set_setting, setting
from mha_viz.views.captions.terms import marked
from mha_viz.views.training import (
    FOLLOWED_IN_WORDS,
    INDUCTION,
    TWINS,
    all_heads_picture,
    best_head,
    fall_sentence,
    followed_in,
    moment_sentence,
    pattern_picture,
    readable,
    score_rows,
    training_curves,
    training_facts,
)
from mha_viz.wording import layer_name, name_in_layer

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LESSONS = dict(
    zip(Settings.training.choices, (N_("The classroom model"), N_("One head or four"), N_("Induction")), strict=True)
)
FOLDERS = {"model": "classroom", "induction": "induction"}
FIRST_SCORE = {"model": TWINS, "induction": INDUCTION}
RUNS = {"shipped": N_("The shipped training"), "yours": N_("Your training")}
COLUMNS = (N_("head"), N_("value"), N_("low"), N_("high"), N_("n"), N_("chance"))  # of the scores of all heads
ABOUT = {
    "model": N_(
        "It reads sentences of a small grammar and learns one thing: which word comes next. In “The cat sat on the mat "
        "because it was tired, so it …” it can only know the last verb if it finds out who was tired. Nobody tells a "
        "head to look there. The first layer sees only the last four words, so a layer above has to."
    ),
    "induction": N_(
        "Two layers of attention and nothing else read random words that begin again: fan cricket fox fan cricket … A "
        "word that comes again can be known: look for it further up, and see what followed it there. A head that looks "
        "there is an *induction head* ([Olsson et al. 2022](https://arxiv.org/abs/2209.11895))."
    ),
}


def show_training() -> None:
    """A lesson to choose; what was measured on the way; and a training of one's own."""
    kind = fit_setting(Settings.training)
    live = live_training(kind) if kind in FOLDERS else None
    with st.container(horizontal=True, vertical_alignment="bottom", key="trainings"):
        lessons = st.container(width="content")
        run = _choose_run(live)
        if kind in FOLDERS:
            with st.popover(gettext("Train it now")):
                choose_training(kind)
            with st.popover(gettext("What it reads, and what it learns")):
                st.markdown(marked(gettext(ABOUT[kind])))
    menu = recall(Memory.share) or st.container()
    frame.later(lessons, _draw_lessons)
    if kind == "heads":
        show_head_counts(menu)
        return
    if live is not None:
        show_progress(live)
    record = live.record() if run == "yours" and live is not None else shipped(FOLDERS[kind])
    if record is None:
        if live is not None and not live.job.state.is_over:
            st.caption(gettext("The first checkpoint comes when it is your turn."))
        return
    _show_record(kind, record, live if run == "yours" else None, menu)


def _draw_lessons() -> None:
    st.segmented_control(
        gettext("Lesson"), list(LESSONS), key=Settings.training.key, required=True,
        format_func=lambda kind: _named(LESSONS, kind), on_change=forget_place, label_visibility="collapsed", wrap=True,
    )  # fmt: skip


def _named(names: dict[str, str], choice: str) -> str:
    return gettext(names[choice]) if choice in names else ""


def _choose_run(live: Live | None) -> str:
    """The shipped training, or the one of this session."""
    runs = ["shipped", *(["yours"] if live else [])]
    run = fit_setting(Settings.run, runs[-1], runs)
    if live:
        st.segmented_control(
            gettext("Training"), runs, key=Settings.run.key, required=True,
            format_func=lambda run: _named(RUNS, run), on_change=forget_place, label_visibility="collapsed",
        )  # fmt: skip
    return run


@st.cache_resource(max_entries=4, show_spinner=False)
def shipped(folder: str) -> Record:
    """The training that comes with the app."""
    record = load_record(app_folder() / "assets" / folder)
    models.leave_to_stay()
    return record


def _show_record(kind: str, record: Record, live: Live | None, menu: DeltaGenerator) -> None:
    """Where in the training, which head; sentence, curves, patterns."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="menus_of_training"):
        step = _choose_step(record, follows=live is not None)
        score, head, text = _choose_head(kind, record)
    left, right = st.columns([5, 6], gap="medium")
    facts = training_facts(LESSONS[kind], step, live.plan if live else shipped_command(kind))
    view = pattern_picture(record, step, text, head, facts)
    with left:
        st.markdown(frame.told(moment_sentence(record.at(step), score, head)))
        seen = (score, head, step)
        if live:
            figures = training_curves(record, *seen, live.plan.steps)
        else:
            figures = _shipped_curves(kind, *seen, language(), record)
        for key, figure in figures.items():
            st.plotly_chart(figure, key=key, config={"displayModeBar": False})
        if kind == "induction" and len(record.steps) > 1:
            st.markdown(frame.told(fall_sentence(record)))
        clicked = mount(all_heads_picture(record, step, text, head), "grid")
    with right:
        mount(view, "picture")
        with st.expander(gettext("All heads at this step, in numbers")):
            _show_table(record, step, score)
    if kind == "model" and live is None:
        show_mattering()
    if clicked.open:
        after_click(chosen_head(*clicked.open))
        frame.leave(st.rerun)
    share.fill(menu, view, lambda: record.table, facts)


def _show_table(record: Record, step: int, score: str) -> None:
    names = {name: gettext(name) for name in COLUMNS}
    numbers = [names[name] for name in ("value", "low", "high", "chance")]
    formats = {name: st.column_config.NumberColumn(format="%.3f") for name in numbers}
    draw_table(score_rows(record.at(step), score).rename(columns=names), formats)


def _choose_step(record: Record, *, follows: bool) -> int:
    """The checkpoint that is shown; of a training that goes on the last, until somebody goes back."""
    steps = record.steps
    if follows and held(Settings.moment) == recall(Memory.last_step):
        set_setting(Settings.moment, steps[-1])
    if fit_setting(Settings.moment, steps[-1]) not in steps:
        set_setting(Settings.moment, min(steps, key=lambda step: abs(step - setting(Settings.moment))))
    remember(Memory.last_step, steps[-1])
    if len(steps) > 1:
        st.select_slider(gettext("Step of the training"), steps, key=Settings.moment.key, width=300)
    return setting(Settings.moment)


def _choose_head(kind: str, record: Record) -> tuple[str, Head, int]:
    """Which score is followed, of which head, on which text."""
    scores = followed_in(record.snapshots[0].table)
    score = fit_setting(Settings.follow, FIRST_SCORE[kind], scores)
    n_layers, n_heads = record.snapshots[0].patterns.shape[1:3]
    layer, head = _propose_head(best_head(record.snapshots[-1], score), n_layers, n_heads)
    text = fit_setting(Settings.sentence, choices=range(len(record.texts)))
    st.selectbox(
        gettext("Which head …"),
        scores,
        key=Settings.follow.key,
        format_func=lambda score: gettext(FOLLOWED_IN_WORDS[score][0]),
        width=240,
    )
    st.selectbox(gettext("Layer"), range(n_layers), key=Settings.layer.key, format_func=layer_name, width=90)
    st.selectbox(gettext("Head"), range(n_heads), key=Settings.head.key, format_func=name_in_layer, width=90)
    names, label = [readable(labels) for labels in record.texts], gettext("Patterns on")
    st.selectbox(label, range(len(names)), key=Settings.sentence.key, format_func=names.__getitem__, width=330)
    return score, (layer, head), text


def _propose_head(best: Head, n_layers: int, n_heads: int) -> Head:
    """The head of the link; the best one where there is none, until somebody chooses another."""
    layer = fit_setting(Settings.layer, best[0], range(n_layers))
    head = (layer, fit_setting(Settings.head, best[1], range(n_heads)))
    if head == recall(Memory.best_head) != best:
        head = best
        choose_head(*best)
    remember(Memory.best_head, best)
    return head


@st.cache_resource(max_entries=64, show_spinner=False)
def _shipped_curves(
    kind: str, score: str, head: Head, step: int, code: str, _record: Record  # noqa: ARG001
) -> dict[str, Figure]:  # fmt: skip
    """Of a shipped training, which a whole class opens at once; in the language of the run, ``code``."""
    return training_curves(_record, score, head, step, _record.steps[-1])


@lru_cache
def shipped_command(kind: str) -> str:
    """What made a shipped training."""
    checkpoints = pd.read_parquet(app_folder() / "assets" / FOLDERS[kind] / "checkpoints.parquet", columns=["step"])
    return str(checkpoints.attrs["command"])
