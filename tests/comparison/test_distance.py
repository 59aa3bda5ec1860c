"""Distances between patterns, and what one averaged pattern loses, against cases worked out by hand."""

import math

import pytest
import torch

from mha_viz.attention.maps import head_output, trace_of
from mha_viz.comparison.distance import against_average, jensen_shannon, match_one_to_one, pairwise_distances
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from tests.support.networks.families import TEXT, TEXTS, make, tokenizer


def test_equal_rows_are_0_and_rows_that_share_nothing_1():
    eye = torch.eye(3)
    assert jensen_shannon(eye, eye).item() == 0.0
    assert jensen_shannon(eye, eye.roll(1, dims=1)).item() == pytest.approx(1.0)


def test_by_hand():
    p, q = torch.tensor([[0.75, 0.25]]), torch.tensor([[0.25, 0.75]])
    expected = 1 + 0.75 * math.log2(0.75) + 0.25 * math.log2(0.25)  # log of the middle, (.5, .5), is -1 bit
    assert jensen_shannon(p, q).item() == pytest.approx(expected, abs=1e-6)
    assert jensen_shannon(q, p * 2.0).item() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("n_query", "n_key"), [(7, 11), (700, 401)])  # the second: a block at a time
def test_all_pairs_are_what_each_pair_is(n_query, n_key):
    generator = torch.Generator().manual_seed(0)
    first = (torch.randn(5, n_query, n_key, generator=generator) * 4).softmax(-1)
    second = (torch.randn(3, n_query, n_key, generator=generator) * 4).softmax(-1)
    second[:, :, 0] = 0.0  # rows that do not sum to 1, and a key without attention
    expected = jensen_shannon(first[:, None].double(), second[None].double())
    shares = []
    assert torch.allclose(pairwise_distances(first, second, progress=shares.append).double(), expected, atol=1e-5)
    assert shares == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    itself = pairwise_distances(first)
    assert torch.allclose(itself.double(), jensen_shannon(first[:, None].double(), first[None].double()), atol=1e-5)
    assert torch.equal(itself, itself.T)
    assert itself.diagonal().tolist() == [0.0] * 5


def test_heads_are_matched_so_that_the_total_is_smallest():
    distances = torch.tensor([[0.1, 0.2, 0.9], [0.1, 0.9, 0.9]])  # both are nearest to the first
    assert match_one_to_one(distances) == [(0, 1), (1, 0)]
    assert match_one_to_one(distances.T) == [(0, 1), (1, 0)]


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
