"""Numbers of a head → what they allow to be said: the best simple rule, and a verdict in five steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan, nan

import torch
from torch import Tensor

from mha_viz.evidence.statistics.crossed import n_independent
from mha_viz.evidence.statistics.intervals import LEAST, LEAST_UNITS, interval
from mha_viz.language import N_
from mha_viz.scores.counting import Counts, Tally, stacked
from mha_viz.scores.rivals import is_lexical

VERDICTS = (N_("undefined"), N_("too few"), N_("not enough evidence"), N_("consistent with"), N_("established"))
UNDEFINED, TOO_FEW, TOO_LITTLE, CONSISTENT, ESTABLISHED = VERDICTS
MOSTLY = N_("mostly a simple rule")  # how "consistent with" is said where a simple rule gets nearly as much
# From the weakest to the strongest.
VERDICTS_IN_WORDS = (UNDEFINED, TOO_FEW, TOO_LITTLE, MOSTLY, CONSISTENT, ESTABLISHED)
RULES = 4  # of measuring and judging; a profile says by which it was made. Their history: docs/evidence.md
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
    baseline: float  # what the best simple rule gives on the same items: a fixed offset, the nearest verb …
    chance: float
    control: float  # the best head of the same architecture with random weights
    p: float  # corrected for all heads and scores that were looked at
    verdict: str  # one of VERDICTS
    blind: float = nan  # what the best rule gives that knows no word's form


def in_words(verdict: str, value: float, baseline: float) -> str:
    """The verdict as it is said: "mostly a simple rule" where a head is consistent with more, but not by enough.

    >>> in_words("consistent with", 0.79, 0.747), in_words("consistent with", 0.79, 0.6)
    ('mostly a simple rule', 'consistent with')
    """
    if verdict == CONSISTENT and value - baseline < MARGIN - 1e-12:  # nan: no offset competes
        return MOSTLY
    return verdict


def verdict(
    value: float, n: int, low: float, high: float, *, n_units: int | None = None, baseline: float = nan,
    blind: float | None = None, chance: float = nan, control: float = nan, p: float = nan, bar: float = 0.0,
    other_data: bool = False,
) -> str:  # fmt: skip
    """What may be said of a head: the strongest of ``VERDICTS`` that its numbers allow.

    Parameters
    ----------
    value, n, low, high
        The score, its number of items and its 95 % interval.
    n_units : int, optional
        How many of a corpus are independent of each other; None for a single text, which is one unit by nature.
    baseline, chance, control : float
        What the best simple rule, an even spread and random weights give; nan where not known.
    blind : float, optional
        What the best rule gives that knows no word's form (a fixed offset); as ``baseline`` by default.
    p : float
        Corrected for every head and score that was looked at.
    bar : float
        What a head must reach by definition of the score: 0.9 to be called positional, 0.3 to have a sink.
    other_data : bool
        Whether the head was chosen on other data than these.

    Returns
    -------
    str
        "undefined" without items; "too few" with fewer than ``LEAST_UNITS`` units; "not enough evidence" with fewer
        than ``LEAST`` items, where the interval reaches down to chance or control (or neither is known), or lies wholly
        below the best blind rule; "established" where the interval is above control and best rule, the value 10 points
        above that rule, p < .05 and the data are other data; "consistent with" between: a head that is below a rule of
        word form alone may follow that rule. A number that is not known establishes nothing; without a rule to compare
        with, chance takes its place.

    References
    ----------
    .. [1] Voita et al. (2019), arXiv:1905.09418, section 5.2: 10 % above the best offset.
    """
    if n == 0 or isnan(value):
        return UNDEFINED
    if n_units is not None and n_units < LEAST_UNITS:
        return TOO_FEW
    floors = [number for number in (chance, control) if not isnan(number)]
    if n < LEAST or not floors or not low > max(floors) or high < (baseline if blind is None else blind):
        return TOO_LITTLE
    rival = max((number for number in (baseline, chance) if not isnan(number)), default=nan)
    if isnan(baseline) and value - rival < MARGIN - 1e-12:
        return TOO_LITTLE
    beats = low > control and low > rival and value - rival >= MARGIN - 1e-12  # a nan is above nothing
    return ESTABLISHED if beats and value >= bar and p < ALPHA and other_data else CONSISTENT


@dataclass(frozen=True, eq=False)
class Units:
    """One score of many units side by side: what intervals and p-values are made from.

    ``names`` of the units that have items, ``counts`` of shape (n_units, ...), what each simple rule hits and what an
    even choice gets in each unit, (n_units,); ``left_out`` items could not be asked. ``times``, (n_units,): how often
    each item was counted, as where a text stands in a corpus twice.
    """

    names: tuple[str, ...]
    counts: Counts
    rules: Mapping[str, Tensor]
    chance: Tensor
    left_out: int = 0
    times: Tensor | float = 1.0

    @property
    def share(self) -> Tensor:
        """What each head gets over all units, (...); nan where nothing was counted."""
        return self.counts.hits.double().sum(dim=0) / self.counts.n.double().sum(dim=0)

    @property
    def items(self) -> float:
        """How many items the rules and chance were asked about: as many as the head that has most."""
        return self.counts.n.flatten(1).amax(dim=1).sum().item() if len(self.names) else 0.0

    @property
    def best_rule(self) -> tuple[str | None, Tensor]:
        """The simple rule that is right most often here, the first of equals, and its hits in each unit.

        Being chosen on these very items it is rather too strong than too weak. Where no rule competes: None, zeros.
        """
        if not self.rules:
            return None, torch.zeros(len(self.names), dtype=torch.float64)
        best = max(self.rules, key=lambda rule: self.rules[rule].sum().item())
        return best, self.rules[best]

    @property
    def baseline(self) -> float:
        """The share of items that the best rule gets; nan where none competes."""
        rule, hits = self.best_rule
        return nan if rule is None or not self.items else hits.sum().item() / self.items

    @property
    def blind(self) -> float:
        """The same of the rules that know no word's form."""
        blind = {rule: hits for rule, hits in self.rules.items() if not is_lexical(rule)}
        return replace(self, rules=blind).baseline

    @property
    def by_chance(self) -> float:
        """The share that an even choice gets; nan where nothing is to be chosen."""
        return self.chance.sum().item() / self.items if self.items else nan

    @property
    def bar(self) -> Tensor:
        """What a head has to beat in each unit, (n_units,): the best rule, or chance where that gets more over all."""
        rule, hits = self.best_rule
        return self.chance if rule is None or self.chance.sum() > hits.sum() else hits  # a nan is not more

    @property
    def gains(self) -> Tensor:
        """What each head gets in each unit above the bar, (n_units, ...)."""
        return self.counts.hits.double() - self.bar.reshape(-1, *[1] * (self.counts.hits.dim() - 1))


def side_by_side(tallies: Mapping[str, Tally]) -> Units:
    """Tallies of units by the name of the unit → Units; those without any item count as left out alone."""
    with_items = {name: tally for name, tally in tallies.items() if tally.counts.n.any()}
    left_out = sum(tally.left_out for tally in tallies.values())
    if not with_items:
        shape = next(iter(tallies.values())).counts.hits.shape
        return Units((), Counts(torch.zeros(0, *shape), torch.zeros(0, *shape)), {}, torch.zeros(0), left_out)
    rules = dict.fromkeys(rule for tally in with_items.values() for rule in tally.rules)
    return Units(
        tuple(with_items),
        stacked([tally.counts for tally in with_items.values()]),
        {
            r: torch.tensor([tally.rules.get(r, 0.0) for tally in with_items.values()], dtype=torch.float64)
            for r in rules
        },
        torch.tensor([tally.chance for tally in with_items.values()], dtype=torch.float64),
        left_out,
    )


def with_p(evidence: Evidence, p: float, *, bar: float = 0.0, other_data: bool = False) -> Evidence:
    """The same, of a corpus, with its p, and the verdict that this allows."""
    allowed = verdict(
        evidence.value, evidence.n, evidence.low, evidence.high, n_units=evidence.n_units, baseline=evidence.baseline,
        blind=evidence.blind, chance=evidence.chance, control=evidence.control, p=p, bar=bar, other_data=other_data,
    )  # fmt: skip
    return replace(evidence, p=p, verdict=allowed)


def weigh(
    units: Units, *, is_share: bool = True, control: float = nan, p: Tensor | float = nan, bar: float = 0.0,
    other_data: bool | Sequence[bool] = False, is_one_text: bool = False,
) -> list[Evidence]:  # fmt: skip
    """The evidence of each head for one score.

    Parameters
    ----------
    units : Units
        Its heads in one axis or in two; they are taken in order.
    is_share : bool
        Whether an item hits or misses, so that one unit alone has an interval; False for mean attention, nats, …
    control : float
        What the best head with random weights gets.
    p : float or Tensor, one number a head
    bar : float
        What the name of the score asks for (``HeadScore.bar``).
    other_data : bool, or one a head
        Whether heads, or which of them, were chosen on other data than these.
    is_one_text : bool
        Whether the one unit is a text that is looked at alone, and no corpus of one.

    Returns
    -------
    list of Evidence, one a head
        A head that no unit says anything about is undefined, and its numbers are nan.
    """
    hits, n = (part.flatten(1) for part in torch.broadcast_tensors(units.counts.hits.double(), units.counts.n.double()))
    low, high = interval(Counts(hits, n), is_share=is_share, names=units.names, times=units.times)
    value = hits.sum(dim=0) / n.sum(dim=0)
    p = torch.as_tensor(p, dtype=torch.float64).flatten().expand_as(value)
    chosen = torch.as_tensor(other_data).expand_as(value)
    columns = (value, n.sum(dim=0).long(), n_independent(Counts(hits, n), units.names), low, high, p, chosen)
    rivals = {"baseline": units.baseline, "blind": units.blind, "chance": units.by_chance, "control": control}
    evidence = []
    for value, n, n_units, low, high, own_p, is_chosen in zip(*(column.tolist() for column in columns), strict=True):
        asked = None if is_one_text else n_units
        own_verdict = verdict(value, n, low, high, n_units=asked, **rivals, p=own_p, bar=bar, other_data=is_chosen)
        evidence.append(Evidence(value, n, n_units, low, high, **rivals, p=own_p, verdict=own_verdict))
    return evidence
