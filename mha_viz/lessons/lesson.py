"""A lesson, as data: its sentence, its steps, its tasks and its quiz."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mha_viz.language import apart

NAME = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Sentence:
    """What a lesson is about: a text, the word that looks, and the word that is meant, by ending if it has several.

    In a model that reads left to right a word cannot know how the sentence goes on: ``causal`` is what such a model
    reads instead, and its word that looks.
    """

    text: str
    looks: str
    meant: Mapping[str, str]  # by ending; of a sentence with one ending, by ""
    causal: tuple[str, str] | None = None

    @property
    def endings(self) -> tuple[str, ...]:
        return tuple(self.meant)

    def for_kind(self, kind: str) -> tuple[str, str]:
        """The text, with a place for its ending, and the word that looks, as a model of this kind reads them."""
        return self.causal if kind == "decoder" and self.causal else (self.text, self.looks)


@dataclass(frozen=True)
class Step:
    """One step: what is asked, said, shown and to be noticed, and what only who presents sees.

    ``minutes`` is 0 where none are given; ``settings`` are those of the picture.
    """

    title: str
    shows: str
    text: str = ""
    question: str = ""
    guesses: tuple[str, ...] = ()
    notice: str = ""
    notes: str = ""
    minutes: int = 0
    misconceptions: tuple[str, ...] = ()
    school: str = ""  # what is said in place of ``text`` where a school class reads it
    settings: Mapping[str, str] = field(default_factory=dict)

    def for_school(self) -> Step:
        """As a school class reads it."""
        return replace(self, text=self.school) if self.school else self


@dataclass(frozen=True)
class Task:
    """A task whose answer the app computes: the head in which one word of a text looks most at another."""

    task: str
    text: str
    looks: str
    at: str


@dataclass(frozen=True)
class Quiz:
    """A question with several answers; ``right`` counts them from 0."""

    question: str
    choices: tuple[str, ...]
    right: int
    why: str = ""


@dataclass(frozen=True)
class Lesson:
    """A whole lesson; ``aims`` and ``before`` are for its plan: what students can do afterwards, and what they know
    before.
    """

    title: str
    sentence: Sentence
    steps: tuple[Step, ...]
    about: str = ""
    model: str = ""
    tasks: tuple[Task, ...] = ()
    quiz: tuple[Quiz, ...] = ()
    aims: tuple[str, ...] = ()
    before: tuple[str, ...] = ()

    @property
    def minutes(self) -> int:
        """How long all steps take, as far as they say it; 0 where none does."""
        return sum(step.minutes for step in self.steps)


def with_ending(text: str, ending: str) -> str:
    """The sentence with one of its endings.

    >>> with_ending("It was {ending}.", "tired"), with_ending("It was.", "")
    ('It was tired.', 'It was.')
    """
    return text.replace("{ending}", ending)


def names_in(text: str) -> list[str]:
    """The numbers that a text names.

    >>> names_in("{head} gives {share}")
    ['head', 'share']
    """
    return NAME.findall(text)


def fill(text: str, numbers: Mapping[str, str]) -> str:
    """A text with its numbers in place of their names.

    >>> fill("{head} gives {share}.", {"head": "L3 H1", "share": "49 %"})
    'L3 H1 gives 49 %.'
    """
    return NAME.sub(lambda found: str(apart(numbers[found[1]])), text)


FROM_PATCH, FROM_CLASS = "a patch of the figure", "CLS"  # what looks in a picture
RELATIONS = ("obj", "nsubj", "det", "case", "advmod", "cop", "name", "pronoun")  # that a sentence may have
ARROW = "→"


def relations_of(settings: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The relations among the settings of a picture, each with the word that looks and the one looked at.

    >>> relations_of({"cop": "was → tired", "label": "Look"})
    {'cop': ('was', 'tired')}
    """
    pairs = {name: settings[name].partition(ARROW) for name in RELATIONS if name in settings}
    return {name: (looks.strip(), at.strip()) for name, (looks, _, at) in pairs.items()}
