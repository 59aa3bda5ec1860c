"""The sum that a prediction is read from: the residual stream after the last block, the norm that reads it, and which
calls add to it straight.

Nothing here knows a family. Addends are found in the graph of what was computed, walked back from the sum through sums
alone; the norm is the module beside the blocks which, before the output embedding, gives the logits that the network
gave.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mha_viz.errors import UnreadableModelError
from mha_viz.objects import Capture, Model
from mha_viz.recording.failures import FAILURES
from mha_viz.recording.interventions.growing import GradientRecorder
from mha_viz.recording.interventions.run import run_whole
from mha_viz.recording.watching.hooks import blocks_tell

# Steps of a graph that leave numbers as they are, and those that project what goes into them.
MOVES = {
    "ViewBackward0", "UnsafeViewBackward0", "ReshapeAliasBackward0", "CloneBackward0", "ToCopyBackward0",
    "AliasBackward0", "TransposeBackward0", "PermuteBackward0", "ExpandBackward0",
}  # fmt: skip
PROJECTIONS = {"MmBackward0", "AddmmBackward0", "BmmBackward0", "LinearBackward0"}
CLOSE = 1e-4  # of the largest number: more than rounding makes


@dataclass(frozen=True)
class Frozen:
    """A norm as the linear map that it is once its scale is that of a run: ``(x − mean of x, where it is centred) ×
    factor + bias``.
    """

    is_centred: bool
    factor: Tensor  # (position, d_model)
    bias: Tensor  # (d_model,)

    def __call__(self, x: Tensor, *, with_bias: bool = False) -> Tensor:
        """(…, position, d_model)"""
        found = (x - x.mean(dim=-1, keepdim=True) if self.is_centred else x) * self.factor
        return found + self.bias if with_bias else found


@dataclass(frozen=True)
class Residual:
    """Where a prediction is read: at some positions, of one text."""

    stream: Tensor  # (position, d_model), after the last block
    norm: Frozen | None  # None where something else stands between the stream and the output embedding
    logits: Tensor  # (position, vocabulary)
    straight: frozenset[int]  # the calls whose heads, projected, are addends of the stream


@dataclass
class StreamRecorder(GradientRecorder):
    """Notes what the last of the outermost blocks puts out."""

    depth: int = 0
    stream: Any = None

    def block_begins(self, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> None:
        self.depth += 1

    def block_ends(self, output: Any) -> None:
        self.depth -= 1
        if not self.depth:
            self.stream = output[0] if isinstance(output, tuple) else output


def residual(model: Model, batch: dict[str, Tensor], capture: Capture, positions: list[int]) -> Residual:
    """What a prediction at some positions of a text is read from.

    Raises
    ------
    UnreadableModelError
        If the network shows no stream.
    """
    recorder = StreamRecorder(False, model=model, capture=capture)
    with blocks_tell(recorder):
        logits = run_whole(model, batch, recorder, positions=positions, grad=True)[0].detach()
    recorder.check()
    stream = recorder.stream
    if not isinstance(stream, Tensor) or stream.dim() != 3:
        raise UnreadableModelError(f"{model.name} ({type(model.network).__name__}) shows no residual stream.")
    straight = _straight(stream.grad_fn, recorder.zeros)
    with torch.inference_mode():
        x = stream.detach()[0, positions]
        return Residual(x, _norm_between(model, x, logits), logits, straight)


# ---- the addends -----------------------------------------------------------------------------------------------


def _straight(node: Any, zeros: list[Tensor]) -> frozenset[int]:
    """The calls whose heads reach a sum by one projection and sums alone, each once."""
    with torch.enable_grad():
        leaves = {_leaf(zero): number for number, zero in enumerate(zeros)}
    found = [number for addend in _addends(node) for number in _projected(addend, leaves)]
    return frozenset(number for number in found if found.count(number) == 1)


def _leaf(zero: Tensor) -> Any:
    """The step of a graph that stands for a tensor from which it starts."""
    moved: Any = zero.view_as(zero).grad_fn
    return moved.next_functions[0][0]


def _projected(addend: Any, leaves: dict[Any, int]) -> list[int]:
    if addend.name() not in PROJECTIONS:
        return []
    inputs = (part for step, _ in addend.next_functions for part in _addends(step))
    return [leaves[part] for part in inputs if part in leaves]


def _addends(node: Any) -> Iterator[Any]:
    """What a sum is made of, as steps of its graph; one that is added twice comes twice."""
    waiting = [node]
    while waiting:
        step = waiting.pop()
        if step is None:
            continue
        if step.name() in MOVES or (step.name() == "AddBackward0" and step._saved_alpha == 1):
            waiting += [before for before, _ in step.next_functions]
        else:
            yield step


# ---- the norm --------------------------------------------------------------------------------------------------


def _norm_between(model: Model, x: Tensor, logits: Tensor) -> Frozen | None:
    """The norm which, before the output embedding, makes these logits of the stream."""
    head = model.network.get_output_embeddings()
    for module in _beside_blocks(model.network):
        with suppress(*FAILURES):
            y = module(x[None])[0]
            if y.shape == x.shape and _is_close(head(y), logits) and (frozen := _frozen(module, x, y)) is not None:
                return frozen
    return None


def _beside_blocks(network: Any) -> list[Any]:
    """The modules that stand beside a stack of blocks; none of those within one."""
    paths = [path for path, module in network.named_modules() if isinstance(module, torch.nn.ModuleList)]
    outer = [path for path in paths if not any(path.startswith(f"{other}.") for other in paths)]
    parents = [network.get_submodule(path.rpartition(".")[0]) for path in outer]
    return [child for parent in parents for child in parent.children() if not isinstance(child, torch.nn.ModuleList)]


def _frozen(norm: Any, x: Tensor, y: Tensor) -> Frozen | None:
    """A norm as a linear map: what it makes of nothing is its bias, what it makes of ±1 its weights up to a number,
    which this run tells. None where that does not give what it gave.
    """
    bias = norm(torch.zeros_like(x[None]))[0, 0]
    signs = torch.ones_like(x)
    signs[:, 1::2] = -1
    weights = (norm(signs[None])[0] - bias) * signs
    for is_centred in (False, True):
        unscaled = (x - x.mean(dim=-1, keepdim=True) if is_centred else x) * weights
        scale = ((y - bias) * unscaled).sum(dim=-1, keepdim=True) / (unscaled**2).sum(dim=-1, keepdim=True)
        frozen = Frozen(is_centred, weights * scale, bias)
        if _is_close(frozen(x, with_bias=True), y):
            return frozen
    return None


def _is_close(first: Tensor, second: Tensor) -> bool:
    near = CLOSE if second.dtype in (torch.float32, torch.float64) else 0.02
    return torch.allclose(first.float(), second.float(), rtol=0, atol=near * max(1.0, second.abs().max().item()))
