"""What links say → values of settings, and back: numbers, heads, tokens, parts of a long text."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import Any

from mha_viz.attention.selection import HIDDEN
from mha_viz.attention.shown import Window
from mha_viz.inputs.chat import ROLE

Drawn = tuple[tuple[int | None, int], ...]  # layer (None: the chosen one) and head
Cells = tuple[tuple[int, int], ...]  # rows and columns of patches
MOST_ACROSS = 1000  # patches in a row
Over = str | tuple[tuple[int, int], ...]  # one of OVERLAYS, or heads
OVERLAYS = ("head", "layer", "all")
Look = tuple[str, tuple[int, ...]]  # "query" or "key", and tokens of it


def as_it_is(value: Any) -> Any:
    return value


def share(value: Any) -> float:
    """A number from 0 to 1."""
    number = float(value)
    if not 0 <= number <= 1:
        raise ValueError
    return number


def numbers(value: Any) -> tuple[int, ...]:
    """``3,4``: those that are numbers, without the rest."""
    parts = [part.strip() for part in str(value).split(",")]
    return tuple(int(part) for part in parts if part.isdecimal() and len(part) < 9)


def drawn_heads(value: Any) -> Drawn:
    """``11,4``: heads of the chosen layer; ``5.11,3.1``: of any; those that are heads, without the rest."""
    heads: list[tuple[int | None, int]] = []
    for part in str(value).split(","):
        layer, point, head = part.strip().rpartition(".")
        if head.isdecimal() and len(head) < 9 and (not point or (layer.isdecimal() and len(layer) < 9)):
            heads.append((int(layer) if point else None, int(head)))
    return tuple(heads)


def written_heads(heads: Drawn) -> str:
    return with_commas([head if layer is None else f"{layer}.{head}" for layer, head in heads])


def with_commas(values: Collection[Any]) -> str:
    return ",".join(map(str, values))


def corners(value: Any) -> Window:
    """``150,200,100,170``: four numbers."""
    first, after, left, right = numbers(value)
    if str(value).count(",") != 3:
        raise ValueError
    return first, after, left, right


def looking(value: Any) -> Look:
    """``query:3,4``: a side and tokens of it."""
    side, _, tokens = str(value).partition(":")
    if side not in ("query", "key"):
        raise ValueError
    return side, numbers(tokens)


def written_look(look: Look) -> str:
    return f"{look[0]}:{with_commas(look[1])}" if look[1] else ""


def place(value: Any) -> tuple[int, int]:
    """``3.7``: a layer and a head."""
    layer, _, head = str(value).partition(".")
    if not (layer.isdecimal() and head.isdecimal() and len(layer + head) < 9):
        raise ValueError
    return int(layer), int(head)


def written_place(head: tuple[int, int] | None) -> str:
    return "" if head is None else f"{head[0]}.{head[1]}"


def characters(value: Any) -> tuple[int, int]:
    """``12-40``: the first character, and the one after the last."""
    first, _, after = str(value).partition("-")
    if not (first.isdecimal() and after.isdecimal() and len(first + after) < 15):
        raise ValueError
    return int(first), int(after)


def written_characters(stretch: tuple[int, int] | None) -> str:
    return "" if stretch is None else f"{stretch[0]}-{stretch[1]}"


def places(value: Any) -> tuple[tuple[int, int], ...]:
    """``3.7,5.11``: several, each once, without what is none."""
    found = []
    for part in str(value).split(","):
        with suppress(ValueError):
            found.append(place(part.strip()))
    return tuple(dict.fromkeys(found))


def written_places(heads: Collection[tuple[int, int]]) -> str:
    return with_commas([written_place(head) for head in heads])


def laid_over(value: Any) -> Over:
    """``layer``, ``all``, or heads: ``3.7,5.11``."""
    if value in OVERLAYS:
        return str(value)
    if not (found := places(value)):
        raise ValueError
    return found


def written_over(heads: Over) -> str:
    return heads if isinstance(heads, str) else written_places(heads)


def hidden(value: Any) -> tuple[str, ...]:
    """``first token,user``: what can be hidden of every text, and words that may be parts of one, without the rest."""
    return tuple(part for part in str(value).split(",") if part in HIDDEN or ROLE.fullmatch(part))


def cells(value: Any) -> Cells:
    """``3:4-7,4:5``: patches of a picture, of row 3 columns 4 to 7 and of row 4 column 5; without what is none."""
    found: set[tuple[int, int]] = set()
    for part in str(value).split(","):
        row, _, columns = part.strip().partition(":")
        first, _, last = columns.partition("-")
        if all(number.isdecimal() and len(number) < 5 for number in (row, first, last or first)):
            found |= {(int(row), column) for column in range(int(first), min(int(last or first), MOST_ACROSS) + 1)}
    return tuple(sorted(found))


def written_cells(cells: Cells) -> str:
    runs: list[list[int]] = []
    for row, column in sorted(cells):
        if runs and runs[-1][0] == row and runs[-1][2] == column - 1:
            runs[-1][2] = column
        else:
            runs.append([row, column, column])
    return with_commas([f"{row}:{first}" + f"-{last}" * (last > first) for row, first, last in runs])
