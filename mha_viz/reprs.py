"""What objects that hold many numbers are called in one line: as a notebook or an error shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from mha_viz.outside import cut
from mha_viz.wording import counted

SHOWN = 60  # characters of a text
MANY = 5  # items of a list from which on only the first is told


def one_line(facts: Callable[[Any], str]) -> Callable[[Any], str]:
    """A ``__repr__``: the name of the class, and in brackets these facts of an object."""
    return lambda whole: f"{type(whole).__name__}({facts(whole)})"


def beginning(text: str) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(text[: 2 * SHOWN].split())
    return cut(line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…")


def heads_on_tokens(kind: str, heads: Sequence[int], query: int, key: int) -> str:
    """How many heads of one kind there are, ``heads`` a layer, and on how many queries and keys.

    >>> heads_on_tokens("cross", [8, 8], 3, 5)
    'cross: 2 × 8 heads on 3 × 5 tokens'
    """
    same = len(set(heads)) == 1
    count = f"{len(heads)} × {heads[0]} heads" if same else f"{sum(heads)} heads in {counted(len(heads), 'layer')}"
    size = counted(query, "token") if query == key else f"{query} × {counted(key, 'token')}"
    return f"{kind}: {count} on {size}"


def fields_line(whole: Any) -> str:
    """The name of a dataclass and its fields, without those that are as they are by default, and each of them short."""
    given = [(field, getattr(whole, field.name)) for field in fields(whole)]
    told = [f"{field.name}={_short(value)}" for field, value in given if not _is_the_same(value, field.default)]
    return f"{type(whole).__name__}({', '.join(told)})"


def _is_the_same(value: Any, default: Any) -> bool:
    """Tensors are never compared: of those an answer is a tensor."""
    return value is default or (isinstance(value, str | int | float | tuple) and value == default)


def _short(value: Any) -> str:
    """A value in a few words: of a tensor its size, of many things the first and how many there are."""
    if (shape := getattr(value, "shape", None)) is not None:
        return f"{type(value).__name__}({' × '.join(map(str, shape))})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_short(item)}' for key, item in value.items())}}}"
    if isinstance(value, tuple | list):
        items = [_short(item) for item in (value if len(value) < MANY else value[:1])]
        more = f", … {len(value):,} in all" if len(value) >= MANY else "," * (len(value) == 1)
        return f"({', '.join(items)}{more})"
    if isinstance(value, str):
        return repr(beginning(value))
    return str(value.__qualname__) if isinstance(value, Callable) else cut(repr(value))  # type: ignore[arg-type]
