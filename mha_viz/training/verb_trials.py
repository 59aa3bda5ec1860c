"""Heads of a classroom model are changed in all sentences of its grammar: how often the last verb then is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import torch
from torch import Tensor

from mha_viz.attention.calls import call_head_output
from mha_viz.comparison.changed import Changed, description
from mha_viz.comparison.effects import NOISING
from mha_viz.comparison.trials import Hows, Trial, change_of
from mha_viz.errors import InputError
from mha_viz.evidence.importance.over_texts import Unit, mean_row, unit_names
from mha_viz.evidence.importance.pruning import Subject
from mha_viz.evidence.importance.set_control import Control, control_of, others_of
from mha_viz.evidence.importance.single_heads import Question, heads_of, question_of
from mha_viz.language import N_
from mha_viz.objects import Head, Model
from mha_viz.progress import Report, progress_of
from mha_viz.recording.interventions.changes import Add, Change, Zero
from mha_viz.training.verbs import refuse_other_grammar, verb_questions

ACCURACY = N_("accuracy")


@dataclass(frozen=True, eq=False)
class VerbsRead:
    """The sentences as a classroom model reads them, and in which of them it has the verb right."""

    model: Model
    texts: tuple[str, ...]
    units: tuple[Unit, ...]
    questions: tuple[Question, ...]
    right: tuple[float, ...]  # 1 where it is, else 0

    @property
    def names(self) -> list[str]:
        return unit_names(self.units, self.texts)

    @cached_property
    def means(self) -> dict[int, Tensor]:
        """What each head hands on in the mean over all positions of all sentences: layer → (head, d_head)."""
        calls = zip(*(question.read.calls for question in self.questions), strict=True)
        return {of[0].layer: torch.cat([call_head_output(call) for call in of], dim=1).mean(dim=1) for of in calls}


def read_verbs(model: Model, progress: Report | None = None) -> VerbsRead:
    """Read the sentences with held-out nouns and frames (``verb_questions``), once for all changes.

    Raises
    ------
    InputError
        If the model was not trained on this grammar.
    """
    refuse_other_grammar(model)
    texts, asks, units = verb_questions()
    report, questions = progress_of(progress), []
    for i, (text, ask) in enumerate(zip(texts, asks, strict=True)):
        report(i / len(texts), "reading the sentences of the grammar")
        questions.append(question_of(model, text, ask))
    return VerbsRead(model, tuple(texts), tuple(units), tuple(questions), tuple(one.plain() for one in questions))


def verb_effect(read: VerbsRead, trial: Trial, progress: Report | None = None) -> pd.DataFrame:
    """``mean_effect`` of a trial over the sentences, in shares of them.

    Returns
    -------
    DataFrame with one row and the columns of ``mean_effect`` and ``what``

    Raises
    ------
    InputError
        If the change is made of one sentence: a line of it, or another one to take from.
    """
    row = mean_row(read.right, _right_with(read, trial, progress), read.names)
    change = description(change_of(trial, read.texts), read.questions[0].read)
    return pd.DataFrame([{"ask": ACCURACY, "what": "last verb", **row, "change": change, "way": NOISING}])


def verb_control(read: VerbsRead, trial: Trial, progress: Report | None = None) -> Control:
    """What the same change does to other heads; random sets that are drawn twice are measured once."""
    known: dict[tuple[Head, ...], float] = {}

    def effect_with(heads: tuple[Head, ...]) -> float:
        place = tuple(sorted(heads))
        if place not in known:
            after = _right_with(read, trial.of(heads))
            known[place] = (sum(after) - sum(read.right)) / len(after)
        return known[place]

    of, others = others_of(read.questions[0].read, trial.kind, trial.heads)
    return control_of(effect_with(trial.heads), of, others, effect_with, progress)


def verb_subject(read: VerbsRead, kind: str) -> Subject:
    """What heads are taken out of, one after the other (``pruning_curve``): in what share the verb stays right.

    A share has no slopes, so there is no order by an estimate; each head is taken out beside those that are gone.
    """
    known: dict[tuple[Head, ...], float] = {}

    def value(gone: Sequence[Head]) -> float:
        place = tuple(sorted(gone))
        if place not in known:
            right = _right_with(read, Trial(place, kind)) if place else read.right
            known[place] = sum(right) / len(right)
        return known[place]

    def effects(_: str, gone: Sequence[Head]) -> list[float]:
        return [value([*gone, head] if head not in gone else gone) - value(gone) for head in heads]

    heads = heads_of(read.questions[0])
    return Subject(ACCURACY, heads, ("exact", "greedy"), value, effects)


def refuse_change_of_one_sentence(trial: Trial) -> None:
    """Raise InputError for a line that is cut, or another text that is taken from."""
    if trial.how in (Hows.patch, Hows.cut):
        raise InputError(
            "Asked over its grammar, a change is made in all sentences: choose one that needs no other text and no "
            "line of one sentence."
        )


def _right_with(read: VerbsRead, trial: Trial, progress: Report | None = None) -> list[float]:
    """In which sentences the verb is right with the change."""
    refuse_change_of_one_sentence(trial)
    report, changes, found = progress_of(progress), _changes_of(read, trial), []
    for i, question in enumerate(read.questions):
        report(i / len(read.questions), "changing heads in every sentence")
        found.append(question.plain(Changed(read.model, changes, question.read, question.batch).plan))
    return found


def _changes_of(read: VerbsRead, trial: Trial) -> tuple[Change, ...]:
    """A mean over all sentences is the same in each of them: it is worked out once."""
    if trial.how != Hows.mean:
        return (change_of(trial),)
    vectors = torch.stack([read.means[layer][head] for layer, head in trial.heads])
    return Zero(trial.heads, kind=trial.kind), Add(trial.heads, vectors, kind=trial.kind)
