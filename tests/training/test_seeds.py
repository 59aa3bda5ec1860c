"""Two ways to train, seed by seed: against scipy, signs and groups written out, and what the test must not claim."""

import math
from itertools import combinations, product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.stats import permutation_test

from mha_viz.errors import InputError
from mha_viz.training.seeds import paired_difference


def test_one_sign_too_few_is_no_evidence():
    found = paired_difference([3.0, 4.0, 5.0], [2.0, 2.0, 2.0])
    assert (found.mean, found.n, found.n_higher, found.n_lower) == (2.0, 3, 3, 0)
    assert found.p == 2 / 8  # all up or all down
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_eight_seeds_that_agree_are_evidence():
    found = paired_difference([i + 1.0 for i in range(8)], [float(i) for i in range(8)])
    assert found.p == 2 / 256
    assert (found.low, found.high) == (1.0, 1.0)


@settings(max_examples=30)
@given(some.lists(some.integers(-9, 9), min_size=6, max_size=8))
def test_signs_and_groups_written_out(gains):
    n, zeros = len(gains), [0.0] * len(gains)
    found = paired_difference([float(gain) for gain in gains], zeros)
    flips = [abs(sum(s * g for s, g in zip(signs, gains, strict=True))) for signs in product((-1, 1), repeat=n)]
    assert found.p == pytest.approx(sum(flip >= abs(sum(gains)) for flip in flips) / 2**n)
    groups = sorted(sum(one) / len(one) for size in range(1, n + 1) for one in combinations(gains, size))
    k = int(2**n * 0.025)
    assert (found.low, found.high) == pytest.approx((groups[k - 1], groups[-k]))
    assert found.low <= found.high
    turned = paired_difference(zeros, [float(gain) for gain in gains])
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))
    assert turned.p == pytest.approx(found.p)


@pytest.mark.parametrize("n", [2, 5, 8, 11])
def test_p_values_are_those_of_scipy(n):
    chance = np.random.default_rng(n)
    for middle in (0.0, 0.4, -1.5):
        first, second = chance.normal(middle, 1.0, n), chance.normal(0.0, 1.0, n)
        exact = permutation_test((first - second,), np.mean, permutation_type="samples", n_resamples=np.inf)
        found = paired_difference(first.tolist(), second.tolist())
        assert (found.mean, found.p) == (pytest.approx(exact.statistic), pytest.approx(exact.pvalue))


def test_the_interval_holds_the_truth_as_often_as_it_says():
    draws = torch.randn(400, 6, generator=torch.Generator().manual_seed(0)) + 0.5
    found = [paired_difference(row.tolist(), [0.0] * 6) for row in draws]
    held = sum(one.low <= 0.5 <= one.high for one in found) / len(found)
    assert held == pytest.approx(1 - 2 / 64, abs=0.03)  # k = 1 of 64: 96.9 %


@pytest.mark.parametrize(("first", "second"), [([], []), ([1.0], [1.0, 2.0]), ([0.0] * 17, [0.0] * 17)])
def test_what_is_no_pair_of_seeds_is_refused(first, second):
    with pytest.raises(InputError, match="Give two lists"):
        paired_difference(first, second)
