"""Patterns as calls come: a few layers at once; and word maps of rows that come some at a time."""

import pytest
import torch

from mha_viz.annotation.annotated import annotated_word_map
from mha_viz.errors import InputError
from mha_viz.objects import AttentionCall
from mha_viz.scores.blocks import PatternBlocks, WordMapRows

PIECES = ((1, 2), (3,), (), (4, 5, 6), (8,))  # tokens 0, 7, 9 and 10 are nobody's


def call_of(layer, kind="encoder", n_heads=2, n=3):
    pattern = torch.rand(n_heads, n, n, generator=torch.Generator().manual_seed(layer)).softmax(dim=-1)
    return AttentionCall(layer, kind, seen_logits=pattern.log(), seen_pattern=pattern)


@pytest.mark.parametrize("n_rows", [1, 2, 4, 11])
@pytest.mark.parametrize("queries", [None, [0, 3]])
def test_rows_that_come_some_at_a_time_make_the_same_word_map(n_rows, queries):
    pattern = torch.rand(2, 11, 11, generator=torch.Generator().manual_seed(7))
    rows = WordMapRows(11, PIECES, queries)
    for begin in range(0, 11, n_rows):
        rows.add(pattern[:, begin : begin + n_rows], begin)
    torch.testing.assert_close(rows.word_map(), annotated_word_map(pattern, PIECES, queries))


def test_keys_may_be_missing_at_the_end_of_rows_that_never_look_ahead():
    pattern = torch.rand(2, 11, 11, generator=torch.Generator().manual_seed(7)).tril()
    rows = WordMapRows(11, PIECES)
    for begin in range(0, 11, 3):
        rows.add(pattern[:, begin : begin + 3, : begin + 3], begin)
    torch.testing.assert_close(rows.word_map(), annotated_word_map(pattern, PIECES))


@pytest.mark.parametrize(("most", "sizes"), [(1, [1] * 5), (2 * 18, [2, 2, 1]), (5 * 18, [5])])
def test_as_many_layers_are_looked_at_together_as_may_be_held(most, sizes):
    seen = []
    blocks = PatternBlocks(lambda patterns, is_causal: seen.append((patterns.clone(), is_causal)), most=most)
    calls = [call_of(layer) for layer in range(5)]
    for call in calls:
        blocks(call)
        blocks(call_of(7, "cross"))  # of other positions
    assert len(blocks.parts()) == len(sizes)
    assert [len(patterns) for patterns, _ in seen] == sizes
    assert torch.equal(torch.cat([patterns for patterns, _ in seen]), torch.stack([c.seen_pattern for c in calls]))
    assert not any(is_causal for _, is_causal in seen)
    assert not blocks.is_causal


def test_a_long_layer_stands_in_its_place(monkeypatch):
    monkeypatch.setattr("mha_viz.scores.blocks.LONG", 2 * 5 * 5 - 1)
    blocks = PatternBlocks(lambda patterns, _: len(patterns), of_long=lambda call: f"layer {call.layer}")
    for layer, n in enumerate((3, 3, 5, 3)):
        blocks(call_of(layer, n=n))
    assert blocks.parts() == [2, "layer 2", 1]


def test_scores_are_of_one_kind_of_self_attention_and_of_as_many_heads_in_every_layer():
    blocks = PatternBlocks(lambda *_: None)
    blocks(call_of(0, "decoder"))
    assert blocks.is_causal
    with pytest.raises(InputError, match="holds decoder and encoder: say which"):
        blocks(call_of(1, "encoder"))
    blocks = PatternBlocks(lambda *_: None, kind="encoder")
    blocks(call_of(0, "decoder"))
    with pytest.raises(InputError, match="holds none: say which"):
        blocks.parts()
    blocks(call_of(0))
    with pytest.raises(InputError, match=r"different numbers of heads \(2, 3\)"):
        blocks(call_of(1, n_heads=3))
