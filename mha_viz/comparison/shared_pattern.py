"""The one pattern that all heads of a layer could share with the least change of what the layer puts out."""

from __future__ import annotations

import torch
from torch import Tensor

from mha_viz.attention.calls import at_least_float32
from mha_viz.attention.maps import call_at, trace_of
from mha_viz.objects import Capture, seen

SURE = 1e-5  # of the squared length of what is wanted: so near the least there is, what is said stays the same
ROUNDS, EVERY = 500, 10  # of going downhill at most; after how many each it is asked how near that is
MOST_POSITIONS = 128  # of a longer text it would take seconds


def least_change(capture: Capture, layer: int, *, kind: str | None = None) -> float | None:
    """How far the block's output changes at least when all heads share one pattern, whichever that is.

    Each row of the pattern is sought for itself: shares of the keys that some head looks at, which sum to 1; the heads
    keep their values. It is a convex problem, so what is found is the least there is.

    Returns
    -------
    float
        Relative to the output's own length, as of ``against_average``; None of a text of more than 128 positions.

    Raises
    ------
    NotSeenError
        If values or the output projection could not be seen.
    """
    trace, call = trace_of(capture, layer, kind=kind), call_at(capture, layer, kind)
    if max(trace.pattern.shape[1:]) > MOST_POSITIONS:
        return None
    heads = list(call.heads)
    value = trace.value.repeat_interleave(len(trace.pattern) // len(trace.value), dim=0)
    projection = at_least_float32(seen(call.projection).to(value.device))
    handed = (value @ projection)[heads].sum(dim=0).double()  # (key, d_model)
    own = trace.contributions.sum(dim=0).double()  # (query, d_model)
    may_look = (trace.pattern[heads] > 0).any(dim=0)
    pattern = nearest_mixtures(handed, own, may_look)
    change: float = (torch.linalg.norm(pattern @ handed - own) / torch.linalg.norm(own)).item()
    return change


def nearest_mixtures(parts: Tensor, wanted: Tensor, allowed: Tensor) -> Tensor:
    """Shares of ``parts (n_parts, d)`` whose mixtures come nearest to ``wanted (n, d)``: (n, n_parts), rows sum to 1.

    ``allowed (n, n_parts)`` says which parts each may use. Accelerated projected gradients, begun anew in each row that
    overshoots. They end when the squares of what is left are proved to be at most ``SURE`` of the squares of ``wanted``
    above the least there is: so much less, at most, is what the slopes promise of the best single part of each row.

    References
    ----------
    .. [1] Beck and Teboulle (2009), "A fast iterative shrinkage-thresholding algorithm"; O'Donoghue and Candès (2015),
       "Adaptive restart for accelerated gradient schemes"; Jaggi (2013), "Revisiting Frank-Wolfe", for the bound.
    """
    products, aims = parts @ parts.T, wanted @ parts.T
    step = 1.0 / torch.linalg.matrix_norm(products, 2).clamp_min(torch.finfo(products.dtype).tiny)
    near_enough = SURE / 2.0 * wanted.square().sum()
    shares = ahead = _on_simplex(torch.zeros_like(aims), allowed)
    speed = torch.ones_like(aims[:, :1])
    for i in range(ROUNDS):
        if i % EVERY == 0 and _promised(shares, shares @ products - aims, allowed) <= near_enough:
            break
        new = _on_simplex(ahead - step * (ahead @ products - aims), allowed)
        overshot = ((ahead - new) * (new - shares)).sum(dim=-1, keepdim=True) > 0
        speed = torch.where(overshot, 1.0, speed)
        faster = (1.0 + (1.0 + 4.0 * speed.square()).sqrt()) / 2.0
        ahead = new + (speed - 1.0) / faster * (new - shares)
        shares, speed = new, faster
    return shares


def _promised(shares: Tensor, slopes: Tensor, allowed: Tensor) -> float:
    """By how much half the squares can fall at most, the problem being convex: slopes where we are, less the lowest."""
    lowest = slopes.masked_fill(~allowed, torch.inf).amin(dim=-1).where(allowed.any(dim=-1), 0.0)
    return float(((slopes * shares).sum(dim=-1) - lowest).sum())


def _on_simplex(rows: Tensor, allowed: Tensor) -> Tensor:
    """The nearest rows of shares that sum to 1, with nothing where it is not allowed."""
    descending = rows.masked_fill(~allowed, -torch.inf).sort(dim=-1, descending=True).values
    counts = torch.arange(1, rows.shape[-1] + 1, device=rows.device)
    over = (descending.cumsum(dim=-1) - 1.0) / counts  # what is taken from each if so many are left
    n_left = (descending > over).sum(dim=-1, keepdim=True).clamp_min(1)
    return (rows - over.gather(-1, n_left - 1)).clamp_min(0.0).masked_fill(~allowed, 0.0)
