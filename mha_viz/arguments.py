"""The arguments of public functions → refused in a sentence where they are not what the function takes."""

from __future__ import annotations

import inspect
import operator
import os
import sys
from abc import ABC
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, wraps
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from mha_viz.errors import InputError, MhaVizError
from mha_viz.outside import cut

Made = TypeVar("Made")
LARGEST = 2**63 - 1  # whole number that tensors hold
LOADED_LATE = {"Sequence": Sequence, "Mapping": Mapping, "Callable": Callable, "Path": Path, "Any": Any}
SUCH = "such items"  # in a sentence, where there is no plural of what they are
SEVERAL = 1000  # items of a list that are looked at
WORDS = {
    "int": "a whole number", "float": "a number", "bool": "True or False", "str": "text", "Path": "a path",
    "Tensor": "a tensor of floating-point numbers", "AnyTensor": "a tensor", "dtype": "a dtype of torch",
    "DataFrame": "a table (DataFrame)",
    "Capture": "a capture, as mha_viz.capture makes one", "Model": "a model, as mha_viz.load_model gives one",
    "Comparison": "a comparison, as mha_viz.comparison_of makes one",
    "Pairing": "a pairing, as mha_viz.by_nearest makes one", "Words": "words, as mha_viz.group_words gives them",
    "Positions": "positions, as capture.query_positions holds them",
    "Annotated": "an annotated text, as mha_viz.parse makes one",
    "MultiheadAttention": "a torch.nn.MultiheadAttention",
}  # fmt: skip


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which looks at its arguments first: by their annotations, each in one place for all functions.

    Raises
    ------
    InputError
        When it is called with an argument of another kind: which one, what was found and what would work.
    """
    signature = inspect.signature(function)
    name_of = function.__qualname__.removesuffix(".__init__").rpartition(".")[2]

    @wraps(function)
    def with_checks(*given: Any, **named: Any) -> Any:
        _refuse_others(name_of, signature.bind(*given, **named).arguments, _hints(function))
        try:
            return function(*given, **named)
        except MhaVizError as error:
            if cut(str(error)) != str(error):  # it repeats what somebody gave, however long that is
                raise type(error)(cut(str(error))) from error
            raise

    return with_checks


class AnyTensor(ABC):  # noqa: B024 - tensors are told of it
    """A tensor of numbers of any kind, for fields: some hold masks."""


def with_checked_fields(made: type[Made]) -> type[Made]:
    """The same dataclass, whose fields are looked at before an object of it is made."""
    make, names = made.__init__, tuple(inspect.signature(made).parameters)
    known: set[tuple[str, type]] = set()  # a field, and a class of which every object fits there

    @wraps(make)
    def with_checks(self: Any, *given: Any, **named: Any) -> None:
        arguments = {**dict(zip(names, given, strict=False)), **named}
        asked = {
            name: value for name, value in arguments.items()
            if (name, kind := type(value)) not in known or (kind is int and not -LARGEST <= value <= LARGEST)
        }  # fmt: skip
        if asked:
            if "torch" in sys.modules:
                AnyTensor.register(sys.modules["torch"].Tensor)
            hints = _hints(make, AnyTensor)
            _refuse_others(made.__name__, asked, hints)
            known.update((name, type(value)) for name, value in asked.items() if _tells(type(value), hints.get(name)))
        make(self, *given, **named)

    made.__init__ = with_checks  # type: ignore[method-assign]
    return made


def _tells(kind: type, hint: Any) -> bool:
    """Whether all values of the class of one that fits do: whole numbers as far as tensors hold them."""
    if kind in (tuple, list, dict) or any(get_origin(part) is Literal for part in (hint, *get_args(hint))):
        return False
    return kind in (NoneType, str, bool, int, float) or issubclass(kind, AnyTensor)


def _refuse_others(whose: str, arguments: Mapping[str, Any], hints: Mapping[str, Any]) -> None:
    for name, value in arguments.items():
        if name in hints and not fits(value, hints[name]):
            place, found, hint = _place(name, value, hints[name])
            wanted = " or ".join(dict.fromkeys(_wanted(hint)))
            raise InputError(f"{whose}: {place} is {said(found)}; give {wanted}.")


def _place(name: str, value: Any, hint: Any) -> tuple[str, Any, Any]:
    """What does not fit: of a list of things that have no plural here the first one, else the whole."""
    parts = get_args(hint)
    is_list = (get_origin(hint) or hint) in (tuple, Sequence, list) and isinstance(value, list | tuple)
    if is_list and parts[1:] in ((), (...,)) and _plural(parts) == SUCH:
        wrong = (i for i, item in enumerate(value) if not fits(item, parts[0]))
        return next(((f"{name}[{i}]", value[i], parts[0]) for i in wrong), (name, value, hint))
    return name, value, hint


@cache
def _hints(function: Callable[..., Any], tensor: type | None = None) -> dict[str, Any]:
    """What each argument may be; without those whose annotation needs what is not loaded."""
    late = LOADED_LATE if tensor is None else {**LOADED_LATE, "Tensor": tensor}
    names, hints = vars(sys.modules[function.__module__]), {}
    for name, parameter in inspect.signature(function).parameters.items():
        is_one = parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if is_one and parameter.annotation is not parameter.empty:
            try:
                hints[name] = eval(str(parameter.annotation), {**late, **names})  # noqa: S307 - our own annotations
            except NameError:
                continue
    return hints


def fits(value: Any, hint: Any) -> bool:
    """Whether a value is what an annotation says, or does the same service."""
    origin, parts = get_origin(hint) or hint, get_args(hint)
    if origin is Any:
        return True
    if origin in (Union, UnionType):
        return any(fits(value, part) for part in parts)
    if origin is Literal:
        return any(isinstance(value, type(part)) and value == part for part in parts)  # an array is equal to nothing
    if origin in (tuple, Sequence, list):
        return _is_list(value, parts)
    if origin is int:
        return not isinstance(value, bool) and _can(operator.index, value) and abs(operator.index(value)) <= LARGEST
    if origin is float:
        return not isinstance(value, str | bool) and _can(float, value)
    if origin is bool:
        return _can(operator.index, value)
    if origin is Path:
        return isinstance(value, str | os.PathLike)
    if hint is None:
        return value is None
    return isinstance(value, origin) and not (origin.__name__ == "Tensor" and not value.is_floating_point())


def _is_list(value: Any, parts: tuple[Any, ...]) -> bool:
    """Whether it has items in an order, and these are what they should be."""
    if getattr(value, "ndim", 1) == 0:  # an array of one number, which has no length
        return False
    if isinstance(value, str | bytes | Mapping) or not (hasattr(value, "__len__") and hasattr(value, "__getitem__")):
        return False
    if not parts or hasattr(value, "columns"):  # a table has its items in two directions
        return not hasattr(value, "columns")
    if len(parts) > 1 and parts[-1] is not ...:
        return len(value) == len(parts) and all(map(fits, value, parts))
    items = value[:SEVERAL]
    if parts[0] in (str, bool) and set(map(type, items)) <= {parts[0]}:  # at once, as most are
        return True
    if parts[0] is int and set(map(type, items)) == {int}:
        return bool(min(items) >= -LARGEST and max(items) <= LARGEST)
    return all(fits(item, parts[0]) for item in items)


def _can(turn: Callable[[Any], Any], value: Any) -> bool:
    try:
        turn(value)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        return False
    return True


def refuse_outside(name: str, value: int, least: int, most: int) -> None:
    """Raise InputError unless a number is between two others."""
    if not least <= value <= most:
        raise InputError(f"{name} is {value:,}; give {least:,} to {most:,}.")


def refuse_without(table: Any, columns: Sequence[str], whose: str) -> None:
    """Raise InputError unless a table has these columns; ``whose`` says what gives one."""
    if missing := [name for name in columns if name not in table]:
        raise InputError(f"The table has no column {', '.join(missing)}; give one of {whose}.")


def refuse_other_shape(name: str, shape: Sequence[int], wanted: str, *, fits: bool) -> None:
    """Raise InputError unless a tensor ``fits``; ``wanted`` are the axes that it should have."""
    if not fits:
        raise InputError(f"{name} has the shape {tuple(shape)}; give a tensor of shape {wanted}.")


def said(value: Any) -> str:
    """What somebody gave, in a few words."""
    if value is None or isinstance(value, str | bytes | bool | int | float):
        text = repr(value[:41] if isinstance(value, str | bytes) else value) if not _is_huge(value) else "a huge number"
        return text if len(text) <= 43 else f"{text[:40]}…"
    shape = getattr(value, "shape", None)
    name = type(value).__name__
    article = "an" if name[0] in "AEIOUaeio" else "a"
    return f"{article} {name}" + ("" if shape is None else f" of shape {tuple(shape)}")


def _is_huge(value: Any) -> bool:
    """Whether Python would not write it."""
    return isinstance(value, int) and value.bit_length() > 1000


def _wanted(hint: Any) -> Iterator[str]:
    """What would work, in words."""
    origin, parts = get_origin(hint) or hint, get_args(hint)
    if origin in (Union, UnionType):
        for part in parts:
            yield from _wanted(part)
    elif hint is None or origin is NoneType:
        yield "None"
    elif origin is Literal:
        yield from map(repr, parts)
    elif origin in (tuple, Sequence, list):
        yield f"a list of {_plural(parts)}"
    elif origin in (Mapping, dict):
        yield "a dictionary"
    elif isinstance(origin, type) and origin.__name__ != "Callable":
        yield WORDS.get(origin.__name__, origin.__name__)
    else:
        yield "a function"


def _plural(parts: tuple[Any, ...]) -> str:
    first = next(_wanted(parts[0]), "") if parts else ""
    return {"text": "texts", "a whole number": "whole numbers", "a number": "numbers"}.get(first, SUCH)
