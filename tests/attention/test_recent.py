"""Patterns of recent texts: those of each layer, computed once, gone with their text or when others take the room."""

import gc

import pytest
import torch

from mha_viz.attention import recent
from mha_viz.attention.calls import call_pattern
from mha_viz.attention.recent import Recent, pattern_parts
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from tests.support.networks.families import ENCODER_DECODERS, TEXT, make, tokenizer


def read(name, text="the cat sat on the mat"):
    families = {**TEXT, **ENCODER_DECODERS}
    target = {"target": "a cat ran"} if name in ENCODER_DECODERS else {}
    return capture(model_from(make(*families[name]), tokenizer(), name=name), text, **target)


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    monkeypatch.setattr(recent, "_patterns", Recent(10**6))


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize(("name", "kind"), [("bert", "encoder"), ("gemma3", "decoder"), ("bart", "cross")])
def test_parts_have_the_patterns_of_all_layers(name, kind, is_kept, monkeypatch):
    if not is_kept:
        monkeypatch.setattr(recent, "OF_A_TEXT", 10)
    found = read(name)
    parts = pattern_parts(found, kind)
    assert all((call.seen_pattern is not None) == is_kept for call, _ in parts)
    layers = [layer for call, n in parts for layer in call_pattern(call).unflatten(0, (n, -1))]
    for layer, call in zip(layers, found.calls_of(kind), strict=True):
        torch.testing.assert_close(layer, call_pattern(call), rtol=0, atol=1e-7)


def test_of_one_text_they_are_computed_once():
    found = read("bert")
    (first, _), *_ = pattern_parts(found, "encoder")
    (again, _), *_ = pattern_parts(found, "encoder")
    (other, _), *_ = pattern_parts(read("bert"), "encoder")
    assert first.seen_pattern is again.seen_pattern
    assert first.seen_pattern is not other.seen_pattern


class Thing:
    pass


def test_what_goes_away_takes_what_was_found_of_it_along():
    kept, one, other = Recent(10), Thing(), Thing()
    kept.keep(one, "a", 1, 3)
    kept.keep(one, "b", 2, 3)
    kept.keep(other, "a", 4, 3)
    assert (kept.get(one, "a"), kept.get(one, "b"), kept.get(other, "a"), kept.get(other, "b")) == (1, 2, 4, None)
    del one
    gc.collect()
    assert len(kept._kept) == 1
    assert kept.get(other, "a") == 4


def test_what_was_not_asked_for_longest_gives_its_room():
    kept, things = Recent(10), [Thing() for _ in range(4)]
    kept.keep(things[0], "", 10, 4)
    kept.keep(things[1], "", 11, 4)
    assert kept.get(things[0], "") == 10
    kept.keep(things[2], "", 12, 4)
    assert [kept.get(thing, "") for thing in things] == [10, None, 12, None]
    kept.keep(things[3], "", 13, 99)  # more than there is room: it stays alone
    assert [kept.get(thing, "") for thing in things] == [None, None, None, 13]
