"""What one forward pass leaves behind: its attention calls and, while it is watched, the linear maps around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor

from mha_viz.errors import UnreadableModelError
from mha_viz.objects import seen
from mha_viz.recording.lying import Elsewhere, goes_away, where_it_lies
from mha_viz.recording.sparing import AllRecordedError
from mha_viz.recording.watching.origins import Origins, storage
from mha_viz.recording.watching.place import Place

if TYPE_CHECKING:
    from collections.abc import Callable


Run = tuple[bool | str, ...]
Path = tuple[torch.dtype | None, bool, frozenset[str]]


@dataclass(eq=False)
class RecordedCall:
    """One call of an attention, for the whole padded batch."""

    module: Any  # None when observed
    query: Tensor | None  # (batch, head, query, d_head)
    key: Tensor | None  # (batch, kv_head, key, d_head)
    value: Tensor | None  # (batch, kv_head, key, d_head)
    mask: Tensor | None = None
    scaling: float | None = None
    options: dict[str, Any] = field(default_factory=dict)
    output: Tensor | None = None  # (batch, query, head, d_head), while watched
    seen_logits: Tensor | None = None  # (batch, head, query, key), when observed
    seen_pattern: Tensor | None = None
    projection: LinearCall | Elsewhere | None = None  # the linear map that consumes the heads' outputs, while watched
    masks_by_flag: bool = False  # whether the function that ran hides later keys where a flag says so and no mask came
    chooses_keys: bool = False  # whether the layer itself chose the keys that each query may look at
    crosses: bool | None = None  # while watched: whether its keys come from other positions than its queries
    states: frozenset[int] = frozenset()  # while watched: those that went into the maps which made its queries
    is_merged: bool = False  # while watched: whether its keys come from its queries' positions and from others
    made_by: int | None = None  # while watched: the storage of the weight that made its values, when observed
    is_padded: bool = False  # while watched: whether positions were filled up for it, as to whole windows

    @cached_property
    def is_causal(self) -> bool:
        """Whether later keys were hidden without a mask: the rule of transformers' sdpa function."""
        return self.masks_by_flag and self.mask is None and seen(self.query).shape[2] > 1 and self.flag

    @property
    def flag(self) -> bool:
        """What the call says of itself, else its module: that later keys are hidden."""
        option = self.options.get("is_causal")
        return bool(getattr(self.module, "is_causal", True) if option is None else option)

    @cached_property
    def path(self) -> Path:
        """What a run did here that another may do otherwise: one that was not seen yet is checked anew."""
        mask = None if self.mask is None else self.mask.dtype
        tensors = frozenset([name for name, value in self.options.items() if isinstance(value, Tensor)])
        return mask, self.is_causal, tensors

    def release(self) -> None:
        """Let go of the tensors of the batch: for a long text they are the largest thing in memory."""
        self.query = self.key = self.value = self.mask = self.output = self.seen_logits = self.seen_pattern = None
        self.options = {}


@dataclass(eq=False)
class LinearCall:
    """One linear map as it ran: ``output = input @ weight.T + bias``, with weight (d_out, d_in); empty where its
    numbers are packed and it computes something else than they are once unpacked.

    ``followed_by`` is what is done with its output first, for one that projects heads: a key of ``FOLLOWERS``.
    """

    input: Tensor | None
    weight: Tensor
    bias: Tensor | None
    output: Tensor | None
    followed_by: str | None = None

    def weights_alone(self) -> LinearCall:
        """The same without what went in and out, so that nothing of a run is kept alive."""
        return LinearCall(None, self.weight, self.bias, None, self.followed_by)


@dataclass
class Recorder:
    """Where one forward pass leaves its calls; one a capture, so that threads never mix."""

    watched: bool
    run: Run = ()  # what kind of run: encoder alone or all, and the names of the inputs
    calls: list[RecordedCall] = field(default_factory=list)
    softmaxes: list[tuple[int, ...]] = field(default_factory=list)  # while watched: the shapes of all of them
    divided: list[tuple[int, ...]] = field(default_factory=list)  # of what is divided by the sum over its rows
    n_before: int = 0  # of these, how many ran before the first call
    places: list[Place] = field(default_factory=list)  # of the calls, in their order
    linears: list[LinearCall] = field(default_factory=list)
    progress: Callable[[float], None] | None = None  # told the share of the expected calls after each of them
    n_expected: int = 0  # 0 where it is not known
    checked: frozenset[tuple[int, Path]] = frozenset()  # what was checked in earlier runs, by the number of the call
    origins: Origins | None = None  # while watched
    observes: bool = False  # whether attention off transformers' interface is noted too
    on_interface: bool = False  # whether a function of transformers' interface is at work, whose parts are no calls
    filled_up: set[int] = field(default_factory=set)  # how many positions there were after each filling since a call
    own_keys: set[int] = field(default_factory=set)  # the linear maps that made keys of their queries' own positions
    padded: set[int] = field(default_factory=set)  # how many tokens the longest texts of the batch have
    changes: ClassVar[bool] = False  # whether ``change`` may give another output back
    in_parts: str = ""  # what is said of calls that are several parts of a map
    left_out: str = ""  # what is said of attention that is not among the calls
    last_of: list[Any] = field(default_factory=list)  # the modules of all calls, after the last of which the run ends

    @property
    def shares(self) -> list[tuple[int, ...]]:
        """The shapes of everything whose rows were made to sum to 1, in one step or in two."""
        return self.softmaxes + self.divided

    def begin(self) -> None:
        """Nothing was seen yet."""
        self.calls, self.linears, self.softmaxes, self.n_before, self.own_keys = [], [], [], 0, set()
        self.divided, self.filled_up = [], set()
        self.origins = Origins() if self.watched else None

    def add(self, call: RecordedCall) -> None:
        if (len(self.calls), call.path) in self.checked:
            call.output = None
        if self.origins is not None:
            self._trace(call, self.origins)
            shape = seen(call.seen_pattern if call.query is None else call.query).shape
            call.is_padded, self.filled_up = shape[0] * shape[2] in self.filled_up, set()
        if self.softmaxes:
            self.softmaxes.pop()  # this call's own
        if not self.calls:
            self.n_before = len(self.softmaxes)
        self.calls.append(call)
        if self.progress is not None and self.n_expected:
            self.progress(min(1.0, len(self.calls) / self.n_expected))
        if len(self.calls) == len(self.last_of) and [each.module for each in self.calls] == self.last_of:
            raise AllRecordedError

    def keep_maps_alone(self, network: Any) -> None:
        """Nothing of the run is kept alive by what projects heads: neither what went in and out, nor weights that are
        on their device only while they are used.
        """
        is_away = goes_away(network)
        for call in self.calls:
            if (ran := call.projection) is not None:
                where = where_it_lies(network, call.module, ran.weight, ran.followed_by) if is_away else None
                call.projection = where or ran.weights_alone()

    def change(self, _call: RecordedCall, output: Tensor) -> Tensor:
        """What the network goes on with, (batch, query, head, d_head): here, what it put out itself."""
        return output

    def unchangeable(self) -> UnreadableModelError:
        """What to raise where a call shows no product of its pattern with values, which could be changed."""
        return UnreadableModelError(
            "A network multiplies patterns and values in a form that does not show from outside: it cannot be changed."
        )

    def _trace(self, call: RecordedCall, origins: Origins) -> None:
        if call.query is None:
            made_by = [] if call.value is None else origins.weights_of(call.value)
            call.made_by = made_by[0] if len(made_by) == 1 else None  # several: a residual stream, not a projection
            if call.value is not None:  # its logits come from queries and keys, and keys from what values come from
                both, keys = (origins.read_from(seen(part), set()) for part in (call.seen_logits, call.value))
                call.crosses = bool(both - keys) if both and keys else None
                call.states = both
        else:
            inside = {storage(weight) for weight in call.module.parameters()}
            queries, keys = (origins.read_from(seen(tensor), inside) for tensor in (call.query, call.key))
            call.crosses, call.states = not queries & keys if queries and keys else None, queries
            call.is_merged = bool(queries & keys and keys - queries)
            maps = origins.maps_of(seen(call.key))
            if call.crosses and (maps & self.own_keys or origins.are_made_of(keys, queries)):
                call.crosses = False  # the keys of an earlier layer, used again, or made of its queries' positions
            elif call.crosses is False:
                self.own_keys |= maps
        origins.call_ended()
