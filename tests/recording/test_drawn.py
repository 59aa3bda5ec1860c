"""Whether a network's weights are as they were drawn."""

import copy

import pytest
import torch
import transformers as hf

from mha_viz.models.load import load_model
from mha_viz.recording import drawn
from mha_viz.recording.drawn import is_as_drawn
from tests.support.networks import families, more_families, other_senses, several_parts

FAMILIES = {
    name: more_families.family(row) if isinstance(row[0], str) else row[:2]
    for module in (families, more_families, several_parts, other_senses)
    for table in (
        "ENCODERS",
        "DECODERS",
        "OWN_CODE",
        "ENCODER_DECODERS",
        "OTHER_SENSES",
        "HYBRIDS",
        "SINKS",
        "WINDOWED",
    )
    for name, row in getattr(module, table, {}).items()
}


def fresh(network_class, config, seed=0):
    torch.manual_seed(seed)
    return network_class(copy.deepcopy(config)).eval()


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_as_its_weights_are_drawn(name):
    assert all(is_as_drawn(fresh(*FAMILIES[name], seed)) for seed in range(3))


@pytest.mark.parametrize("name", ["bert", "t5", "albert", "deberta-v2", "gemma3"])
def test_how_large_the_numbers_are_says_nothing(name):
    assert is_as_drawn(families.make(*FAMILIES[name]))


def test_a_norm_that_learned_a_little_says_that_something_did():
    network = fresh(*FAMILIES["t5"])
    assert is_as_drawn(network)
    with torch.no_grad():
        network.encoder.final_layer_norm.weight[5] += 1e-3
    assert not is_as_drawn(network)


def test_where_norms_were_folded_into_the_matrices_these_tell():
    network = fresh(*FAMILIES["llama"])
    assert is_as_drawn(network)
    with torch.no_grad():
        network.layers[1].self_attn.q_proj.weight.mul_(torch.linspace(0.2, 2, 24))
    assert not is_as_drawn(network)
    with torch.no_grad():  # told anew, as the weights changed
        network.layers[1].self_attn.q_proj.weight.normal_()
    assert is_as_drawn(network)
    with torch.no_grad():
        network.layers[0].mlp.up_proj.weight.mul_(torch.linspace(0.2, 2, 31)[:, None])
    assert not is_as_drawn(network)


def test_of_many_and_of_large_matrices_some_are_looked_at_from_the_last(monkeypatch):
    layers = torch.nn.Sequential(*[torch.nn.Linear(11, 11, bias=False) for _ in range(53)])
    looked = []
    monkeypatch.setattr(drawn, "_is_drawn", lambda matrix: looked.append(matrix.data_ptr()) or True)
    assert is_as_drawn(layers)
    assert looked == [layer.weight.data_ptr() for layer in layers][::-2]
    looked.clear()
    assert is_as_drawn(layers[:5])
    assert looked == [layer.weight.data_ptr() for layer in layers[4::-1]]
    monkeypatch.setattr(drawn, "_is_drawn", lambda matrix: looked.append(tuple(matrix.shape)) or True)
    assert is_as_drawn(torch.nn.Linear(1031, 1049))
    assert looked[5:] == [(1024, 1024)]


def test_zeros_say_nothing_and_half_precision_does_not_matter():
    network = fresh(*FAMILIES["gpt2"]).bfloat16()
    with torch.no_grad():
        network.h[0].attn.c_proj.weight.zero_()
        network.h[1].attn.c_proj.weight[8:16] = 0  # a head that was removed
        network.h[1].mlp.c_proj.weight.fill_(0.5)
    assert is_as_drawn(network)


def test_without_matrices_or_with_weights_elsewhere_nothing_is_said():
    assert not is_as_drawn(torch.nn.LayerNorm(8))
    with torch.device("meta"):
        assert not is_as_drawn(hf.BertModel(families.ENCODERS["bert"][1]))
        assert not is_as_drawn(torch.nn.Linear(8, 8))


def test_weights_that_keep_no_count_of_their_changes():
    with torch.inference_mode():
        assert is_as_drawn(fresh(*FAMILIES["bert"]))


def test_orthogonal_matrices_are_drawn_too():
    network = fresh(*FAMILIES["bert"])
    for module in network.modules():
        if isinstance(module, torch.nn.Linear):
            torch.nn.init.orthogonal_(module.weight)
    assert is_as_drawn(network)


def test_the_classroom_model_has_learned():
    assert not is_as_drawn(load_model("classroom").network)
