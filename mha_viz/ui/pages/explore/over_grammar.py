"""What if heads of a classroom model were changed in all sentences of its grammar: its accuracy, before and after."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from mha_viz.comparison.trials import Asks, Hows, Trial
from mha_viz.errors import MhaVizError
from mha_viz.evidence.importance.set_control import control_sentence
from mha_viz.language import gettext
from mha_viz.objects import Head
from mha_viz.training.findings import looks_and_matters, mattering_note, mattering_sentence
from mha_viz.training.verb_trials import ACCURACY, refuse_change_of_one_sentence
from mha_viz.training.verbs import verb_questions
from mha_viz.ui.pages.explore.every_head import is_every_head_asked, show_importance
from mha_viz.ui.pages.explore.one_by_one import is_one_by_one_asked, show_curves
from mha_viz.ui.parts import share
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.parts.watching import watch
from mha_viz.ui.shared.grammar import (
    OverGrammar,
    every_head_over_grammar,
    forget_every_head_over_grammar,
    forget_one_after_the_other_over_grammar,
    forget_over_grammar,
    one_after_the_other_over_grammar,
    over_grammar,
)
from mha_viz.ui.shared.job import Job, State
from mha_viz.ui.shared.profiles import get_profile
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Settings, clear_settings
from mha_viz.views.changes.effect import effect_picture
from mha_viz.views.changes.over_grammar import grammar_facts, grammar_note, grammar_sentence


def show_over_grammar(desk: Desk, trial: Trial, chosen: Head) -> None:
    """The picture, the same change of other heads, what is known of all of them, and every head alone."""
    try:
        refuse_change_of_one_sentence(trial)
        known, job = over_grammar(desk.model, trial)
        if known.effect is not None:
            _show_effect(desk, trial, known.effect)
        with st.container(gap="small", key="card"):
            _show_control(desk, trial, known, job)
            _show_what_is_known(desk)
        _show_every_head(desk, trial, chosen)
        _show_one_by_one(desk, trial)
    except MhaVizError as error:
        frame.say(error)


def _show_effect(desk: Desk, trial: Trial, table: pd.DataFrame) -> None:
    facts = grammar_facts(desk.capture, trial, table)
    caption, note = grammar_sentence(table, trial), grammar_note(table)
    view = effect_picture(table, trial, Asks.grammar, facts, caption=caption, note=note)
    mount(view, "effect_picture")
    share.fill(desk.share, view, lambda: table, facts)


def _show_control(desk: Desk, trial: Trial, known: OverGrammar, job: Job[None]) -> None:
    """Others beside it; how far it all is; or the way to go on with it."""

    def end() -> None:
        """What is known stays; where nothing is, the question is taken back."""
        if known.effect is None:
            forget_over_grammar(desk.model, trial)
            clear_settings(Settings.ask)
        else:
            job.cancel()

    watch(job, lambda: known.n_done, end, "cancel_over_grammar")
    if known.control is not None:
        st.markdown(frame.plain(control_sentence(known.control)))
    elif job.state is State.CANCELLED:
        again = partial(forget_over_grammar, desk.model, trial)
        label, how = gettext("Hold it beside other heads"), gettext("The same change of others.")
        st.button(label, on_click=again, help=how)


def _show_what_is_known(desk: Desk) -> None:
    """Which head finds the noun that is meant, and which ones the verb depends on: measured when it was made."""
    profile = get_profile(desk.model)
    if profile is None or not profile.facts.get("without"):
        return
    table = looks_and_matters(profile.table, profile.facts["without"])
    known = "**" + gettext("What is known of its heads") + "**"
    st.markdown(f"{known} {frame.plain(mattering_sentence(table))}")
    st.caption(frame.plain(mattering_note(table)))


def _show_every_head(desk: Desk, trial: Trial, chosen: Head) -> None:
    if not is_every_head_asked():
        return
    how = Hows.mean if trial.how == Hows.mean else Hows.remove
    job = every_head_over_grammar(desk.model, how)

    def end() -> None:
        forget_every_head_over_grammar(desk.model, how)
        clear_settings(Settings.alone)

    watch(job, lambda: 0, end, "cancel_every_head")
    if job.state is State.FINISHED:
        table = job.future.result()
        facts = _facts(desk, trial, table.assign(change=how, way="noising"))
        show_importance(table, trial, chosen, ACCURACY, facts, is_whole=True)


def _show_one_by_one(desk: Desk, trial: Trial) -> None:
    if not is_one_by_one_asked():
        return
    pruning, job = one_after_the_other_over_grammar(desk.model, trial.kind)
    facts = _facts(
        desk, trial, pd.DataFrame([{"n_texts": len(verb_questions()[0]), "change": "zero", "way": "noising"}])
    )
    show_curves(pruning, job, facts, lambda: forget_one_after_the_other_over_grammar(desk.model, trial.kind))


def _facts(desk: Desk, trial: Trial, table: pd.DataFrame) -> dict[str, Any]:
    facts = grammar_facts(desk.capture, trial, table)
    return {name: fact for name, fact in facts.items() if name not in ("heads changed", "change")}
