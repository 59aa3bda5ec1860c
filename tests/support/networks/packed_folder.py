"""Folders of networks whose weights are packed, and what they stand for."""

import json

import torch
from safetensors.torch import load_file, save_file

from tests.support.networks.families import LLAMA, tokenizer

WIDE = {**LLAMA, "hidden_size": 128, "intermediate_size": 128, "num_attention_heads": 4, "num_key_value_heads": 4}


def packed_folder(folder, network, pack, **settings):
    """A network saved with its weights packed; what they are unpacked."""
    network.save_pretrained(folder)
    tokenizer(ends=False).save_pretrained(folder)
    packed, plain = {}, {}
    for name, tensor in load_file(folder / "model.safetensors").items():
        parts, plain[name] = pack(name, tensor)
        packed |= {part: value.contiguous() for part, value in parts.items()}
    save_file(packed, folder / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "quantization_config": settings}))
    return plain


def in_eight_bits(name, tensor):
    """One scale for each block of 128 × 128 numbers, which is all of these."""
    if "_proj" not in name:
        return {name: tensor}, tensor
    scale = tensor.abs().max() / 448
    small = (tensor / scale).to(torch.float8_e4m3fn)
    return {name: small, f"{name}_scale_inv": scale.reshape(1, 1)}, small.float() * scale
