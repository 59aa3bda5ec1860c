"""Distances between patterns, and what one averaged pattern loses, against cases worked out by hand."""

import math

import pytest
import torch
from families import TEXT, TEXTS, make, tokenizer

from mha_viz.attention import head_output, trace_of
from mha_viz.capturing import capture
from mha_viz.compare import against_average, jensen_shannon
from mha_viz.models import model_from


def test_equal_rows_are_0_and_rows_that_share_nothing_1():
    eye = torch.eye(3)
    assert jensen_shannon(eye, eye).item() == 0.0
    assert jensen_shannon(eye, eye.roll(1, dims=1)).item() == pytest.approx(1.0)


def test_by_hand():
    p, q = torch.tensor([[0.75, 0.25]]), torch.tensor([[0.25, 0.75]])
    expected = 1 + 0.75 * math.log2(0.75) + 0.25 * math.log2(0.25)  # log of the middle, (.5, .5), is -1 bit
    assert jensen_shannon(p, q).item() == pytest.approx(expected, abs=1e-6)
    assert jensen_shannon(q, p * 2.0).item() == pytest.approx(expected, abs=1e-6)


def test_heads_with_the_same_pattern_lose_nothing_to_their_average():
    network = make(*TEXT["bert"])
    attention = network.encoder.layer[0].attention.self
    with torch.no_grad():
        attention.query.weight.zero_()
        attention.query.bias.zero_()  # every head of this layer spreads evenly
    found = capture(model_from(network, tokenizer(), name="even"), TEXTS[0])
    table, change = against_average(found, 0)
    assert table["distance"].tolist() == pytest.approx([0.0] * 3, abs=1e-6)
    assert change == pytest.approx(0.0, abs=1e-5)
    table, change = against_average(found, 1)
    assert (table["distance"] > 1e-4).all()
    assert change > 1e-3


@pytest.mark.parametrize("name", ["llama", "mpnet"])
def test_a_trace_of_a_capture_is_whole(name):
    found = capture(model_from(make(*TEXT[name]), tokenizer(ends=name != "llama"), name=name), TEXTS[1])
    trace = trace_of(found, 1)
    torch.testing.assert_close(trace.head_outputs, head_output(found, 1))
    torch.testing.assert_close(trace.concatenation[4].unflatten(0, (len(trace.pattern), -1)), trace.head_outputs[:, 4])
    call = found.calls[1]
    weight = call.projection.flatten(0, 1)
    bias = 0 if call.projection_bias is None else call.projection_bias
    torch.testing.assert_close(trace.concatenation @ weight + bias, trace.output, rtol=1e-4, atol=1e-4)
    assert (trace.query is None) == (name == "mpnet")
