"""What a layer of a captured text reads: found by watching a run once, then picked up on the way; to the last bit."""

import pytest
import torch

from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.watching import entering
from mha_viz.recording.watching.entering import token_vectors
from tests.support.networks.families import DECODERS, ENCODER_DECODERS, ENCODERS, OWN_CODE, make, tokenizer

ALL = {**ENCODERS, **DECODERS, **ENCODER_DECODERS, **OWN_CODE}
TEXT, OTHER = "the cat sat on a mat because it was tired", "a dog ran home"


def tiny(name):
    return model_from(make(*ALL[name]), tokenizer(), name=name)


@pytest.fixture
def watched(monkeypatch):
    """The runs that were watched."""
    runs, watch = [], entering.watch
    monkeypatch.setattr(entering, "watch", lambda *of, **how: runs.append(of) or watch(*of, **how))
    return runs


def from_a_watched_run(model, found, layer, **how):
    entering._entrances.pop(model.network, None)
    return token_vectors(model, found, layer, **how)


@pytest.mark.parametrize("name", ["bert", "llama", "gpt2", "mpnet", "qwen3"])
def test_token_vectors_are_what_goes_into_the_layer(name):
    model = tiny(name)
    text = "the cat sat on a mat because it was tired"
    found = capture(model, text)
    query, key = token_vectors(model, found, 1)
    call = found.calls[1]
    assert query is key
    assert query.shape == (call.n_query, 24)
    linear = next(
        module for part, module in model.network.named_modules()
        if part.endswith(("1.attention.self.value", "1.self_attn.v_proj", "1.attn.c_attn", "1.attention.attn.v"))
    )  # fmt: skip
    with torch.inference_mode():
        values = linear(query)[:, -call.value.shape[0] * call.value.shape[2] :]
    torch.testing.assert_close(values.unflatten(1, (call.value.shape[0], -1)).transpose(0, 1), call.value)


def test_of_the_maps_that_ran_only_the_one_is_compared_in_full(monkeypatch):
    model = tiny("bert")
    found, compared, cdist = capture(model, "the cat sat"), [], torch.cdist
    monkeypatch.setattr(torch, "cdist", lambda *pair: compared.append(pair) or cdist(*pair))
    token_vectors(model, found, 0)
    assert len(compared) == 1


def test_token_vectors_of_cross_attention_come_from_two_sequences():
    model = tiny("t5")
    found = capture(model, "the cat sat", target="he ran home to eat")
    query, key = token_vectors(model, found, 1, kind="cross")
    assert query.shape == (7, 20)
    assert key.shape == (5, 20)
    assert token_vectors(model, found, 0, kind="encoder")[0].shape == (5, 20)
    assert token_vectors(model, capture(model, "the cat"), 0)[0].shape == (4, 20)


@pytest.mark.parametrize("name", ["bert", "albert", "llama", "gpt2", "opt", "mpnet", "qwen3", "gemma3", "bloom"])
def test_of_a_second_text_they_are_picked_up_on_the_way(name, watched):
    model = tiny(name)
    found = capture(model, TEXT)
    expected = from_a_watched_run(model, found, 1)[0]
    token_vectors(model, capture(model, OTHER), 1)
    n = len(watched)
    picked_up, context = token_vectors(model, found, 1)
    assert len(watched) == n
    assert context is picked_up
    assert torch.equal(picked_up, expected)
    assert not picked_up.is_inference()


def test_of_cross_attention_both_sequences_are_picked_up(watched):
    model = tiny("t5")
    found = capture(model, TEXT, target=OTHER)
    expected = from_a_watched_run(model, found, 1, kind="cross")
    picked_up = token_vectors(model, found, 1, kind="cross")
    assert len(watched) == 1
    assert [torch.equal(*pair) for pair in zip(picked_up, expected, strict=True)] == [True, True]
    assert picked_up[0].shape != picked_up[1].shape


def test_a_run_ends_where_the_last_of_them_was_picked_up():
    model = tiny("bert")
    found, ran = capture(model, TEXT), []
    expected = from_a_watched_run(model, found, 0)[0]
    for layer in model.network.encoder.layer:
        layer.register_forward_hook(lambda *_: ran.append("whole layer"))
    assert torch.equal(token_vectors(model, found, 0)[0], expected)
    assert ran == []


def test_what_does_not_make_the_captured_values_is_not_taken(watched):
    """Layers of ALBERT share their weights: one use of these is told from another."""
    model = tiny("albert")
    found = capture(model, TEXT)
    first, second = (from_a_watched_run(model, found, layer)[0] for layer in (0, 1))
    assert not torch.equal(first, second)
    known = entering._entrances[model.network]
    ((key, (entrance,)),) = known.items()
    assert entrance.use == 1
    known[key] = (entrance._replace(use=0),)
    n = len(watched)
    assert torch.equal(token_vectors(model, found, 1)[0], second)
    assert len(watched) == n + 1
    known[key] = (entrance._replace(use=7),)  # no run comes by it
    assert torch.equal(token_vectors(model, found, 1)[0], second)
    assert len(watched) == n + 2
