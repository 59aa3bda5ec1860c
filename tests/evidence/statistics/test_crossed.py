"""Intervals of units that share their parts with others: against every noun left out in turn, and simulated."""

import math

import pytest
import torch
from scipy.stats import t as student

from mha_viz.evidence.statistics.crossed import CROSSED, n_independent, summed_by
from mha_viz.evidence.statistics.intervals import interval
from mha_viz.evidence.verdict import Units, weigh
from mha_viz.scores.counting import Counts

ANIMALS, THINGS = 5, 7
NAMES = [f"{animal}{CROSSED}{thing}" for animal in range(ANIMALS) for thing in range(THINGS)]


def squares(hits, n, groups):
    """How far the share moves when each group of units is left out, squared, as the jackknife adds it up; and how many
    groups of one size whose moves are normal would tell as much.
    """
    share, kept, sizes = sum(hits) / sum(n), [], [sum(n[i] for i in group) for group in groups]
    for group in groups:
        rest = [i for i in range(len(n)) if i not in group]
        kept.append(sum(hits[i] for i in rest) / sum(n[i] for i in rest))
    moved = [(one - share) ** 2 for one in kept]
    normal, equal = 2.5 * sum(moved) ** 2 / sum(one**2 for one in moved), sum(n) ** 2 / sum(size**2 for size in sizes)
    return sum(moved) * (len(kept) - 1) / len(kept), min(normal, equal)


@pytest.mark.parametrize("seed", range(3))
def test_each_animal_and_each_thing_is_left_out_with_all_its_pairs(seed):
    random = torch.Generator().manual_seed(seed)
    n = torch.randint(2, 11, (len(NAMES),), generator=random).double()
    hits = (n * torch.rand(len(NAMES), generator=random)).round()
    of_animals = [[a * THINGS + b for b in range(THINGS)] for a in range(ANIMALS)]
    of_things = [[a * THINGS + b for a in range(ANIMALS)] for b in range(THINGS)]
    ways = [squares(hits.tolist(), n.tolist(), one) for one in (of_animals, of_things, [[i] for i in range(len(n))])]
    (by_animals, few), (by_things, more), (by_pairs, _) = ways
    variance = max(by_animals, by_things, by_animals + by_things - by_pairs)
    times = student.ppf(0.975, min(few, more) - 1)
    share = hits.sum().item() / n.sum().item()
    low, high = interval(Counts(hits, n), is_share=False, names=NAMES)
    assert (low.item(), high.item()) == pytest.approx(
        (share - times * math.sqrt(variance), share + times * math.sqrt(variance))
    )
    low, high = interval(Counts(hits, n), names=NAMES)
    weight = times**2 / min(share * (1 - share) / variance, n.sum().item())
    middle, half = (
        share + weight / 2,
        times * math.sqrt(share * (1 - share) * weight / times**2 + weight**2 / 4 / times**2),
    )
    step, odds = times * math.sqrt(variance) / (share * (1 - share)), math.log(share / (1 - share))
    by_odds = [1 / (1 + math.exp(-odds + step)), 1 / (1 + math.exp(-odds - step))]
    by_wilson = [(middle - half) / (1 + weight), (middle + half) / (1 + weight)]
    ends = min(by_odds[0], by_wilson[0]), max(by_odds[1], by_wilson[1])
    assert (low.item(), high.item()) == pytest.approx(ends)


def test_units_are_as_many_as_the_rarer_kind_has_names():
    counts = Counts(torch.ones(len(NAMES), 3), torch.ones(len(NAMES), 3))
    assert n_independent(counts, NAMES).tolist() == [ANIMALS] * 3
    assert n_independent(counts, [name.replace(CROSSED, " ") for name in NAMES]).tolist() == [len(NAMES)] * 3
    (head,) = weigh(Units(tuple(NAMES), Counts(torch.ones(35, 1), torch.ones(35, 1)), {}, torch.full((35,), 0.25)))
    assert (head.n, head.n_units, head.verdict) == (35, ANIMALS, "too few")
    assert head.low < 0.45  # five that agree, though 35 pairs do


def test_what_has_no_items_is_no_unit_and_names_of_one_kind_are_left_as_they_are():
    counts = Counts(torch.ones(len(NAMES), 1), torch.ones(len(NAMES), 1))
    counts.n[: 2 * THINGS] = 0  # nothing was asked of the first two animals
    assert n_independent(counts, NAMES).tolist() == [ANIMALS - 2]
    mixed = [*NAMES[:-1], "a sentence"]  # not every unit is made of two: they are counted one by one
    assert n_independent(counts, mixed).tolist() == [len(NAMES) - 2 * THINGS]


def test_where_all_units_are_made_of_one_nothing_changes():
    counts = Counts(torch.arange(11.0), torch.full((11,), 13.0))
    plain = [f"sentence {i}" for i in range(11)]
    assert [end.item() for end in interval(counts, names=plain)] == [end.item() for end in interval(counts)]
    assert summed_by(counts.hits, plain, 1)[0] == plain


def test_the_interval_holds_the_truth_where_nouns_differ_and_one_of_pairs_does_not():
    """Ten animals and ten things, each easier or harder than others; 2,000 heads whose true share is one half."""
    random = torch.Generator().manual_seed(0)
    pairs = [(a, b) for a in range(10) for b in range(10) if a != b]
    animals, things = (torch.tensor(side) for side in zip(*pairs, strict=True))
    own, of_animals, of_things = (torch.randn(size, 2000, generator=random) for size in (90, 10, 10))
    hits = (own + of_animals[animals] + of_things[things] > 0).double()
    held = []
    for names in ([], [f"a{a}{CROSSED}b{b}" for a, b in pairs]):
        low, high = interval(Counts(hits, torch.ones_like(hits)), names=names)
        held.append(((low <= 0.5) & (high >= 0.5)).double().mean().item())
    assert held[0] < 0.75
    assert held[1] >= 0.93


@pytest.mark.parametrize("differ", [1.0, 1.5])
def test_the_interval_holds_a_rare_share_of_nouns_that_differ_as_pairs_do_or_more(differ):
    random = torch.Generator().manual_seed(1)
    pairs = [(a, b) for a in range(10) for b in range(10) if a != b]
    animals, things = (torch.tensor(side) for side in zip(*pairs, strict=True))
    own, of_animals, of_things = (torch.randn(size, 3000, generator=random) for size in (90, 10, 10))
    middle = -1.2816 * math.sqrt(1 + 2 * differ**2)  # 10 % of a normal distribution lie above so many deviations
    hits = (middle + own + differ * (of_animals[animals] + of_things[things]) > 0).double()
    low, high = interval(Counts(hits, torch.ones_like(hits)), names=[f"a{a}{CROSSED}b{b}" for a, b in pairs])
    assert ((low <= 0.1) & (high >= 0.1)).double().mean() > 0.94
