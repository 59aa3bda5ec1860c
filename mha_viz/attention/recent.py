"""Patterns of the texts looked at last: what is found of a new text, one thing after the other, computes them once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import RLock
from typing import Generic, TypeVar
from weakref import ref

from mha_viz.arguments import changed
from mha_viz.attention.at_once import joined
from mha_viz.attention.awaited import AwaitedCall
from mha_viz.attention.calls import call_pattern
from mha_viz.objects import AttentionCall, Capture

AT_ONCE = 2**19  # numbers of the maps of layers that are worked on together: more leave the processor's cache
OF_A_TEXT = 2**23  # numbers of the maps of all its layers, at most: 32 MB
OF_ALL = 2**24  # of all texts together
Found = TypeVar("Found")
Parts = list[tuple[AttentionCall, int]]


class Recent(Generic[Found]):
    """What was found of objects, for as long as they are and nothing newer takes its room."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._kept: OrderedDict[tuple[int, Hashable], tuple[object, Found, int]] = OrderedDict()
        self._lock = RLock()  # an object may go away, and what was found of it, while the lock is held

    def get(self, of: object, what: Hashable) -> Found | None:
        """What was kept of an object; None where nothing is."""
        key = id(of), what
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][1]

    def keep(self, of: object, what: Hashable, found: Found, size: int) -> None:
        """In place of what has not been asked for longest, where both have no room."""
        key = id(of), what
        with self._lock:
            self._kept[key] = ref(of, lambda _gone: self._drop(key)), found, size
            while len(self._kept) > 1 and sum(each[2] for each in self._kept.values()) > self.room:
                self._kept.popitem(last=False)

    def _drop(self, key: tuple[int, Hashable]) -> None:
        with self._lock:
            self._kept.pop(key, None)


_patterns: Recent[Parts] = Recent(OF_ALL)


def pattern_parts(capture: Capture, kind: str) -> Parts:
    """The layers of a kind as calls that hold their patterns, small neighbours in one (``joined``), and how many layers
    each holds. Patterns that are many to keep are computed by whoever asks such a call for them.

    Nobody may change a pattern that is handed out: the next one gets the same.
    """
    calls = capture.calls_of(kind)
    if isinstance(calls[0], AwaitedCall):
        return [(call, 1) for call in calls]
    size = sum(call.n_heads * call.n_query * call.n_key for call in calls)
    parts = _patterns.get(capture, kind) if size <= OF_A_TEXT else None
    if parts is None:
        parts = joined(calls, most=AT_ONCE)
        if size <= OF_A_TEXT:
            parts = [(_with_pattern(call), n) for call, n in parts]
            _patterns.keep(capture, kind, parts, size)
    return parts


def _with_pattern(call: AttentionCall) -> AttentionCall:
    lacking = dict.fromkeys(("query", "key", "value", "allowed", "bias", "sinks", "seen_logits", "projection"))
    return changed(call, seen_pattern=call_pattern(call), is_causal=False, **lacking)
