"""Numbers of several texts → one number with its interval: means, differences, and how many heads are above a bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from mha_viz.evidence.claims.claim import Estimate, Numbers
from mha_viz.evidence.statistics.intervals import interval
from mha_viz.evidence.statistics.jackknife import jackknife_variance, telling_units
from mha_viz.scores.counting import Counts

DRAWS = 2000  # times that texts are drawn again


def values_of(texts: Sequence[Numbers], name: str) -> Tensor:
    """What each text gave under a name, (text, number) float64."""
    return torch.tensor([list(numbers[name]) for numbers in texts], dtype=torch.float64)


def mean_of(values: Tensor, scale: float = 1.0) -> Estimate:
    """The mean of one number a text, (text,), times ``scale``, with its 95 % interval over texts."""
    values = values * scale
    low, high = interval(Counts(values, torch.ones_like(values)), is_share=False)
    return Estimate(values.mean().item(), low.item(), high.item(), len(values))


def share_of(shares: Tensor) -> Estimate:
    """The mean of one share a text, (text,), in %, with an interval that stays between 0 and 100."""
    low, high = interval(Counts(shares, torch.ones_like(shares)))
    return Estimate(100 * shares.mean().item(), 100 * low.item(), 100 * high.item(), len(shares))


def heads_above(hits: Tensor, n: Tensor, bar: float) -> Estimate:
    """How many heads are above a bar in the mean.

    The interval of the number holds for all heads together: its low end counts the heads whose own interval, at
    95 % over the number of heads (Bonferroni), is wholly above the bar, its high end those whose interval reaches it.

    Parameters
    ----------
    hits, n : Tensor of shape (text, head)
        As ``Counts``: the score of a head is the sum of its hits over the sum of n.
    bar : float
    """
    return _counted([(each > bar) for each in ends_of_heads(hits, n)], len(hits))


def heads_where(*conditions: tuple[Tensor, float]) -> Estimate:
    """How many heads are above several bars at once, each given with what it is about, (text, head).

    As for ``heads_above``; sure are those that are surely above all of them.
    """
    ends = [ends_of_heads(values, torch.ones_like(values)) for values, _ in conditions]
    bars = [bar for _, bar in conditions]
    above = [
        torch.stack([each > bar for each, bar in zip(of_all, bars, strict=True)]).all(dim=0)
        for of_all in zip(*ends, strict=True)
    ]
    return _counted(above, len(conditions[0][0]))


def ends_of_heads(hits: Tensor, n: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The score of each head and its interval at 95 % over the number of heads (Bonferroni), (head,) each."""
    from scipy.special import stdtrit

    counts = Counts(hits, n)
    share, variance = hits.sum(dim=0) / n.sum(dim=0), jackknife_variance(counts)
    degrees = (telling_units(counts) - 1).clamp_min(1.0)
    times = torch.from_numpy(stdtrit(degrees.numpy(), 1 - 0.025 / hits.shape[1]))
    half = times * variance.sqrt()
    return share, share - half, share + half


def of_means(values: Tensor, number: Callable[[Tensor], Tensor], most: float = torch.inf) -> Estimate:
    """A number that follows from the means over texts, with a 95 % interval from texts that are drawn again.

    Parameters
    ----------
    values : Tensor of shape (text, value)
    number : callable
        Means of shape (…, value) → (…). It may jump, as a count of means below a bar does.
    most : float
        What it can be at most; at least it is 0.

    References
    ----------
    .. [1] Efron (1979): the standard error of the bootstrap, here with Student's t for as many texts.
    """
    from scipy.special import stdtrit

    n = len(values)
    drawn = torch.randint(n, (DRAWS, n), generator=torch.Generator().manual_seed(0))
    times = torch.nn.functional.one_hot(drawn, n).sum(dim=1).to(values)
    value, deviation = number(values.mean(dim=0)).item(), number(times @ values / n).std().item()
    half = deviation * float(stdtrit(max(n - 1, 1), 0.975))
    return Estimate(value, max(value - half, 0.0), min(value + half, most), n)


def of_the_best(chosen_by: Tensor, values: Tensor) -> Tensor:
    """What the head that is best on all other texts has in each text, (text, head) both → (text,)."""
    others = chosen_by.sum(dim=0) - chosen_by
    return values.gather(1, others.argmax(dim=1, keepdim=True))[:, 0]


def _counted(above: Sequence[Tensor], n: int) -> Estimate:
    value, low, high = (float(each.sum()) for each in above)
    return Estimate(value, low, high, n)
