"""How far apart patterns are: head against head, every head against every other, one averaged pattern against many."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from mha_viz.arguments import refuse_other_shape
from mha_viz.attention.calls import at_least_float32
from mha_viz.attention.maps import call_at, trace_of
from mha_viz.errors import InputError
from mha_viz.objects import Capture, seen

BLOCK = 2**18  # numbers that are compared at once: they stay in the cache of a processor


def jensen_shannon(first: Tensor, second: Tensor) -> Tensor:
    """How different two patterns are, row by row, averaged over queries.

    Parameters
    ----------
    first, second : Tensor of shape (..., n_query, n_key)
        Rows are normalised first; leading axes broadcast.

    Returns
    -------
    Tensor of shape (...)
        Jensen-Shannon divergence in bits: 0 for equal rows, 1 for rows that share no key.

    References
    ----------
    .. [1] Lin (1991), "Divergence measures based on the Shannon entropy". Clark et al. (2019), arXiv:1906.04341,
       section 6, use it between heads, summed over rows and in nats.

    Examples
    --------
    >>> jensen_shannon(torch.tensor([[1.0, 0.0], [0.5, 0.5]]), torch.tensor([[0.0, 1.0], [0.5, 0.5]])).item()
    0.5
    """
    _refuse_other_keys(first, second)
    p = first / first.sum(dim=-1, keepdim=True)
    q = second / second.sum(dim=-1, keepdim=True)
    middle = (p + q) / 2
    divergence = (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2
    return divergence.clamp_min(0.0).mean(dim=-1)


def _refuse_other_keys(first: Tensor, second: Tensor) -> None:
    """Raise InputError unless two patterns have the same queries and keys."""
    for name, pattern in (("first", first), ("second", second)):
        is_pattern = pattern.dim() >= 2 and pattern.numel() > 0
        refuse_other_shape(name, pattern.shape, "(..., n_query, n_key)", fits=is_pattern)
    axes = ", ".join(map(str, first.shape[-2:]))
    refuse_other_shape("second", second.shape, f"(..., {axes}), as first", fits=second.shape[-2:] == first.shape[-2:])


def pairwise_distances(
    first: Tensor, second: Tensor | None = None, *, progress: Callable[[float], None] | None = None
) -> Tensor:
    """Every head against every other: ``jensen_shannon`` of all pairs, in blocks.

    Parameters
    ----------
    first : Tensor of shape (n_first, n_query, n_key)
    second : Tensor of shape (n_second, n_query, n_key), optional
        By default ``first`` again. Both are on the same axes.
    progress : callable, optional
        Called with the share that is done.

    Returns
    -------
    Tensor of shape (n_first, n_second), float32
        Bits, 0 to 1; symmetric with zeros on the diagonal for ``first`` alone. Good to about 1e-6.
    """
    _refuse_other_keys(first, first if second is None else second)
    refuse_other_shape("first", first.shape, "(n_first, n_query, n_key)", fits=first.dim() == 3)
    itself = second is None
    p = _rows_of_one(first)
    q = p if second is None else _rows_of_one(second)
    of_p = _negative_entropy(p)
    of_q = of_p if itself else _negative_entropy(q)
    distances = p.new_zeros(len(p), len(q))
    for rows in (p,) if itself else (p, q):
        rows.div_(2)  # once, and not with every pair
    step = max(1, BLOCK // p[0].numel())
    for i in range(len(p)):
        for begin in range(i + 1 if itself else 0, len(q), step):
            block = slice(begin, begin + step)
            both = _negative_entropy(p[i] + q[block])
            distances[i, block] = ((of_p[i] + of_q[block]) / 2 - both) / math.log(2)
        if progress:
            progress((i + 1) / len(p))
    distances.clamp_(0.0, 1.0)
    return distances + distances.T if itself else distances


def match_one_to_one(distances: Tensor) -> list[tuple[int, int]]:
    """The pairing of rows with columns that has the smallest total distance (the Hungarian algorithm).

    Each row and each column is used once at most; of a table that is not square, the shorter side is used up.

    References
    ----------
    .. [1] Kuhn (1955), "The Hungarian method for the assignment problem".
    """
    refuse_other_shape("distances", distances.shape, "(n_first, n_second)", fits=distances.dim() == 2)
    if not distances.isfinite().all():
        raise InputError("distances holds numbers that are not finite; leave out heads whose rows hold nothing.")
    rows, columns = linear_sum_assignment(distances.cpu().numpy())
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def against_average(capture: Capture, layer: int, *, kind: str | None = None) -> tuple[pd.DataFrame, float]:
    """What is lost when all heads of a layer share one pattern, the average of theirs.

    Returns
    -------
    DataFrame with columns head, distance
        Jensen-Shannon divergence (bits) of each head's pattern from the average.
    float
        Length of the change of the block's output when every head uses the average, relative to the output's own
        length; the heads keep their values. 0: nothing changes.
    """
    trace = trace_of(capture, layer, kind=kind)
    call = call_at(capture, layer, kind)
    heads = list(call.heads)
    average = trace.pattern[heads].mean(dim=0)  # (query, key)
    distances = jensen_shannon(trace.pattern[heads], average)
    value = trace.value.repeat_interleave(len(trace.pattern) // len(trace.value), dim=0)
    projection = at_least_float32(seen(call.projection).to(value.device))
    shared = (average @ value @ projection).sum(dim=0)  # (query, d_model)
    own = trace.contributions.sum(dim=0)
    change = torch.linalg.norm(shared - own) / torch.linalg.norm(own)
    return pd.DataFrame({"head": heads, "distance": distances.tolist()}), change.item()


def _rows_of_one(patterns: Tensor) -> Tensor:
    return patterns.float() / patterns.float().sum(dim=-1, keepdim=True).clamp_min(torch.finfo(torch.float32).tiny)


def _negative_entropy(p: Tensor) -> Tensor:
    """Σ p log p of each row in nats, averaged over rows: (head,)."""
    logs = p.clamp_min(torch.finfo(p.dtype).tiny).log_()  # far faster than xlogy, and p log p is 0 at 0 all the same
    return logs.mul_(p).sum(dim=-1).mean(dim=-1)


def _relative_entropy(p: Tensor, q: Tensor) -> Tensor:
    """In bits; a key without attention adds nothing."""
    return torch.where(p > 0, p * (p / q).log(), 0.0).sum(dim=-1) / math.log(2)
