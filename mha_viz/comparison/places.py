"""Two axes of patches of a picture, or of frames of a sound → the places that both have."""

from __future__ import annotations

from dataclasses import dataclass

from mha_viz.comparison.alignment import Alignment, Pair, align
from mha_viz.errors import InputError
from mha_viz.inputs.words import Words
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Capture, Positions

Place = tuple[object, ...]  # what a position stands for: (picture, cell), or (begin, end)
KINDS = {"cells": N_("patches of a picture"), "seconds": N_("moments of a sound"), "": N_("words")}


@dataclass(frozen=True)
class Axis:
    """One axis of a capture: its words, and the positions that they are made of."""

    words: Words
    positions: Positions
    capture: Capture

    @property
    def kind(self) -> str:
        """What its places are; empty for words alone."""
        if any(cell is not None for cell in self.positions.cells or ()):
            return "cells"
        return "seconds" if self.positions.seconds else ""

    @property
    def places(self) -> dict[Place, int]:
        """Which word each place is: a patch by its picture, row and column, a moment of the sound by its seconds."""
        own = {group[0]: word for word, group in enumerate(self.words.groups)}
        axis, found = self.positions, dict[Place, int]()
        for i in range(len(axis)):
            if axis.seconds and not axis.is_special[i]:
                found[axis.seconds[i]] = own[i]
            elif axis.cells and axis.cells[i] is not None:
                found[(axis.segments[i] if axis.segments else 0, axis.cells[i])] = own[i]
        return found


def align_axes(first: Axis, second: Axis) -> Alignment:
    """``align``; of pictures patch beside patch, of sounds moment beside moment.

    A patch stands beside the one in the same row and column, a moment beside the one of the same seconds. What was
    added behind a sound stands beside nothing, words and positions that are no patch as in ``align``.

    Raises
    ------
    InputError
        If the two are of other kinds, cut a picture or the time into other pieces, or see other parts of the picture.
    """
    if first.kind != second.kind:
        kinds = {"here": lazy_gettext(KINDS[first.kind]), "there": lazy_gettext(KINDS[second.kind])}
        message = N_("No places of one kind: {here} and {there}. Compare two texts, two pictures or two sounds.")
        raise InputError(lazy_gettext(message, **kinds))
    if not first.kind:
        return align(first.words, second.words)
    if first.kind == "cells":
        _refuse_other_grid(first, second)
        _refuse_other_part(first.capture, second.capture)
    else:
        _refuse_other_step(first, second)
    here, there = first.places, second.places
    pairs: list[Pair] = [((here[place],), (there[place],)) for place in here if place in there]
    if first.kind == "cells":  # beside a picture there are words; CLS and registers stand by their names
        patches = set(here.values()), set(there.values())
        others = align(first.words, second.words).pairs
        pairs += [pair for pair in others if not any(own & {*each} for own, each in zip(patches, pair, strict=True))]
    return Alignment(first.words, second.words, tuple(sorted(pairs)))


def beside_it(axis: Alignment, position: int, *, side: int = 0) -> tuple[int, ...]:
    """The positions of the other side that stand beside one of this side; none where nothing does."""
    pairs = zip(axis.tokens(side), axis.tokens(1 - side), strict=True)
    return next((there for here, there in pairs if position in here), ())


def _refuse_other_grid(*sides: Axis) -> None:
    if sides[0].places.keys() == sides[1].places.keys():
        return
    (a, b), (names_a, names_b) = map(_grid, sides), (side.capture.short_name for side in sides)
    message = N_(
        "{model} sees {n} patches and {other} {m}, so that these do not cover the same places: compare where both see "
        "as many rows and columns."
    )
    raise InputError(lazy_gettext(message, model=names_a, n=a, other=names_b, m=b))


def _grid(axis: Axis) -> str:
    cells = [cell for cell in axis.positions.cells if cell is not None]
    rows, columns = (1 + max(cell[i] for cell in cells) for i in (0, 1))
    n = len({place[0] for place in axis.places})
    return f"{n} × " * (n > 1) + f"{rows} × {columns}"


def _refuse_other_part(*captures: Capture) -> None:
    """Of one picture two models must see the same part; what cannot be told is not held against them."""
    first, second = (capture.picture for capture in captures)
    if not first or not second or first.size != second.size or not first.box or not second.box:
        return
    if first.box != second.box:
        seen = [_seen(first.box), _seen(second.box)]
        names = [capture.short_name for capture in captures]
        message = N_(
            "{model} sees the pixels {seen}, {other} {others}: their patches do not cover the same places. Of a square "
            "picture models see the same more often."
        )
        raise InputError(lazy_gettext(message, model=names[0], seen=seen[0], other=names[1], others=seen[1]))


def _seen(box: tuple[float, ...]) -> str:
    left, top, right, bottom = map(str, box)
    message = N_("{left} to {right} across and {top} to {bottom} down")
    return lazy_gettext(message, left=left, right=right, top=top, bottom=bottom)


def _refuse_other_step(*sides: Axis) -> None:
    (a, b), names = (_step(side.positions) for side in sides), [side.capture.short_name for side in sides]
    if a != b:
        message = N_(
            "{model} hears frames of {a} ms and {other} of {b} ms, so that their moments are not the same: compare "
            "models with frames of one length."
        )
        raise InputError(lazy_gettext(message, model=names[0], a=f"{a:g}", other=names[1], b=f"{b:g}"))


def _step(axis: Positions) -> float:
    begin, end = axis.seconds[0]
    return round(1000 * (end - begin), 3)
