"""Folders of which heads were removed: what is left of each layer equals eager attention, under its old numbers."""

import copy
import json

import pytest
import torch
import transformers as hf

from mha_viz.attention.maps import pattern
from mha_viz.errors import ModelError
from mha_viz.models.load import load_model, model_from, random_twin
from mha_viz.recording.capture import capture
from mha_viz.recording.rebuild import attention_of_layer
from mha_viz.recording.watching.entering import token_vectors
from tests.support.networks.families import BART, EXACT, TEXTS, make, tokenizer
from tests.support.networks.pruned import D_HEAD, PRUNED, muted, places, pruned_folder

REMOVED = [{0: [1]}, {0: [0, 2], 1: [1]}]


def eager_attentions(network, found):
    (kind,) = found.kinds
    network.set_attn_implementation("eager")
    with torch.no_grad():
        return network(input_ids=torch.tensor([found.query_positions[kind].ids]), output_attentions=True).attentions


def assert_right(found, attentions, removed):
    assert len(found.calls) == len(attentions)
    for layer, expected in enumerate(attentions):
        there = [head for head in range(3) if head not in removed.get(layer, ())]
        assert found.calls[layer].heads == tuple(there)
        torch.testing.assert_close(pattern(found, layer)[there], expected[0][there], **EXACT)


@pytest.mark.parametrize("removed", REMOVED, ids=str)
@pytest.mark.parametrize("name", PRUNED)
def test_the_heads_that_are_left_equal_eager_attention(name, removed, tmp_path):
    model = load_model(pruned_folder(name, tmp_path, removed))
    for found in (capture(model, TEXTS[0]), *capture(model, list(TEXTS))):
        assert_right(found, eager_attentions(muted(name, removed), found), removed)


def test_a_prefix_before_every_name_does_not_matter(tmp_path):
    model = load_model(pruned_folder("bert", tmp_path, {0: [1]}, prefix="_orig_mod."))
    assert capture(model, TEXTS[0]).calls[0].heads == (0, 2)


def test_a_network_that_was_narrowed_in_memory_keeps_the_numbers_too():
    removed = {0: [1]}
    network = make(*PRUNED["bert"][:2])
    layer = network.encoder.layer[0].attention
    left = places([0, 2])
    for part in (layer.self.query, layer.self.key, layer.self.value):
        part.weight, part.bias = (torch.nn.Parameter(weight.detach()[left]) for weight in (part.weight, part.bias))
    layer.output.dense.weight = torch.nn.Parameter(layer.output.dense.weight.detach()[:, left])
    network.config.pruned_heads = {0: [1]}
    found = capture(model_from(copy.deepcopy(network), tokenizer(), name="narrow"), TEXTS[0])
    own = eager_attentions(network, found)
    assert own[0].shape[1] == 2
    torch.testing.assert_close(pattern(found, 0)[[0, 2]], own[0][0], **EXACT)
    torch.testing.assert_close(found.calls[0].value[[0, 2]].shape, torch.Size([2, 8, D_HEAD]))
    assert_right(found, eager_attentions(muted("bert", removed), found), removed)


def test_a_head_that_works_is_shown_whatever_the_configuration_says():
    network = make(*PRUNED["bert"][:2])
    network.config.pruned_heads = {"0": [1]}
    found = capture(model_from(copy.deepcopy(network), tokenizer(), name="whole"), TEXTS[0])
    assert_right(found, eager_attentions(network, found), {})


def test_the_random_twin_lacks_the_same_heads(tmp_path):
    twin = random_twin(load_model(pruned_folder("roberta", tmp_path, {1: [0]})))
    found = capture(twin, TEXTS[0])
    assert [call.heads for call in found.calls] == [(0, 1, 2), (1, 2)]
    assert found.calls[0].value.abs().min() > 0


@pytest.mark.parametrize("name", ["bert", "roberta", "gpt2"])
def test_the_attention_of_a_layer_is_rebuilt_without_them(name, tmp_path):
    model = load_model(pruned_folder(name, tmp_path, REMOVED[1]))
    found = capture(model, TEXTS[0])
    for layer in (0, 1):
        rebuilt = attention_of_layer(model, layer)
        there = list(found.calls[layer].heads)
        vectors, _ = token_vectors(model, found, layer)
        with torch.inference_mode():
            _, own = rebuilt(vectors, causal=name == "gpt2", trace=True)
        torch.testing.assert_close(own.pattern[there], pattern(found, layer)[there], rtol=0, atol=1e-4)


@pytest.mark.parametrize("settings", [{"0": [2, 0]}, {"1": [1]}, {"0": "a"}, {"0": [0, 1, 2]}, [1]], ids=str)
def test_shapes_that_do_not_follow_from_what_is_said_are_refused(settings, tmp_path):
    folder = pruned_folder("bert", tmp_path, {0: [1]})
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "pruned_heads": settings}))
    with pytest.raises(ModelError, match=r"(does not follow from that|Were heads or neurons removed).*before that\.$"):
        load_model(folder)


def test_of_an_encoder_decoder_it_is_not_said_which_stack_lost_heads(tmp_path):
    network = make(hf.BartModel, hf.BartConfig(**BART))
    network.model = None
    for layer in (network.encoder.layers[0].self_attn,):
        for part in (layer.q_proj, layer.k_proj, layer.v_proj):
            part.weight, part.bias = (torch.nn.Parameter(one.detach()[:16].clone()) for one in (part.weight, part.bias))
        layer.out_proj.weight = torch.nn.Parameter(layer.out_proj.weight.detach()[:, :16].clone())
    network.config.pruned_heads = {"0": [2]}
    network.save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    with pytest.raises(ModelError, match=r"heads were removed from it \(layer 0: 2\).*before that\.$"):
        load_model(str(tmp_path))
