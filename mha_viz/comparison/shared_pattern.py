"""The one pattern that all heads of a layer could share with the least change of what the layer puts out."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mha_viz.attention.calls import at_least_float32
from mha_viz.attention.maps import call_at, trace_of
from mha_viz.objects import Capture, seen

SURE = 1e-4  # of the squared length of what is wanted: a hundredth of a point of what is said, at most
ROUNDS, EVERY = 500, 10  # of going downhill at most; after how many each it is asked how near that is
Array = NDArray[np.float64]
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
    of_parts, aimed_at = (numbers.detach().double().cpu().numpy() for numbers in (parts, wanted))
    return torch.from_numpy(_downhill(of_parts, aimed_at, allowed.cpu().numpy())).to(parts)


def _downhill(parts: Array, wanted: Array, allowed: NDArray[np.bool_]) -> Array:
    """The same of arrays: of a short text each of a hundred rounds is many small steps, a fifth of torch's in numpy."""
    products, aims = parts @ parts.T, wanted @ parts.T
    step = 1.0 / max(np.linalg.norm(products, 2), np.finfo(products.dtype).tiny)
    near_enough = SURE / 2.0 * np.square(wanted).sum()
    shares = ahead = _on_simplex(np.zeros_like(aims), allowed)
    speed = np.ones_like(aims[:, :1])
    for i in range(ROUNDS):
        if i % EVERY == 0 and _promised(shares, shares @ products - aims, allowed) <= near_enough:
            break
        new = _on_simplex(ahead - step * (ahead @ products - aims), allowed)
        gone = new - shares
        overshot = ((ahead - new) * gone).sum(axis=-1, keepdims=True) > 0
        speed = np.where(overshot, 1.0, speed)
        faster = (1.0 + np.sqrt(1.0 + 4.0 * np.square(speed))) / 2.0
        ahead = new + (speed - 1.0) / faster * gone
        shares, speed = new, faster
    return shares


def _promised(shares: Array, slopes: Array, allowed: NDArray[np.bool_]) -> float:
    """By how much half the squares can fall at most, the problem being convex: slopes where we are, less the lowest."""
    lowest = np.where(allowed.any(axis=-1), np.where(allowed, slopes, np.inf).min(axis=-1), 0.0)
    return float(((slopes * shares).sum(axis=-1) - lowest).sum())


def _on_simplex(rows: Array, allowed: NDArray[np.bool_]) -> Array:
    """The nearest rows of shares that sum to 1, with nothing where it is not allowed."""
    descending = -np.sort(np.where(allowed, -rows, np.inf), axis=-1)
    counts = np.arange(1, rows.shape[-1] + 1)
    over = (descending.cumsum(axis=-1) - 1.0) / counts  # what is taken from each if so many are left
    n_left = np.maximum((descending > over).sum(axis=-1, keepdims=True), 1)
    shares: Array = np.where(allowed, np.maximum(rows - np.take_along_axis(over, n_left - 1, axis=-1), 0.0), 0.0)
    return shares
