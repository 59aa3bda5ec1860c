"""T5 in two ONNX files, rounded to 8 bits → an ordinary folder: numbers read as data, no graph is run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from transformers import T5Config

from mha_viz.errors import ModelError
from mha_viz.models.fetching.onnx_files import read_onnx
from mha_viz.models.weights import WHOLE

PARTS = ("encoder.onnx", "decoder.onnx")
ROUNDED = "_quantized"  # whole numbers, which a scale and a zero point beside them turn back
ANONYMOUS, USER = "onnx::", "/MatMul_quant"  # a matrix that was turned over, and the end of its node's name
TWICE = "encoder.embed_tokens.weight"  # what "shared" holds already
# Of flan-t5-small. Its head is a matrix of its own, so nothing is scaled before it; T5Config says "tied" all the same.
TOKENS: dict[str, Any] = {"decoder_start_token_id": 0, "pad_token_id": 0, "eos_token_id": 1}
UNTIED: dict[str, Any] = {"tie_word_embeddings": False}
SIZES: dict[str, Any] = {"num_layers": 8, "num_heads": 6, "d_ff": 1024, "feed_forward_proj": "gated-gelu"}
WINDOW = 512


def convert_t5(folder: Path) -> None:
    """Once, right after the download: configuration, tokenizer and weights beside the files, which are then removed.

    Raises
    ------
    ModelError
        If they hold no such network.
    """
    weights: dict[str, torch.Tensor] = {}
    for part in PARTS:
        try:
            weights |= _named(*read_onnx(memoryview((folder / part).read_bytes())))
        except (LookupError, StopIteration, ValueError) as error:
            raise ModelError(f"{part} holds no T5 that was rounded to 8 bits.") from error
    if "shared.weight" not in weights:
        raise ModelError(f"{' and '.join(PARTS)} hold no T5: there is no table of its tokens.")
    config = T5Config(architectures=["T5ForConditionalGeneration"], dtype="float32", **SIZES, **TOKENS, **UNTIED)
    _write(folder / "config.json", {**config.to_dict(), **UNTIED})
    _write(folder / "generation_config.json", TOKENS)
    cutting = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    _write(folder / "tokenizer.json", {**cutting, "truncation": None, "padding": None})  # it was set to cut at 48
    _write(folder / "tokenizer_config.json", {"tokenizer_class": "T5Tokenizer", "model_max_length": WINDOW})
    save_file({name: weight.contiguous() for name, weight in weights.items()}, folder / WHOLE, {"format": "pt"})
    for part in PARTS:
        (folder / part).unlink()


def _write(path: Path, settings: dict[str, Any]) -> None:
    path.write_text(json.dumps(settings, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _named(arrays: dict[str, torch.Tensor], users: dict[str, str]) -> dict[str, torch.Tensor]:
    """Every weight of one of the files under its name in transformers, as numbers of 32 bits."""
    weights = {}
    for name, array in arrays.items():
        base = name.removesuffix(ROUNDED)
        if base != name:
            array = (array.float() - arrays[f"{base}_zero_point"].float()) * arrays[f"{base}_scale"]
            if base.startswith(ANONYMOUS):  # and called after the node that uses it
                base, array = users[name].removesuffix(USER).strip("/").replace("/", ".") + ".weight", array.T
        base = base.removeprefix("m.").replace("enc.", "encoder.")
        if base.endswith(".weight") and base != TWICE:
            weights[base] = array
    return weights
