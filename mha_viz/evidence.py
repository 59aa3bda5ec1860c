"""Numbers of a head → what they allow to be said: the best fixed offset, and a verdict in four steps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import isnan, nan

import torch
from torch import Tensor

from mha_viz.head_scores.counting import Counts
from mha_viz.head_scores.positional import OFFSETS, best_offset
from mha_viz.sampling import LEAST, interval

VERDICTS = ("undefined", "not enough evidence", "consistent with", "established")
MOSTLY = "mostly an offset"
ALPHA = 0.05
MARGIN = 0.10  # above the best fixed offset, from which a head does more than follow it (Voita et al. 2019)


@dataclass(frozen=True)
class Evidence:
    """A score of one head with what stands for it and against it; nan where a number is not known."""

    value: float
    n: int  # items
    n_units: int  # independent of each other: sentences, documents, pairs
    low: float  # 95 % interval
    high: float
    baseline: float  # what the best fixed offset gives on the same items
    chance: float
    control: float  # the same head of the same architecture with random weights
    p: float  # corrected for all heads and scores that were looked at
    verdict: str  # one of VERDICTS

    @property
    def words(self) -> str:
        """The verdict as it is said: "mostly an offset" where a head is consistent with more, but not by enough."""
        gains = self.value - self.baseline >= MARGIN - 1e-12  # nan: no offset competes
        is_offset = self.verdict == VERDICTS[2] and not isnan(self.baseline) and not gains
        return MOSTLY if is_offset else self.verdict


def verdict(
    value: float, n: int, low: float, high: float, *, baseline: float = nan, chance: float = nan,
    control: float = nan, p: float = nan, other_data: bool = False,
) -> str:  # fmt: skip
    """What may be said of a head: the strongest of ``VERDICTS`` that its numbers allow.

    Parameters
    ----------
    value, n, low, high
        The score, its number of items and its 95 % interval.
    baseline, chance, control : float
        What the best fixed offset, an even spread and random weights give; nan where not known.
    p : float
        Corrected for every head and score that was looked at.
    other_data : bool
        Whether the head was chosen on other data than these.

    Returns
    -------
    str
        "undefined" without items; "not enough evidence" with fewer than ``LEAST`` items, where the interval reaches
        down to chance or control (or neither is known), or lies wholly below the best offset; "established" where
        the interval is above control and best offset, the value 10 points above that offset, p < .05 and the data
        are other data; "consistent with" between. A number that is not known establishes nothing; without an offset
        to compare with, chance takes its place.

    References
    ----------
    .. [1] Voita et al. (2019), arXiv:1905.09418, section 5.2: 10 % above the best offset.
    """
    if n == 0 or isnan(value):
        return VERDICTS[0]
    floors = [known for known in (chance, control) if not isnan(known)]
    if n < LEAST or not floors or not low > max(floors) or high < baseline:
        return VERDICTS[1]
    bar = chance if isnan(baseline) else baseline
    beats = low > control and low > bar and value - bar >= MARGIN - 1e-12  # a nan is above nothing
    return VERDICTS[3] if beats and p < ALPHA and other_data else VERDICTS[2]


def weigh(
    counts: Counts, *, is_share: bool = True, baseline: Tensor | float = nan, chance: Tensor | float = nan,
    control: Tensor | float = nan, p: Tensor | float = nan, other_data: bool = False, seed: int = 0,
) -> list[Evidence]:  # fmt: skip
    """The evidence of each head, from the counts of each unit.

    Parameters
    ----------
    counts : Counts of shape (n_units, n_heads)
        From ``stacked``; only units with items count as units.
    is_share : bool
        Whether an item hits or misses, so that one unit alone has an interval; False for mean attention, nats, …
    baseline, chance, control, p : float or Tensor of shape (n_heads,)

    Returns
    -------
    list of Evidence, one a head
        A head that no unit says anything about is undefined, and its numbers are nan.
    """
    hits, n = torch.broadcast_tensors(counts.hits.double(), counts.n.double())
    low, high = interval(Counts(hits, n), is_share=is_share, seed=seed)
    value = hits.sum(dim=0) / n.sum(dim=0)
    others = (torch.as_tensor(one, dtype=torch.float64).expand_as(value) for one in (baseline, chance, control, p))
    columns = (value, n.sum(dim=0).long(), (n > 0).sum(dim=0), low, high, *others)
    return [_evidence(*row, other_data) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _evidence(value, n, n_units, low, high, baseline, chance, control, p, other_data) -> Evidence:
    known = {"baseline": baseline, "chance": chance, "control": control, "p": p}
    said = verdict(value, n, low, high, **known, other_data=other_data)
    return Evidence(value, n, n_units, low, high, **known, verdict=said)


def offset_hits(items: Iterable[Collection[int]], offsets: Sequence[int] = OFFSETS) -> Counts:
    """How many items of one unit each fixed offset answers.

    Parameters
    ----------
    items : iterable of collections of int
        For each item the distances (key minus query, in the words that the item is asked about) that are right: one
        for dependent to head, one for each dependent the other way round.

    Returns
    -------
    Counts of shape (n_offsets,)

    Examples
    --------
    >>> offset_hits([{1}, {1, 3}, {-2}], offsets=(-2, 1)).hits.tolist()
    [1.0, 2.0]
    """
    items = [frozenset(item) for item in items]
    hits = torch.tensor([sum(k in item for item in items) for k in offsets], dtype=torch.float64)
    return Counts(hits, torch.full(hits.shape, len(items)))


def best_fixed_offset(units: Counts, offsets: Sequence[int] = OFFSETS) -> tuple[int, Counts]:
    """What a rule without a head gives: always look k words away, with the k that is right most often here.

    Parameters
    ----------
    units : Counts of shape (n_units, n_offsets)
        ``offset_hits`` of every unit, ``stacked``; of the same items that the head is scored on.

    Returns
    -------
    int
        The offset; of equal ones the nearest to 0.
    Counts of shape (n_units,)
        At that offset: to subtract from a head's hits unit by unit. The sum of its hits over the sum of its n is the
        baseline, 0 to 1; being chosen on these items, it is rather too high than too low.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, table 1; Voita et al. (2019), arXiv:1905.09418, section 5.2.
    """
    total = Counts(units.hits.sum(dim=0), units.n.sum(dim=0))
    k = best_offset(total, offsets)[0].item()
    place = list(offsets).index(k)
    return k, Counts(units.hits[:, place], units.n[:, place])
