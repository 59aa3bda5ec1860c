"""Every head taken out alone, one after the other: the picture fills in as layers are done, and can be left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from mha_viz.comparison.asks import Ask
from mha_viz.comparison.trials import Hows, Trial
from mha_viz.errors import MhaVizError
from mha_viz.evidence.importance.importance import where_effects_part
from mha_viz.evidence.importance.measuring import Measuring
from mha_viz.language import N_, gettext
from mha_viz.objects import Head
from mha_viz.ui.parts import share
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.parts.watching import watch
from mha_viz.ui.shared.effects import every_head_alone, forget_every_head, number_ask
from mha_viz.ui.shared.job import Job, State
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.head import choose_head
from mha_viz.ui.shell.settings import Settings, clear_settings, fit_setting, set_setting, setting
from mha_viz.views.changes.effect import effect_facts
from mha_viz.views.changes.every_head import importance_picture

EFFECT_HELP = N_(
    "Total: everything that follows from taking the head out. Direct: the other heads hand on what they did before. "
    "Estimate: from slopes, in one run and back; right for small changes."
)


def show_every_head(desk: Desk, trial: Trial, ask: Ask, chosen: Head) -> None:
    """A switch, which a link holds; under it the picture."""
    if not is_every_head_asked():
        return
    try:
        number = number_ask(desk.model, desk.capture, trial, ask)
        mean = trial.how == Hows.mean
        measuring, job = every_head_alone(desk.model, desk.capture, trial.kind, number, mean=mean)
        _show(desk, trial, chosen, measuring, job, lambda: _end(desk, trial, number, mean=mean))
    except MhaVizError as error:
        frame.say(error)


def is_every_head_asked() -> bool:
    """The switch."""
    is_on = fit_setting(Settings.alone) == "yes"
    set_setting(Settings.every_head, is_on)
    st.toggle(
        gettext("Take out every head alone"), key=Settings.every_head.key, on_change=_switch,
        help=gettext("What each head is worth to this prediction."),
    )  # fmt: skip
    return is_on


def in_menu_of_effects(effect: str) -> str:
    """An effect as its button calls it."""
    said = gettext(effect)
    return said[:1].upper() + said[1:]


def _switch() -> None:
    set_setting(Settings.alone, "yes" if setting(Settings.every_head) else "no")


def _end(desk: Desk, trial: Trial, ask: Ask, *, mean: bool) -> None:
    forget_every_head(desk.model, desk.capture, trial.kind, ask, mean=mean)
    clear_settings(Settings.alone)


def _show(
    desk: Desk, trial: Trial, chosen: Head, measuring: Measuring, job: Job[None], end: Callable[[], None]
) -> None:
    watch(job, lambda: measuring.n_done, end, "cancel_every_head")
    table = measuring.table()
    if table is None:
        return
    asked = measuring.question.measure.name if measuring.question else ""
    facts = effect_facts(desk.capture, trial, asked)
    facts.pop("heads changed", None)
    show_importance(table, trial, chosen, asked, facts, is_whole=job.state is State.FINISHED)


def show_importance(
    table: pd.DataFrame, trial: Trial, chosen: Head, asked: str, facts: dict[str, Any], *, is_whole: bool
) -> None:
    """The picture of as much as is measured, of the effect that is chosen; ``facts`` of an export, but for how."""
    *effects, side_by_side = Settings.effect.choices
    known = [name for name in effects if name in table and table[name].notna().any()]
    if not known:
        return
    offered = [name for name in (*effects, side_by_side) if name in table or name == side_by_side]
    effect = fit_setting(Settings.effect, offered[0], offered)
    st.segmented_control(
        gettext("Effect"), offered, key=Settings.effect.key, required=True, format_func=in_menu_of_effects,
        help=gettext(EFFECT_HELP),
    )  # fmt: skip
    how = Hows.mean if trial.how == Hows.mean else Hows.remove
    facts |= {"how": f"every head alone, {how}", "effect": effect}
    note = where_effects_part(table) if is_whole else ""
    drawn = known if effect == side_by_side else [effect] if effect in known else known[:1]  # until it is measured
    views = [
        importance_picture(
            table, one, chosen=chosen, asked=asked, how=how, facts=facts | {"effect": one},
            note=note if one == drawn[0] else "",
        )
        for one in drawn
    ]  # fmt: skip
    for column, one, view in zip(st.columns(len(views)), drawn, views, strict=True):
        with column:
            if one != effect:
                st.markdown(f"**{in_menu_of_effects(one)}**")
            mount(view, f"every_head_{one}", choose=lambda place: choose_head(*place))
    share.fill(st.container(), views[0], lambda: table, facts, N_("Share every head"))
