"""A trial → the same change of other heads, in one number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from mha_viz.comparison.asks import Ask, Continuation, LogitDifference, NextWord
from mha_viz.comparison.changed import changed_capture
from mha_viz.comparison.trials import Trial, change_of
from mha_viz.evidence.importance.set_control import Control, control_of, others_of
from mha_viz.evidence.importance.single_heads import question_on
from mha_viz.media import Sound
from mha_viz.objects import Capture, Head, Model
from mha_viz.progress import Report
from mha_viz.recording.again import batch_of


def number_ask(ask: Ask, effect: Callable[[Ask], pd.DataFrame]) -> Ask:
    """A question with one number as its answer: of next words, how far the likeliest stands above the one after it; of
    a continuation, of its first. ``effect`` answers a question.
    """
    if not isinstance(ask, NextWord | Continuation):
        return ask
    table = effect(NextWord()).nlargest(2, "before")
    return LogitDifference(*table["what"])


def trial_control(
    model: Model, capture: Capture, trial: Trial, ask: Ask, progress: Report | None = None, *,
    over: Sequence[str] | None = None,
) -> Control:  # fmt: skip
    """What the same change does to other heads: ``ask`` is a question with one number as its answer, ``over`` are the
    texts of a mean.
    """
    question = question_on(model, capture, batch_of(model, capture), ask, kind=trial.kind)
    before, texts = question.plain(), dict[str | Sound, Capture]()  # what is taken from is the same for all heads

    def effect_with(heads: tuple[Head, ...]) -> float:
        return question.plain(changed_capture(model, capture, change_of(trial.of(heads), over), texts).plan) - before

    of, others = others_of(capture, trial.kind, trial.heads)
    return control_of(effect_with(trial.heads), of, others, effect_with, progress)
