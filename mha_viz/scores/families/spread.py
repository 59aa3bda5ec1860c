"""How widely a head spreads its attention, and how far it reaches."""

from __future__ import annotations

import torch
from torch import Tensor

from mha_viz.arguments import refuse_other_shape
from mha_viz.attention.rows import _distances, row_distance, row_entropy
from mha_viz.scores.counting import Counts, count_queries, holds

TENTH = 0.1  # share of a row's attention from which a key counts for how far a head reaches


def entropy(pattern: Tensor) -> Tensor:
    """How many keys a head hesitates between: the entropy of its rows, averaged over queries.

    Parameters
    ----------
    pattern : Tensor of shape (..., n_query, n_key)
        Rows that do not sum to 1 (learned sinks) are normalised first; rows that hold nothing are left out.

    Returns
    -------
    Tensor of shape (...)
        In nats: 0 when every query looks at one key, ``log(n_key)`` when all keys get the same.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 3.3.

    Examples
    --------
    >>> round(entropy(torch.tensor([[1.0, 0.0], [0.5, 0.5]])).item(), 4)  # (0 + log 2) / 2
    0.3466
    """
    refuse_other_shape("pattern", pattern.shape, "(..., n_query, n_key)", fits=pattern.dim() >= 2)
    return row_entropy(pattern).nanmean(dim=-1)


def entropy_counts(pattern: Tensor, *, entropies: Tensor | None = None) -> Counts:
    """``entropy`` before the division, so that texts and blocks add up; the share is in nats.

    ``entropies`` are those of ``row_entropy``, where they are known already.
    """
    rows = row_entropy(pattern) if entropies is None else entropies
    return count_queries(rows, ~rows.isnan())


def effective_keys(pattern: Tensor, *, entropies: Tensor | None = None) -> Counts:
    """Among how many keys a head shares out its attention: the exponential of a row's entropy, averaged over queries.

    Parameters
    ----------
    pattern : Tensor of shape (..., n_query, n_key)
        Rows that do not sum to 1 are normalised first; rows that hold nothing are left out.
    entropies : Tensor of shape (..., n_query), optional
        Those of ``row_entropy``, where they are known already.

    Returns
    -------
    Counts of shape (...)
        The share is in tokens: 1 when every query looks at one key, k when it gives k keys the same. The mean of the
        exponentials, which is more than the exponential of the mean entropy.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 3.3, entropy; Hill (1973), "Diversity and evenness", Ecology
       54, its exponential as an effective number.

    Examples
    --------
    >>> round(effective_keys(torch.tensor([[1.0, 0.0], [0.5, 0.5]])).share.item(), 4)  # (1 + 2) / 2
    1.5
    """
    rows = row_entropy(pattern) if entropies is None else entropies
    return count_queries(rows.exp(), ~rows.isnan())


def mean_distance(pattern: Tensor) -> Tensor:
    """How far a head looks on average: attention times the distance in positions, averaged over queries.

    Parameters
    ----------
    pattern : Tensor of shape (..., n_query, n_key)
        Of self-attention, so both axes count the same positions. Rows are normalised first.

    Returns
    -------
    Tensor of shape (...)
        In positions: 0 for a head that looks at itself, 1 for one that looks at a neighbour.

    References
    ----------
    .. [1] Vig & Belinkov (2019), arXiv:1906.04284, section 4.2.3.

    Examples
    --------
    >>> mean_distance(torch.tensor([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])).item()  # (0 + 1 + 2) / 3
    1.0
    """
    refuse_other_shape("pattern", pattern.shape, "(..., n_query, n_key)", fits=pattern.dim() >= 2)
    return row_distance(pattern).nanmean(dim=-1)


def distance_counts(pattern: Tensor, *, first_query: int = 0) -> Counts:
    """``mean_distance`` before the division, so that texts and blocks add up; the share is in positions."""
    rows = row_distance(pattern, first_query=first_query)
    return count_queries(rows, ~rows.isnan())


def longest_reach(pattern: Tensor, *, first_query: int = 0) -> Counts:
    """How far away the farthest key stands that still gets a tenth of a row's attention, averaged over queries.

    Parameters
    ----------
    pattern : Tensor of shape (..., n_query, n_key)
        Of self-attention, so both axes count the same positions.
    first_query : int
        Where the first row stands, when these are a block of the rows.

    Returns
    -------
    Counts of shape (...)
        The share is in positions: 0 for a head that looks at itself. A query that gives no key a tenth does not
        count; nan if none does.

    References
    ----------
    .. [1] Vig & Belinkov (2019), arXiv:1906.04284, section 4.2.3, measure the mean distance; the farthest key that
       still counts is ours.

    Examples
    --------
    >>> longest_reach(torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.9, 0.1]])).share.item()  # (0 + 1 + 1) / 3
    0.6666666666666666
    """
    floor = TENTH * (1 - 1e-6) * pattern.sum(dim=-1, keepdim=True)  # ten equal keys get a tenth each, but for rounding
    distance = _distances(pattern, first_query).float()  # as whole numbers they would take four times as long
    farthest = torch.where(pattern >= floor, distance, -1.0).amax(dim=-1)
    return count_queries(farthest, (farthest >= 0) & holds(pattern))
