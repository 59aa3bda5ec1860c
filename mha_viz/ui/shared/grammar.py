"""What sessions share of changes over a classroom model's grammar: each worked out once, and left when asked."""

from __future__ import annotations

from concurrent.futures import wait
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from mha_viz.comparison.trials import Hows, Trial
from mha_viz.evidence.importance.importance import importance
from mha_viz.evidence.importance.pruning import Pruning
from mha_viz.evidence.importance.set_control import Control
from mha_viz.language import lazy_gettext
from mha_viz.objects import Model
from mha_viz.progress import Progress
from mha_viz.training.verb_trials import VerbsRead, read_verbs, verb_control, verb_effect, verb_subject
from mha_viz.training.verbs import verb_questions
from mha_viz.ui.shared.job import Job
from mha_viz.ui.shared.keys import KEYS
from mha_viz.ui.shared.waiting import MOMENT, put_in_line, slow_worker

EXACT = ("total", "direct")  # an accuracy has no slopes to estimate from


@dataclass(eq=False)
class OverGrammar:
    """What is known of a change so far: first its effect, then that of the same change of other heads."""

    effect: pd.DataFrame | None = None
    control: Control | None = None

    @property
    def n_done(self) -> int:
        return (self.effect is not None) + (self.control is not None)


def over_grammar(model: Model, trial: Trial) -> tuple[OverGrammar, Job[None]]:
    """What a change does over the grammar, as far as it is known, and the job that goes on."""
    known, job = _over_grammar(trial, model)
    wait([job.future], timeout=MOMENT)  # most are done by then
    return known, job


def forget_over_grammar(model: Model, trial: Trial) -> None:
    """End it; asked for again, it begins anew."""
    _over_grammar(trial, model)[1].cancel()
    _over_grammar.clear(trial, model)


def every_head_over_grammar(model: Model, how: str) -> Job[pd.DataFrame]:
    """``importance`` over the grammar, of heads that are removed or set to their mean."""
    job = _every_head(how, model)
    wait([job.future], timeout=MOMENT)
    return job


def forget_every_head_over_grammar(model: Model, how: str) -> None:
    """End it; asked for again, it begins anew."""
    _every_head(how, model).cancel()
    _every_head.clear(how, model)


def one_after_the_other_over_grammar(model: Model, kind: str) -> tuple[Pruning, Job[None]]:
    """The curves as far as they are known, and the job that goes on."""
    pruning, job = _pruning(kind, model)
    wait([job.future], timeout=MOMENT)
    return pruning, job


def forget_one_after_the_other_over_grammar(model: Model, kind: str) -> None:
    """End it; asked for again, it begins anew."""
    _pruning(kind, model)[1].cancel()
    _pruning.clear(kind, model)


@st.cache_resource(max_entries=64, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _over_grammar(trial: Trial, model: Model) -> tuple[OverGrammar, Job[None]]:
    known = OverGrammar()

    def work(progress: Progress) -> None:
        read = _read(model, progress.part(0.0, 0.2))
        known.effect = verb_effect(read, trial, progress.part(0.2, 0.3))
        known.control = verb_control(read, trial, progress.part(0.3, 1.0))

    return known, put_in_line(slow_worker(), lazy_gettext("changing heads in every sentence"), work)


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _every_head(how: str, model: Model) -> Job[pd.DataFrame]:
    def work(progress: Progress) -> pd.DataFrame:
        texts, asks, units = verb_questions()
        return importance(
            model, texts, asks, units=units, how="mean" if how == Hows.mean else "zero", effects=EXACT,
            progress=progress,
        )  # fmt: skip

    return put_in_line(slow_worker(), lazy_gettext("taking out every head alone"), work)


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _pruning(kind: str, model: Model) -> tuple[Pruning, Job[None]]:
    pruning = Pruning()

    def work(progress: Progress) -> None:
        read = _read(model, progress.part(0.0, 0.2))
        pruning.measure(verb_subject(read, kind), progress.part(0.2, 1.0))

    return pruning, put_in_line(slow_worker(), lazy_gettext("taking out one head after the other"), work)


@st.cache_resource(max_entries=2, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _read(model: Model, _progress: Progress) -> VerbsRead:
    return read_verbs(model, _progress)
