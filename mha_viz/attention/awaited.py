"""Attention calls whose tensors are computed when somebody asks for them: where not all of a text fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from typing import Any, NamedTuple, Protocol, TypeVar

from torch import Tensor

from mha_viz.objects import AttentionCall

T = TypeVar("T")
Report = Callable[[float], None]


class Question(NamedTuple):
    """What is asked of each call: a function, and what tells it apart from others that may be asked."""

    key: Hashable
    of_call: Callable[[AttentionCall], Any]


class Reader(Protocol):
    """What has the network and the text."""

    def is_here(self, kind: str, layer: int) -> bool:
        """Whether a call can be had without a run of the network."""

    def call_at(self, kind: str, layer: int, progress: Report | None = None) -> AttentionCall:
        """A call with its tensors."""

    def told_of_each(
        self, kind: str, function: Callable[[AttentionCall], T], progress: Report | None = None, *,
        key: Hashable = None,
    ) -> list[T]:  # fmt: skip
        """What a function says of each call of a kind, in one run, or in none where that was told before."""


class AwaitedCall(AttentionCall):
    """A call that holds its sizes and settings alone, and asks its reader for each tensor."""

    told: dict[str, Any]
    reader: Reader
    sizes: tuple[int, int, int]

    def __init__(self, call: AttentionCall, reader: Reader) -> None:
        sizes = call.n_heads, call.n_query, call.n_key
        told = {name: value for name, value in vars(call).items() if not isinstance(value, Tensor)}
        for name, value in {"told": told, "reader": reader, "sizes": sizes}.items():
            object.__setattr__(self, name, value)  # the class is frozen

    @property
    def is_here(self) -> bool:
        return self.reader.is_here(self.kind, self.layer)

    def whole(self, progress: Report | None = None) -> AttentionCall:
        """The same with its tensors, which nobody should keep."""
        return self.reader.call_at(self.kind, self.layer, progress)

    @property
    def n_heads(self) -> int:
        return self.sizes[0]

    @property
    def n_query(self) -> int:
        return self.sizes[1]

    @property
    def n_key(self) -> int:
        return self.sizes[2]


def _asked(name: str) -> property:
    return property(lambda call: call.told[name] if name in call.told else getattr(call.whole(), name))


for _field in fields(AttentionCall):
    setattr(AwaitedCall, _field.name, _asked(_field.name))


def whole(call: AttentionCall) -> AttentionCall:
    """A call with its tensors, wherever they come from."""
    return call.whole() if isinstance(call, AwaitedCall) else call


def told_of_each(
    calls: Sequence[AttentionCall], function: Callable[[AttentionCall], T], progress: Report | None = None,
    *, n_threads: int = 1, key: Hashable = None,
) -> list[T]:  # fmt: skip
    """What a function says of each call of a kind, in their order, of so many in the same moment; awaited ones come in
    one run, one at a time, or have told it already where it is a ``Question`` of this key.
    """
    if calls and isinstance(calls[0], AwaitedCall):
        return calls[0].reader.told_of_each(calls[0].kind, function, progress, key=key)
    found = []
    with ThreadPoolExecutor(n_threads) as pool:
        for told in (pool.map if n_threads > 1 else map)(function, calls):
            found.append(told)
            if progress:
                progress(len(found) / len(calls))
    return found
