"""How far apart patterns are: head against head, and one averaged pattern against many."""

from __future__ import annotations

import math

import pandas as pd
import torch
from torch import Tensor

from mha_viz.attention import trace_of
from mha_viz.calls import at_least_float32
from mha_viz.objects import Capture


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
    p = first / first.sum(dim=-1, keepdim=True)
    q = second / second.sum(dim=-1, keepdim=True)
    middle = (p + q) / 2
    divergence = (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2
    return divergence.clamp_min(0.0).mean(dim=-1)


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
    average = trace.pattern.mean(dim=0)  # (query, key)
    distances = jensen_shannon(trace.pattern, average)
    call = capture.calls_of(kind or capture.kinds[0])[layer]
    value = trace.value.repeat_interleave(len(trace.pattern) // len(trace.value), dim=0)
    shared = (average @ value @ at_least_float32(call.projection)).sum(dim=0)  # (query, d_model)
    own = trace.contributions.sum(dim=0)
    change = torch.linalg.norm(shared - own) / torch.linalg.norm(own)
    return pd.DataFrame({"head": range(len(distances)), "distance": distances.tolist()}), change.item()


def _relative_entropy(p: Tensor, q: Tensor) -> Tensor:
    """In bits; a key without attention adds nothing."""
    return torch.where(p > 0, p * (p / q).log(), 0.0).sum(dim=-1) / math.log(2)
