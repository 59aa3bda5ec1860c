"""Maps computed from a capture, against numbers worked out by hand."""

import math

import pytest
import torch

from mha_viz.attention.maps import call_at, head_output, logits, pattern, value_weighted_pattern
from mha_viz.errors import InputError
from mha_viz.inputs.text import numbered
from mha_viz.objects import AttentionCall, Capture

LOG3 = math.log(3)


def capture_of(*calls):
    axes = {call.kind: numbered(2) for call in calls}
    return Capture("by hand", None, "", None, calls, axes, axes)


def call(**changes):
    """One head, two positions, one dimension: the first query seeks 1, the second log 3; the keys offer 0 and 1."""
    fields = {
        "layer": 0,
        "kind": "encoder",
        "query": torch.tensor([[[1.0], [LOG3]]]),
        "key": torch.tensor([[[0.0], [1.0]]]),
        "value": torch.tensor([[[3.0, 4.0], [0.0, 1.0]]]),
    }
    return AttentionCall(**{**fields, **changes})


def test_logits_and_pattern_by_hand():
    found = capture_of(call())
    torch.testing.assert_close(logits(found, 0), torch.tensor([[[0.0, 1.0], [0.0, LOG3]]]))
    e = math.e
    torch.testing.assert_close(pattern(found, 0), torch.tensor([[[1 / (1 + e), e / (1 + e)], [0.25, 0.75]]]))


def test_value_weighted_pattern_and_head_output_by_hand():
    found = capture_of(call())
    torch.testing.assert_close(value_weighted_pattern(found, 0)[0, 1], torch.tensor([0.25 * 5, 0.75 * 1]))
    torch.testing.assert_close(head_output(found, 0)[0, 1], torch.tensor([0.75, 0.25 * 4 + 0.75]))


def test_scaling_softcap_and_bias_in_this_order():
    found = capture_of(call(scaling=2.0, softcap=1.5, bias=torch.tensor([[[0.0, 10.0]]])))
    capped = 1.5 * math.tanh(2 * LOG3 / 1.5)
    torch.testing.assert_close(logits(found, 0)[0, 1], torch.tensor([0.0, capped + 10.0]))


def test_causal_mask_and_allowed_mask_agree():
    allowed = torch.tensor([[[True, False], [True, True]]])
    by_flag, by_mask = capture_of(call(is_causal=True)), capture_of(call(allowed=allowed))
    assert pattern(by_flag, 0)[0, 0].tolist() == [1.0, 0.0]
    assert torch.equal(pattern(by_flag, 0), pattern(by_mask, 0))
    assert logits(by_flag, 0)[0, 0, 1] == -torch.inf


def test_a_bias_of_the_most_negative_number_is_a_mask():
    lowest = torch.tensor([[[0.0, torch.finfo(torch.float32).min]]])
    assert logits(capture_of(call(bias=lowest)), 0)[0, 0, 1] == -torch.inf


def test_a_sink_takes_its_share_and_hands_nothing_on():
    found = capture_of(call(sinks=torch.tensor([LOG3])))  # the second row: exp 1, 3 and the sink's 3
    torch.testing.assert_close(pattern(found, 0)[0, 1], torch.tensor([1 / 7, 3 / 7]))


def test_heads_of_a_group_share_keys_and_values():
    query = torch.randn(6, 2, 5)
    key, value = torch.randn(2, 2, 5), torch.randn(2, 2, 3)
    found = capture_of(call(query=query, key=key, value=value))
    for head in range(6):
        raw = query[head] @ key[head // 3].T
        torch.testing.assert_close(logits(found, 0)[head], raw)
        torch.testing.assert_close(head_output(found, 0)[head], raw.softmax(-1) @ value[head // 3])


def test_half_precision_is_computed_in_float32_and_float64_stays():
    half = call(**{name: getattr(call(), name).half() for name in ("query", "key", "value")})
    assert pattern(capture_of(half), 0).dtype == torch.float32
    double = call(**{name: getattr(call(), name).double() for name in ("query", "key", "value")})
    assert head_output(capture_of(double), 0).dtype == torch.float64


def test_call_at_names_what_there_is():
    found = capture_of(call(), call(layer=1), call(kind="cross"))
    assert call_at(found, 1, "encoder").layer == 1
    with pytest.raises(InputError, match="encoder and cross"):
        call_at(found, 0)
    with pytest.raises(InputError, match="layers 0 to 1"):
        call_at(found, -1, "encoder")
