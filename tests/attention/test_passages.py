"""How much goes to a passage: sums over patterns by hand, on tiny networks of many families."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import mha_viz
from mha_viz.attention import calls
from mha_viz.attention.maps import logits, pattern
from mha_viz.attention.passages import passage_heads, passage_share, shares_of
from mha_viz.errors import InputError
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.looking.on_demand import capture_on_demand
from mha_viz.recording.requests import Request
from tests.support.captures.comparing import made
from tests.support.networks.families import DECODERS, ENCODER_DECODERS, ENCODERS, TEXT, make, tokenizer

READ = "the cat sat on a mat because it was tired"
PASSAGE = (4, 14)  # "cat sat on"
TOKENS = [2, 3, 4]  # after [CLS] and "the"
ALL_FAMILIES = sorted({**ENCODERS, **DECODERS})


def read(name, text=READ):
    return capture(model_from(make(*TEXT[name]), tokenizer(), name=name), text)


def by_hand(of, kind, tokens):
    """(head, query) of all layers: sums over the pattern, and what an even spread over finite logits would give."""
    sums, even = [], []
    for layer in of.layers_of(kind):
        sums += [pattern(of, layer, kind=kind)[:, :, tokens].sum(dim=-1)]
        may = (logits(of, layer, kind=kind) > -torch.inf).float()
        even += [may[:, :, tokens].sum(dim=-1) / may.sum(dim=-1)]
    return torch.cat(sums).numpy(), torch.cat(even).numpy()


def wide(table, column):
    return table[column].to_numpy().reshape(-1, table["position"].nunique())


@pytest.mark.parametrize("name", ALL_FAMILIES)
def test_shares_are_sums_of_the_pattern_and_stand_beside_an_even_spread(name):
    of = read(name)
    (kind,) = of.kinds
    table = passage_share(of, PASSAGE)
    sums, even = by_hand(of, kind, TOKENS)
    np.testing.assert_allclose(wide(table, "share"), sums, atol=1e-6)
    np.testing.assert_allclose(wide(table, "even"), even, atol=1e-6)
    heads = [(call.layer, head) for call in of.calls for head in call.heads]
    assert list(dict.fromkeys(zip(table["layer"], table["head"], strict=True))) == heads
    assert table["token"].tolist()[:4] == ["[CLS]", "the", "cat", "sat"]


@pytest.mark.parametrize("name", ["bert", "llama", "mistral"])
def test_blocks_of_queries_change_no_number(name, monkeypatch):
    of = read(name)
    at_once = passage_share(of, PASSAGE)
    sizes = [len(list(calls.query_blocks(call))) for call in of.calls]
    monkeypatch.setattr(calls, "BLOCK", 6 * 12 * 5)  # five rows of six heads, or ten of three: no divisor of twelve
    assert sizes == [1, 1]
    assert all(len(list(calls.query_blocks(call))) > 1 for call in of.calls)
    in_blocks = passage_share(of, PASSAGE)
    np.testing.assert_allclose(in_blocks["share"], at_once["share"], atol=1e-6)
    np.testing.assert_array_equal(in_blocks["even"], at_once["even"])


def test_in_a_causal_model_only_what_comes_after_the_passage_counts():
    table = passage_share(read("llama"), PASSAGE)
    counts = wide(table, "counts")
    assert counts.all(axis=0).tolist() == [False] * 5 + [True] * 7
    assert (wide(table, "share")[:, :2] == 0).all()  # [CLS] and "the" come before it
    assert (wide(table, "even")[:, :2] == 0).all()
    heads = passage_heads(table).sort_values(["layer", "head"])
    np.testing.assert_allclose(heads["share"], wide(table, "share")[:, 5:].mean(axis=1), rtol=1e-5)
    np.testing.assert_allclose(heads["even"], np.mean([3 / n for n in range(6, 13)]), rtol=1e-5)


def test_in_a_model_that_reads_both_ways_all_outside_of_the_passage_counts():
    table = passage_share(read("bert"), PASSAGE)
    assert wide(table, "counts").all(axis=0).tolist() == [i not in TOKENS for i in range(12)]
    heads = passage_heads(table).sort_values(["layer", "head"])
    outside = [i for i in range(12) if i not in TOKENS]
    np.testing.assert_allclose(heads["share"], wide(table, "share")[:, outside].mean(axis=1), rtol=1e-5)
    np.testing.assert_allclose(heads["even"], 3 / 12, rtol=1e-6)


def test_the_head_that_gives_most_comes_first():
    to_cat = np.zeros((3, 4, 4))
    to_cat[0, :, 0], to_cat[1, :, 1], to_cat[2, :, 1], to_cat[2, :, 2] = 1.0, 1.0, 0.25, 0.75
    of = made([to_cat], ["Anna", "fed", "the", "cat"], kind="encoder")
    heads = passage_heads(passage_share(of, "fed"))
    assert heads["head"].tolist() == [1, 2, 0]
    assert heads["share"].tolist() == [1.0, 0.25, 0.0]


def test_in_cross_attention_the_passage_is_of_the_source():
    model = model_from(make(*ENCODER_DECODERS["bart"]), tokenizer(), name="bart")
    of = capture(model, READ, target="he ran home")
    table = passage_share(of, "cat sat on", kind="cross")
    sums, even = by_hand(of, "cross", TOKENS)
    np.testing.assert_allclose(wide(table, "share"), sums, atol=1e-6)
    np.testing.assert_allclose(wide(table, "even"), even, atol=1e-6)
    assert table["counts"].all()
    assert table["token"].unique().tolist() == list(of.query_positions["cross"].labels)
    with pytest.raises(InputError, match="does not stand in this text"):
        passage_share(of, "he ran", kind="cross")
    with pytest.raises(InputError, match="kind="):
        passage_share(of, "cat sat on")


def test_heads_that_were_removed_are_left_out_and_the_others_keep_their_numbers():
    of = read("bert")
    thinned = replace(of, calls=(replace(of.calls[0], removed=(1,)), of.calls[1]))
    table = passage_share(thinned, PASSAGE)
    assert list(dict.fromkeys(zip(table["layer"], table["head"], strict=True))) == [
        (0, 0),
        (0, 2),
        (1, 0),
        (1, 1),
        (1, 2),
    ]
    sums, _ = by_hand(of, "encoder", TOKENS)
    np.testing.assert_allclose(wide(table, "share"), sums[[0, 2, 3, 4, 5]], atol=1e-6)


def test_layers_with_different_numbers_of_heads_are_told_one_by_one():
    few, many = np.full((2, 3, 3), 1 / 3), np.full((5, 3, 3), 1 / 3)
    table = passage_share(made([few, many], ["the", "cat", "sat"]), "cat")
    assert len(passage_heads(table)) == 7


def test_patterns_seen_from_outside_are_summed_too():
    rows = torch.tensor([[[1.0, 0, 0], [0.5, 0.5, 0], [0.2, 0.3, 0.5]]])
    table = passage_share(made([rows], ["the", "cat", "sat"], kind="decoder"), "the cat")
    assert table["share"].tolist() == pytest.approx([1, 1, 0.5])
    assert table["even"].tolist() == pytest.approx([1, 1, 2 / 3])
    assert table["counts"].tolist() == [False, False, True]


def test_a_pattern_that_is_nothing_to_rounding_is_no_mask():
    """A head so sharp that the rest is 0 in float32 may look there all the same."""
    raw = torch.tensor([[[0.0, 200.0, 0.0]] * 3])
    of = made([raw.softmax(-1)], ["the", "cat", "sat"])
    of = replace(of, calls=(replace(of.calls[0], seen_logits=raw),))
    assert passage_share(of, "the")["even"].tolist() == pytest.approx([1 / 3] * 3)


def test_the_second_of_two_texts_and_a_part_by_its_name():
    of = capture(model_from(make(*TEXT["bert"]), tokenizer(), name="bert"), "the cat sat", pair="he ran home")
    by_part, by_words = passage_share(of, part="B"), passage_share(of, "ran home")
    sums, _ = by_hand(of, "encoder", [6, 7])
    np.testing.assert_allclose(wide(by_words, "share"), sums, atol=1e-6)
    in_part = [i for i, segment in enumerate(of.query_positions["encoder"].segments) if segment == 1]
    sums, _ = by_hand(of, "encoder", in_part)
    np.testing.assert_allclose(wide(by_part, "share"), sums, atol=1e-6)


def test_a_passage_after_which_nothing_comes_has_a_curve_and_no_mean():
    table = passage_share(read("llama"), "tired")
    assert table["share"].max() > 0
    assert table["counts"].sum() == len(table) / 12  # [SEP], which this tokenizer writes
    nothing = made([np.tril(np.full((2, 3, 3), 0.25))], ["the", "cat", "sat"], kind="decoder")
    with pytest.raises(InputError, match="Nothing comes after this passage"):
        passage_heads(passage_share(nothing, "sat"))
    with pytest.raises(InputError, match="whole text"):
        passage_heads(passage_share(made([np.full((2, 3, 3), 0.3)], ["the", "cat", "sat"]), "the cat sat"))


def test_a_text_read_layer_by_layer_again_gives_the_same():
    model = model_from(make(*TEXT["llama"]), tokenizer(), name="llama")
    told = []
    awaited = capture_on_demand(model, Request(READ), lambda *_: None)
    found = shares_of(awaited, tuple(TOKENS), "decoder", told.append)
    np.testing.assert_allclose(found.share.flatten(), passage_share(capture(model, READ), PASSAGE)["share"], atol=1e-6)
    assert told[-1] == 1.0


def test_both_functions_are_public():
    table = mha_viz.passage_share(read("bert"), PASSAGE)
    assert mha_viz.passage_heads(table).columns.tolist() == ["layer", "head", "share", "even"]
