"""Layers of one shape at once: the same numbers as one after the other."""

from dataclasses import replace

import pytest
import torch
from torch.testing import assert_close

from mha_viz.attention import at_once
from mha_viz.attention.at_once import as_one, joined, of_layers
from mha_viz.attention.calls import call_logits, call_pattern, part_of, rows_at
from mha_viz.objects import AttentionCall

LAYERS, HEADS, GROUPS, QUERIES, KEYS, WIDTH = 3, 10, 5, 7, 11, 13


def layer(number, **fields):
    drawn = torch.Generator().manual_seed(number)
    query, key, value = (
        torch.randn(heads, n, WIDTH, generator=drawn) for heads, n in ((HEADS, QUERIES), (GROUPS, KEYS), (GROUPS, KEYS))
    )
    return AttentionCall(number, "cross", query=query, key=key, value=value, scaling=0.3, **fields)


def mask(number, heads):
    may = torch.rand(heads, QUERIES, KEYS, generator=torch.Generator().manual_seed(number + 97)) < 0.7
    return may | (torch.arange(KEYS) == 0)  # every query may look at something


SHARED = mask(0, 1)
KINDS = {
    "plain": lambda i: layer(i),
    "capped": lambda i: layer(i, softcap=2.0),
    "with sinks": lambda i: layer(i, sinks=torch.arange(HEADS) * 0.1 + i),
    "one mask": lambda i: layer(i, allowed=SHARED),
    "a mask each": lambda i: layer(i, allowed=mask(i, 1)),
    "a mask a head": lambda i: layer(i, allowed=mask(i, HEADS)),
    "biased": lambda i: layer(i, bias=mask(i, 1) * 1.7),
    "pruned": lambda i: layer(i, removed=(i, 7)),
    "left to right": lambda i: replace(layer(i), is_causal=True, first_query=4),
    "seen": lambda i: AttentionCall(
        i, "cross", seen_pattern=call_pattern(layer(i)), seen_logits=call_logits(layer(i)), value=layer(i).value
    ),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    "compute",
    [
        call_pattern,
        call_logits,
        lambda call: call_pattern(part_of(call, queries=slice(2, 5))),
        lambda call: call_pattern(rows_at(call, [5, 1])),
    ],
    ids=["patterns", "logits", "some rows", "rows in any order"],
)
def test_layers_at_once_have_the_numbers_of_each(name, compute):
    calls = [KINDS[name](i) for i in range(LAYERS)]
    assert as_one(calls).n_heads == LAYERS * HEADS
    for found, call in zip(of_layers(calls, compute), calls, strict=True):
        assert_close(found, compute(call), rtol=0, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize(
    "other",
    [
        {"scaling": 0.4}, {"softcap": 2.0}, {"is_causal": True}, {"first_query": 1}, {"kind": "encoder"},
        {"allowed": mask(1, 1)}, {"sinks": torch.zeros(HEADS)}, {"value": None},
        {"query": torch.ones(2 * HEADS, QUERIES, WIDTH)}, {"key": torch.ones(GROUPS, KEYS, WIDTH).double()},
    ],
    ids=str,
)  # fmt: skip
def test_layers_that_differ_are_computed_one_by_one(other):
    calls = [layer(0), replace(layer(1), **other)]
    assert as_one(calls) is None
    assert [len(found) for found in of_layers(calls, lambda call: call.query[:, 0])] == [call.n_heads for call in calls]


def test_large_layers_are_computed_one_by_one(monkeypatch):
    calls = [layer(i) for i in range(LAYERS)]
    monkeypatch.setattr(at_once, "BLOCK", LAYERS * HEADS * QUERIES * KEYS)
    assert as_one(calls) is not None
    monkeypatch.setattr(at_once, "BLOCK", LAYERS * HEADS * QUERIES * KEYS - 1)
    assert as_one(calls) is None


def test_neighbouring_layers_are_joined_as_far_as_they_fit():
    calls = [layer(i) for i in range(7)]
    of_layer = HEADS * QUERIES * KEYS
    assert [n for _, n in joined(calls)] == [7]
    assert [n for _, n in joined(calls, most=3 * of_layer)] == [2, 2, 3]
    assert [n for _, n in joined(calls, least=2)] == [3, 4]
    assert [n for _, n in joined(calls, most=of_layer - 1)] == [1] * 7
    assert [n for _, n in joined(calls, least=9)] == [1] * 7
    assert [one.n_heads for one, _ in joined(calls, least=2)] == [3 * HEADS, 4 * HEADS]
    other = [*calls[:3], layer(3, softcap=2.0), *calls[4:]]
    assert [n for _, n in joined(other, least=2)] == [3, 1, 1, 1, 1]
