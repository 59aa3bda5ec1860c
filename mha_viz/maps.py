"""Further maps of a capture: what each key really adds, what a whole layer does, what flows through all layers."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from mha_viz.attention import at_least_float32, call_at, call_pattern, contribution, pattern
from mha_viz.errors import InputError
from mha_viz.objects import Capture, Positions

HIDDEN = ("special tokens", "first token", "punctuation")


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
    contribution(capture, layer, kind=kind)  # says what is missing, if anything is
    call = call_at(capture, layer, kind)
    value = at_least_float32(call.value).repeat_interleave(call.n_heads // len(call.value), dim=0)
    lengths = (value @ at_least_float32(call.projection)).norm(dim=-1)  # (head, key)
    return call_pattern(call) * lengths[:, None, :]


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
    if kind == "cross":
        raise InputError("Rollout follows one sequence through its layers: there is none for cross-attention.")
    result = None
    for below in range(layer + 1):
        weights = pattern(capture, below, kind=kind).mean(dim=0)
        weights = weights / weights.sum(dim=-1, keepdim=True)
        mixed = (weights + torch.eye(len(weights), device=weights.device)) / 2
        result = mixed if result is None else mixed @ result
    return result


@dataclass(frozen=True, eq=False)
class Shown:
    """What is left of a map after hiding positions, and what was hidden."""

    values: Tensor
    query: Positions
    key: Positions
    hidden: tuple[str, ...]  # labels of the hidden keys
    hidden_share: float  # mean over the shown rows of what the hidden keys held


def hide(values: Tensor, query: Positions, key: Positions, what: tuple[str, ...], *, renormalise: bool) -> Shown:
    """A map without special tokens, the first token or punctuation, on both axes.

    Parameters
    ----------
    values : Tensor of shape (n_query, n_key)
    what : of ``HIDDEN``
    renormalise : bool
        Whether the rows that are left are scaled to sum to 1 again.

    Raises
    ------
    InputError
        If nothing would be left.
    """
    rows = [i for i in range(len(query)) if not _is_hidden(query, i, what)]
    columns = [i for i in range(len(key)) if not _is_hidden(key, i, what)]
    if not rows or not columns:
        raise InputError(f"Nothing is left to show when {' and '.join(what)} are hidden.")
    away = [i for i in range(len(key)) if i not in set(columns)]
    kept = values[rows][:, columns]
    share = values[rows][:, away].sum(dim=-1).mean().item() if away else 0.0
    if renormalise:
        kept = kept / kept.sum(dim=-1, keepdim=True).clamp_min(torch.finfo(kept.dtype).tiny)
    labels = tuple(key.labels[i] for i in away)
    return Shown(kept, _subset(query, rows), _subset(key, columns), labels, share)


def _is_hidden(positions: Positions, i: int, what: tuple[str, ...]) -> bool:
    label = positions.labels[i]
    return (
        ("special tokens" in what and positions.is_special[i])
        or ("first token" in what and i == 0)
        or ("punctuation" in what and all(unicodedata.category(c)[0] in "PS" for c in label) and bool(label)
            and not positions.is_special[i])
    )  # fmt: skip


def _subset(positions: Positions, indices: list[int]) -> Positions:
    picked = {
        name: tuple(getattr(positions, name)[i] for i in indices) for name in ("ids", "labels", "is_special", "spans")
    }
    return replace(positions, **picked)
