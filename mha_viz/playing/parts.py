"""The parts that a step is made of, in the order in which they stand below each other: data, drawn elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mha_viz.lessons.lesson import fill
from mha_viz.objects import Head
from mha_viz.views.view import View


@dataclass(frozen=True)
class Text:
    """A text of the lesson, with its marks for bold and italics; its numbers are text alone, whatever is in them."""

    text: str
    numbers: Mapping[str, str] = field(default_factory=dict)

    @property
    def plain(self) -> str:
        """With its numbers."""
        return fill(self.text, self.numbers)


@dataclass(frozen=True)
class Sentence:
    """A sentence that was computed; nothing in it is a mark."""

    text: str


@dataclass(frozen=True)
class Heading:
    """What the parts below it are about."""

    text: str


@dataclass(frozen=True)
class Missing:
    """Why something cannot be shown here."""

    text: str


@dataclass(frozen=True)
class Drawn:
    """A picture; ``name`` tells pictures of a step apart."""

    view: View
    name: str


@dataclass(frozen=True)
class Explore:
    """A way to a view of the page Explore, with a head and a text or with those that are chosen there."""

    label: str
    view: str
    icon: str
    head: Head | None = None
    text: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)


Part = Text | Sentence | Heading | Missing | Drawn | Explore
