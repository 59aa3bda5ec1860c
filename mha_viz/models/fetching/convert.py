"""Weights that are packed in another format → an ordinary folder."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoTokenizer

from mha_viz.models.fetching.ctranslate2 import convert_whisper
from mha_viz.models.fetching.onnx_t5 import PARTS as T5_PARTS
from mha_viz.models.fetching.onnx_t5 import convert_t5
from mha_viz.models.fetching.onnx_weights import convert_dinov2
from mha_viz.models.fetching.reactions import PACKED, convert_reactions
from mha_viz.models.gguf_file import unpack_gguf


def as_ordinary_folder(folder: Path) -> None:
    """Once, right after the download: what is packed in another format is written as others are."""
    for packed in folder.glob("*.gguf"):
        _convert_gguf(folder, packed)
    if (folder / T5_PARTS[0]).exists():
        convert_t5(folder)
    for packed in folder.glob("*.onnx"):
        convert_dinov2(packed)
    for packed in folder.glob("model.bin"):
        convert_whisper(packed)
    if (folder / PACKED).exists():
        convert_reactions(folder / PACKED)


def _convert_gguf(folder: Path, packed: Path) -> None:
    """A 4-bit GGUF file becomes an ordinary folder in bfloat16."""
    network = unpack_gguf(packed, torch.bfloat16, packed.name)
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=packed.name)
    tokenizer.model_max_length = network.config.max_position_embeddings
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    packed.unlink()
