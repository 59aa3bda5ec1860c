"""Every head taken out alone, one after the other: the picture fills in as layers are done, and can be left."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from mha_viz.comparison.asks import Ask
from mha_viz.comparison.trials import Hows, Trial
from mha_viz.errors import MhaVizError
from mha_viz.evidence.importance.importance import total_and_direct
from mha_viz.evidence.importance.measuring import Measuring
from mha_viz.objects import Head
from mha_viz.ui.parts import share
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.effects import every_head_alone, forget_every_head, number_ask
from mha_viz.ui.shared.job import Job, State
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.head import choose_head
from mha_viz.ui.shell.settings import Settings, clear_settings, fit_setting, set_setting, setting
from mha_viz.views.effect import effect_facts, importance_picture

EVERY = 1.0  # seconds between two looks at what is measured
EFFECT_HELP = (
    "Total: everything that follows from taking the head out. Direct: the other heads hand on what they did before. "
    "Estimate: from slopes, in one run and back; right for small changes."
)


def show_every_head(desk: Desk, trial: Trial, ask: Ask, chosen: Head) -> None:
    """A switch, which a link holds; under it the picture."""
    is_on = fit_setting(Settings.alone) == "yes"
    set_setting(Settings.every_head, is_on)
    st.toggle(
        "Take out every head alone", key=Settings.every_head.key, on_change=_switch,
        help="What each head is worth to this prediction.",
    )  # fmt: skip
    if not is_on:
        return
    try:
        number = number_ask(desk.model, desk.capture, trial, ask)
        mean = trial.how == Hows.mean
        measuring, job = every_head_alone(desk.model, desk.capture, trial.kind, number, mean=mean)
        _show(desk, trial, chosen, measuring, job, lambda: _end(desk, trial, number, mean=mean))
    except MhaVizError as error:
        frame.say(error)


def _switch() -> None:
    set_setting(Settings.alone, "yes" if setting(Settings.every_head) else "no")


def _end(desk: Desk, trial: Trial, ask: Ask, *, mean: bool) -> None:
    forget_every_head(desk.model, desk.capture, trial.kind, ask, mean=mean)
    clear_settings(Settings.alone)


def _show(
    desk: Desk, trial: Trial, chosen: Head, measuring: Measuring, job: Job[None], end: Callable[[], None]
) -> None:
    if not job.state.is_over:
        _watch(measuring, job, measuring.n_done, end)
    elif job.state is State.FAILED:
        end()
        raise job.error if isinstance(job.error, MhaVizError) else MhaVizError(f"This failed: {job.error}")
    table = measuring.table()
    if table is None:
        return
    effects = [name for name in Settings.effect.choices if name in table and table[name].notna().any()]
    if not effects:
        return
    effect = fit_setting(Settings.effect, effects[0], effects)
    st.segmented_control(
        "Effect", effects, key=Settings.effect.key, required=True, format_func=str.capitalize, help=EFFECT_HELP
    )
    asked = measuring.question.measure.name if measuring.question else ""
    how = Hows.mean if trial.how == Hows.mean else Hows.remove
    facts = effect_facts(desk.capture, trial, asked) | {"how": f"every head alone, {how}", "effect": effect}
    facts.pop("heads changed", None)
    is_whole = job.state is State.FINISHED
    note = total_and_direct(table) if is_whole else ""
    view = importance_picture(table, effect, chosen=chosen, asked=asked, how=how, facts=facts, note=note)
    mount(view, "importance", choose=lambda place: choose_head(*place))
    share.fill(st.container(), view, lambda: table, facts, "Share every head")


@st.fragment(run_every=EVERY)
def _watch(measuring: Measuring, job: Job[None], n_seen: int, end: Callable[[], None]) -> None:
    """Runs by itself; the rest of the page runs again when more is known."""
    if job.state.is_over or measuring.n_done != n_seen:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(job.progress.share, text=frame.plain(job.progress.sentence or "waiting"))
        st.button("Cancel", on_click=end, key="cancel_every_head")
