"""Further maps of a capture: what each key really adds, and what flows through all layers."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from mha_viz.attention.calls import call_pattern, contribution_lengths_of
from mha_viz.attention.maps import call_at, pattern
from mha_viz.errors import InputError
from mha_viz.objects import Capture

ROLLOUT_POSITIONS = 1024  # whole maps are multiplied: 4,096 positions would take minutes and 64 MB a layer


def contribution_lengths(capture: Capture, layer: int, *, kind: str | None = None) -> Tensor:
    """Length of what each key adds to each query through one head: the norm of ``pattern × value @ W_output``.

    Returns
    -------
    Tensor of shape (n_heads, n_query, n_key)
        0 or more, in the units of the residual stream. Lengths do not add up: parts may cancel.

    Raises
    ------
    NotSeenError
        If values or the output projection could not be seen.

    References
    ----------
    .. [1] Kobayashi et al. (2020), arXiv:2004.10102, equation 6.
    """
    call = call_at(capture, layer, kind)
    return call_pattern(call) * contribution_lengths_of(call)[:, None, :]


def rollout(capture: Capture, layer: int, *, kind: str | None = None) -> Tensor:
    """How much of each input token is in each position after this layer, if attention were all that mixes them.

    Each layer's heads are averaged, half a unit matrix is added for the residual stream, and the layers up to this
    one are multiplied. Norms, values and the layers between are left out. In a causal model early tokens gather
    weight whatever the heads do, because every row can reach them: read it against that.

    Returns
    -------
    Tensor of shape (n_query, n_key)
        0 to 1; rows sum to 1.

    Raises
    ------
    InputError
        For cross-attention, whose axes are different sequences.

    References
    ----------
    .. [1] Abnar & Zuidema (2020), arXiv:2005.00928.
    """
    kind = call_at(capture, layer, kind).kind
    for below, result in enumerate(rollouts(capture, kind)):
        if below == layer:
            return result
    raise AssertionError("call_at has checked that the layer exists")


def rollouts(capture: Capture, kind: str) -> Iterator[Tensor]:
    """The rollout after each layer in turn."""
    if kind == "cross":
        raise InputError("Rollout follows one sequence through its layers: there is none for cross-attention.")
    n = len(capture.query_positions[kind])
    if n > ROLLOUT_POSITIONS:
        raise InputError(f"Rollout multiplies whole maps: at most {ROLLOUT_POSITIONS:,} tokens; this text has {n:,}.")
    result = None
    for layer in range(len(capture.calls_of(kind))):
        weights = pattern(capture, layer, kind=kind).mean(dim=0)
        weights = weights / weights.sum(dim=-1, keepdim=True)
        mixed = (weights + torch.eye(len(weights), device=weights.device)) / 2
        result = mixed if result is None else mixed @ result
        yield result
