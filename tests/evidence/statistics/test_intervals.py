"""Intervals and p-values against scipy, which goes through every flip, and against closed testing written out."""

from itertools import combinations

import numpy as np
import pytest
import torch
from scipy.stats import binomtest, permutation_test

from mha_viz.evidence.statistics.intervals import holm, sign_flip_p, wilson_interval

MOST_OFF = 0.015  # four standard errors of a share of 20,000 draws


def test_wilson_intervals_are_those_of_scipy():
    sizes = torch.randint(1, 500, (12,), generator=torch.Generator().manual_seed(1)).tolist()
    for n in (1, *sizes):
        shares = [binomtest(hits, n).proportion_ci(0.95, method="wilson") for hits in range(n + 1)]
        low, high = wilson_interval(torch.arange(n + 1), n)
        assert low.tolist() == pytest.approx([share.low for share in shares], abs=1e-7)
        assert high.tolist() == pytest.approx([share.high for share in shares], abs=1e-7)


@pytest.mark.parametrize("seed", range(4))
def test_p_values_of_the_best_of_all_heads_are_those_of_every_flip(seed):
    """Heads of different size, some alike; the best head of each flip is taken from scipy's exact null distribution."""
    chance = np.random.default_rng(seed)
    gains = chance.normal(0.3, 1.0, (9, 5)) * chance.uniform(0.1, 10, 5)
    gains[:, 1] = gains[:, 0] + chance.normal(0, 0.1, 9)
    scaled = gains / np.linalg.norm(gains, axis=0)
    exact = permutation_test(
        (scaled,), np.sum, permutation_type="samples", alternative="greater", n_resamples=np.inf, vectorized=True
    )
    assert len(exact.null_distribution) == 2**9
    best = exact.null_distribution.max(axis=1)
    expected = [(best >= head - 1e-9).mean() for head in exact.statistic]
    found = sign_flip_p(["s"], lambda _: (torch.arange(9), torch.tensor(gains)), 9, draws=20000, seed=seed)["s"]
    assert found.tolist() == pytest.approx(expected, abs=MOST_OFF)
    for head in range(5):  # alone, there is nothing else to pay for
        alone = torch.tensor(gains[:, [head]])
        p = sign_flip_p(["s"], lambda _, alone=alone: (torch.arange(9), alone), 9, draws=20000, seed=seed)["s"]
        assert p.item() == pytest.approx(exact.pvalue[head], abs=MOST_OFF)


@pytest.mark.parametrize("most", [0.03, 1.0])  # so near each other that one may not fall below the next; or far apart
def test_holm_is_closed_testing_with_bonferroni(most):
    """A family's p is the largest that any group of families with it has: their number times their smallest p."""
    chance = np.random.default_rng(5)
    for n in (1, 2, 3, 6):
        smallest = dict(zip("abcdef", chance.uniform(0.02, most, n).tolist(), strict=False))
        families = {name: torch.tensor([p, (1 + p) / 2], dtype=torch.float64) for name, p in smallest.items()}
        groups = [group for size in range(1, n + 1) for group in combinations(smallest, size)]
        pays = {group: min(1.0, len(group) * min(smallest[name] for name in group)) for group in groups}
        corrected = holm(families)
        for name in smallest:
            expected = max(p for group, p in pays.items() if name in group)
            assert corrected[name][0].item() == pytest.approx(expected)
