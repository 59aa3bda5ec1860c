"""One axis as pictures have it: its labels, what is said of each when pointed at, and what is said of them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mha_viz.attention.shown import Shown
from mha_viz.inputs.labels import BEGINNING, whole_begin
from mha_viz.inputs.pieces import CONTINUES, drawn_labels, said_of
from mha_viz.inputs.words import Words, unique_labels
from mha_viz.language import N_, gettext, ngettext
from mha_viz.objects import Positions
from mha_viz.wording import ISOLATE

PIECES = N_(" A token that continues a word is marked “·”.")  # ``CONTINUES``
LONG = N_(" A label of more than 60 characters shows its beginning and how many there are.")  # ``LONGEST``
FROM_RIGHT = N_(
    " Text that runs from right to left is laid out label by label: each runs its own way, and rows and columns stand "
    "in reading order, the first at the top and at the left."
)


class Labels(NamedTuple):
    """One axis: what stands there, and what there is to say of each (nothing where no tokens are known)."""

    names: list[str]
    said: list[str]

    def part(self, begin: int, end: int) -> Labels:
        return Labels(self.names[begin:end], self.said[begin:end])

    def picked(self, places: Sequence[int]) -> Labels:
        return Labels([self.names[i] for i in places], [self.said[i] for i in places] if self.said else [])


def labels_of(tokens: Positions, words: Words, *, unique: bool = False) -> Labels:
    """The labels of some words or tokens of a text; ``unique`` tells repeats apart.

    What stands for a whole part of the text is no piece of a word, and has too many tokens to name them.
    """
    labels = words.positions.labels
    if tokens.parts and not words.positions.parts:
        return Labels(list(labels), [ngettext("{n} token", "{n} tokens", len(group)) for group in words.groups])
    return Labels(drawn_labels(tokens, words, unique_labels(labels) if unique else labels), said_of(tokens, words))


def both_labels(shown: Shown, *, unique: bool = False) -> tuple[Labels, Labels]:
    """The labels of both axes of what is shown."""
    capture, kind = shown.capture, shown.selection.kind
    query = labels_of(capture.query_positions[kind], shown.query, unique=unique)
    same = capture.key_positions[kind] is capture.query_positions[kind] and shown.key == shown.query
    return query, query if same else labels_of(capture.key_positions[kind], shown.key, unique=unique)


def said_header(query: Labels, key: Labels) -> dict[str, Any]:
    """What is said of both axes, for the header of a view: once, where it is the same."""
    if not query.said and not key.said:
        return {}
    return {"said": {"query": query.said} if key.said == query.said else {"query": query.said, "key": key.said}}


def said_of_names(query: Labels, key: Labels, names: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The same for pairs of labels that are told apart, by label: only what is said of these pairs."""
    sides = [_picked(axis, dict.fromkeys(pair[side] for pair in names)) for side, axis in enumerate((query, key))]
    if not any(sides):
        return {}
    if query == key:
        return {"said": {"query": {**sides[0], **sides[1]}}}
    return {"said": {"query": sides[0], "key": sides[1]}}


def labels_sentence(*axes: Sequence[str]) -> str:
    """What the marks among some labels stand for, and how text that runs from the right is laid out."""
    names = [name.removeprefix(ISOLATE) for axis in axes for name in axis]
    pieces = any(name.startswith(CONTINUES) and len(name) > 1 for name in names)
    from_right = any(name.startswith(ISOLATE) for axis in axes for name in axis)
    return gettext(PIECES) * pieces + gettext(FROM_RIGHT) * from_right + long_sentence(names)


def long_sentence(names: Sequence[str]) -> str:
    """That some labels are cut, where they are."""
    return gettext(LONG) * any(len(name) > BEGINNING and whole_begin(name) != name for name in names)


def _picked(axis: Labels, names: Mapping[str, None]) -> dict[str, str]:
    return {name: said for name, said in zip(axis.names, axis.said, strict=False) if name in names}
