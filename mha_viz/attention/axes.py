"""A capture and a selection → the positions that are left on both axes: joined to words or to parts, some hidden."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from mha_viz.attention.selection import Part, Selection
from mha_viz.errors import InputError
from mha_viz.inputs.words import Words, word_axes
from mha_viz.language import lazy_gettext
from mha_viz.objects import Capture, Positions


class Axis(NamedTuple):
    """What is left of one axis."""

    words: Words
    places: tuple[int, ...]  # where it stood before some positions were left out
    away: tuple[str, ...]  # labels of what is left out


def axes_of(capture: Capture, selection: Selection) -> tuple[Axis, Axis]:
    """What looks and what is looked at.

    Raises
    ------
    InputError
        If nothing is left, or the text has no parts to sum up.
    """
    kind = selection.kind
    query, key = word_axes(capture, kind, joined=selection.words)
    if selection.parts and not (query.positions.parts or key.positions.parts):
        raise InputError(
            lazy_gettext(
                "This text has one part only, so there is nothing to sum up: read a chat, a second text, or let the "
                "model go on."
            )
        )
    looks, looked_at = selection.between or (None, None)
    sides = _axis(query, selection, looks), _axis(key, selection, looked_at)
    (query, rows, _), (key, columns, _) = sides
    if not rows or not columns:
        raise InputError(lazy_gettext("Nothing is left to show: hide less, or choose other parts of the text."))
    if kind == "decoder" and query.groups[-1][-1] < key.groups[0][0]:
        raise InputError(
            lazy_gettext("This model reads left to right: the chosen part cannot look at one that comes after it.")
        )
    return (_summed(sides[0]), _summed(sides[1])) if selection.parts else sides


def _axis(words: Words, selection: Selection, part: Part) -> Axis:
    everything, hidden = range(len(words)), selection.hidden
    if not hidden and part is None:
        return Axis(words, tuple(everything), ())
    signs = words.signs if "punctuation" in hidden else (False,) * len(words)
    left = tuple(i for i in everything if not signs[i] and _is_shown(words.positions, i, hidden, part))
    there = set(left)
    away = tuple(_name(words.positions, i, hidden) for i in everything if i not in there)
    return Axis(_subset(words, left), left, away)


def _is_shown(positions: Positions, i: int, hidden: tuple[str, ...], part: Part) -> bool:
    """Whether a position is left, unless it is punctuation."""
    if part is not None and positions.segments and part not in (positions.segments[i], part_of_position(positions, i)):
        return False
    return not (
        ("special tokens" in hidden and positions.is_special[i])
        or ("first token" in hidden and i == 0)
        or part_of_position(positions, i) in hidden
    )


def part_of_position(positions: Positions, i: int) -> str:
    """What the part of the text is called in which a position stands; "" where there is one part only."""
    return positions.parts[positions.segments[i]] if positions.parts else ""


def _name(positions: Positions, i: int, hidden: tuple[str, ...]) -> str:
    """A position that is left out, by its label; or its part, where all of that is hidden."""
    part = part_of_position(positions, i)
    return part if part in hidden else positions.labels[i]


def _subset(words: Words, indices: tuple[int, ...]) -> Words:
    positions = words.positions
    fields = ("ids", "labels", "is_special", "spans", "segments", "tokens", "reads")
    picked: dict[str, Any] = {  # Any: fields of several types
        name: tuple(getattr(positions, name)[i] for i in indices) for name in fields if getattr(positions, name)
    }
    return Words(replace(positions, **picked), tuple(words.groups[i] for i in indices))


def _summed(axis: Axis) -> Axis:
    """All that is left of each part as one position, in the order in which the parts begin; a text without parts stays.

    Messages of the same role are one part.
    """
    positions, groups = axis.words.positions, axis.words.groups
    if not positions.parts:
        return axis
    tokens: dict[str, list[int]] = {}
    for i, group in enumerate(groups):
        tokens.setdefault(part_of_position(positions, i), []).extend(group)
    n = len(tokens)
    summed = Positions((0,) * n, tuple(tokens), (False,) * n, (None,) * n, positions.text, notes=positions.notes)
    return Axis(Words(summed, tuple(map(tuple, tokens.values()))), tuple(range(n)), axis.away)
