"""Numbers of texts → estimates, beside what is known by hand or by another way to compute it."""

import numpy as np
import pytest
import torch
from scipy import stats

from mha_viz.evidence.claims.estimates import heads_above, heads_where, mean_of, of_means, of_the_best, values_of


def test_values_by_name():
    assert values_of([{"a": [1, 2], "b": [0]}, {"a": [3, 4], "b": [0]}], "a").tolist() == [[1, 2], [3, 4]]


def test_a_mean_has_the_interval_of_students_t_where_units_are_even():
    values = torch.tensor([0.1, 0.2] * 6, dtype=torch.float64)
    found = mean_of(values, 100)
    assert (found.value, found.n) == (pytest.approx(15), 12)
    standard_error = np.std(values.numpy(), ddof=1) / np.sqrt(12)
    half = 100 * standard_error * stats.t.ppf(0.975, 11)
    assert found.low == pytest.approx(15 - half)
    assert found.high == pytest.approx(15 + half)


def test_numbers_that_never_differ_have_no_width():
    found = mean_of(torch.full((9,), 0.25, dtype=torch.float64), 100)
    assert (found.low, found.value, found.high) == (25, 25, 25)


def test_heads_above_a_bar_are_counted_for_all_heads_together():
    texts, heads = 10, 4
    hits = torch.zeros(texts, heads, dtype=torch.float64)
    hits[:, 0] = 0.9  # surely above
    hits[:, 1] = torch.tensor([0.8, 0.3] * 5)  # above in the mean, .55, but not surely
    hits[:, 2] = torch.tensor([0.6, 0.3] * 5)  # below in the mean, .45, but reaches .5
    hits[:, 3] = 0.1
    half = stats.t.ppf(1 - 0.025 / heads, texts - 1) * 0.15 * np.sqrt(10 / 9) / np.sqrt(texts)
    assert 0.45 + half > 0.5  # by hand: the third column reaches the bar
    found = heads_above(hits, torch.ones_like(hits), 0.5)
    assert (found.low, found.value, found.high, found.n) == (1, 2, 3, 10)


def test_a_head_is_sure_alone_and_no_longer_among_many():
    """Bonferroni: the same numbers, looked at together with more heads, are less sure."""
    one = torch.tensor([0.62, 0.46] * 6, dtype=torch.float64)[:, None]
    half = stats.t.ppf(0.975, 11) * 0.08 * np.sqrt(12 / 11) / np.sqrt(12)
    assert 0.54 - half < 0.5 + 0.04  # alone it is near
    alone = heads_above(one + 0.02, torch.ones_like(one), 0.5)
    many = torch.cat([one + 0.02, torch.zeros(12, 143, dtype=torch.float64)], dim=1)
    assert (alone.low, heads_above(many, torch.ones_like(many), 0.5).low) == (1, 0)


def test_shares_are_of_all_items_and_not_of_texts():
    hits, n = torch.tensor([[9.0], [0.0]] * 4).double(), torch.tensor([[10.0], [2.0]] * 4).double()
    assert heads_above(hits, n, 0.7).value == 1  # 9 of 12; the mean of .9 and 0 is .45


def test_heads_above_two_bars_at_once():
    """One is surely above both; of one it is not sure of the second; two others miss a bar each."""
    one, other = torch.full((10, 4), 0.9, dtype=torch.float64), torch.full((10, 4), 3.0, dtype=torch.float64)
    other[:, 1] = torch.tensor([8.0, -2.0] * 5)
    one[:, 2], other[:, 3] = 0.1, 0.5
    found = heads_where((one, 0.5), (other, 1.0))
    assert (found.low, found.value, found.high, found.n) == (1, 2, 2, 10)


def test_the_best_head_is_chosen_on_the_other_texts():
    chosen_by = torch.tensor([[9.0, 0, 2], [0, 0, 2], [0, 0, 2]])
    assert of_the_best(chosen_by, torch.arange(9.0).reshape(3, 3)).tolist() == [2, 3, 6]


def test_a_number_of_means_varies_as_the_means_do():
    values = torch.randn(40, 1, generator=torch.Generator().manual_seed(3), dtype=torch.float64) + 5
    found = of_means(values, lambda means: means[..., 0])
    half = stats.t.ppf(0.975, 39) * np.std(values.numpy(), ddof=0) / np.sqrt(40)
    assert (found.value, found.n) == (pytest.approx(values.mean().item()), 40)
    assert found.high - found.value == pytest.approx(half, rel=0.05)
    assert found.value - found.low == pytest.approx(found.high - found.value)


def test_a_share_of_means_stays_a_share():
    values = torch.tensor(
        [[0.0, 2.0], [2.0, 0.0]] * 5, dtype=torch.float64
    )  # both 1 in the mean, and .9 half of the time
    found = of_means(values, lambda means: 100 * (means > 0.9).double().mean(dim=-1), most=100)
    assert (found.value, found.high) == (100, 100)
    assert 0 <= found.low < 100
