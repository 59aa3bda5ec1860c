"""Seeing from outside, without family code, what a network computes: linear maps, and attention off the interface."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from mha_viz.objects import seen
from mha_viz.recording.packed import unpacked_weight
from mha_viz.recording.watching.hooks import packed_maps_tell
from mha_viz.recording.watching.origins import storage
from mha_viz.recording.watching.recorder import LinearCall, RecordedCall, Recorder
from mha_viz.recording.watching.steps import refuse_other_numbers, steps_of

FOLLOWERS = {
    "sum": frozenset({"add", "__add__", "__radd__", "add_", "__iadd__"}),
    "norm": frozenset({"layer_norm", "rms_norm", "pow", "__pow__", "square"}),  # a root mean square starts with a power
    "scale": frozenset({"mul", "__mul__", "__rmul__", "mul_", "__imul__"}),
}
# Leave the numbers as they are in a network that does not learn.
IDLE = frozenset({"dropout", "to", "float", "contiguous", "view", "reshape"})


class Watcher(TorchFunctionMode):
    """Notes linear maps, and which of them projects the heads of which call.

    With ``softmax``, also every softmax of four axes, or of three in which texts and heads are one, and the product
    that consumes it: pattern, values and head outputs of attention off transformers' interface, of ``n_batch`` texts.
    What torch computes in one step is then computed in several.
    """

    SOFTMAX = frozenset({torch.softmax, torch.nn.functional.softmax, Tensor.softmax})
    NORMALISER = frozenset({torch.logsumexp, Tensor.logsumexp})  # of rows that are divided by it later
    WHOLE = frozenset(
        {torch.nn.functional.scaled_dot_product_attention, torch.nn.functional.multi_head_attention_forward}
    )  # attention in one step, which shows no pattern
    PRODUCT = frozenset({torch.matmul, torch.bmm, Tensor.matmul, Tensor.__matmul__, Tensor.bmm})
    LINEAR = frozenset({torch.nn.functional.linear, torch.addmm})
    # What only moves numbers: heads side by side are still the heads' outputs.
    LAYOUT = frozenset(
        {Tensor.permute, Tensor.transpose, torch.transpose, torch.permute, Tensor.contiguous, Tensor.view}
        | {Tensor.reshape, torch.reshape, Tensor.flatten, torch.flatten}
    )
    # A softmax in float32 whose result goes on in half precision is the same pattern, and so is one whose rows that
    # look at nothing are emptied.
    CAST = frozenset(
        {Tensor.to, Tensor.type_as, Tensor.type, Tensor.half, Tensor.bfloat16, Tensor.float}
        | {Tensor.masked_fill, torch.masked_fill}
    )

    def __init__(self, recorder: Recorder, *, softmax: bool, n_batch: int = 1, keep_linears: bool = False) -> None:
        super().__init__()
        self.n_batch = n_batch
        self.recorder = recorder
        self.softmax = softmax
        self.keep_linears = keep_linears
        self.patterns: dict[int, tuple[Tensor, Tensor]] = {}  # storage of a pattern → (logits, pattern)
        self.moved: dict[int, tuple[RecordedCall, Tensor]] = {}  # storage of heads' outputs → (their call, itself)
        self.projected: dict[int, LinearCall] = {}  # storage of a projection's output → the projection

    def __enter__(self) -> Any:
        self._packed = packed_maps_tell(self)
        self._packed.__enter__()
        return super().__enter__()  # type: ignore[no-untyped-call]

    def __exit__(self, *failure: Any) -> Any:
        self._packed.__exit__(None, None, None)
        return super().__exit__(*failure)  # type: ignore[no-untyped-call]

    def packed_ran(self, module: Any, vectors: Tensor, result: Tensor) -> None:
        """A linear map whose numbers are packed: it is what its weight says, unpacked, or none that can be told."""
        call = self._origin(vectors)
        if call is not None and call.projection is None and self._is_heads_output(call, vectors):
            unpacked = unpacked_weight(module, vectors, result)
            weight = result.new_empty(0) if unpacked is None else unpacked
            call.projection = LinearCall(vectors, weight, getattr(module, "bias", None), result)
            self.projected[storage(result)] = call.projection

    @classmethod
    def is_linear(cls, function: Any, args: tuple[Any, ...]) -> bool:
        """Whether this call of a function of torch is a linear map."""
        return function in cls.LINEAR or (function in cls.PRODUCT and args[1].dim() == 2)

    @classmethod
    def linear_parts(
        cls, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """What goes into a linear map, its weight (d_out, d_in), its bias."""
        if function is torch.addmm:
            return args[1], args[2].mT, args[0]
        if function in cls.PRODUCT:  # written out as ``input @ weight.T``
            return args[0], args[1].mT, None
        return (
            args[0], args[1] if len(args) > 1 else kwargs["weight"],
            args[2] if len(args) > 2 else kwargs.get("bias"),
        )  # fmt: skip

    # Any, here and below: any function of torch, what it takes and what it gives.
    def __torch_function__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if self.softmax and function in self.WHOLE and not self.recorder.on_interface:
            steps = steps_of(function, args, kwargs)
            if steps is not None:
                return self._in_steps(steps, function, args, kwargs)
        result = function(*args, **kwargs)
        self._note_origin(function, args, kwargs, result)
        if self.recorder.watched and (function in self.SOFTMAX or function in self.WHOLE):
            self.recorder.softmaxes.append(tuple(result.shape) if function in self.SOFTMAX else ())
        if self.recorder.watched and function in self.NORMALISER:
            self.recorder.divided.append(tuple(args[0].shape))
        if self.recorder.watched and getattr(function, "__name__", "") == "pad" and result.numel() > args[0].numel():
            self.recorder.filled_up.add(result.numel() // result.shape[-1])
        if self.projected:
            self._followed(function, args)
        if self.softmax and function in self.SOFTMAX and not self.recorder.on_interface:
            self._softmax(args[0], result, kwargs.get("dim", args[1] if len(args) > 1 else None))
        elif function in self.CAST and self.patterns:
            self._cast(args[0], result)
        elif function in self.LAYOUT:
            self._moved(args[0], result)
        elif self.is_linear(function, args):
            self._linear(function, args, kwargs, result)
        elif self.softmax and (function in self.PRODUCT or function is torch.einsum):
            return self._consumed(function, args, result)
        return result

    def _in_steps(self, steps: Any, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What the network goes on with: the same but for rounding."""
        with self:  # a function of torch runs out of sight
            result = steps()
        if self.recorder.watched and not self.recorder.changes:
            refuse_other_numbers(result, function(*args, **kwargs))
        return result

    def _note_origin(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        origins = self.recorder.origins
        if origins is None:
            return
        if self.is_linear(function, args):
            return  # noted with what is known of it, in ``_linear``
        if result is None or isinstance(result, (Tensor, tuple, list)):
            origins.note((*args, *kwargs.values()), result)

    def _softmax(self, logits: Tensor, pattern: Tensor, axis: int | None) -> None:
        if pattern.dim() == 3 and axis in (-1, 2) and len(pattern) % self.n_batch == 0:  # (batch × head, query, key)
            logits, pattern = (part.unflatten(0, (self.n_batch, -1)) for part in (logits, pattern))
        if pattern.dim() == 4:
            self.patterns[storage(pattern)] = (logits, pattern)

    def _cast(self, before: Tensor, after: Tensor) -> None:
        logits, pattern = self.patterns.pop(storage(before), (None, None))
        if logits is not None and pattern is not None:
            self.patterns[storage(after)] = (logits, after.reshape(pattern.shape))

    def _consumed(self, function: Any, args: tuple[Any, ...], result: Tensor) -> Tensor:
        """What the network goes on with."""
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
            return self._changed(call, result)
        return result

    def _changed(self, call: RecordedCall, result: Tensor) -> Tensor:
        if not self.recorder.changes:
            return result
        if call.value is None:
            raise self.recorder.unchangeable()
        heads = result.reshape(*seen(call.seen_pattern).shape[:3], -1)
        changed = self.recorder.change(call, heads.transpose(1, 2)).transpose(1, 2)  # (batch, head, query, d_head)
        return changed.reshape(result.shape)

    def _moved(self, before: Any, after: Tensor) -> None:
        call = self._origin(before)
        if call is not None:
            self.moved[storage(after)] = (call, after)

    def _linear(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Tensor) -> None:
        vectors, weight, bias = self.linear_parts(function, args, kwargs)
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
        close = (1e-4 if heads.dtype in (torch.float32, torch.float64) else 0.02) * max(1.0, heads.abs().max().item())
        return vectors.numel() == heads.numel() and torch.allclose(
            vectors.reshape(heads.shape), heads, rtol=0, atol=close
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
