"""Whether a value is what an annotation says: the annotation → a test, put together once."""

from __future__ import annotations

import operator
import os
from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

Test = Callable[[Any], bool]
LARGEST = 2**63 - 1  # whole number that tensors hold
SEVERAL = 1000  # items of a list that are looked at


class AnyTensor(ABC):  # noqa: B024 - tensors are told of it
    """A tensor of numbers of any kind, for fields: some hold masks."""


def fits(value: Any, hint: Any) -> bool:
    """Whether a value is what an annotation says, or does the same service."""
    return _test_of(hint)(value)


@cache
def _test_of(hint: Any) -> Test:
    """What tells it: taken apart once an annotation, for values are looked at whenever an object is made."""
    origin, parts = get_origin(hint) or hint, get_args(hint)
    if origin is Any:
        return lambda _: True
    if origin in (Union, UnionType):
        tests = tuple(map(_test_of, parts))
        return lambda value: any(test(value) for test in tests)
    if origin is Literal:  # an array is equal to nothing
        return lambda value: any(isinstance(value, type(part)) and value == part for part in parts)
    if origin in (tuple, Sequence, list):
        return _test_of_items(parts)
    if origin in PLAIN:
        return PLAIN[origin]
    if hint is None:
        return lambda value: value is None
    is_tensor = origin.__name__ == "Tensor"
    return lambda value: isinstance(value, origin) and not (is_tensor and not value.is_floating_point())


def _test_of_items(parts: tuple[Any, ...]) -> Test:
    """Whether it has items in an order, and these are what they should be."""
    if len(parts) > 1 and parts[-1] is not ...:
        tests = tuple(map(_test_of, parts))
        return lambda value: _is_list(value) and len(value) == len(tests) and all(map(_passes, tests, value))
    if not parts:
        return _is_list
    test = _test_of(parts[0])
    return lambda value: _is_list(value) and all(map(test, value[:SEVERAL]))


def _passes(test: Test, value: Any) -> bool:
    return test(value)


def _is_list(value: Any) -> bool:
    """Whether it has items in one order."""
    if type(value) is tuple or type(value) is list:
        return True
    if getattr(value, "ndim", 1) == 0:  # an array of one number, which has no length
        return False
    if isinstance(value, str | bytes | Mapping) or not (hasattr(value, "__len__") and hasattr(value, "__getitem__")):
        return False
    return not hasattr(value, "columns")  # a table has its items in two directions


def _is_int(value: Any) -> bool:
    if type(value) is int:  # nearly always
        return -LARGEST <= value <= LARGEST
    return not isinstance(value, bool) and _can(operator.index, value) and abs(operator.index(value)) <= LARGEST


def _can(turn: Callable[[Any], Any], value: Any) -> bool:
    try:
        turn(value)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        return False
    return True


PLAIN: dict[Any, Test] = {
    int: _is_int,
    float: lambda value: type(value) is float or (not isinstance(value, str | bool) and _can(float, value)),
    bool: lambda value: _can(operator.index, value),
    Path: lambda value: isinstance(value, str | os.PathLike),
}
