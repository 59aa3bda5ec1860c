"""What stands beside the view of a score: what it was measured on, what an export says of itself, what is missing."""

from __future__ import annotations

import shlex
from functools import partial
from typing import Any

import pandas as pd

from mha_viz.annotation.annotated import Annotated
from mha_viz.evidence.cards.model_cards import measured_on, twins_sentence, whose_in_words
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.corpus.profiles import option_of
from mha_viz.evidence.ranking import Question
from mha_viz.evidence.score_names import WORDS, needs_annotation, question_sentence
from mha_viz.language import ENGLISH, N_, gettext, lazily, spoken
from mha_viz.model_names import name_without_path
from mha_viz.objects import Capture, Model
from mha_viz.precision import WHOLE
from mha_viz.views.captions.facts import input_facts, weights_facts
from mha_viz.views.scores.scores import GENERAL, HERE, common_unit, name_of

SILVER = N_("Words and relations here were found by a program that reads English (silver), and can be wrong.")


def score_note(
    question: Question, where: str, profile: Profile | None, annotated: Annotated | None, model_name: str
) -> str:
    """What it was measured on and annotated by, and what twins say of a sentence that is solved.

    Parameters
    ----------
    where : ``HERE`` or ``GENERAL``
    annotated : Annotated, optional
        Of the text, where scores of it are shown and there is one.
    """
    parts = []
    if where == GENERAL and profile is not None:
        parts.append(measured_on(profile.facts))
    elif annotated is not None and not annotated.is_gold and needs_annotation(question.family):
        parts.append(gettext(SILVER))
    if where == HERE and question.family == "coreference" and profile is not None:
        parts.append(twins_sentence(profile.table, model_name, profile.facts))
    return " ".join(filter(None, parts))


def without_annotation_sentence(why: str) -> str:
    """What is shown of a text without annotation, after the sentence that says why there is none."""
    return gettext("{why} Scores that need no annotation are shown.", why=why)


def score_facts(
    model: Model, capture: Capture, question: Question, rows: pd.DataFrame, *, where: str, kind: str,
    profile: Profile | None,
) -> dict[str, Any]:  # fmt: skip
    """What an export says of itself; ``rows`` are those of ``ranked``."""
    facts = weights_facts(model)
    if where == HERE:
        facts |= {"text": capture.text, "second text": capture.pair, "target": capture.target}
        facts |= input_facts(capture)
    with spoken(ENGLISH):  # the name of a file's table
        shows = name_of(question)
    score = question.score or N_("the best of each head")
    facts |= {"shows": shows, "family": question.family, "score": score}
    facts |= {"direction": question.direction, "where": where, "attention": kind, "unit": common_unit(rows)}
    if question.family != WORDS:
        means = partial(question_sentence, question.family, question.score, question.direction)
        facts |= {"means": lazily(means)}
    if where == GENERAL and profile is not None:
        facts |= {"profile": lazily(partial(whose_in_words, profile.whose, profile.facts))}
        facts |= {"measured on": lazily(partial(measured_on, profile.facts))}
    return {name: fact for name, fact in facts.items() if fact not in (None, "")}


def how_to_profile(model_name: str, other_profile: str = "", dtype: str = WHOLE) -> tuple[str, str]:
    """Of a model without a profile: what is not known, and the commands that would make it known.

    ``other_profile`` says of which other weights of that name there is one, ``dtype`` what the model computes in.
    """
    missing = gettext(
        "There is no profile of {model}: what its heads do in general is not known.",
        model=name_without_path(model_name),
    )
    way = gettext("The terminal makes one, of our few example sentences or of a file of annotated sentences (CoNLL-U):")
    sentence = f"{other_profile or missing} {way}"
    command = f"mha-viz profile --model {shlex.quote(model_name)}{option_of(dtype)}"
    return sentence, f"{command}\n{command} --conllu FILE"
