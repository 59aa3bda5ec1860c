"""A small Llama in a GGUF file, as other programs write it."""

import gguf
import numpy as np
import torch
import transformers as hf
from tokenizers.pre_tokenizers import ByteLevel

from tests.support.networks.families import LLAMA, make

TOKENS = ["<s>", "</s>", "<unk>", "<pad>", *sorted(ByteLevel.alphabet()), "th"]
SIZES = {**LLAMA, "vocab_size": len(TOKENS), "hidden_size": 64, "intermediate_size": 96, "head_dim": 16}
SIZES |= {"num_attention_heads": 4, "num_key_value_heads": 2}
IN_LAYERS = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
}  # fmt: skip
OUTSIDE = {
    "model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}  # fmt: skip


def write_gguf(path, kind=gguf.GGMLQuantizationType.F32, left_out=()):
    """Write the file; the weights that it holds once they are unpacked, by the names of transformers."""
    network = make(hf.LlamaForCausalLM, hf.LlamaConfig(**SIZES))
    writer = gguf.GGUFWriter(str(path), "llama")
    _write_configuration(writer, network.config)
    plain = {}
    for name, tensor in network.state_dict().items():
        array = np.ascontiguousarray(_as_other_programs_order(name, tensor, network.config).numpy())
        if tensor.dim() > 1 and name not in left_out:
            packed = gguf.quants.quantize(array, kind)
            writer.add_tensor(_called(name), packed, raw_dtype=kind)
            array = gguf.quants.dequantize(packed, kind)
        elif name not in left_out:
            writer.add_tensor(_called(name), array)
        plain[name] = _as_transformers_orders(name, torch.from_numpy(array.copy()), network.config)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return plain


def _write_configuration(writer, config):
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(len(TOKENS))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(TOKENS)
    writer.add_token_types([3] * 4 + [1] * (len(TOKENS) - 4))
    writer.add_token_merges(["t h"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)


def _called(name):
    if name in OUTSIDE:
        return OUTSIDE[name]
    _, _, layer, part = name.removesuffix(".weight").split(".", 3)
    return f"blk.{layer}.{IN_LAYERS[part]}.weight"


def _heads(name, config):
    """Of queries and keys, whose rows stand in another order there: rotary pairs are neighbours."""
    return {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}.get(name.split(".")[-2])


def _as_other_programs_order(name, tensor, config):
    n = _heads(name, config)
    return tensor if n is None else tensor.unflatten(0, (n, 2, -1)).transpose(1, 2).flatten(0, 2)


def _as_transformers_orders(name, tensor, config):
    n = _heads(name, config)
    return tensor if n is None else tensor.unflatten(0, (n, -1, 2)).transpose(1, 2).flatten(0, 2)
