"""Parts of an attention call: some heads, some queries, with the numbers of the whole."""

import pytest
import torch

from mha_viz.attention import calls
from mha_viz.attention.calls import (
    call_contributions,
    call_head_output,
    call_logits,
    call_pattern,
    contribution_lengths_of,
    part_of,
    query_blocks,
    rows_at,
    value_lengths,
    widened,
)
from mha_viz.errors import NotSeenError
from mha_viz.models.load import model_from
from mha_viz.objects import AttentionCall
from mha_viz.recording.capture import capture
from tests.support.networks.families import ENCODER_DECODERS, TEXT, TEXTS, make, text_model, tokenizer

CLOSE = {"rtol": 1e-5, "atol": 1e-5}
ROWS = slice(3, 6)
HEADS = {3: [2, 0], 4: [3, 0, 2], 6: [4, 0, 3]}  # out of order, and in another group of keys than by their place
# What makes families differ: each has to be in one of the calls that are cut below.
FEATURES = {
    "llama": lambda call: call.is_causal and len(call.key) == 2 and call.n_heads == 6,
    "gpt2": lambda call: call.is_causal and len(call.key) == call.n_heads,
    "falcon": lambda call: call.n_heads == 3,
    "mistral": lambda call: call.allowed is not None and not call.allowed[..., 8, 0].any(),
    "gemma2": lambda call: call.softcap == 1.5,
    "gpt-oss": lambda call: call.sinks is not None and len(call.sinks) == 6,
    "bloom": lambda call: call.seen_pattern is not None,
    "modernbert": lambda call: call.allowed is not None and not call.is_causal,
}


def captured(name):
    return capture(text_model(name)[1], TEXTS[1])


def sequence_to_sequence(name):
    model = model_from(make(*ENCODER_DECODERS[name]), tokenizer(), name=name)
    return capture(model, TEXTS[1], target="a dog and a cat ran")


@pytest.mark.parametrize("name", FEATURES)
def test_what_makes_a_family_differ_is_in_its_calls(name):
    assert any(FEATURES[name](call) for call in captured(name).calls)


def test_t5_has_a_bias_in_its_calls():
    by_kind = {kind: sequence_to_sequence("t5").calls_of(kind) for kind in ("encoder", "decoder")}
    assert all(call.bias is not None and call.bias.shape[0] == 3 for calls_ in by_kind.values() for call in calls_)


def assert_a_part_equals_the_whole(call):
    """Every function of a part gives the rows and the heads of the whole."""
    heads, n_key = HEADS[call.n_heads], call.n_key
    wholes = {
        call_pattern: call_pattern(call),
        call_logits: call_logits(call),
        call_head_output: call_head_output(call),
        call_contributions: call_contributions(call),
    }
    nothing = {call_pattern: 0.0, call_logits: -torch.inf}
    for chosen, rows in ((heads, None), (None, ROWS), (heads, ROWS)):
        part = part_of(call, heads=chosen, queries=rows)
        assert part.n_heads == len(chosen or range(call.n_heads))
        assert part.n_query == (3 if rows else call.n_query)
        for function, whole in wholes.items():
            expected = whole[chosen or slice(None), rows or slice(None)]
            found = function(part)
            if function in nothing:
                found = widened(found, n_key, nothing[function])
            torch.testing.assert_close(found, expected, **CLOSE)
    part = part_of(call, heads=heads)
    torch.testing.assert_close(value_lengths(part), value_lengths(call)[heads], **CLOSE)
    torch.testing.assert_close(contribution_lengths_of(part), contribution_lengths_of(call)[heads], **CLOSE)


@pytest.mark.parametrize("name", TEXT)
def test_a_part_equals_the_whole(name):
    for call in captured(name).calls:
        assert_a_part_equals_the_whole(call)


@pytest.mark.parametrize("name", ENCODER_DECODERS)
def test_a_part_of_encoder_decoder_and_cross_equals_the_whole(name):
    found = sequence_to_sequence(name)
    assert found.kinds == ("encoder", "decoder", "cross")
    for call in found.calls:
        assert_a_part_equals_the_whole(call)


def assert_rows_anywhere_equal_those_of_the_whole(call):
    queries = [6, 1, 4]
    part = rows_at(call, queries)
    assert part.n_query == 3
    assert part.n_key == (7 if call.is_causal and call.query is not None else call.n_key)
    for function, nothing in ((call_pattern, 0.0), (call_logits, -torch.inf)):
        found = widened(function(part), call.n_key, nothing)
        torch.testing.assert_close(found, function(call)[:, queries], **CLOSE)
    if call.query is not None:
        later = rows_at(part_of(call, queries=slice(2, 7)), [4, 1])
        torch.testing.assert_close(
            widened(call_pattern(later), call.n_key, 0.0), call_pattern(call)[:, [6, 3]], **CLOSE
        )


@pytest.mark.parametrize("name", TEXT)
def test_rows_anywhere_equal_those_of_the_whole(name):
    for call in captured(name).calls:
        assert_rows_anywhere_equal_those_of_the_whole(call)


def test_rows_anywhere_of_encoder_decoder_and_cross():
    for call in sequence_to_sequence("t5").calls:
        assert_rows_anywhere_equal_those_of_the_whole(call)


def test_rows_anywhere_keep_a_mask_beside_causality():
    query, key, value = torch.randn(3, 2, 7, 5, generator=torch.Generator().manual_seed(0))
    allowed = torch.eye(7, dtype=torch.bool) | (torch.arange(7) % 3 == 0)
    bias = torch.randn(1, 7, 7, generator=torch.Generator().manual_seed(1))
    call = AttentionCall(0, "decoder", query, key, value, is_causal=True, allowed=allowed[None], bias=bias)
    assert_rows_anywhere_equal_those_of_the_whole(call)


@pytest.mark.parametrize("name", TEXT)
def test_keys_left_out_are_those_nobody_of_the_part_looks_at(name):
    for call in captured(name).calls:
        part, rows = part_of(call, queries=ROWS), call_pattern(call)[:, ROWS]
        assert not rows[:, :, part.n_key :].any()
        if call.is_causal and call.allowed is None and call.bias is None:
            assert part.n_key == ROWS.stop < call.n_key
            assert rows[:, -1, part.n_key - 1].all()  # the last key that is kept is looked at
        else:
            assert part.n_key == call.n_key


def test_causal_families_leave_keys_out():
    cut = [name for name in ("gpt2", "llama", "opt", "phi3") if captured(name).calls[0].is_causal]
    assert cut == ["gpt2", "llama", "opt", "phi3"]


@pytest.mark.parametrize("name", ["bert", "llama", "mistral", "gpt-oss", "bloom"])
def test_a_part_of_a_part(name):
    call = captured(name).calls[0]
    once = part_of(part_of(call, queries=slice(2, 7)), heads=[2, 1], queries=slice(1, 3))
    torch.testing.assert_close(
        widened(call_pattern(once), call.n_key, 0.0), call_pattern(call)[[2, 1], slice(3, 5)], **CLOSE
    )


def test_slices_count_as_python_does():
    call = captured("llama").calls[1]
    for rows in (slice(None), slice(-3, None), slice(5, 99), slice(None, -2)):
        found = widened(call_pattern(part_of(call, queries=rows)), call.n_key, 0.0)
        torch.testing.assert_close(found, call_pattern(call)[:, rows], **CLOSE)


def test_a_part_is_a_view_and_the_whole_stays_as_it_was():
    call = captured("llama").calls[0]
    before = call.query.clone()
    call_logits(part_of(call, heads=[1], queries=ROWS))
    assert torch.equal(call.query, before)
    assert part_of(call, queries=ROWS).query.untyped_storage().data_ptr() == call.query.untyped_storage().data_ptr()


def test_widened_by_hand():
    values = torch.tensor([[[0.25, 0.75]]])
    assert widened(values, 4, 0.0).tolist() == [[[0.25, 0.75, 0.0, 0.0]]]
    assert widened(values, 3, -torch.inf).tolist() == [[[0.25, 0.75, -torch.inf]]]
    assert widened(values, 2, 5.0) is values


@pytest.mark.parametrize("block", [1, 3 * 7, 3 * 7 * 2, 3 * 7 * 4 + 1, 10**9])
def test_blocks_hold_every_query_once(block, monkeypatch):
    monkeypatch.setattr(calls, "BLOCK", block)
    call = AttentionCall(0, "encoder", seen_pattern=torch.rand(3, 11, 7))
    blocks = list(query_blocks(call))
    assert [i for part in blocks for i in range(11)[part]] == list(range(11))
    for part in blocks:
        n_rows = part.stop - part.start
        assert n_rows == 1 or n_rows * 3 * 7 <= block
    assert len(blocks) == {1: 11, 21: 11, 42: 6, 85: 3, 10**9: 1}[block]


def test_a_call_that_lacks_a_part_says_so():
    with pytest.raises(NotSeenError, match="queries, keys and values, or else a seen pattern"):
        _ = AttentionCall(layer=0, kind="encoder").n_heads
    with pytest.raises(NotSeenError, match="lacks a part"):
        call_logits(AttentionCall(layer=0, kind="encoder", query=torch.ones(2, 3, 4)))
