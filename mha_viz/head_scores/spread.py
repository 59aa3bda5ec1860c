"""How widely a head spreads its attention, and how far it reaches."""

from __future__ import annotations

import torch
from torch import Tensor

from mha_viz.head_scores.counting import Counts, count_queries


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
    return row_entropy(pattern).nanmean(dim=-1)


def entropy_counts(pattern: Tensor) -> Counts:
    """``entropy`` before the division, so that texts and blocks add up; the share is in nats."""
    rows = row_entropy(pattern)
    return count_queries(rows, ~rows.isnan())


def row_entropy(pattern: Tensor) -> Tensor:
    """The entropy of each row, (..., n_query); nan where a row holds nothing."""
    total = pattern.sum(dim=-1)
    # -Σ p log p of p = pattern / total; a logarithm of a clamped number is several times faster than xlogy.
    spread = -(pattern * pattern.clamp_min(torch.finfo(pattern.dtype).tiny).log()).sum(dim=-1)
    return spread / total + total.log()


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
    return row_distance(pattern).nanmean(dim=-1)


def distance_counts(pattern: Tensor, *, first_query: int = 0) -> Counts:
    """``mean_distance`` before the division, so that texts and blocks add up; the share is in positions."""
    rows = row_distance(pattern, first_query=first_query)
    return count_queries(rows, ~rows.isnan())


def row_distance(pattern: Tensor, *, first_query: int = 0) -> Tensor:
    """The mean distance of each row, (..., n_query), the first of which stands at ``first_query``; nan where a row
    holds nothing.
    """
    n_query, n_key = pattern.shape[-2:]
    query = torch.arange(first_query, first_query + n_query, device=pattern.device)[:, None]
    key = torch.arange(n_key, device=pattern.device)[None, :]
    distance = (query - key).abs().to(pattern.dtype)
    return torch.einsum("...qk,qk->...q", pattern, distance) / pattern.sum(dim=-1)
