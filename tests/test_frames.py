"""Tables made from a capture whose patterns are known."""

import math

import pytest
import torch
from families import DECODERS, ENCODER_DECODERS, TEXT, make, tokenizer

from mha_viz.capturing import capture
from mha_viz.errors import InputError
from mha_viz.figures import heatmap, ranking
from mha_viz.frames import attention_between, describe_heads, pattern_frame
from mha_viz.head_scores import entropy, mean_distance
from mha_viz.inputs import read_text
from mha_viz.models import model_from
from mha_viz.objects import AttentionCall, Capture


def known():
    """Two layers of three heads over "[CLS] the cat sat [SEP]"; layer 1, head 2 looks from each token to "cat"."""
    positions = read_text(tokenizer(), "the cat sat")
    even = torch.full((3, 5, 5), 0.2)
    pointed = even.clone()
    pointed[2] = 0.0
    pointed[2, :, 2] = 1.0
    calls = [
        AttentionCall(index, "encoder", seen_pattern=weights, seen_logits=weights.log())
        for index, weights in enumerate((even, pointed))
    ]
    axes = {"encoder": positions}
    return Capture("known", None, positions.text, None, tuple(calls), axes, axes)


def test_attention_between_puts_the_head_that_looks_there_first():
    table = attention_between(known(), "sat", "cat")
    assert table.loc[0].tolist() == [1, 2, 1.0]
    assert len(table) == 6
    assert table["attention"][1:].tolist() == pytest.approx([0.2] * 5)
    assert table[["layer", "head"]].to_numpy().tolist()[1:4] == [[0, 0], [0, 1], [0, 2]]  # ties keep their order


def test_describe_heads_in_layer_and_head_order():
    table = describe_heads(known())
    assert table[["layer", "head"]].to_numpy().tolist() == [[layer, head] for layer in (0, 1) for head in range(3)]
    last = table.loc[5]
    assert (last["query"], last["key"], last["value"]) == ("[CLS]", "cat", 1.0)
    assert last["entropy"] == 0.0
    assert last["mean_distance"] == pytest.approx((2 + 1 + 0 + 1 + 2) / 5)
    assert table["entropy"][0] == pytest.approx(math.log(5))


def test_pattern_frame_has_unique_labels_on_both_axes():
    model = model_from(make(*TEXT["llama"]), tokenizer(ends=False), name="llama")
    table = pattern_frame(capture(model, "the cat the cat"), 0, 1)
    assert list(table.index) == list(table.columns) == ["the", "cat", "the#2", "cat#2"]
    assert table.sum(axis=1).tolist() == pytest.approx([1.0] * 4)


def test_missing_heads_and_words_are_named():
    with pytest.raises(InputError, match="heads 0 to 2"):
        pattern_frame(known(), 0, 3)
    with pytest.raises(InputError, match="heads 0 to 2"):
        pattern_frame(known(), 0, -1)
    with pytest.raises(InputError, match="Its words: \\[CLS\\], the, cat, sat"):
        attention_between(known(), "dog", "cat")


def test_cross_attention_has_two_different_axes_and_no_distance():
    model = model_from(make(*ENCODER_DECODERS["bart"]), tokenizer(), name="bart")
    found = capture(model, "the cat sat", target="he ran home")
    table = pattern_frame(found, 0, 3, kind="cross")
    assert table.shape == (5, 5)
    assert list(table.index) == ["[start]", "[CLS]", "he", "ran", "home"]
    assert list(table.columns)[1:4] == ["the", "cat", "sat"]
    assert describe_heads(found, kind="cross")["mean_distance"].isna().all()


def test_scores_normalise_rows_that_do_not_sum_to_one():
    model = model_from(make(*DECODERS["gpt-oss"]), tokenizer(ends=False), name="gpt-oss")
    from mha_viz.attention import pattern

    weights = pattern(capture(model, "the cat sat on a mat"), 0)
    scaled = weights * torch.rand(6, 6, 1)
    torch.testing.assert_close(entropy(weights), entropy(scaled))
    torch.testing.assert_close(mean_distance(weights), mean_distance(scaled))


def test_figures_are_returned_with_readable_ticks():
    table = pattern_frame(known(), 1, 2)
    figure = heatmap(table, title="L1 H2")
    assert figure.data[0].z.shape == (5, 5)
    assert list(figure.layout.xaxis.ticktext) == ["[CLS]", "the", "cat", "sat", "[SEP]"]
    bars = ranking(attention_between(known(), "sat", "cat"), most=2)
    assert list(bars.data[0].y) == ["L1 H2", "L0 H0"]
