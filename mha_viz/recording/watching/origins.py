"""From which linear maps the numbers of a tensor come: what tells whose positions queries and keys are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor

NOWHERE: frozenset[int] = frozenset()


@dataclass(frozen=True)
class _Linear:
    """A linear map as it ran: the storage of its weight, the state that went in, and the maps which that came from."""

    weight: int
    state: int
    above: frozenset[int]


class Origins:
    """Which linear maps every tensor of one run comes from, with no other linear map between.

    Each new tensor is a new *state*; what only lies otherwise in the same memory is the same state. Two tensors are of
    the same positions where the same state went into the linear maps that made them.
    """

    def __init__(self) -> None:
        self._linears: list[_Linear] = []
        self._states: dict[int, tuple[int, frozenset[int]]] = {}  # storage → (state, the linear maps it comes from)
        self._parents: list[frozenset[int]] = []  # of each state, those it was made of
        self._first = 0  # of the linear maps that ran since the attention call before

    def note(self, arguments: Iterable[Any], result: Any) -> None:
        """A function gave this for these arguments."""
        tensors = list(_tensors(arguments))
        above = NOWHERE.union(*(self._of(tensor)[1] for tensor in tensors))
        changed = tensors[:1] if result is None else list(_tensors((result,)))  # None: something was written in place
        there = {storage(tensor) for tensor in tensors}
        made_of = frozenset(self._of(tensor)[0] for tensor in tensors)
        for tensor in changed:
            place = storage(tensor)
            self._states[place] = (self._of(tensor)[0] if place in there else self._new(made_of), above)

    def note_linear(self, vectors: Tensor, weight: Tensor, result: Tensor) -> None:
        """A linear map gave this for these vectors."""
        state, above = self._of(vectors)
        self._linears.append(_Linear(storage(weight), state, above))
        self._states[storage(result)] = (self._new(frozenset({state})), frozenset({len(self._linears) - 1}))

    def call_ended(self) -> None:
        """What runs from now on belongs to the next attention call."""
        self._first = len(self._linears)

    def read_from(self, tensor: Tensor, inside: set[int]) -> frozenset[int]:
        """The states that a tensor was made of by the linear maps of one attention.

        ``inside`` are the storages of its weights: one map after the other (a narrow one, then a wide one) counts as
        one, but not what an earlier call of the same weights left behind.
        """
        states, waiting = set(), set(self._of(tensor)[1])
        while waiting:
            linear = self._linears[waiting.pop()]
            above = {i for i in linear.above if i >= self._first and self._linears[i].weight in inside}
            waiting |= above
            if not above:
                states.add(linear.state)
        return frozenset(states)

    def are_made_of(self, states: frozenset[int], sources: frozenset[int]) -> bool:
        """Whether any of some states was made of any of some others, in however many steps."""
        reached, waiting = set(states), set(states)
        while waiting and not reached & sources:
            new = self._parents[waiting.pop()] - reached
            waiting |= new
            reached |= new
        return bool(reached & sources)

    def maps_of(self, tensor: Tensor) -> frozenset[int]:
        """The linear maps that it comes from directly, as they ran: the same weights twice are two."""
        return self._of(tensor)[1]

    def weights_of(self, tensor: Tensor) -> list[int]:
        """The storages of the weights that it comes from directly."""
        return [self._linears[i].weight for i in sorted(self._of(tensor)[1])]

    def _of(self, tensor: Tensor) -> tuple[int, frozenset[int]]:
        place = storage(tensor)
        if place not in self._states:
            self._states[place] = (self._new(NOWHERE), NOWHERE)
        return self._states[place]

    def _new(self, made_of: frozenset[int]) -> int:
        self._parents.append(made_of)
        return len(self._parents) - 1


def storage(tensor: Tensor) -> int:
    """Where its numbers lie; 0 while it stands for many at once (vmap), as where some families make their masks."""
    try:
        return tensor.untyped_storage().data_ptr()
    except RuntimeError:
        return 0


def _tensors(arguments: Iterable[Any]) -> Iterator[Tensor]:
    """Those among the arguments of a function, lists of them included."""
    for argument in arguments:
        if isinstance(argument, Tensor):
            yield argument
        elif isinstance(argument, (list, tuple)):
            yield from (item for item in argument if isinstance(item, Tensor))
