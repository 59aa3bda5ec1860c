"""Small layers at once: what they cost is the number of operations, so layers of one shape become one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from mha_viz.arguments import changed
from mha_viz.attention.awaited import whole
from mha_viz.attention.calls import BLOCK
from mha_viz.objects import AttentionCall

JOINED = ("query", "key", "value", "sinks", "seen_logits", "seen_pattern")  # heads after heads
MASKS = ("allowed", "bias")  # may be one for all heads
SAME = ("kind", "scaling", "softcap", "is_causal", "first_query", "n_heads")


def of_layers(calls: Sequence[AttentionCall], compute: Callable[[AttentionCall], Tensor]) -> list[Tensor]:
    """What is computed of each layer, (head, …) each; ``compute`` treats every head alike, whichever layer it is of."""
    return [layer for one, n in joined(calls) for layer in compute(one).unflatten(0, (n, -1))]


def joined(calls: Sequence[AttentionCall], *, most: int = BLOCK, least: int = 1) -> list[tuple[AttentionCall, int]]:
    """Neighbouring layers as one call (``as_one``) where that is possible, and how many layers each call holds.

    Parameters
    ----------
    most : int
        Numbers of the maps of layers that become one.
    least : int
        How many calls there should be, where there are as many layers: for as many threads.
    """
    of_layer = calls[0].n_heads * calls[0].n_query * calls[0].n_key
    n = min(len(calls), max(least, -(-len(calls) // max(1, most // max(1, of_layer)))))
    found: list[tuple[AttentionCall, int]] = []
    for i in range(n):
        group = calls[i * len(calls) // n : (i + 1) * len(calls) // n]
        one = as_one(group) if len(group) > 1 else None
        found += [(call, 1) for call in group] if one is None else [(one, len(group))]
    return found


def as_one(calls: Sequence[AttentionCall]) -> AttentionCall | None:
    """Layers of one shape as one call that has the heads of all, layer after layer: the same numbers in fewer
    operations. None where they differ, or are so large that one at a time costs no more.

    What heads add is not in it: it knows no output projection.
    """
    n, n_heads = len(calls), calls[0].n_heads
    if n * n_heads * calls[0].n_query * calls[0].n_key > BLOCK:
        return None
    calls = [whole(call) for call in calls]
    first = calls[0]
    if any(not _is_alike(first, call) for call in calls):
        return None
    fields: dict[str, Any] = {name: _joined([getattr(call, name) for call in calls]) for name in JOINED}  # Any: as part
    fields |= {name: _joined_masks([getattr(call, name) for call in calls], n_heads) for name in MASKS}
    removed = tuple(i * n_heads + head for i, call in enumerate(calls) for head in call.removed)
    return changed(first, removed=removed, projection=None, projection_bias=None, **fields)


def _is_alike(one: AttentionCall, other: AttentionCall) -> bool:
    tensors = [(getattr(one, name), getattr(other, name)) for name in (*JOINED, *MASKS)]
    return all(getattr(one, name) == getattr(other, name) for name in SAME) and all(
        a is b or (a is not None and b is not None and (a.shape, a.dtype, a.device) == (b.shape, b.dtype, b.device))
        for a, b in tensors
    )


def _joined(tensors: Sequence[Tensor | None]) -> Tensor | None:
    there = [tensor for tensor in tensors if tensor is not None]
    return torch.cat(there) if there else None


def _joined_masks(masks: Sequence[Tensor | None], n_heads: int) -> Tensor | None:
    """One for all heads of all layers where it is the same; else one a head."""
    first = masks[0]
    if first is None or (len(first) == 1 and all(mask is first for mask in masks)):
        return first
    return torch.cat([mask.expand(n_heads, -1, -1) for mask in masks if mask is not None])
