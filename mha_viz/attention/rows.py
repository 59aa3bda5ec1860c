"""Rows of a pattern → how spread out they are and how far they look."""

from __future__ import annotations

import torch
from torch import Tensor

import mha_viz.first_calls  # noqa: F401 - entropies are exact from the first on


def row_entropy(pattern: Tensor) -> Tensor:
    """The entropy of each row, (..., n_query); nan where a row holds nothing."""
    total = pattern.sum(dim=-1)
    # -Σ p log p of p = pattern / total; a logarithm of a clamped number is several times faster than xlogy, and two
    # more tensors of this size would take twice the time.
    logs = pattern.clamp_min(torch.finfo(pattern.dtype).tiny).log_()
    spread = -logs.mul_(pattern).sum(dim=-1)
    return spread / total + total.log()


def row_distance(pattern: Tensor, *, first_query: int = 0) -> Tensor:
    """The mean distance of each row, (..., n_query), the first of which stands at ``first_query``; nan where a row
    holds nothing.
    """
    distance = _distances(pattern, first_query).to(pattern.dtype)
    return (pattern * distance).sum(dim=-1) / pattern.sum(dim=-1)


def _distances(pattern: Tensor, first_query: int) -> Tensor:
    """How many positions lie between each query and each key, (n_query, n_key)."""
    n_query, n_key = pattern.shape[-2:]
    query = torch.arange(first_query, first_query + n_query, device=pattern.device)[:, None]
    return (query - torch.arange(n_key, device=pattern.device)).abs()
