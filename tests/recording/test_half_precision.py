"""Networks in half precision: as many families are read, as their own eager attention has it, up to its rounding."""

import pytest
import torch
from transformers.models.bert import modeling_bert

from mha_viz.attention.calls import call_pattern
from mha_viz.attention.maps import contribution, pattern
from mha_viz.errors import UnreadableModelError
from mha_viz.models.load import model_from
from mha_viz.recording import validate
from mha_viz.recording.capture import capture
from tests.support.networks.eager import eager_attentions, of_ids
from tests.support.networks.families import ENCODERS, OWN_CODE, TEXT, TEXTS, make, tokenizer
from tests.support.networks.more_families import DECODERS as MORE_DECODERS
from tests.support.networks.more_families import ENCODERS as MORE_ENCODERS
from tests.support.networks.more_families import family

MORE = {**MORE_ENCODERS, **MORE_DECODERS}
ROUNDING = 2**-7  # of bfloat16, twice: the family's own logits are rounded, and its pattern once more
IN_FLOAT32 = ("flaubert", "xlm", "mpt", *OWN_CODE)  # most go to float32 for the softmax, and back after it
# Another expert or another key is chosen for some token: from there on two kernels go apart.
DRIFTING = ("mellum", "gemma3n", "gemma4", "glm-moe-dsa", "mistral-large4")


def networks(name):
    """The same weights twice: in half precision, and what these are in float32."""
    row = TEXT[name] if name in TEXT else family(MORE[name])
    half, whole = make(*row).bfloat16(), make(*row)
    whole.load_state_dict({key: value.to(whole.state_dict()[key].dtype) for key, value in half.state_dict().items()})
    return half, whole


def read(network, name):
    model = model_from(network, tokenizer(ends=name in {**ENCODERS, **MORE_ENCODERS}), name=name)
    return capture(model, TEXTS[1])


@pytest.mark.parametrize("name", [*IN_FLOAT32, *DRIFTING, "bert", "llama", "gpt-oss"])
def test_the_first_layer_is_what_the_family_returns(name):
    half, _ = networks(name)
    found = read(half, name)
    (kind,) = found.kinds
    expected = eager_attentions(half, **of_ids(found.query_positions[kind].ids)).attentions[0][0]
    assert expected.dtype == torch.bfloat16
    torch.testing.assert_close(pattern(found, 0), expected.float(), rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("name", [*IN_FLOAT32, "bert", "llama"])
def test_a_head_adds_what_it_adds_in_float32(name):
    half, whole = (contribution(read(network, name), 0) for network in networks(name))
    assert (half - whole).abs().max() < 0.03 * whole.abs().max()


def shifted_from(call, real):
    """The eager attention of BERT, whose patterns are turned round from one of its calls on."""
    calls = []

    def attention(*given, **options):
        output, weights = real(*given, **options)
        calls.append(weights)
        return output, weights.roll(1, dims=-1) if len(calls) > call else weights

    return attention


@pytest.mark.parametrize("layer", [0, 1])
def test_a_layer_that_is_read_otherwise_than_the_family_returns_it_is_refused(monkeypatch, layer):
    real = modeling_bert.eager_attention_forward
    monkeypatch.setattr(modeling_bert, "eager_attention_forward", shifted_from(layer, real))
    with pytest.raises(UnreadableModelError, match=r"bert \(BertModel\) returns 2 maps as attentions, and what"):
        read(networks("bert")[0], "bert")


def test_of_the_layers_after_the_first_what_is_usual_counts():
    call = read(networks("bert")[1], "bert").calls[1]  # 3 heads of 11 queries: 33 rows
    maps = call_pattern(call)
    few, many = maps.clone(), maps.clone()
    moved = torch.tensor([0.2, -0.2, *[0.0] * 9])
    few.view(33, 11)[:13] += moved
    many.view(33, 11)[:17] += moved
    for changed, dtype, is_other in (
        (few, torch.bfloat16, False), (many, torch.bfloat16, True), (few, torch.float32, True),
    ):  # fmt: skip
        assert (validate._apart([call, call], [maps.to(dtype), changed.to(dtype)])[0] > 1) == is_other
    assert validate._apart([call, call], [few.bfloat16(), maps.bfloat16()])[0] > 1
