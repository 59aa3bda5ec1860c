"""What pages ask for again and again is found once: what follows from a text, and what follows from a capture."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

Found = TypeVar("Found")
TEXTS = 64  # whose answers are kept, the last ones
ANSWERS = 4  # of one function for one capture, the last ones


def kept(find: Callable[[Any], Found]) -> Callable[[Any], Found]:
    """The same function of one thing, which looks up what it found of equal ones; of what somebody made of lists it is
    found again. Whoever gets an answer shares it, so nobody may change it.
    """
    look_up = lru_cache(maxsize=TEXTS)(find)

    @wraps(find)
    def find_once(of: Any) -> Found:
        try:
            hash(of)
        except TypeError:
            return find(of)
        return look_up(of)

    return find_once


def kept_with_capture(find: Callable[..., Found]) -> Callable[..., Found]:
    """The same for a function of a capture and of other things, for as long as the capture is."""
    known: WeakKeyDictionary[Any, dict[tuple[Hashable, ...], Found]] = WeakKeyDictionary()

    @wraps(find)
    def find_once(capture: Any, *of: Hashable) -> Found:
        try:
            hash(of)
        except TypeError:
            return find(capture, *of)
        found = known.setdefault(capture, {})
        answer = found.get(of)
        if answer is None:  # what has no answer costs little to ask again
            answer = find(capture, *of)
            for oldest in list(found)[: 1 - ANSWERS]:
                found.pop(oldest, None)  # another thread may have done so
            found[of] = answer
        return answer

    return find_once
