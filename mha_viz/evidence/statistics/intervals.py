"""Counts of units → how sure they make us: intervals, and p-values that pay for having looked everywhere.

A unit (a sentence, a document, a pair) is what is independent of the others; its items need not be. Everything is
computed from the counts of each unit, never from the patterns again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.evidence.statistics.crossed import in_rows_and_columns, n_independent
from mha_viz.evidence.statistics.jackknife import jackknife_variance, telling_units
from mha_viz.scores.counting import Counts

Score = TypeVar("Score", bound=Hashable)
Gains = tuple[Tensor, Tensor]  # which units, and what each head gained there
Z95 = 1.959964  # standard deviations around the mean of a normal distribution that hold 95 %
LEAST = 5  # items: with fewer, a one-sided sign test cannot reach p < .05 (½⁵ = .031), whatever they say
LEAST_UNITS = 8  # with fewer, no interval is sure
DRAWS = 1000
AT_ONCE = 100  # draws that are worked on together: what fits in memory


def wilson_interval(hits: Tensor | float, n: Tensor | float) -> tuple[Tensor, Tensor]:
    """Where a share lies with 95 % confidence, from n independent items.

    Parameters
    ----------
    hits, n : Tensor or number
        They broadcast.

    Returns
    -------
    low, high : Tensor
        0 to 1, always inside, also for 0 hits or n hits; nan where n is 0.

    References
    ----------
    .. [1] Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22.

    Examples
    --------
    >>> [round(end.item(), 3) for end in wilson_interval(5, 10)]
    [0.237, 0.763]
    """
    hits, n = torch.as_tensor(hits, dtype=torch.float64), torch.as_tensor(n, dtype=torch.float64)
    return _wilson(hits / n, n, Z95)


def interval(
    counts: Counts, *, is_share: bool = True, names: Sequence[str] = (), times: Tensor | float = 1.0
) -> tuple[Tensor, Tensor]:
    """The 95 % interval of a score from the counts of its units, whose items may depend on each other.

    How far the score moves when one unit is left out tells how sure it is (the jackknife); the fewer units there are,
    the more unequal, and the fewer that move it, the wider Student's t makes the interval. Shares: the ends of Wilson's
    interval, over as many items as would be as sure if they were independent, and never more than there are, or of one
    on the scale of log odds, whichever lie farther out; where several units agree wholly, Wilson's over the units,
    because then nothing tells how much the items of a unit depend on each other; of a single unit over its items, taken
    as independent, which is the best that can be done there.

    Parameters
    ----------
    counts : Counts of shape (n_units, ...)
        From ``stacked``.
    is_share : bool
        Whether an item hits or misses; else a mean, of which a single unit has no interval.
    names : sequence of str
        Of the units. Where each is made of two (``crossed``), as a pair of nouns whose nouns stand in other pairs too,
        each first name is left out with all that it stands in, then each second one; the variances add up, less that
        of the pairs, which is in both, and the larger of the two is the least. The names of fewer kinds are the units.
    times : Tensor of shape (n_units,) or number
        How often each item of a unit was counted: copies of a text are no more items.

    Returns
    -------
    low, high : Tensor of shape (...)
        In the unit of the score; nan where there are no items. From ``LEAST_UNITS`` units on it holds what is true in
        93 % of cases or more (``benchmarks/scores.py``); of fewer it is too narrow where it is made at all.

    References
    ----------
    .. [1] Cochran (1977), "Sampling Techniques", sections 6.17 and 9A: ratios and clusters; Korn & Graubard (1998),
       "Confidence intervals for proportions with small expected number of positive counts estimated from survey data";
       Cameron, Gelbach & Miller (2011), "Robust inference with multiway clustering".

    Examples
    --------
    >>> one_in_two = Counts(torch.tensor([1.0, 2.0] * 4), torch.full((8,), 3.0))
    >>> [round(end.item(), 2) for end in interval(one_in_two)]
    [0.28, 0.72]
    """
    hits, n = _float(counts)
    n_items = n.sum(dim=0)
    share, variance = hits.sum(dim=0) / n_items, _variance(Counts(hits, n), names)
    n_units = n_independent(Counts(hits, n), names)
    telling = torch.stack([telling_units(one) for one in in_rows_and_columns(Counts(hits, n), names)]).amin(dim=0)
    deviations = _student(telling)
    if not is_share:
        half = deviations * variance.sqrt()
        return share - half, share + half
    size = torch.where(variance > 0, share * (1 - share) / variance, n_units.double())
    told = n_items**2 / (n * torch.as_tensor(times).reshape(-1, *[1] * (n.dim() - 1))).sum(dim=0)
    is_one = n_units == 1
    size = torch.where(is_one, told, torch.minimum(size, told))
    low, high = _wilson(share, size, deviations.where(~is_one, Z95))
    below, above = _by_odds(share, variance, deviations)
    low, high = torch.where(below < low, below, low), torch.where(above > high, above, high)  # a nan is neither
    # Where one unit alone moves the score: no wider than if the items of a unit told no more than one.
    sizes = [one.n for one in in_rows_and_columns(Counts(hits, n), names)]
    equal = torch.stack([n_items**2 / (size**2).sum(dim=0) for size in sizes]).amin(dim=0)
    least, most = _wilson(share, equal, _student(equal))
    return torch.where(is_one, low, torch.maximum(low, least)), torch.where(is_one, high, torch.minimum(high, most))


def one_unit_interval(hits: Tensor, n: Tensor) -> tuple[Tensor, Tensor]:
    """``interval`` of shares of one unit, to the last bit, of any number of them in one go; float64 of one shape."""
    return _wilson(hits / n, n, torch.full_like(n, Z95))  # a number over a tensor would be rounded in another place


def _variance(counts: Counts, names: Sequence[str]) -> Tensor:
    of_each = [jackknife_variance(one) for one in in_rows_and_columns(counts, names)]
    if len(of_each) == 1:
        return of_each[0]
    return torch.stack([*of_each, sum(of_each) - jackknife_variance(counts)]).amax(dim=0)


def _student(n_units: Tensor) -> Tensor:
    from scipy.special import stdtrit  # scipy takes a fifth of a second; one text alone does without

    return torch.from_numpy(np.asarray(stdtrit((n_units - 1).clamp_min(1.0).numpy(), 0.975)))


def _by_odds(share: Tensor, variance: Tensor, deviations: Tensor) -> tuple[Tensor, Tensor]:
    """An interval of a share that is even on the scale of log odds; nan where the share is 0 or 1, or never moves."""
    half = deviations * variance.sqrt() / (share * (1 - share))
    half = half.where(variance > 0, torch.nan)
    return (share.logit() - half).sigmoid(), (share.logit() + half).sigmoid()


def _wilson(share: Tensor, n: Tensor, deviations: Tensor | float) -> tuple[Tensor, Tensor]:
    weight = deviations**2 / n
    middle = (share + weight / 2) / (1 + weight)
    half = (share * (1 - share) * weight + weight**2 / 4).sqrt() / (1 + weight)
    return (middle - half).clamp_min(0.0), (middle + half).clamp_max(1.0)


def sign_flip_p(
    scores: Sequence[Score], gains_of: Callable[[Score], Gains], n_units: int, *, draws: int = DRAWS, seed: int = 0
) -> dict[Score, Tensor]:
    """How often the best of all heads would gain as much if no head gained anything, for each head and score.

    If a head is no better than what it is compared with, the gain of each unit could as well have had the other sign.
    All heads and scores of a unit flip together, so what they share is kept, and every head is held against the
    largest gain of any of them: that is the price of having looked everywhere.

    Parameters
    ----------
    scores : sequence
        All scores of a family.
    gains_of : callable
        Score → which units have items of it, (rows,), each once, and what each head gained there, (rows, ...): its hits
        minus what it has to beat on the same items (``Units.bar``). Called once a score, and nothing of it is kept.
    n_units : int
        Of all scores together.
    draws : int
        At least 1,000.
    seed : int

    Returns
    -------
    dict of score to Tensor of shape (...)
        ``1 / (draws + 1)`` to 1, one-sided; nan where no unit gains or loses anything: undefined is not zero. Gains are
        divided by the spread that they have under the flips, so that a rare relation does not set the bar for all.

    Raises
    ------
    InputError
        If fewer than 1,000 draws are asked for.

    References
    ----------
    .. [1] Westfall & Young (1993), "Resampling-Based Multiple Testing"; Nichols & Holmes (2002), "Nonparametric
       permutation tests for functional neuroimaging", for the maximum over places.
    """
    if draws < 1000:
        raise InputError(f"Give at least 1,000 draws, not {draws}: fewer do not tell .05 from .04.")
    signs = torch.randint(2, (draws, n_units), generator=torch.Generator().manual_seed(seed), dtype=torch.int8) * 2 - 1
    best = torch.full((draws,), -torch.inf, dtype=torch.float64)
    seen: dict[Score, Tensor] = {}
    for score in scores:
        units, values = gains_of(score)
        flat = values.double().cpu().flatten(1)
        spread = flat.norm(dim=0)  # of the sum under the flips; the same for every flip
        flat = flat / spread.where(spread > 0, 1.0)
        seen[score] = flat.sum(dim=0).where(spread > 0, torch.nan).reshape(values.shape[1:])
        for begin in range(0, draws if flat.numel() else 0, AT_ONCE):
            some = signs[begin : begin + AT_ONCE, units].double() @ flat
            best[begin : begin + AT_ONCE] = best[begin : begin + AT_ONCE].maximum(some.amax(dim=1))
    best, _ = best.sort()
    corrected = {}
    for score, sums in seen.items():
        # sums of the same numbers differ by rounding
        below = torch.searchsorted(best, sums.nan_to_num(0.0).contiguous() - 1e-9)
        corrected[score] = ((draws - below + 1) / (draws + 1)).where(~sums.isnan(), torch.nan)
    return corrected


def holm(families: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """p-values of several families, corrected for their number: the family with the smallest pays most.

    Parameters
    ----------
    families : mapping of name to Tensor of any shape
        Already corrected inside each family (``sign_flip_p``); nan stays nan.

    Returns
    -------
    dict of name to Tensor
        Each at least as large as before, 1 at most. Of k families, the one with the smallest p is multiplied by k, the
        next by k − 1, …; none falls below the smallest of the family before it.

    References
    ----------
    .. [1] Holm (1979), "A simple sequentially rejective multiple test procedure".

    Examples
    --------
    >>> corrected = holm({"a": torch.tensor([0.01, 0.3]), "b": torch.tensor(0.04)})
    >>> [round(p, 3) for p in corrected["a"].tolist()], round(corrected["b"].item(), 3)
    ([0.02, 0.6], 0.04)
    """
    smallest = {name: p[~p.isnan()].min().item() for name, p in families.items() if not p.isnan().all()}
    corrected, floor = {}, 0.0
    for rank, name in enumerate(sorted(smallest, key=lambda name: smallest[name])):
        times = len(smallest) - rank
        corrected[name] = (families[name] * times).clamp(floor, 1.0)
        floor = max(floor, min(1.0, smallest[name] * times))
    return {name: corrected.get(name, p) for name, p in families.items()}


def _float(counts: Counts) -> tuple[Tensor, ...]:
    hits, n = torch.broadcast_tensors(counts.hits.double(), counts.n.double())
    return hits, n
