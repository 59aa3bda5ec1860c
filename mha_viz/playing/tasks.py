"""A task of a lesson → its answer: the head in which the one word looks most at the other."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mha_viz.attention.beside_others import beside_others
from mha_viz.errors import InputError
from mha_viz.language import gettext
from mha_viz.lessons.lesson import Task
from mha_viz.objects import Capture, Head, Model
from mha_viz.views.story import NOBODY
from mha_viz.wording import head_name, in_clauses, in_percent, quoted

CLOSE = 2  # other heads that are named: whoever found one of them is nearly right


@dataclass(frozen=True)
class HeadFound:
    """A head, the share that the word gives the other one in it, and what other words give it; None where none can."""

    head: Head
    share: float
    others: float | None

    @property
    def sentence(self) -> str:
        given = gettext(NOBODY) if self.others is None else in_percent(self.others)
        return gettext(
            "{head}: {share}, other words {others}",
            head=head_name(*self.head),
            share=in_percent(self.share),
            others=given,
        )


@dataclass(frozen=True)
class Answer:
    """The answer of a task: the head with the largest share, and those with most above what other words give."""

    task: Task
    model: str
    most: HeadFound
    above: tuple[HeadFound, ...]

    @property
    def sentences(self) -> list[str]:
        """What is right, and what is nearly so."""
        looks, at = _as_written(self.task.looks), _as_written(self.task.at)
        first = gettext("{looks} gives {at} most in {found}.", looks=looks, at=at, found=self.most.sentence)
        if self.above[0] == self.most:
            rest = self.above[1:]
            return [
                first,
                *([gettext("Then {found}.", found=in_clauses(found.sentence for found in rest))] if rest else []),
            ]
        others = in_clauses(found.sentence for found in self.above)
        return [first, gettext("Most above what the other words give: {found}.", found=others)]


def answer_of(task: Task, model: Model, read: Callable[[Model, str], Capture]) -> Answer:
    """
    Raises
    ------
    InputError
        If a word of the task is not in its text, or no head can look there.
    """
    table = beside_others(read(model, task.text), task.looks, task.at)
    above = tuple(map(_found, table.head(1 + CLOSE).to_dict("records")))
    most = _found(table.loc[0].to_dict())  # the index has the heads by attention
    if not most.share:
        looks, at = _as_written(task.looks), _as_written(task.at)
        raise InputError(
            gettext(
                "In {model} no head can look from {looks} to {at}: it reads left to right.",
                model=model.short_name,
                looks=looks,
                at=at,
            )
        )
    return Answer(task, model.short_name, most, above)


def _as_written(word: str) -> str:
    """A word as it stands in the text, without the number that says which of several is meant."""
    return quoted(re.sub(r"#\d+$", "", word))


def _found(row: dict[str, Any]) -> HeadFound:
    others = None if math.isnan(row["others"]) else row["others"]
    return HeadFound((int(row["layer"]), int(row["head"])), row["attention"], others)
