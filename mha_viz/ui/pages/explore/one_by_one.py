"""Heads taken out one after the other: curves that grow while they are measured, and can be left."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from mha_viz.comparison.asks import Ask
from mha_viz.comparison.trials import Trial
from mha_viz.errors import MhaVizError
from mha_viz.evidence.importance.pruning import Pruning
from mha_viz.ui.parts import share
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.parts.watching import watch
from mha_viz.ui.shared.effects import forget_one_after_the_other, number_ask, one_after_the_other
from mha_viz.ui.shared.job import Job
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Settings, clear_settings, fit_setting, set_setting, setting
from mha_viz.views.changes.effect import effect_facts
from mha_viz.views.changes.pruning import pruning_picture


def show_one_by_one(desk: Desk, trial: Trial, ask: Ask) -> None:
    """A switch, which a link holds; under it the curves."""
    is_on = fit_setting(Settings.pruned) == "yes"
    set_setting(Settings.one_by_one, is_on)
    st.toggle(
        "Take out heads one after the other", key=Settings.one_by_one.key, on_change=_switch,
        help="The least important first: how many can go before the prediction does.",
    )  # fmt: skip
    if not is_on:
        return
    try:
        number = number_ask(desk.model, desk.capture, trial, ask)
        pruning, job = one_after_the_other(desk.model, desk.capture, trial.kind, number)
        _show(desk, trial, pruning, job, lambda: _end(desk, trial, number))
    except MhaVizError as error:
        frame.say(error)


def _switch() -> None:
    set_setting(Settings.pruned, "yes" if setting(Settings.one_by_one) else "no")


def _end(desk: Desk, trial: Trial, ask: Ask) -> None:
    forget_one_after_the_other(desk.model, desk.capture, trial.kind, ask)
    clear_settings(Settings.pruned)


def _show(desk: Desk, trial: Trial, pruning: Pruning, job: Job[None], end: Callable[[], None]) -> None:
    table = pruning.table()
    watch(job, lambda: len(pruning.rows), end, "cancel_one_by_one")
    if table.empty:
        return
    facts = effect_facts(desk.capture, trial, pruning.asked) | {"how": "heads set to zero one after the other"}
    facts.pop("heads changed", None)
    view = pruning_picture(table, asked=pruning.asked, n_heads=pruning.n_heads, facts=facts)
    mount(view, "pruning")
    share.fill(st.container(), view, lambda: table, facts, "Share curves")
