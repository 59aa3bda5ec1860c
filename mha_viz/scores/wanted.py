"""Which places of a map a score adds up, and whose queries count: several scores are then summed at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from mha_viz.scores.counting import Counts, holds


class Wanted(NamedTuple):
    """``places`` (n_query, n_key) are meant, and ``counted`` (n_query,) are the queries that could look there: bool."""

    places: Tensor
    counted: Tensor

    def of(self, queries: Tensor | None) -> Wanted:
        """Only with these queries, bool (n_query,); all by default."""
        return self if queries is None else self._replace(counted=self.counted & queries.to(self.counted.device))


def attention_to_each(maps: Tensor, each: Sequence[Wanted]) -> list[Counts]:
    """How much attention goes to the wanted places, over the queries that count and whose row holds any: for each.

    Of a short text every step costs more than its numbers do, so all are summed in one product of matrices, in float64.

    Parameters
    ----------
    maps : Tensor of shape (n_head, n_query, n_key)
    each : sequence of Wanted

    Returns
    -------
    list of Counts of shape (n_head,)
    """
    held = holds(maps)
    places = torch.stack([(wanted.places & wanted.counted[:, None]).flatten() for wanted in each]).to(maps.device)
    counted = torch.stack([wanted.counted for wanted in each]).to(maps.device)
    numbers = maps.double().where(held[..., None], 0.0).flatten(1)
    hits = (numbers @ places.double().T).cpu()  # (head, score)
    n = (held.float() @ counted.float().T).long().cpu()
    return [Counts(*columns) for columns in zip(hits.unbind(1), n.unbind(1), strict=True)]
