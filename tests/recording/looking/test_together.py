"""Several texts are looked at as they are captured: the same calls of each, bit for bit, in the same runs."""

import pytest
import torch

from mha_viz.models.load import model_from
from mha_viz.recording import run
from mha_viz.recording.capture import capture
from mha_viz.recording.looking import recorder as looking_recorder
from mha_viz.recording.looking.recorder import LookingRecorder
from mha_viz.recording.looking.together import look_at_tensors, look_at_texts
from mha_viz.recording.run import known_calls
from mha_viz.recording.sparing import sparing
from mha_viz.recording.together import padding_of
from tests.support.captures.same_calls import READS, STORY, assert_same, model_of
from tests.support.networks.families import TEXTS, make, text_model, tokenizer
from tests.support.networks.more_families import ALONE, family

LONG = f"{STORY} on the mat"
BATCHES = ([*TEXTS], [STORY, "the cat", LONG], [LONG])  # of lengths that are new, new, known


class Calls(list):
    """Keeps the calls of one text."""

    def __init__(self, number, positions):
        self.number, self.positions = number, positions

    __call__ = list.append


def assert_as_captured(model, texts):
    looked, whole = look_at_texts(model, texts, Calls), capture(model, texts)
    assert [one.number for one in looked] == list(range(len(texts)))
    for calls, captured in zip(looked, whole, strict=True):
        assert calls.positions.ids == captured.query_positions[captured.kinds[0]].ids
        assert len(calls) == len(captured.calls) > 0
        for call, other in zip(calls, captured.calls, strict=True):
            assert_same(call, other)


@pytest.mark.parametrize("name", sorted(READS))
def test_every_family_shows_the_same_calls_of_each_text(name):
    model = model_of(name)
    for texts in BATCHES:
        assert_as_captured(model, texts)


@pytest.mark.parametrize("name", ALONE)
def test_texts_that_padding_would_change_are_read_alone(name):
    model = model_from(make(*family(ALONE[name])), tokenizer(), name=name)
    for texts in BATCHES:
        assert_as_captured(model, texts)


def test_texts_are_read_side_by_side_and_the_shortest_alone_once(monkeypatch):
    _, model = text_model("bert")
    capture(model, list(TEXTS))
    sizes = []
    for module in (looking_recorder, run):
        real = module.run_recorded

        def counting(model, part, batch, recorder, real=real, **options):
            sizes.append(len(batch["input_ids"]))
            return real(model, part, batch, recorder, **options)

        monkeypatch.setattr(module, "run_recorded", counting)
    look_at_texts(model, TEXTS, Calls)
    assert sizes == [3]
    sizes.clear()
    look_at_texts(model, [TEXTS[0], LONG], Calls)
    look_at_texts(model, [TEXTS[0], LONG], Calls)
    look_at_texts(model, [TEXTS[0], LONG, *TEXTS], Calls, batch_size=3)
    assert sizes == [2, 1, 2, 3, 2]


def test_a_text_that_padding_changed_is_looked_at_once_more(monkeypatch):
    """By what is made anew: nothing is counted twice."""
    _, model = text_model("bert")
    capture(model, list(TEXTS))
    monkeypatch.setattr("mha_viz.recording.together._is_same", lambda *_: False)
    looked = look_at_texts(model, [TEXTS[0], LONG], Calls)
    assert padding_of(model.network).changes
    for calls, text in zip(looked, (TEXTS[0], LONG), strict=True):
        for call, other in zip(calls, capture(model, text).calls, strict=True):
            assert_same(call, other)


def test_a_network_that_runs_otherwise_is_captured(monkeypatch):
    _, model = text_model("bert")
    monkeypatch.setattr(LookingRecorder, "runs_as_known", lambda *_: False)
    assert_as_captured(model, list(TEXTS))


def test_a_function_that_fails_for_one_text_fails_as_it_is():
    _, model = text_model("bert")

    def begin(number, _positions):
        def take(_call):
            if number == 1:
                raise KeyError("of mine")

        return take

    with pytest.raises(KeyError, match="of mine"):
        look_at_texts(model, TEXTS, begin)


def test_what_is_done_with_calls_is_no_part_of_the_run(monkeypatch):
    """A linear map of the function's is whole, while the network's are given no padding."""
    monkeypatch.setattr("mha_viz.recording.sparing.FEW", 5)
    _, model = text_model("bert")
    weight, sums = torch.ones(7, 3), []
    for n in (13, 17, 19):  # the padded lengths; a map is given tokens alone once it was seen at two
        texts = [" ".join(["cat"] * (n - 2)), "cat", "cat sat"]

        ones = torch.ones(3, n, 3)

        def begin(*_, ones=ones):
            return lambda _call: sums.append(torch.nn.functional.linear(ones, weight).min())

        with sparing():
            look_at_texts(model, texts, begin)
    assert len(sums) == 2 * 3 * 3  # layers, texts, batches
    assert set(map(float, sums)) == {3.0}


def test_tensors_are_looked_at_too():
    _, model = text_model("bert")
    ids = torch.tensor([[5, 7, 11, 13, 5, 7]])
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    for _ in range(2):  # a network that was not seen, and one that was
        calls, whole = look_at_tensors(model, inputs, lambda: Calls(0, None)), capture(model, inputs)
        assert len(calls) == 2
        for call, other in zip(calls, whole.calls, strict=True):
            assert_same(call, other)


def test_what_a_run_did_is_remembered():
    """A mask that was not seen yet is checked once, and then no more."""
    _, model = text_model("bert")
    look_at_texts(model, [TEXTS[0]], Calls)
    key = (True, "attention_mask", "input_ids")
    before = known_calls(model.network, key)
    look_at_texts(model, list(TEXTS), Calls)
    assert known_calls(model.network, key).checked > before.checked


def test_a_run_that_is_repeated_begins_anew(monkeypatch):
    """As that of a network which another run changed meanwhile."""
    _, model = text_model("bert")
    capture(model, list(TEXTS))
    monkeypatch.setattr(run, "run_and_restore", lambda _network, once, **_: (once(), once()))
    assert [len(calls) for calls in look_at_texts(model, TEXTS, Calls)] == [2, 2, 2]
