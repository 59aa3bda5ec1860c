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
    maps : Tensor of shape (..., n_head, n_query, n_key)
        Of one text, or of several side by side; what is wanted then has an axis of one for their heads.
    each : sequence of Wanted

    Returns
    -------
    list of Counts of shape (..., n_head)
    """
    held = holds(maps)
    lead, size = maps.shape[:-3], maps.shape[-2:]
    counted = torch.stack([wanted.counted.expand(*lead, *_one(lead), size[0]) for wanted in each], dim=-1)
    places = torch.stack([wanted.places.expand(*lead, *_one(lead), *size) for wanted in each], dim=-1)
    places = (places & counted.unsqueeze(-2)).reshape(*lead, -1, len(each)).to(maps.device)  # (…, place, score)
    counted = counted.reshape(*lead, -1, len(each)).to(maps.device)
    numbers = maps.double().where(held[..., None], 0.0).flatten(-2)
    hits = (numbers @ places.double()).cpu()  # (…, head, score)
    n = (held.float() @ counted.float()).long().cpu()
    return [Counts(*columns) for columns in zip(hits.unbind(-1), n.unbind(-1), strict=True)]


def _one(lead: torch.Size) -> tuple[int, ...]:
    """The axis of one for heads, where there are several texts."""
    return (1,) if lead else ()
