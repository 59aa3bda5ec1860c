"""How far a score moves when one of its units is left out: how sure it is, and of how many units that is known."""

from __future__ import annotations

import torch
from torch import Tensor

from mha_viz.scores.counting import Counts

# Fourth moment in squares of the second. That of a normal distribution is 3; of few units the largest moves are mostly
# not seen, and with 3 rare scores of 15 units are covered in less than 93 % of simulated cases.
TAIL = 2.5


def jackknife_variance(counts: Counts) -> Tensor:
    """The variance of a score, (...), by how far it moves when one of its units is left out; nan with one unit.

    >>> round(jackknife_variance(Counts(torch.tensor([0.0, 1.0, 2.0]), torch.ones(3))).item(), 6)  # 1 / 3
    0.333333
    """
    n_units = (counts.n > 0).sum(dim=0).double()
    return (_moved(counts) ** 2).sum(dim=0) * (n_units - 1) / n_units


def telling_units(counts: Counts) -> Tensor:
    """How many units of one size, whose scores were spread normally, would tell as much of their variance, (...).

    Fewer than there are where some are larger than others, or where a few move the score and most do not: as where most
    units of a rare score have no hit.

    References
    ----------
    .. [1] Carter, Schnepel & Steigerwald (2017), "Asymptotic behavior of a t-test robust to cluster heterogeneity", for
       sizes; Satterthwaite (1946), "An approximate distribution of estimates of variance components", for moves, whose
       fourth powers stand for the variance of their squares.

    Examples
    --------
    >>> even, rare = torch.tensor([1.0, 2.0] * 4), torch.tensor([3.0] + [0.0] * 7)  # one moves it 7 times as far
    >>> [round(telling_units(Counts(hits, torch.full((8,), 3.0))).item(), 1) for hits in (even, rare)]
    [8.0, 3.3]
    """
    hits, n = torch.broadcast_tensors(counts.hits.double(), counts.n.double())
    equal = n.sum(dim=0) ** 2 / (n**2).sum(dim=0)
    squares = _moved(Counts(hits, n)) ** 2
    spread = TAIL * squares.sum(dim=0) ** 2 / (squares**2).sum(dim=0)
    return torch.where(squares.sum(dim=0) > 0, torch.minimum(equal, spread), equal)


def _moved(counts: Counts) -> Tensor:
    hits, n = torch.broadcast_tensors(counts.hits.double(), counts.n.double())
    without = (hits.sum(dim=0) - hits) / (n.sum(dim=0) - n)
    moved: Tensor = without - hits.sum(dim=0) / n.sum(dim=0)
    return moved
