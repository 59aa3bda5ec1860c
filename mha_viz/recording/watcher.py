"""Seeing from outside, without family code, what a network computes: linear maps, and attention off the interface."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from mha_viz.objects import seen
from mha_viz.recording.origins import Origins, storage

if TYPE_CHECKING:
    from collections.abc import Callable

    from mha_viz.recording.streams import Place


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
    projection: LinearCall | None = None  # the linear map that consumes the heads' outputs, while watched
    masks_by_flag: bool = False  # whether the function that ran hides later keys where a flag says so and no mask came
    crosses: bool | None = None  # while watched: whether its keys come from other positions than its queries
    made_by: int | None = None  # while watched: the storage of the weight that made its values, when observed

    @property
    def is_causal(self) -> bool:
        """Whether later keys were hidden without a mask: the rule of transformers' sdpa function."""
        return self.masks_by_flag and self.mask is None and seen(self.query).shape[2] > 1 and self.flag

    @property
    def flag(self) -> bool:
        """What the call says of itself, else its module: that later keys are hidden."""
        option = self.options.get("is_causal")
        return bool(getattr(self.module, "is_causal", True) if option is None else option)

    @property
    def path(self) -> Path:
        """What a run did here that another may do otherwise: one that was not seen yet is checked anew."""
        mask = None if self.mask is None else self.mask.dtype
        tensors = frozenset(name for name, value in self.options.items() if isinstance(value, Tensor))
        return mask, self.is_causal, tensors

    def release(self) -> None:
        """Let go of the tensors of the batch: for a long text they are the largest thing in memory."""
        self.query = self.key = self.value = self.mask = self.output = self.seen_logits = self.seen_pattern = None
        self.options = {}


@dataclass(eq=False)
class LinearCall:
    """One linear map as it ran: ``output = input @ weight.T + bias``, with weight (d_out, d_in).

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
    places: list[Place] = field(default_factory=list)  # of the calls, in their order
    linears: list[LinearCall] = field(default_factory=list)
    progress: Callable[[float], None] | None = None  # told the share of the expected calls after each of them
    n_expected: int = 0  # 0 where it is not known
    checked: frozenset[tuple[int, Path]] = frozenset()  # what was checked in earlier runs, by the number of the call
    origins: Origins | None = None  # while watched

    def begin(self) -> None:
        """Nothing was seen yet."""
        self.calls, self.linears = [], []
        self.origins = Origins() if self.watched else None

    def add(self, call: RecordedCall) -> None:
        if (len(self.calls), call.path) in self.checked:
            call.output = None
        if self.origins is not None:
            self._trace(call, self.origins)
        self.calls.append(call)
        if self.progress is not None and self.n_expected:
            self.progress(min(1.0, len(self.calls) / self.n_expected))

    def _trace(self, call: RecordedCall, origins: Origins) -> None:
        if call.query is None:
            made_by = [] if call.value is None else origins.weights_of(call.value)
            call.made_by = made_by[0] if len(made_by) == 1 else None  # several: a residual stream, not a projection
        else:
            inside = {storage(weight) for weight in call.module.parameters()}
            queries, keys = (origins.read_from(seen(tensor), inside) for tensor in (call.query, call.key))
            call.crosses = not queries & keys if queries and keys else None
        origins.call_ended()


FOLLOWERS = {
    "sum": frozenset({"add", "__add__", "__radd__", "add_", "__iadd__"}),
    "norm": frozenset({"layer_norm", "rms_norm", "pow", "__pow__", "square"}),  # a root mean square starts with a power
    "scale": frozenset({"mul", "__mul__", "__rmul__", "mul_", "__imul__"}),
}
# Leave the numbers as they are in a network that does not learn.
IDLE = frozenset({"dropout", "to", "float", "contiguous", "view", "reshape"})


class Watcher(TorchFunctionMode):
    """Notes linear maps, and which of them projects the heads of which call.

    With ``softmax``, also every 4-D softmax and the product that consumes it: pattern, values and head outputs of
    families that do not use transformers' attention interface.
    """

    SOFTMAX = frozenset({torch.softmax, torch.nn.functional.softmax, Tensor.softmax})
    PRODUCT = frozenset({torch.matmul, torch.bmm, Tensor.matmul, Tensor.__matmul__, Tensor.bmm})
    LINEAR = frozenset({torch.nn.functional.linear, torch.addmm})
    # What only moves numbers: heads side by side are still the heads' outputs.
    LAYOUT = frozenset(
        {Tensor.permute, Tensor.transpose, torch.transpose, torch.permute, Tensor.contiguous, Tensor.view}
        | {Tensor.reshape, torch.reshape, Tensor.flatten, torch.flatten}
    )

    def __init__(self, recorder: Recorder, *, softmax: bool, keep_linears: bool = False) -> None:
        super().__init__()
        self.recorder = recorder
        self.softmax = softmax
        self.keep_linears = keep_linears
        self.patterns: dict[int, tuple[Tensor, Tensor]] = {}  # storage of a pattern → (logits, pattern)
        self.moved: dict[int, tuple[RecordedCall, Tensor]] = {}  # storage of heads' outputs → (their call, itself)
        self.projected: dict[int, LinearCall] = {}  # storage of a projection's output → the projection

    # Any, here and below: any function of torch, what it takes and what it gives.
    def __torch_function__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        result = function(*args, **kwargs)
        self._note_origin(function, args, kwargs, result)
        if self.projected:
            self._followed(function, args)
        if self.softmax and function in self.SOFTMAX and result.dim() == 4:
            self.patterns[storage(result)] = (args[0], result)
        elif function in self.LAYOUT:
            self._moved(args[0], result)
        elif function in self.LINEAR or (function in self.PRODUCT and args[1].dim() == 2):
            self._linear(function, args, kwargs, result)
        elif self.softmax and (function in self.PRODUCT or function is torch.einsum):
            self._consumed(function, args, result)
        return result

    def _note_origin(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        origins = self.recorder.origins
        if origins is None:
            return
        if function in self.LINEAR or (function in self.PRODUCT and args[1].dim() == 2):
            return  # noted with what is known of it, in ``_linear``
        if result is None or isinstance(result, (Tensor, tuple, list)):
            origins.note((*args, *kwargs.values()), result)

    def _consumed(self, function: Any, args: tuple[Any, ...], result: Tensor) -> None:
        for operand in (item for item in args if isinstance(item, Tensor)):
            logits, pattern = self.patterns.pop(storage(operand), (None, None))
            if pattern is None:
                continue
            value = None
            if function in self.PRODUCT and operand is args[0]:
                pattern = operand.reshape(*pattern.shape[:2], *operand.shape[-2:])
                value = args[1] if args[1].dim() == 4 else args[1].reshape(len(pattern), -1, *args[1].shape[-2:])
            call = RecordedCall(None, None, None, value, seen_logits=logits, seen_pattern=pattern)
            self.recorder.add(call)
            if value is not None:
                self.moved[storage(result)] = (call, result)
            return

    def _moved(self, before: Any, after: Tensor) -> None:
        call = self._origin(before)
        if call is not None:
            self.moved[storage(after)] = (call, after)

    def _linear(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Tensor) -> None:
        if function is torch.addmm:
            bias, vectors, weight = args[0], args[1], args[2].mT
        elif function in self.PRODUCT:  # written out as ``input @ weight.T``
            bias, vectors, weight = None, args[0], args[1].mT
        else:
            vectors, weight = args[0], args[1]
            bias = args[2] if len(args) > 2 else kwargs.get("bias")
        linear = LinearCall(vectors, weight, bias, result)
        if self.recorder.origins is not None:
            self.recorder.origins.note_linear(vectors, weight, result)
        call = self._origin(vectors)
        is_projection = call is not None and call.projection is None and weight.shape[1] == vectors.shape[-1]
        if call is not None and is_projection and self._is_heads_output(call, vectors):
            call.projection = linear
            self.projected[storage(result)] = linear
        if self.keep_linears:
            self.recorder.linears.append(linear)

    def _is_heads_output(self, call: RecordedCall, vectors: Tensor) -> bool:
        """Whether a linear map was given what the heads put out and nothing else: a family may have added to it in the
        same memory.
        """
        if call.seen_pattern is None or call.value is None or not self.recorder.watched:
            return True
        heads = (call.seen_pattern @ call.value).transpose(1, 2)  # (batch, query, head, d_head)
        return vectors.numel() == heads.numel() and torch.allclose(
            vectors.reshape(heads.shape), heads, rtol=0, atol=1e-4 * max(1.0, heads.abs().max().item())
        )

    def _followed(self, function: Any, args: tuple[Any, ...]) -> None:
        name = getattr(function, "__name__", "")
        for operand in (item for item in args if isinstance(item, Tensor) and name not in IDLE):
            projection = self.projected.get(storage(operand))
            step = next((step for step, names in FOLLOWERS.items() if name in names), None)
            if projection is not None and step is not None:
                projection.followed_by = step
                del self.projected[storage(operand)]
                return

    def _origin(self, tensor: Any) -> RecordedCall | None:
        """The call whose heads' outputs these numbers are, by the memory they lie in."""
        if not isinstance(tensor, Tensor):
            return None
        place = storage(tensor)
        if place in self.moved:
            return self.moved[place][0]
        last = self.recorder.calls[-1] if self.recorder.calls else None
        return last if last is not None and last.output is not None and storage(last.output) == place else None
