"""What sessions share of predictions: what is likely next, an effect of heads that are changed, every head alone."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from torch import Tensor

from mha_viz.comparison.asks import Ask
from mha_viz.comparison.changed import Changed, changed_capture
from mha_viz.comparison.effects import effect_of, patterns_changed
from mha_viz.comparison.next_words import next_words
from mha_viz.comparison.trials import Hows, Trial, change_of
from mha_viz.evidence.importance.importance import means_over
from mha_viz.evidence.importance.measuring import Measuring
from mha_viz.evidence.importance.pruning import Pruning
from mha_viz.evidence.importance.set_control import Control
from mha_viz.evidence.importance.single_heads import estimate, question_on, without_each
from mha_viz.evidence.importance.trial_control import number_ask as of_one_number
from mha_viz.evidence.importance.trial_control import trial_control
from mha_viz.inputs.examples import sentence_lines
from mha_viz.inputs.limits import position_limit
from mha_viz.inputs.text import read_text, tokenizer_of
from mha_viz.language import lazy_gettext
from mha_viz.objects import Capture, Head, Model
from mha_viz.progress import Progress
from mha_viz.recording.again import batch_of, picture_batch
from mha_viz.recording.interventions.changes import Change
from mha_viz.training.verbs import has_grammar, verb_questions
from mha_viz.ui.shared.job import Job
from mha_viz.ui.shared.keys import KEYS
from mha_viz.ui.shared.waiting import put_in_line, result_of, slow_worker, workers


def get_effect(
    model: Model, capture: Capture, trial: Trial, ask: Ask, given: bytes | dict[str, Tensor] | None = None
) -> pd.DataFrame:
    """What a change does to a prediction (``effect``); ``given`` is the picture, or the tensors of a picture inside a
    text, which a capture does not hold.
    """
    return result_of(_effect, capture, trial, ask, model, given)


def get_next_words(model: Model, capture: Capture) -> pd.DataFrame:
    """What it finds likely next, while nothing is changed (``next_words``)."""
    return result_of(_next_words, capture, model)


def get_patterns_changed(model: Model, capture: Capture, trial: Trial) -> pd.DataFrame:
    """Which heads then look otherwise (``pattern_changes``)."""
    return result_of(_patterns, capture, trial, model)


def get_control(model: Model, capture: Capture, trial: Trial, ask: Ask) -> Control:
    """The same change of other heads."""
    return result_of(_control, capture, trial, ask, model)


def number_ask(model: Model, capture: Capture, trial: Trial, ask: Ask) -> Ask:
    """A question with one number as its answer (``trial_control.number_ask``)."""
    return of_one_number(ask, lambda other: get_effect(model, capture, trial, other))


def texts_of_means(model: Model) -> tuple[str, ...]:
    """The texts over which heads are set to their mean: of our example sentences those that fit into the model; of a
    model that was trained on the small grammar, sentences of that.
    """
    if has_grammar(model):
        return tuple(verb_questions()[0])
    limit, tokenizer = position_limit(model.network), tokenizer_of(model.processor)
    lines = sentence_lines()
    return lines if limit is None else tuple(line for line in lines if len(read_text(tokenizer, line)) <= limit)


def _over(model: Model, trial: Trial) -> tuple[str, ...] | None:
    return texts_of_means(model) if trial.how == Hows.mean else None


def _change_of(model: Model, trial: Trial) -> Change:
    return change_of(trial, _over(model, trial))


@st.cache_resource(max_entries=128, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _effect(
    capture: Capture, trial: Trial, ask: Ask, _model: Model, _given: bytes | dict[str, Tensor] | None
) -> Job[pd.DataFrame]:
    def work(_progress: Progress) -> pd.DataFrame:
        change = _change_of(_model, trial)
        if _given is None:
            return effect_of(changed_capture(_model, capture, change), ask)
        batch = picture_batch(_model, _given) if isinstance(_given, bytes) else _given
        return effect_of(Changed(_model, (change,), capture, batch), ask)

    return put_in_line(workers(), lazy_gettext("changing heads"), work)


@st.cache_resource(max_entries=64, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _next_words(capture: Capture, _model: Model) -> Job[pd.DataFrame]:
    what = lazy_gettext("{model} reads the text", model=_model.short_name)
    return put_in_line(workers(), what, lambda _progress: next_words(_model, capture))


@st.cache_resource(max_entries=64, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _patterns(capture: Capture, trial: Trial, _model: Model) -> Job[pd.DataFrame]:
    def work(_progress: Progress) -> pd.DataFrame:
        return patterns_changed(changed_capture(_model, capture, _change_of(_model, trial)))

    return put_in_line(workers(), lazy_gettext("looking at every head"), work)


@st.cache_resource(max_entries=64, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _control(capture: Capture, trial: Trial, ask: Ask, _model: Model) -> Job[Control]:
    def work(progress: Progress) -> Control:
        return trial_control(_model, capture, trial, ask, progress, over=_over(_model, trial))

    return put_in_line(workers(), lazy_gettext("changing other heads in their place"), work)


# ---- every head alone ------------------------------------------------------------------------------------------


def every_head_alone(model: Model, capture: Capture, kind: str, ask: Ask, *, mean: bool) -> tuple[Measuring, Job[None]]:
    """What is known of it, and the job that goes on."""
    return _measuring(capture, kind, ask, mean, model)


def measured_sentence(capture: Capture, kind: str, head: Head) -> str:
    """What taking out this head does in this text, where somebody measured every head of it; empty where not."""
    known = _last_measured(capture, kind)
    return known[-1].sentence(head) if known else ""


@st.cache_resource(max_entries=32, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _last_measured(capture: Capture, kind: str) -> list[Measuring]:  # noqa: ARG001 - one for each
    return []


def forget_every_head(model: Model, capture: Capture, kind: str, ask: Ask, *, mean: bool) -> None:
    """End it; asked for again, it begins anew."""
    _, job = _measuring(capture, kind, ask, mean, model)
    job.cancel()
    _measuring.clear(capture, kind, ask, mean, model)


@st.cache_resource(max_entries=32, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _measuring(capture: Capture, kind: str, ask: Ask, mean: bool, _model: Model) -> tuple[Measuring, Job[None]]:
    measuring = Measuring(kind, mean)

    def work(progress: Progress) -> None:
        means = means_over(_model, texts_of_means(_model), capture.target) if mean else None
        question = question_on(_model, capture, batch_of(_model, capture), ask, kind=kind, means=means)
        measuring.question = question
        if question.measure.has_slopes:
            progress(0.0, lazy_gettext("estimating all heads"))
            measuring.estimate = estimate(question)
        without_each(question, progress=progress.part(0.0, 0.5), found=measuring.total)
        _last_measured(capture, kind).append(measuring)
        without_each(question, direct=True, progress=progress.part(0.5, 1.0), found=measuring.direct)

    return measuring, put_in_line(slow_worker(), lazy_gettext("taking out every head alone"), work)


# ---- heads taken out one after the other -----------------------------------------------------------------------


def one_after_the_other(model: Model, capture: Capture, kind: str, ask: Ask) -> tuple[Pruning, Job[None]]:
    """The curves as far as they are known, and the job that goes on."""
    return _pruning(capture, kind, ask, model)


def forget_one_after_the_other(model: Model, capture: Capture, kind: str, ask: Ask) -> None:
    """End it; asked for again, it begins anew."""
    _pruning(capture, kind, ask, model)[1].cancel()
    _pruning.clear(capture, kind, ask, model)


@st.cache_resource(max_entries=16, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _pruning(capture: Capture, kind: str, ask: Ask, _model: Model) -> tuple[Pruning, Job[None]]:
    pruning = Pruning()

    def work(progress: Progress) -> None:
        pruning.measure(question_on(_model, capture, batch_of(_model, capture), ask, kind=kind), progress)

    return pruning, put_in_line(slow_worker(), lazy_gettext("taking out one head after the other"), work)
