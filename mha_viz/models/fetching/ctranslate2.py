"""Whisper in a file of CTranslate2 → an ordinary folder: its numbers read as data, under the names of transformers."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import WhisperConfig, WhisperFeatureExtractor

from mha_viz.errors import ModelError
from mha_viz.models.weights import WHOLE

VERSION, SPEC = 6, "WhisperSpec"  # of the format, and what such a file says that it holds
TYPES = {0: np.float32, 4: np.float16}  # of weights that are not packed; others are settings
STACKED = {3: ("q_proj", "k_proj", "v_proj"), 2: ("k_proj", "v_proj")}  # one matrix above the other
# Where a part of a layer stands there and here. A decoder's second attention, at the encoder, is only "attention".
PARTS = {
    "self_attention/layer_norm": "self_attn_layer_norm", "self_attention/linear_0": "self_attn",
    "self_attention/linear_1": "self_attn.out_proj", "attention/layer_norm": "encoder_attn_layer_norm",
    "attention/linear_0": "encoder_attn.q_proj", "attention/linear_1": "encoder_attn",
    "attention/linear_2": "encoder_attn.out_proj", "ffn/layer_norm": "final_layer_norm", "ffn/linear_0": "fc1",
    "ffn/linear_1": "fc2", "layer_norm": "layer_norm", "embeddings": "embed_tokens",
    "position_encodings": "embed_positions", "conv1": "conv1", "conv2": "conv2",
}  # fmt: skip
KINDS = {"beta": "bias", "gamma": "weight", "encodings": "weight", "bias": "bias", "weight": "weight"}
# What tiny.en is told beside its weights, where the file leaves it to whoever runs it.
TOKENS: dict[str, Any] = {
    "decoder_start_token_id": 50257,
    "bos_token_id": 50257,
    "eos_token_id": 50256,
    "pad_token_id": 50256,
}
NO_TIMES, BEFORE = 50362, 50360  # the tokens that say “no timestamps”, and “what was said before”


def convert_whisper(packed: Path) -> None:
    """Once, right after the download: configuration, processor and weights beside the file, which is then removed.

    Raises
    ------
    ModelError
        If the file holds no such network.
    """
    folder, weights = packed.parent, dict(_named(packed))
    told = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    size = len(weights["model.decoder.embed_tokens.weight"])
    told_of_network: dict[str, Any] = {"architectures": ["WhisperForConditionalGeneration"], "dtype": "float32"}
    WhisperConfig(**told_of_network, vocab_size=size, **TOKENS).save_pretrained(folder)  # all else is as in tiny
    _write(folder / "generation_config.json", {
        **TOKENS, "is_multilingual": False, "max_length": 448, "no_timestamps_token_id": NO_TIMES,
        "prev_sot_token_id": BEFORE, "alignment_heads": told["alignment_heads"],
        "suppress_tokens": told["suppress_ids"], "begin_suppress_tokens": told["suppress_ids_begin"],
    })  # fmt: skip
    _write(folder / "tokenizer_config.json", {"tokenizer_class": "WhisperTokenizer", "pad_token": "<|endoftext|>"})
    ear = {"processor_class": "WhisperProcessor", **WhisperFeatureExtractor().to_dict()}
    _write(folder / "preprocessor_config.json", ear)
    save_file(weights, folder / WHOLE, {"format": "pt"})
    packed.unlink()


def _write(path: Path, settings: dict[str, Any]) -> None:
    path.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def _named(packed: Path) -> Iterator[tuple[str, Tensor]]:
    """Every weight under its name in transformers; stacked projections one by one."""
    with packed.open("rb") as file:
        try:
            for place, array in _arrays(file):
                stack, _, kind = place.rpartition("/")
                side, _, rest = stack.partition("/")
                layer, _, part = rest.partition("/") if rest.startswith("layer_") and "/" in rest else ("", "", rest)
                at = f"layers.{layer.removeprefix('layer_')}." if layer else ""
                yield from _unstacked(f"model.{side}.{at}{PARTS[part]}", KINDS[kind], torch.from_numpy(array))
        except (struct.error, LookupError, ValueError) as error:
            raise ModelError(f"{packed.name} holds no Whisper as CTranslate2 writes it.") from error


def _unstacked(place: str, kind: str, weights: Tensor) -> Iterator[tuple[str, Tensor]]:
    """One weight, or those that stand one above the other in it: keys have no bias in Whisper."""
    if not place.endswith("_attn"):
        yield f"{place}.{kind}", weights
        return
    names = STACKED[3 if place.endswith(".self_attn") else 2]
    for name, part in zip(names, weights.chunk(len(names)), strict=True):
        if (name, kind) != ("k_proj", "bias"):
            yield f"{place}.{name}.{kind}", part.clone()


def _arrays(file: BinaryIO) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """The weights of a file, one after the other, by their places; settings are left out."""
    (version,) = _take(file, "I")
    if version != VERSION or _text(file) != SPEC:
        raise ValueError("another format")
    _, n = _take(file, "II")  # the revision of such files, and how many arrays follow
    for _ in range(n):
        place, shape = _text(file), _take(file, f"{_take(file, 'B')[0]}I")
        kind, size = _take(file, "BI")
        data = bytearray(file.read(size))
        if shape:
            yield place, np.frombuffer(data, TYPES[kind]).reshape(shape)


def _text(file: BinaryIO) -> str:
    return file.read(*_take(file, "H")).rstrip(b"\0").decode()


def _take(file: BinaryIO, layout: str) -> tuple[Any, ...]:
    """The next little-endian numbers, in the notation of ``struct``."""
    return struct.unpack(f"<{layout}", file.read(struct.calcsize(f"<{layout}")))
