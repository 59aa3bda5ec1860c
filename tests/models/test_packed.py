"""Packed weights are what they stand for once unpacked, and memory is estimated for that."""

import pytest
import torch
import transformers as hf

from mha_viz.errors import ModelError
from mha_viz.models.load import load_model
from mha_viz.models.weights import numbers_in, weights_in
from tests.support.networks.families import LLAMA, WINDOW, make
from tests.support.networks.packed_folder import WIDE, in_eight_bits, packed_folder

EXPERTS = {**WINDOW, "hidden_size": 32, "intermediate_size": 32, "num_attention_heads": 4, "head_dim": 8}
# The sixteen numbers of four bits: a sign, two bits of exponent, one of mantissa.
FOUR_BITS = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6])


def in_four_bits(name, tensor):
    """Two numbers a byte, and a power of two for each 32 of them; inputs last."""
    if not name.endswith(("gate_up_proj", "down_proj")):
        return {name: tensor}, tensor
    n, inputs, outputs = tensor.shape
    torch.manual_seed(outputs)
    blocks = torch.randint(0, 256, (n, outputs, inputs // 32, 16), dtype=torch.uint8)
    scales = torch.randint(124, 128, (n, outputs, inputs // 32), dtype=torch.uint8)
    numbers = torch.stack([FOUR_BITS[(blocks & 15).long()], FOUR_BITS[(blocks >> 4).long()]], dim=-1).flatten(-2)
    numbers = numbers * torch.exp2(scales.float() - 127)[..., None]
    return {f"{name}_blocks": blocks, f"{name}_scales": scales}, numbers.flatten(-2).mT


def assert_unpacked(folder, plain):
    weights = load_model(str(folder)).network.state_dict()
    assert weights.keys() == plain.keys()
    for name, tensor in weights.items():
        assert tensor.dtype == torch.float32
        assert torch.equal(tensor, plain[name])
    return sum(tensor.numel() for tensor in weights.values())


def test_weights_of_eight_bits(tmp_path):
    network = make(hf.LlamaForCausalLM, hf.LlamaConfig(**{**WIDE, "head_dim": 32}))
    plain = packed_folder(
        tmp_path, network, in_eight_bits, quant_method="fp8", weight_block_size=[128, 128], fmt="e4m3"
    )
    n_scales = sum("_proj" in name for name in plain)
    assert numbers_in(tmp_path, weights_in(tmp_path, "it"), "it") == assert_unpacked(tmp_path, plain) + n_scales


def test_experts_of_four_bits(tmp_path):
    config = hf.GptOssConfig(**EXPERTS, num_local_experts=3, num_experts_per_tok=2)
    kept = ["model.layers.*.self_attn", "model.layers.*.mlp.router", "model.embed_tokens", "lm_head"]
    plain = packed_folder(
        tmp_path, make(hf.GptOssForCausalLM, config), in_four_bits, quant_method="mxfp4", modules_to_not_convert=kept
    )
    assert numbers_in(tmp_path, weights_in(tmp_path, "it"), "it") == assert_unpacked(tmp_path, plain)


@pytest.mark.parametrize("method", ["sinq", "fp_quant"])
def test_what_cannot_be_unpacked_here_is_one_sentence(tmp_path, method):
    settings = {"quant_method": method, "bits": 4, "group_size": 32}
    network = make(hf.LlamaForCausalLM, hf.LlamaConfig(**LLAMA))
    packed_folder(tmp_path, network, lambda name, tensor: ({name: tensor}, tensor), **settings)
    sentence = (
        rf"its weights are packed \({method}\), and that cannot be undone here \(.*\): take those in full or half"
    )
    with pytest.raises(ModelError, match=sentence) as raised:
        load_model(str(tmp_path))
    assert "\n" not in str(raised.value)
