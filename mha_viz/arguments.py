"""The arguments of public functions → refused in a sentence where they are not what the function takes."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, wraps
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin

from mha_viz.errors import InputError, MhaVizError
from mha_viz.fitting import LARGEST, AnyTensor, fits
from mha_viz.outside import cut

Made = TypeVar("Made")
Given = ParamSpec("Given")
LOADED_LATE = {"Sequence": Sequence, "Mapping": Mapping, "Callable": Callable, "Path": Path, "Any": Any}
BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
LISTS = (tuple, Sequence, list)
SUCH = "such items"  # in a sentence, where there is no plural of what they are
PLAIN = ("texts", "whole numbers", "numbers")  # of which a list is named as a whole, and not its first wrong item
WORDS = {
    "int": "a whole number", "float": "a number", "bool": "True or False", "str": "text", "Path": "a path",
    "Tensor": "a tensor of floating-point numbers", "AnyTensor": "a tensor", "dtype": "a dtype of torch",
    "DataFrame": "a table (DataFrame)",
    "Sound": "a sound, as mha_viz.read_sound gives one",
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
    look = _looking(function.__qualname__.removesuffix(".__init__").rpartition(".")[2], function)

    @wraps(function)
    def with_checks(*given: Any, **named: Any) -> Any:
        look(given, named)
        try:
            return function(*given, **named)
        except MhaVizError as error:
            if cut(str(error)) != str(error):  # it repeats what somebody gave, however long that is
                raise type(error)(cut(str(error))) from error
            raise

    return with_checks


def with_checked_fields(made: type[Made]) -> type[Made]:
    """The same dataclass, whose fields are looked at before an object of it is made."""
    make = made.__init__
    look = _looking(made.__name__, make, AnyTensor)

    @wraps(make)
    def with_checks(self: Any, *given: Any, **named: Any) -> None:
        look((self, *given), named)
        make(self, *given, **named)

    made.__init__ = with_checks  # type: ignore[method-assign]
    return made


def unchecked(made: Callable[Given, Made]) -> Callable[Given, Made]:
    """The same dataclass for our own code, which makes objects of parts that fit: its fields are not looked at."""
    make = vars(made)["__init__"].__wrapped__

    def build(*given: Given.args, **named: Given.kwargs) -> Made:
        new: Made = object.__new__(made)  # type: ignore[arg-type]
        make(new, *given, **named)
        return new

    return build


def changed(whole: Made, **fields: Any) -> Made:
    """``dataclasses.replace`` for our own code, which has parts that fit: no field is looked at once more."""
    return unchecked(type(whole))(**{**vars(whole), **fields})


def _looking(
    whose: str, function: Callable[..., Any], tensor: type | None = None
) -> Callable[[tuple[Any, ...], dict[str, Any]], None]:
    """What looks at the arguments of a call: at those of a class of which every object fits there, only once."""
    places = [p.name for p in inspect.signature(function).parameters.values() if p.kind in BY_PLACE]
    known: dict[str, set[type]] = {}

    def look(given: tuple[Any, ...], named: dict[str, Any]) -> None:
        asked = {
            name: value for name, value in (*zip(places, given, strict=False), *named.items())
            if (kind := type(value)) not in known.get(name, ()) or (kind is int and not -LARGEST <= value <= LARGEST)
        }  # fmt: skip
        if not asked:
            return
        if "torch" in sys.modules:
            AnyTensor.register(sys.modules["torch"].Tensor)
        hints = _hints(function, tensor)
        _refuse_others(whose, asked, hints)
        for name in asked.keys() & hints.keys():
            if _tells(type(asked[name]), hints[name]):
                known.setdefault(name, set()).add(type(asked[name]))

    return look


def _tells(kind: type, hint: Any) -> bool:
    """Whether all values of the class of one that fits do: whole numbers as far as tensors hold them."""
    parts = (hint, *get_args(hint))
    origins = {get_origin(part) for part in parts}
    if kind in (tuple, list, dict) or Literal in origins:
        return False
    if issubclass(kind, AnyTensor) and origins & {tuple, Sequence, list}:  # of which the numbers count, one by one
        return False
    return kind in (NoneType, str, bool, int, float) or (AnyTensor in parts and issubclass(kind, AnyTensor))


def _refuse_others(whose: str, arguments: Mapping[str, Any], hints: Mapping[str, Any]) -> None:
    for name, value in arguments.items():
        if name in hints and not fits(value, hints[name]):
            place, found, hint = _place(name, value, hints[name])
            wanted = " or ".join(dict.fromkeys(_wanted(hint)))
            raise InputError(f"{whose}: {place} is {said(found)}; give {wanted}.")


def _place(name: str, value: Any, hint: Any) -> tuple[str, Any, Any]:
    """What does not fit: of a list of things that have no plural here the first one, else the whole."""
    lists = [part for part in (hint, *get_args(hint)) if (get_origin(part) or part) in LISTS]
    parts = get_args(lists[0]) if len(lists) == 1 or hint in lists else ()
    if parts and parts[1:] in ((), (...,)) and isinstance(value, list | tuple) and _plural(parts) not in PLAIN:
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
    elif origin is tuple and len(parts) == 2 and parts[0] == parts[1]:
        yield f"a pair of {_plural(parts)}"
    elif origin in LISTS:
        yield f"a list of {_plural(parts)}"
    elif origin in (Mapping, dict):
        yield "a dictionary"
    elif isinstance(origin, type) and origin.__name__ != "Callable":
        yield WORDS.get(origin.__name__, origin.__name__)
    else:
        yield "a function"


def _plural(parts: tuple[Any, ...]) -> str:
    """What the items of a list are: "pairs of whole numbers"."""
    kinds = get_args(parts[0]) if parts and get_origin(parts[0]) in (Union, UnionType) else parts[:1]
    words = [_plural_of(next(_wanted(kind), "")) for kind in kinds]
    return SUCH if SUCH in words or not words else " or ".join(words)


def _plural_of(words: str) -> str:
    """``a pair of whole numbers`` → ``pairs of whole numbers``."""
    one, of, rest = words.partition(",")[0].partition(" of ")
    article, _, noun = one.partition(" ")
    noun = one if one == "text" else noun if article in ("a", "an") else ""
    return f"{noun}s{of}{rest}" if noun and not noun.endswith("y") else SUCH


def only_kind(kinds: Sequence[str]) -> str:
    """The kind of attention where nobody has named one.

    Raises
    ------
    InputError
        If there are several: it says which.
    """
    if len(kinds) > 1:
        raise InputError(f"This capture holds {' and '.join(kinds)} attention: say which with kind= (--kind).")
    return kinds[0]
