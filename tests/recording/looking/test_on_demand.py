"""A capture on demand holds no call, and says bit for bit what a capture says."""

import dataclasses

import pytest
import torch
from pandas.testing import assert_frame_equal

from mha_viz.annotation.english.names import guess_names
from mha_viz.annotation.names import returning_names
from mha_viz.attention import proposals
from mha_viz.attention.awaited import AwaitedCall, Question, told_of_each
from mha_viz.attention.maps import pattern
from mha_viz.attention.overview import asked_of_each, overview_of
from mha_viz.attention.proposals import first_look
from mha_viz.attention.selection import OVER, Selection
from mha_viz.attention.shown import choose
from mha_viz.errors import InputError
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.looking import on_demand
from mha_viz.recording.looking.on_demand import bytes_of_calls, capture_on_demand, needs_demand
from mha_viz.recording.requests import Request
from mha_viz.scores.families.trails import name_trail
from tests.support.captures.same_calls import STORY, assert_same, model_of
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.networks.more_families import HYBRIDS, family

HYBRID = "qwen3-next, irregular"  # attends in layers 0 and 3


@pytest.fixture(scope="module", params=["bert", "llama", "gpt2", HYBRID])
def both(request):
    """The same text both ways, with the model."""
    model = _hybrid() if request.param == HYBRID else model_of(request.param)
    return model, capture(model, STORY), capture_on_demand(model, Request(STORY))


def _hybrid():
    return model_from(make(*family(HYBRIDS[HYBRID])), tokenizer(ends=False), name=HYBRID)


@pytest.fixture
def noted(monkeypatch):
    """The layers that each run of the network was asked for."""
    noted, look = [], on_demand.look_at_rows

    def count(*given, layers=None, **named):
        noted.append(layers)
        return look(*given, layers=layers, **named)

    monkeypatch.setattr(on_demand, "look_at_rows", count)
    return noted


@pytest.fixture
def runs(both, noted):
    """The same, while nothing of the text is held."""
    both[2].calls[0].reader.held.clear()
    return noted


def assert_same_overview(one, other):
    for field in dataclasses.fields(one):
        here, there = getattr(one, field.name), getattr(other, field.name)
        assert (here is None) == (there is None), field.name
        assert here is None or torch.equal(here.nan_to_num(-1), there.nan_to_num(-1)), field.name


def assert_same_look(one, other):
    """Shares of a short text that is kept are computed for all words at once, which rounds otherwise."""
    assert one[:3] == other[:3]
    assert one[3:] == pytest.approx(other[3:], abs=1e-6)


def test_it_is_the_same_capture(both):
    _, whole, awaited = both
    for field in dataclasses.fields(whole):
        if field.name != "calls":
            assert getattr(awaited, field.name) == getattr(whole, field.name), field.name
    assert all(isinstance(call, AwaitedCall) for call in awaited.calls)
    assert [call.size for call in awaited.calls] == [call.size for call in whole.calls]
    for call, other in zip(awaited.calls, whole.calls, strict=True):
        assert_same(call.whole(), other)
        assert torch.equal(pattern(awaited, call.layer), pattern(whole, call.layer))


@pytest.mark.parametrize("selection", [{}, {"words": True}, {"map": "Logits"}, {"map": "Rollout"}, {"over": OVER[1]}])
def test_all_heads_are_the_same_in_one_run(both, runs, selection):
    _, whole, awaited = both
    chosen = Selection(whole.kinds[0], **selection)
    assert_same_overview(overview_of(choose(awaited, chosen), 7), overview_of(choose(whole, chosen), 7))
    assert selection == {"map": "Rollout"} or runs == [None]


def test_a_trail_is_the_same_in_one_run(both, runs):
    _, whole, awaited = both
    annotated = guess_names(STORY)
    (tom,) = (name for name in returning_names(annotated) if name.name == "Tom")
    trails = [name_trail(text, annotated, tom.mentions) for text in (awaited, whole)]
    assert_frame_equal(*trails)
    assert runs == [None]


def test_what_a_page_begins_with_is_the_same(both):
    _, whole, awaited = both
    assert_same_look(first_look(awaited, whole.kinds[0]), first_look(whole, whole.kinds[0]))


def test_what_will_be_asked_first_is_answered_by_the_first_run(both, noted):
    model, whole, _ = both
    kind = whole.kinds[0]
    n_maps = sum(call.n_heads for call in whole.calls)

    def opening(first, its_kind):
        assert (first.text, first.kinds, len(first.calls), its_kind) == (STORY, (kind,), 1, kind)
        return [asked_of_each(choose(first, Selection(kind)), n_maps), proposals.asked_of_each(first, kind)]

    awaited = capture_on_demand(model, Request(STORY), opening=opening)
    assert_same_overview(
        overview_of(choose(awaited, Selection(kind)), n_maps), overview_of(choose(whole, Selection(kind)), n_maps)
    )
    assert_same_look(first_look(awaited, kind), first_look(whole, kind))
    assert noted == [None]
    overview_of(choose(awaited, Selection(kind)), n_maps + 1)  # in other cells
    assert noted == [None, None]


def test_what_a_call_cannot_answer_is_asked_anew_and_refused_then(both, noted):
    model, whole, _ = both
    kind, last = whole.kinds[0], whole.calls[-1].layer

    def of_call(call):
        if call.layer == last:
            raise InputError("not this one")
        return call.layer

    awaited = capture_on_demand(model, Request(STORY), opening=lambda _first, _kind: [Question("place", of_call)])
    with pytest.raises(InputError, match="not this one"):
        told_of_each(awaited.calls, of_call, key="place")
    layers = told_of_each(awaited.calls, lambda call: call.layer, key="place")
    assert layers == list(whole.layers_of(kind))


def test_a_layer_is_read_once_while_it_is_held_and_no_further_than_it(both, runs, monkeypatch):
    _, whole, awaited = both
    one = whole.calls[0]
    monkeypatch.setattr(on_demand, "HELD", one.query.nbytes + one.key.nbytes + one.value.nbytes)
    first, second = awaited.layers_of(whole.kinds[0])[:2]
    for layer in (second, second, first, second):
        pattern(awaited, layer)
    assert [list(layers) for layers in runs] == [[second], [first], [second]]
    assert len(awaited.calls[0].reader.held) == 1


def test_what_a_capture_takes_is_told_before(both, monkeypatch):
    model, whole, _ = both
    taken = sum(tensor.nbytes for call in whole.calls for tensor in (call.query, call.key, call.value))
    told = bytes_of_calls(model.network, len(whole.query_positions[whole.kinds[0]]))
    assert taken / len(whole.calls) * model.network.config.num_hidden_layers == told
    for free, is_needed in ((told * 4, False), (told * 4 - 1, True)):
        monkeypatch.setattr(on_demand, "_free", lambda _device, free=free: free)
        assert needs_demand(model, Request(STORY)) is is_needed
    assert not needs_demand(model, Request(STORY, new_tokens=2))


def test_a_loop_over_layers_costs_few_runs(noted):
    """The first two layers come by themselves, then all that follow in one run."""
    network_class, config = TEXT["llama"]
    network = make(network_class, type(config)(**{**config.to_dict(), "num_hidden_layers": 5}))
    awaited = capture_on_demand(model_from(network, tokenizer(), name="five layers"), Request(STORY))
    for layer in range(5):
        pattern(awaited, layer)
    assert [layers and list(layers) for layers in noted] == [None, [0], [1, 2, 3, 4]]
