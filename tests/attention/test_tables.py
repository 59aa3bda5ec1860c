"""Tables made from a capture whose patterns are known."""

import math

import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.attention.overview import overview_of
from mha_viz.attention.selection import OVER, Selection
from mha_viz.attention.shown import choose
from mha_viz.attention.tables import (
    attention_between,
    attention_between_words,
    describe_heads,
    map_frame,
    overview_frame,
    pattern_frame,
)
from mha_viz.errors import InputError
from mha_viz.inputs.text import read_text
from mha_viz.inputs.words import word_axes
from mha_viz.models.load import model_from
from mha_viz.objects import AttentionCall, Capture, Positions
from mha_viz.recording.capture import capture
from mha_viz.scores.table import entropy, mean_distance
from mha_viz.views.figures import heatmap, ranking
from tests.support.networks.families import DECODERS, ENCODER_DECODERS, TEXT, make, tokenizer


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


# ---- tables of what is shown -------------------------------------------------------------------------------------


def uneven(n_query=5, n_key=7, n_layers=2, n_heads=3):
    """Cross-attention whose numbers all differ, from ``a a a …`` to ``b b b …``."""
    torch.manual_seed(0)
    calls = tuple(
        AttentionCall(i, "cross", seen_pattern=torch.randn(n_heads, n_query, n_key).softmax(dim=-1))
        for i in range(n_layers)
    )
    axes = [
        {"cross": Positions((0,) * n, (sign,) * n, (False,) * n, (None,) * n)}
        for n, sign in ((n_query, "a"), (n_key, "b"))
    ]
    return Capture("uneven", None, "", None, calls, *axes)


def test_a_map_as_a_table_has_one_row_a_query_and_key():
    found = uneven()
    table = map_frame(choose(found, Selection("cross")), 1, [2, 0])
    assert list(table.columns) == ["layer", "head", "query_position", "query", "key_position", "key", "value"]
    assert len(table) == 2 * 5 * 7
    assert table["value"].dtype == "float32"
    assert set(table["layer"]) == {1}
    for row in table.itertuples():
        assert row.value == found.calls[1].seen_pattern[row.head, row.query_position, row.key_position].item()
        assert row.query == ("a" if row.query_position == 0 else f"a#{row.query_position + 1}")
        assert row.key == ("b" if row.key_position == 0 else f"b#{row.key_position + 1}")
    assert table["head"].tolist() == [2] * 35 + [0] * 35
    assert table["key_position"].tolist()[:8] == [0, 1, 2, 3, 4, 5, 6, 0]


def test_a_window_of_a_map_keeps_its_places(monkeypatch):
    monkeypatch.setattr("mha_viz.attention.shown.WINDOW", 3)
    found = uneven()
    table = map_frame(choose(found, Selection("cross")), 0, [1], (1, 3, 4, 7))
    assert table["query_position"].tolist() == [1] * 3 + [2] * 3
    assert table["key_position"].tolist() == [4, 5, 6] * 2
    assert table["query"].tolist() == ["a#2"] * 3 + ["a#3"] * 3
    assert table["key"].tolist() == ["b#5", "b#6", "b#7"] * 2
    assert table["value"].tolist() == found.calls[0].seen_pattern[1, 1:3, 4:7].flatten().tolist()
    whole = map_frame(choose(found, Selection("cross")), 0, [1])  # no window asked for: as much as is drawn
    assert len(whole) == 3 * 3


def test_a_map_of_a_layer_names_what_it_is_of():
    found = uneven()
    table = map_frame(choose(found, Selection("cross", over=OVER[1])), 0, [1])
    assert set(table["head"]) == {"mean of the layer's heads"}
    expected = found.calls[0].seen_pattern.mean(dim=0).flatten()
    assert table["value"].tolist() == pytest.approx(expected.tolist())


def test_a_map_with_hidden_positions_holds_what_is_left():
    table = map_frame(choose(known(), Selection("encoder", hidden=("special tokens",), renormalise=True)), 1, [0])
    assert table["query"].tolist()[::3] == table["key"].tolist()[:3] == ["the", "cat", "sat"]
    assert table["value"].tolist() == pytest.approx([1 / 3] * 9)


def test_an_overview_as_a_table_names_the_strongest_of_each_map():
    found = uneven()
    shown = choose(found, Selection("cross"))
    table = overview_frame(shown, overview_of(shown, 2))
    assert list(table.columns) == ["layer", "head", "query", "key", "value", "entropy", "mean_distance"]
    assert table[["layer", "head"]].to_numpy().tolist() == [[layer, head] for layer in range(2) for head in range(3)]
    for row in table.itertuples():
        one = found.calls[row.layer].seen_pattern[row.head]
        query, key = divmod(one.argmax().item(), 7)
        assert row.value == one.max().item()
        assert row.query == ("a" if query == 0 else f"a#{query + 1}")
        assert row.key == ("b" if key == 0 else f"b#{key + 1}")
        spread = -(one.double() * one.double().log()).sum(dim=1).mean().item()
        assert row.entropy == pytest.approx(spread, rel=1e-5)
    assert table["mean_distance"].isna().all()


def test_an_overview_of_layers_has_no_heads():
    for settings, columns in (({"map": "Rollout"}, 5), ({"over": OVER[2]}, 7)):
        shown = choose(known(), Selection("encoder", **settings))
        table = overview_frame(shown, overview_of(shown, 30))
        assert len(table) == 2
        assert table["head"].isna().all()
        assert len(table.columns) == columns


def test_what_a_word_gives_to_every_word():
    """Attention to a word is the sum over its pieces, from a word their mean; here "ab" is two pieces."""
    spans = ((0, 1), (1, 2), (3, 4), (5, 7))
    axis = Positions((0,) * 4, ("a", "b", "c", "ab"), (False,) * 4, spans, "ab c ab")
    first = torch.tensor([[0.1, 0.2, 0.3, 0.4], [0.5, 0.1, 0.2, 0.2], [0.0, 0.0, 1.0, 0.0], [0.7, 0.1, 0.1, 0.1]])
    maps = torch.stack([first, first.flip(1), first.roll(1, dims=1)])
    calls = tuple(AttentionCall(i, "encoder", seen_pattern=m) for i, m in enumerate((maps, maps.flip(0))))
    found = Capture("pieces", None, "ab c ab", None, calls, {"encoder": axis}, {"encoder": axis})
    words, _ = word_axes(found, "encoder")
    table = attention_between_words(found, words, words, 0, kind="encoder")
    assert list(table.columns) == ["layer", "head", "query", "key_position", "key", "attention"]
    assert len(table) == 2 * 3 * 3
    assert set(table["query"]) == {"ab"}
    assert table["key"].tolist()[:3] == ["ab", "c", "ab#2"]
    by_hand = {0: [(0.3 + 0.6) / 2, 0.25, 0.3], 1: [(0.7 + 0.4) / 2, (0.2 + 0.1) / 2, (0.1 + 0.5) / 2]}
    for head, expected in by_hand.items():
        rows = table[(table["layer"] == 0) & (table["head"] == head)]
        assert rows["attention"].tolist() == pytest.approx(expected)
        assert rows["key_position"].tolist() == [0, 1, 2]
        other = table[(table["layer"] == 1) & (table["head"] == 2 - head)]
        assert other["attention"].tolist() == pytest.approx(expected)
    last = attention_between_words(found, words, words, 2, kind="encoder")
    assert last["attention"].tolist()[:3] == pytest.approx([0.8, 0.1, 0.1])
    assert set(last["query"]) == {"ab#2"}


@pytest.mark.parametrize("name", ["bert", "llama", "mistral"])
def test_what_a_word_gives_is_a_row_of_its_map(name):
    model = model_from(make(*TEXT[name]), tokenizer(ends=name == "bert"), name=name)
    found = capture(model, "the cat sat on a mat")
    (kind,) = found.kinds
    words, _ = word_axes(found, kind)
    for word in range(len(words)):
        table = attention_between_words(found, words, words, word, kind=kind)
        rows = torch.tensor(table["attention"].to_numpy()).reshape(2, -1, len(words))
        for layer in range(2):
            torch.testing.assert_close(rows[layer], pattern(found, layer)[:, word], rtol=1e-5, atol=1e-6)
