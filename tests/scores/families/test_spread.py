"""How widely and how far heads look, by hand; blocks add up; undefined stays undefined."""

import math

import pytest
import torch

from mha_viz.attention.rows import row_entropy
from mha_viz.scores.counting import even_spread, pooled
from mha_viz.scores.families.spread import effective_keys, entropy_counts, longest_reach

BY_HAND = torch.tensor(
    [
        [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.1, 0.8, 0.1]],
        [[0.05, 0.05, 0.9], [0.25, 0.25, 0.5], [0.0, 0.0, 0.0]],
    ]
)


def test_effective_keys_by_hand():
    found = effective_keys(BY_HAND)
    of_third = math.exp(-(0.8 * math.log(0.8) + 0.2 * math.log(0.1)))
    of_fourth = math.exp(-(0.1 * math.log(0.05) + 0.9 * math.log(0.9)))
    assert found.hits.tolist() == pytest.approx([1 + 2 + of_third, of_fourth + 2 * math.sqrt(2)], rel=1e-5)
    assert found.n.tolist() == [3, 2]  # a row that holds nothing is no item
    for k in (1, 2, 7):
        assert effective_keys(even_spread(3, k)).share.item() == pytest.approx(k)


def test_longest_reach_by_hand():
    found = longest_reach(BY_HAND)
    assert found.hits.tolist() == [0 + 1 + 2, 2 + 1]  # a tenth is enough, a twentieth is not
    assert found.n.tolist() == [3, 2]


def test_a_query_that_gives_no_key_a_tenth_does_not_count():
    pattern = even_spread(2, 13)
    assert longest_reach(pattern).share.isnan()
    pattern[1] = 0.05
    pattern[1, 9] = 0.4
    assert (longest_reach(pattern).hits.item(), longest_reach(pattern).n.item()) == (8, 1)
    assert longest_reach(even_spread(10, 10)).n.item() == 10  # a tenth each, whatever rounding makes of it


def test_rows_that_do_not_sum_to_1_are_normalised():
    torch.testing.assert_close(effective_keys(BY_HAND / 4).hits, effective_keys(BY_HAND).hits)
    assert torch.equal(longest_reach(BY_HAND / 4).hits, longest_reach(BY_HAND).hits)


@pytest.mark.parametrize("score", [effective_keys, longest_reach])
def test_blocks_add_up_and_nothing_is_changed(score):
    pattern = torch.rand(2, 3, 7, 7, generator=torch.Generator().manual_seed(5)).pow(4).tril()
    before = pattern.clone()
    place = (lambda begin: {"first_query": begin}) if score is longest_reach else lambda _: {}
    parts = [score(pattern[..., begin:end, :end], **place(begin)) for begin, end in ((0, 2), (2, 5), (5, 7))]
    torch.testing.assert_close(pooled(parts).hits, score(pattern).hits)
    assert torch.equal(pooled(parts).n, score(pattern).n)
    assert torch.equal(pattern, before)


def test_an_entropy_that_is_known_is_not_computed_again():
    known = row_entropy(BY_HAND) + 1
    assert entropy_counts(BY_HAND, entropies=known).hits.tolist() == pytest.approx(
        (entropy_counts(BY_HAND).hits + torch.tensor([3, 2])).tolist()
    )
    assert effective_keys(BY_HAND, entropies=known).share.tolist() == pytest.approx(
        (effective_keys(BY_HAND).share * math.e).tolist()
    )
