"""The same training with several seeds: mean, spread, and whether two ways to train differ on the same seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import torch

from mha_viz.errors import InputError

MOST = 16  # seeds whose 2ⁿ signs are all gone through


@dataclass(frozen=True)
class Difference:
    """How much higher the first of two ways came out than the second, seed by seed.

    ``mean`` of the n differences; ``low`` and ``high``: its 95 % interval (nan below 6 seeds, which allow none); ``p``:
    two-sided; ``n_higher`` and ``n_lower``: the seeds in which the first was higher and lower.
    """

    mean: float
    low: float
    high: float
    p: float
    n: int
    n_higher: int
    n_lower: int


def paired_difference(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Whether two ways to train differ, from the same seeds in the same order.

    If they did not differ, each seed's difference could as well have had the other sign: p is the share of all 2ⁿ
    choices of signs whose mean is as far from 0 as the mean found. The interval belongs to that test: its ends are
    the k-th smallest and the k-th largest of the means of all 2ⁿ − 1 groups of differences, k ≤ 2ⁿ × .025. Both are
    exact for differences that are spread evenly around their middle.

    Raises
    ------
    InputError
        If the two are not of the same 1 to 16 seeds.

    References
    ----------
    .. [1] Fisher (1935), "The Design of Experiments", section 21; Hartigan (1969), "Using subsample values as typical
       values", JASA 64.

    Examples
    --------
    >>> found = paired_difference([3.0, 4.0, 5.0], [2.0, 2.0, 2.0])
    >>> found.mean, found.p, found.n_higher
    (2.0, 0.25, 3)
    """
    if len(first) != len(second) or not 1 <= len(first) <= MOST:
        raise InputError(
            f"Give two lists of 1 to {MOST} numbers, one a seed; these have {len(first)} and {len(second)}."
        )
    gains = torch.tensor(first, dtype=torch.float64) - torch.tensor(second, dtype=torch.float64)
    n = len(gains)
    chosen = torch.tensor(list(product((0.0, 1.0), repeat=n)), dtype=torch.float64)  # (group, seed); the first is empty
    flipped = (2 * chosen - 1) @ gains / n
    p = (flipped.abs() >= gains.mean().abs() - 1e-12).double().mean().item()
    groups = ((chosen[1:] @ gains) / chosen[1:].sum(dim=1)).sort().values
    k = int(2**n * 0.025)
    low, high = (groups[k - 1].item(), groups[-k].item()) if k else (torch.nan, torch.nan)
    return Difference(gains.mean().item(), low, high, p, n, int((gains > 0).sum()), int((gains < 0).sum()))
