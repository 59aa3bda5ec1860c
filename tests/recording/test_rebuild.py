"""Layers of pretrained models rebuilt as our MultiHeadAttention: the same output, or refused by name."""

import pytest
import torch
import transformers as hf

from mha_viz.attention.multi_head_attention import MultiHeadAttention, bias_by_distance
from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.models.load import load_model, model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.rebuild import layer_parts
from mha_viz.recording.watching.entering import token_vectors
from tests.support.networks.families import (
    DECODERS,
    ENCODER_DECODERS,
    ENCODERS,
    OTHER_SENSES,
    OWN_CODE,
    make,
    tokenizer,
)

ALL = {**ENCODERS, **DECODERS, **ENCODER_DECODERS, **OWN_CODE}
REBUILT = ["bert", "roberta", "electra", "albert", "distilbert", "gpt2", "gpt-neox", "opt", "llama", "mistral", "phi3"]


def tiny(name):
    return model_from(make(*ALL[name]), tokenizer(), name=name)


def agrees(model, layer, kind=None):
    """The rebuilt layer's output on the probe, against what the model's own layer gave."""
    parts = layer_parts(model, layer, kind)
    rebuilt = MultiHeadAttention.from_layer(model, layer, kind=kind)
    with torch.inference_mode():
        output = rebuilt(parts.x, None if parts.context is parts.x else parts.context, mask=parts.mask)
    assert parts.expected.std() > 1e-3
    torch.testing.assert_close(output, parts.expected, rtol=1e-4, atol=1e-4)
    return rebuilt, parts


@pytest.mark.parametrize("name", REBUILT)
def test_text_families(name):
    rebuilt, _ = agrees(tiny(name), 1)
    assert rebuilt.n_kv_heads == (2 if rebuilt.n_heads == 6 else 3)


@pytest.mark.parametrize(
    ("name", "network_class"),
    [("llama", hf.LlamaForCausalLM), ("gpt2", hf.GPT2LMHeadModel), ("opt", hf.OPTForCausalLM)],
)
def test_a_head_changes_nothing(name, network_class):
    model = model_from(make(network_class, ALL[name][1]), tokenizer(), name=name)
    agrees(model, 1)
    found = capture(model, "the cat sat", new_tokens=3)
    assert token_vectors(model, found, 1)[0].shape == (len(found.query_positions["decoder"]), 24)


@pytest.mark.parametrize("kind", ["encoder", "decoder", "cross"])
@pytest.mark.parametrize("name", ENCODER_DECODERS)
def test_encoder_decoders(name, kind):
    agrees(tiny(name), 1, kind)


@pytest.mark.parametrize("name", ["vit", "dinov2"])
def test_images(name):
    network_class, config, _ = OTHER_SENSES[name]
    agrees(model_from(make(network_class, config), name=name), 0)


def test_causal_by_flag_gives_what_the_model_s_mask_gives():
    rebuilt, parts = agrees(tiny("llama"), 1)
    with torch.inference_mode():
        torch.testing.assert_close(rebuilt(parts.x, causal=True), rebuilt(parts.x, mask=parts.mask))
        assert not torch.allclose(rebuilt(parts.x), rebuilt(parts.x, causal=True), atol=1e-3)


def test_a_relative_bias_holds_for_other_lengths():
    """T5's own bias at another length is the table's, not only at the length of the probe."""
    model = tiny("t5")
    rebuilt = MultiHeadAttention.from_layer(model, 0, kind="encoder")
    own = model.network.encoder.block[0].layer[0].SelfAttention
    with torch.inference_mode():
        expected = own.compute_bias(300, 300, device="cpu")[0]
    torch.testing.assert_close(bias_by_distance(rebuilt.relative_bias, 300, 300), expected)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("qwen3", "its queries are not a linear map"),
        ("gemma2", "softcap"),
        ("gpt-oss", "learned sinks"),
        ("mpnet", "its own code"),
    ],
)
def test_what_cannot_be_rebuilt_is_refused_by_name(name, sentence):
    with pytest.raises(UnreadableModelError, match=f"{name}.*{sentence}"):
        MultiHeadAttention.from_layer(tiny(name), 0)


def test_layers_and_kinds_that_are_not_there():
    with pytest.raises(InputError, match="Layer 2 does not exist: bert has 2 such layers: L0, L1"):
        MultiHeadAttention.from_layer(tiny("bert"), 2)
    with pytest.raises(InputError, match="encoder and decoder and cross"):
        MultiHeadAttention.from_layer(tiny("t5"), 0)


@pytest.mark.real_model
@pytest.mark.parametrize(("name", "layer"), [("minilm", 0), ("minilm", 5), ("smollm2", 0), ("smollm2", 29)])
def test_pretrained_layers(name, layer):
    rebuilt, _ = agrees(load_model(name), layer)
    assert rebuilt.n_kv_heads == {"minilm": 12, "smollm2": 3}[name]
