"""Calls that are looked at one at a time are those of a capture, bit for bit, and none is kept."""

import gc
import weakref

import pytest

from mha_viz.errors import InputError
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.looking.look import look
from mha_viz.recording.looking.recorder import LookingRecorder
from tests.support.captures.same_calls import READS, STORY, assert_same, model_of
from tests.support.networks.families import TEXT, make, tokenizer


@pytest.mark.parametrize("known", [False, True], ids=["a new network", "a network that was read"])
@pytest.mark.parametrize("name", sorted(READS))
def test_every_family_shows_the_same_calls(name, known):
    model = model_of(name)
    if known:
        whole = capture(model, STORY)
    looked = look(model, STORY, lambda call: call)
    whole = capture(model, STORY)
    assert len(looked.found) == len(whole.calls) > 0
    for call, other, kind, layer in zip(looked.found, whole.calls, looked.kinds, looked.layers, strict=True):
        assert_same(call, other)
        assert (kind, layer) == (other.kind, other.layer)
    for kind, positions in whole.query_positions.items():
        assert looked.query_positions[kind].ids == positions.ids
        assert looked.key_positions[kind].ids == whole.key_positions[kind].ids


@pytest.mark.parametrize("name", ["t5", "bart"])
def test_both_sides_of_an_encoder_decoder(name):
    model = model_of(name)
    looked = look(model, STORY, lambda call: call, target="he ran home")
    whole = capture(model, STORY, target="he ran home")
    assert set(looked.kinds) == {"encoder", "decoder", "cross"}
    for call, other in zip(looked.found, whole.calls, strict=True):
        assert_same(call, other)


def test_no_call_outlives_the_next_two():
    model, seen = model_of("llama"), []
    config = model.network.config
    assert config.num_hidden_layers == 2
    model = model_from(
        make(TEXT["llama"][0], type(config).from_dict({**config.to_dict(), "num_hidden_layers": 5})),
        tokenizer(),
        name="deep",
    )
    alive = []

    def note(call):
        seen.append(weakref.ref(call.query))
        gc.collect()
        alive.append(sum(one() is not None for one in seen))
        return call.layer

    assert look(model, STORY, note).found == (0, 1, 2, 3, 4)
    assert alive == [1] * 5


def test_nothing_after_the_last_layer_that_is_wanted_is_computed():
    model = model_of("llama")
    capture(model, STORY)
    ran = []
    hooks = [
        layer.register_forward_pre_hook(lambda *_, i=i: ran.append(i)) for i, layer in enumerate(model.network.layers)
    ]
    assert look(model, STORY, lambda call: call.layer, layers=[0]).found == (0,)
    assert ran == [0]
    for hook in hooks:
        hook.remove()
    (one,) = look(model, STORY, lambda call: call, layers=[1]).found
    assert_same(one, capture(model, STORY).calls[1])


def test_a_function_that_fails_fails_as_it_is():
    model = model_of("llama")
    with pytest.raises(RuntimeError, match="of mine"):
        look(model, STORY, lambda _call: (_ for _ in ()).throw(RuntimeError("of mine")))
    assert len(look(model, STORY, lambda call: call.layer).found) == 2  # and the next one runs


def test_layers_that_do_not_attend_are_refused():
    with pytest.raises(InputError, match="No layer of 7 attends"):
        look(model_of("llama"), STORY, lambda call: call, layers=[7])
    with pytest.raises(InputError, match="No layer of 7 attends"):
        look(model_of("mpnet"), STORY, lambda call: call, layers=[7])


def test_a_network_that_runs_otherwise_is_read_whole(monkeypatch):
    model = model_of("llama")
    capture(model, STORY)
    monkeypatch.setattr(LookingRecorder, "runs_as_known", lambda *_: False)
    (first, _) = look(model, STORY, lambda call: call).found
    assert_same(first, capture(model, STORY).calls[0])


def test_progress_is_told_after_each_call():
    told = []
    look(model_of("llama"), STORY, lambda call: call.layer, progress=told.append)
    assert told == [0.5, 1.0]
