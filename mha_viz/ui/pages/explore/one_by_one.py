"""Heads taken out one after the other: curves that grow while they are measured, and can be left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from mha_viz.comparison.asks import Ask
from mha_viz.comparison.trials import Trial
from mha_viz.errors import MhaVizError
from mha_viz.evidence.importance.pruning import Pruning
from mha_viz.language import N_, gettext
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
    if not is_one_by_one_asked():
        return
    try:
        number = number_ask(desk.model, desk.capture, trial, ask)
        pruning, job = one_after_the_other(desk.model, desk.capture, trial.kind, number)
        facts = effect_facts(desk.capture, trial, pruning.asked)
        show_curves(
            pruning, job, facts, lambda: forget_one_after_the_other(desk.model, desk.capture, trial.kind, number)
        )
    except MhaVizError as error:
        frame.say(error)


def is_one_by_one_asked() -> bool:
    """The switch."""
    is_on = fit_setting(Settings.pruned) == "yes"
    set_setting(Settings.one_by_one, is_on)
    st.toggle(
        gettext("Take out heads one after the other"), key=Settings.one_by_one.key, on_change=_switch,
        help=gettext("The least important first: how many can go before the prediction does."),
    )  # fmt: skip
    return is_on


def show_curves(pruning: Pruning, job: Job[None], facts: dict[str, Any], forget: Callable[[], None]) -> None:
    """As far as they are measured; ``facts`` of an export, but for how."""

    def end() -> None:
        forget()
        clear_settings(Settings.pruned)

    table = pruning.table()
    watch(job, lambda: len(pruning.rows), end, "cancel_one_by_one")
    if table.empty:
        return
    facts = {name: fact for name, fact in facts.items() if name not in ("heads changed", "change")}
    facts |= {"how": "heads set to zero one after the other"}
    view = pruning_picture(table, asked=pruning.asked, n_heads=pruning.n_heads, facts=facts)
    mount(view, "pruning")
    share.fill(st.container(), view, lambda: table, facts, N_("Share curves"))


def _switch() -> None:
    set_setting(Settings.pruned, "yes" if setting(Settings.one_by_one) else "no")
