"""Counts of units → how sure they make us: intervals, and p-values that pay for having looked everywhere.

A unit (a sentence, a document, a pair) is what is independent of the others; its items need not be. Everything is
computed from the counts of each unit, never from the patterns again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.scores.counting import Counts

Score = TypeVar("Score", bound=Hashable)
Gains = tuple[Tensor, Tensor]  # which units, and what each head gained there
Z95 = 1.959964  # standard deviations around the mean of a normal distribution that hold 95 %
LEAST = 5  # items or units: with fewer, a one-sided sign test cannot reach p < .05 (½⁵ = .031), whatever they say
DRAWS = 1000
AT_ONCE = 100  # draws, and below columns, that are worked on together: what fits in memory
COLUMNS = 4096


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
    share, weight = hits / n, Z95**2 / n
    middle = (share + weight / 2) / (1 + weight)
    half = (share * (1 - share) * weight + weight**2 / 4).sqrt() / (1 + weight)
    return (middle - half).clamp_min(0.0), (middle + half).clamp_max(1.0)


def bootstrap_interval(counts: Counts, *, draws: int = DRAWS, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Where a share or a mean lies with 95 % confidence, when the items of a unit are not independent.

    Units are drawn with replacement, each with all its items, and the score of every draw is computed; the interval
    leaves out 2.5 % of the draws on each side. With few units it is too narrow, and with units that all agree it has
    no width: ``interval`` knows both.

    Parameters
    ----------
    counts : Counts of shape (n_units, ...)
        From ``stacked``.
    draws : int
    seed : int
        The same seed gives the same interval.

    Returns
    -------
    low, high : Tensor of shape (...)
        In the unit of the score; nan where there are no items.

    References
    ----------
    .. [1] Efron (1979); Davison & Hinkley (1997), "Bootstrap Methods and their Application", section 3.8, clusters.
    """
    hits, n = (part.flatten(1) for part in _float(counts))
    shape = counts.hits.shape[1:]
    if len(hits) < 2:  # every draw is the same
        share = (hits.sum(dim=0) / n.sum(dim=0)).reshape(shape)
        return share, share.clone()
    generator = torch.Generator().manual_seed(seed)
    scores = []
    for begin in range(0, draws, AT_ONCE):
        drawn = torch.randint(len(hits), (min(AT_ONCE, draws - begin), len(hits)), generator=generator)
        times = torch.zeros(drawn.shape, dtype=torch.float64).scatter_add_(1, drawn, torch.ones(drawn.shape).double())
        scores.append((times @ hits) / (times @ n))  # a draw without items says nothing: nan
    ends = torch.tensor([0.025, 0.975], dtype=torch.float64)
    parts = torch.cat(scores).split(COLUMNS, dim=1)  # torch takes quantiles of 16 million numbers at most
    low, high = torch.cat([part.nanquantile(ends, dim=0) for part in parts], dim=1)
    return low.reshape(shape), high.reshape(shape)


def interval(counts: Counts, *, is_share: bool = True, seed: int = 0) -> tuple[Tensor, Tensor]:
    """The 95 % interval of a score from the counts of its units, whatever their number.

    Means: the cluster bootstrap, from ``LEAST`` units on; nan below. Shares: the wider of Wilson's interval over the
    items and the cluster bootstrap; where several units agree wholly, Wilson's over the units, because then nothing
    tells how much the items of a unit depend on each other; of a single unit Wilson's over its items, taken as
    independent, which is the best that can be done there.

    Parameters
    ----------
    counts : Counts of shape (n_units, ...)
    is_share : bool
        Whether an item hits or misses.

    Returns
    -------
    low, high : Tensor of shape (...)
    """
    hits, n = _float(counts)
    units = (n > 0).sum(dim=0)
    low, high = bootstrap_interval(counts, seed=seed)
    if not is_share:
        return low.where(units >= LEAST, torch.nan), high.where(units >= LEAST, torch.nan)
    hits, n = hits.sum(dim=0), n.sum(dim=0)
    agree = (units > 1) & ((hits == 0) | (hits == n))
    size = torch.where(agree, units, n)
    of_items = wilson_interval(hits / n * size, size)
    return torch.minimum(low, of_items[0]), torch.maximum(high, of_items[1])


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
