"""Attention to the first token and to delimiters, worked out by hand."""

import pytest
import torch

from mha_viz.objects import Positions
from mha_viz.scores.counting import even_spread, pooled
from mha_viz.scores.families.sinks import SINK, attention_to_first, attention_to_keys, delimiters

CAUSAL = torch.tensor(
    [
        [[1.0, 0.0, 0.0, 0.0], [0.9, 0.1, 0.0, 0.0], [0.8, 0.1, 0.1, 0.0], [0.7, 0.1, 0.1, 0.1]],
        [[1.0, 0.0, 0.0, 0.0], [0.1, 0.9, 0.0, 0.0], [0.0, 0.2, 0.8, 0.0], [0.0, 0.1, 0.3, 0.6]],
    ]
)


def test_attention_to_the_first_token_by_hand():
    share = attention_to_first(CAUSAL).share
    assert share.tolist() == pytest.approx([3.4 / 4, 1.1 / 4])
    assert (share > SINK).tolist() == [True, False]
    later = attention_to_first(CAUSAL, queries=torch.tensor([False, True, True, True]))
    assert later.share.tolist() == pytest.approx([2.4 / 3, 0.1 / 3])


def test_an_even_spread_is_no_sink_from_ten_tokens_on():
    for n, is_sink in ((9, True), (10, False)):
        share = attention_to_first(even_spread(n, n, is_causal=True)).share.item()
        assert share == pytest.approx(sum(1 / i for i in range(1, n + 1)) / n, rel=1e-5)
        assert (share > SINK) is is_sink


def test_attention_to_delimiters_by_hand():
    keys = torch.tensor([False, True, False, True])
    counts = attention_to_keys(CAUSAL, keys, is_causal=True)
    assert counts.n.tolist() == [3, 3]  # the first query comes before all of them
    assert counts.share.tolist() == pytest.approx([(0.1 + 0.1 + 0.2) / 3, (0.9 + 0.2 + 0.7) / 3])
    assert attention_to_keys(CAUSAL, keys).n.tolist() == [4, 4]
    assert attention_to_keys(CAUSAL, torch.zeros(4, dtype=torch.bool)).share.isnan().all()


def test_which_positions_are_delimiters():
    labels = ("[CLS]", "the", ",", "don't", "...", "", "x.", "[SEP]")
    special = tuple(label.startswith("[") for label in labels)
    positions = Positions((0,) * 8, labels, special, (None,) * 8)
    assert delimiters(positions).tolist() == [True, False, True, False, True, False, False, True]
    spaces = Positions((0,) * 5, ("␣", "␣␣", "␣,", "⏎", "—"), (False,) * 5, (None,) * 5)
    assert delimiters(spaces).tolist() == [False, False, True, False, True]  # white space is no sign


def test_empty_rows_do_not_count_blocks_add_up_and_nothing_is_changed():
    values = CAUSAL.clone()
    values[0, 2] = 0.0
    before, keys = values.clone(), torch.tensor([True, False, True, False])
    assert attention_to_first(values).n.tolist() == [3, 4]
    whole = attention_to_keys(values, keys, is_causal=True)
    assert whole.n.tolist() == [3, 4]
    blocks = [
        attention_to_keys(values[:, begin:end, :end], keys, first_query=begin, is_causal=True)
        for begin, end in ((0, 1), (1, 4))
    ]
    assert pooled(blocks).hits.tolist() == pytest.approx(whole.hits.tolist())
    assert pooled(blocks).n.tolist() == whole.n.tolist()
    assert torch.equal(values, before)
