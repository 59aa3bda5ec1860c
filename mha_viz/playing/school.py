"""The parts of a step that rest on evidence, as a school class reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from mha_viz.evidence.cards.school import school_card, school_twins, school_twins_of_head
from mha_viz.evidence.importance.set_control import Control
from mha_viz.language import gettext, ngettext
from mha_viz.lessons.lesson import Lesson, Step
from mha_viz.playing.parts import Drawn, Part, Sentence, Text
from mha_viz.views.captions.glossary import GLOSSARY, terms_in
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_percent, in_words

# Terms of what is computed there.
SAID_WITH = {"specialists": ("attention", "token"), "evidence": ("attention", "token")}


# What a class does not read: intervals, and the units and measures that only statistics or code would explain.
STATISTICS = re.compile(r" \[[−\-+]?[\d.]+, [−\-+]?[\d.]+\]| (?:bits|nats)\b|\s?[(（]1 − [^)）]*[)）]")


def plainly(part: Part) -> Part:
    """A part without intervals and units that a class does not know, in its text and in the words of its picture, which
    writes shares in percent.

    >>> plainly(Sentence("It is right in 87.2 % [81.6, 91.7] of 90 pairs; its loss is 0.14 nats.")).text
    'It is right in 87.2 % of 90 pairs; its loss is 0.14.'
    """
    match part:
        case Text(text, numbers):
            return Text(_plain(text), {name: _plain(said) for name, said in numbers.items()})
        case Sentence(text):
            return Sentence(_plain(text))
        case Drawn(view):
            words = {name: _plain(view.header[name]) for name in ("caption", "note") if view.header.get(name)}
            return replace(part, view=replace(view, header={**view.header, **words, **_in_percent(view)}))
    return part


def _in_percent(view: View) -> dict[str, Any]:
    """What makes a picture write shares in percent; of a view of panels those that show shares alone."""
    if view.kind == "panels":
        panels = view.header["panels"]
        return {"panels": [{**panel, "in_percent": panel["of_whole"]} for panel in panels]}
    return {"in_percent": view.header.get("unit", "share") == "share" and not view.header.get("own_scales")}


def _plain(text: str) -> str:
    return STATISTICS.sub("", text)


def evidence_in_school(table: pd.DataFrame, model_name: str, layer: int, head: int) -> Iterator[Part]:
    """What many sentences say of the head that turned in one; ``table`` of a profile."""
    for sentence in (school_twins(table, model_name), school_twins_of_head(table, layer, head)):
        if sentence:
            yield Sentence(sentence)
    yield Text(gettext("**On many other sentences:**"))
    yield from (Sentence(sentence) for sentence in school_card(table, layer, head))


def new_terms(lesson: Lesson, number: int) -> list[str]:
    """The terms of the glossary that a step is the first to use."""
    before: set[str] = set()
    for step in lesson.steps[:number]:
        before |= set(_terms(step))
    return [term for term in _terms(lesson.steps[number]) if term not in before]


def _terms(step: Step) -> list[str]:
    told = step.for_school()
    said = terms_in(" ".join([told.question, *told.guesses, told.text, told.notice]))
    return [term for term in GLOSSARY if term in said or term in SAID_WITH.get(told.shows, ())]


def rank_sentence(control: Control) -> str:
    """How much taking out a head changes beside the others of its layer."""
    if not control.n:
        return gettext("There is no other head in its layer to compare it with.")
    larger = control.rank - 1
    if not larger:
        return gettext(
            "That changes more than taking out any of the {others} other heads of its layer.",
            others=in_words(control.n),
        )
    return ngettext(
        "Of the {others} other heads of its layer, {larger} changes more when it is taken out.",
        "Of the {others} other heads of its layer, {larger} change more when they are taken out.",
        larger,
        others=in_words(control.n),
        larger=in_words(larger),
    )


def mattering_in_school(table: pd.DataFrame) -> str:
    """Which head of the small model finds the right noun most often, and what its loss costs; and one that looks and
    does not matter. ``table`` as of ``classroom_heads``.
    """
    looks = table.loc[table["looks"].idxmax()]
    sentence = gettext(
        "{head} looks at the right noun in {share} of the pairs of sentences; without it, {cost}.",
        head=_name(looks), share=in_percent(looks["looks"]), cost=_cost(looks),
    )  # fmt: skip
    idle = table[(table["looks_low"] > 0.25) & (table["drop_low"] <= 0)].sort_values("looks", ascending=False)
    if len(idle):
        other = idle.iloc[0]
        idle_sentence = gettext(
            "{head} looks there in {share}, and yet without it {cost}: to look is not to matter.",
            head=_name(other), share=in_percent(other["looks"]), cost=_cost(other),
        )  # fmt: skip
        sentence += f" {idle_sentence}"
    return sentence


def _name(row: pd.Series) -> str:
    return head_name(int(row["layer"]), int(row["head"]))


def _cost(row: pd.Series) -> str:
    """A loss of which nobody can be sure is none that a class is told."""
    if row["drop_low"] <= 0:
        return gettext("no clear difference can be seen")
    return gettext("{n} more of 100 answers are wrong", n=round(100 * row["drop"]))
