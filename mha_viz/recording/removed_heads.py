"""Heads that were taken out of a network (pruned): they keep their numbers, and the others theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mha_viz.arguments import changed
from mha_viz.attention.calls import BY_HEAD
from mha_viz.objects import AttentionCall


def removed_heads(config: Any) -> dict[int, tuple[int, ...]]:
    """The heads that a configuration says were removed, by layer; empty where it says nothing that can be read."""
    try:
        listed = {int(layer): tuple(sorted(map(int, heads))) for layer, heads in config.pruned_heads.items()}
    except (AttributeError, TypeError, ValueError):
        return {}
    return {layer: heads for layer, heads in listed.items() if heads}


def with_removed_heads(calls: Sequence[AttentionCall], config: Any) -> tuple[AttentionCall, ...]:
    """The same calls, which know the heads that their configuration says were removed.

    What the network does decides: a removed head has no values, be it that it is missing from the tensors, or that
    they hold zeros in its place.
    """
    listed = removed_heads(config)
    if not listed:
        return tuple(calls)
    n_heads = getattr(config, "num_attention_heads", 0)
    return tuple(_with_its_removed(call, listed, n_heads) for call in calls)


def _with_its_removed(call: AttentionCall, listed: dict[int, tuple[int, ...]], n_heads: int) -> AttentionCall:
    of_layer = tuple(sorted(listed.get(call.layer, ())))
    if of_layer and call.n_heads + len(of_layer) == n_heads:
        return _with_places(call, of_layer, n_heads)
    if call.value is None or len(call.value) != call.n_heads:
        return call
    # Of any layer: layers may share their weights.
    named = sorted({head for heads in listed.values() for head in heads if head < call.n_heads})
    return changed(call, removed=tuple(head for head in named if not call.value[head].any()))


def _with_places(call: AttentionCall, removed: tuple[int, ...], n_heads: int) -> AttentionCall:
    """The same with a place for each removed head."""
    there = [head for head in range(n_heads) if head not in removed]
    fields: dict[str, Any] = {}  # Any: of several types
    for name in BY_HEAD:
        tensor = getattr(call, name)
        if tensor is not None and len(tensor) == len(there):
            fields[name] = tensor.new_zeros(n_heads, *tensor.shape[1:])
            fields[name][there] = tensor
    return changed(call, removed=removed, **fields)
