"""Weights from which heads were removed (pruned) → weights of full width, in which these heads are zero.

transformers no longer builds networks with fewer heads in some layers. A head whose query, key, value and slice of the
output projection are zero adds exactly nothing, so the network computes what the pruned one does, and every head that
is left keeps its number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from mha_viz.recording.removed_heads import removed_heads

Misshapen = tuple[str, tuple[int, ...], tuple[int, ...]]  # its name, its shape in the file and in the network


def with_room(
    state: dict[str, Tensor], misshapen: list[Misshapen], removed: Mapping[int, tuple[int, ...]], config: Any
) -> dict[str, Tensor] | None:
    """The weights of a file, with zeros in the places of removed heads.

    Parameters
    ----------
    state : dict of name to Tensor
        As in the file.
    misshapen : list of (name, shape in the file, shape in the network)
        Those that are to be made as wide as the network has them.
    removed : dict of layer to heads

    Returns
    -------
    dict of name to Tensor, or None
        None where a shape does not follow from the heads that are said to be removed, or none of a layer is left.
    """
    sizes = [getattr(config, name, None) for name in ("num_attention_heads", "hidden_size")]
    if config.is_encoder_decoder or not all(isinstance(size, int) for size in sizes):  # or of which stack is not said
        return None
    wide = dict(state)
    for name, narrow, full in misshapen:
        called = [key for key in state if key == name or key.endswith(f".{name}") or name.endswith(f".{key}")]
        heads = removed.get(_layer(name), ())
        there = [head for head in range(config.num_attention_heads) if head not in heads]
        index = _places(narrow, full, there, config)
        if len(called) != 1 or index is None:
            return None
        axis, places = index
        wide[called[0]] = state[called[0]].new_zeros(full).index_copy(axis, places, state[called[0]])
    return wide


def keep_removed(network: Any, of: Any) -> None:
    """Set to zero what is zero in another network of the same form from which heads were removed."""
    if not removed_heads(of.config):
        return
    weights = dict(of.named_parameters())
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if weight.dim() > 1:  # biases begin at zero
                weight.masked_fill_(weights[name].to(weight.device) == 0, 0.0)


def _layer(name: str) -> int:
    """The number of the first stack that a name leads through; -1 without one."""
    return next((int(part) for part in name.split(".") if part.isdecimal()), -1)


def _places(narrow: tuple[int, ...], full: tuple[int, ...], there: list[int], config: Any) -> tuple[int, Tensor] | None:
    """The axis along which heads lie, and where what is left of it goes; None where it cannot be told.

    Heads lie one after the other; in a fused projection three times, as queries, keys and values.
    """
    n_heads, d_model = config.num_attention_heads, config.hidden_size
    axes = [axis for axis, sizes in enumerate(zip(narrow, full, strict=False)) if len(set(sizes)) > 1]
    if len(axes) != 1 or len(narrow) != len(full) or not there or d_model % n_heads:
        return None
    (axis,), d_head = axes, d_model // n_heads
    n_fused, rest = divmod(full[axis], d_model)
    if rest or n_fused not in (1, 3) or narrow[axis] != n_fused * len(there) * d_head:
        return None
    return axis, torch.arange(full[axis]).unflatten(0, (n_fused, n_heads, d_head))[:, there].flatten()
