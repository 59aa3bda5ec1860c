"""Units that are made of two, each shared with other units: pairs of nouns whose nouns stand in other pairs too.

Such units are not independent of each other. Whoever wants to know how sure a number is counts them by their first
names and by their second ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from mha_viz.scores.counting import Counts

CROSSED = "\x1f"  # between the two names of a unit


def in_rows_and_columns(counts: Counts, names: Sequence[str]) -> list[Counts]:
    """Counts of units that are made of two, by the first and by the second; of any others, as they are."""
    if not names or not all(CROSSED in name for name in names):
        return [counts]
    return [Counts(summed_by(counts.hits, names, way)[1], summed_by(counts.n, names, way)[1]) for way in (0, 1)]


def n_independent(counts: Counts, names: Sequence[str]) -> Tensor:
    """How many units there are that have items, (...): of such as are made of two, how many names of the rarer kind."""
    return torch.stack([(one.n > 0).sum(dim=0) for one in in_rows_and_columns(counts, names)]).amin(dim=0)


def summed_by(values: Tensor, names: Sequence[str], way: int) -> tuple[list[str], Tensor]:
    """Values of units, (n_units, ...), added up by the first (0) or second (1) of their two names; by the name itself
    where it is one.

    >>> names, sums = summed_by(torch.tensor([2, 3, 5]), [f"a{CROSSED}x", f"a{CROSSED}y", "b"], 0)
    >>> names, sums.tolist()
    (['a', 'b'], [5, 5])
    """
    own = [name.split(CROSSED)[way] if CROSSED in name else name for name in names]
    places = {name: i for i, name in enumerate(dict.fromkeys(own))}
    sums = torch.zeros(len(places), *values.shape[1:], dtype=values.dtype)
    return list(places), sums.index_add_(0, torch.tensor([places[name] for name in own], dtype=torch.long), values)
