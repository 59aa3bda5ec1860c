"""What a head score is kept as: a sum over queries and the number of queries, so that texts and blocks add up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import TypeVar

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Counts:
    """A score before the division: of one text, of a block of its queries, or of many texts added up.

    ``hits`` (..., head) is how many queries hit, or the sum of what each query has (attention, nats, positions);
    ``n`` (..., head) is how many queries were counted. Both live on the CPU, ``hits`` in float64.
    """

    hits: Tensor
    n: Tensor

    @property
    def share(self) -> Tensor:
        """The score, (..., head): ``hits / n``; nan where nothing was counted, for undefined is not zero."""
        return self.hits / self.n

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.hits + other.hits, self.n + other.n)


@dataclass(frozen=True, eq=False)
class Tally:
    """The counts of one score, with what heads are compared with on the same items.

    ``rules`` are the hits of simple rules that need no head, by name; ``chance`` is the sum over items of what an even
    choice gets, nan where nothing is to be chosen; ``left_out`` counts items that could not be asked of this model.
    """

    counts: Counts
    rules: Mapping[str, float] = field(default_factory=dict)
    chance: float = math.nan
    left_out: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Rules that only one of the two has stood for nothing in the other, and so count no hits there."""
        rules = {name: self.rules.get(name, 0.0) + other.rules.get(name, 0.0) for name in {**self.rules, **other.rules}}
        return Tally(self.counts + other.counts, rules, self.chance + other.chance, self.left_out + other.left_out)

    @property
    def share(self) -> Tensor:
        """The score of each head, nan where nothing was counted."""
        return self.counts.share


Part = TypeVar("Part", Counts, Tally)


def pooled(parts: Iterable[Part]) -> Part:
    """The counts of several texts or blocks as one: every item weighs the same, whichever text it is from."""
    return reduce(add, parts)


def stacked(units: Iterable[Counts]) -> Counts:
    """The counts of several units (texts) side by side, (unit, ..., head): what an interval is made from."""
    units = tuple(units)
    return Counts(torch.stack([unit.hits for unit in units]), torch.stack([unit.n for unit in units]))


def count_queries(values: Tensor, counted: Tensor) -> Counts:
    """What each query has, (..., query), summed over the queries that are ``counted`` (bool, broadcasts)."""
    counted = counted.cpu()
    hits = values.detach().cpu().double().where(counted, 0.0).sum(dim=-1)
    return Counts(hits, counted.sum(dim=-1).expand(hits.shape))


def count_hits(hit: Tensor, counted: Tensor) -> Counts:
    """How many queries hit, (..., query) bool, of those that are ``counted`` (bool, of the same shape)."""
    return Counts((hit & counted).sum(dim=-1).cpu().double(), counted.sum(dim=-1).cpu())


def holds(pattern: Tensor) -> Tensor:
    """Which rows hold any attention, (..., n_query); the others (all masked) are no item of any score."""
    return pattern.sum(dim=-1) > 0


def even_spread(n_query: int, n_key: int, *, first_query: int = 0, is_causal: bool = False) -> Tensor:
    """A pattern that prefers nothing, (n_query, n_key): the score of this pattern is what chance gives.

    >>> even_spread(2, 2, is_causal=True).tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    """
    seen = torch.ones(n_query, n_key)
    if is_causal:
        seen = seen.tril(first_query)
    return seen / seen.sum(dim=-1, keepdim=True)
