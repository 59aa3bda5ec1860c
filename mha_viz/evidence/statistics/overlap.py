"""How many of the heads of one list are in another → how likely so many are by chance."""

from __future__ import annotations

from math import comb

from mha_viz.errors import InputError


def overlap_p(n: int, n_listed: int, n_chosen: int, n_both: int) -> float:
    """How likely at least ``n_both`` of ``n_listed`` things are among ``n_chosen`` that are drawn at random from ``n``.

    >>> round(overlap_p(24, 8, 8, 4), 3)
    0.221
    """
    if not 0 <= n_both <= min(n_listed, n_chosen) <= max(n_listed, n_chosen) <= n:
        raise InputError(f"{n_both} of {n_listed} cannot be among {n_chosen} of {n}.")
    ways = (comb(n_listed, k) * comb(n - n_listed, n_chosen - k) for k in range(n_both, min(n_listed, n_chosen) + 1))
    return sum(ways) / comb(n, n_chosen)
