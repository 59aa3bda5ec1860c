"""A vision transformer in an ONNX file → an ordinary folder: its numbers read as data, nothing of its graph is run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import Dinov2Config

from mha_viz.errors import ModelError
from mha_viz.models.fetching.onnx_files import read_onnx
from mha_viz.models.weights import WHOLE

# Two that the exporter folded have no name of their own: positions of the class token and of 37 × 37 patches.
POSITIONS = ("onnx::Concat_1957", "onnx::Reshape_1962")
OF_THE_NETWORK = "backbone."
PREPROCESSOR = {
    "image_processor_type": "BitImageProcessor", "size": {"shortest_edge": 256}, "resample": 3, "do_resize": True,
    "do_convert_rgb": True, "do_center_crop": True, "crop_size": {"height": 224, "width": 224}, "do_rescale": True,
    "do_normalize": True, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225],
}  # fmt: skip


def convert_dinov2(packed: Path) -> None:
    """Once, right after the download: configuration, processor and weights beside the file, which is then removed.

    Raises
    ------
    ModelError
        If the file holds none.
    """
    weights = _named(*read_onnx(memoryview(packed.read_bytes())))
    if not weights:
        raise ModelError(f"{packed.name} holds no vision transformer.")
    folder = packed.parent
    config = Dinov2Config(
        architectures=["Dinov2Model"], dtype="float32", hidden_size=384, num_attention_heads=6, image_size=518,
        patch_size=14,
    )  # fmt: skip
    config.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(PREPROCESSOR, indent=2), encoding="utf-8")
    save_file({name: weight.contiguous() for name, weight in weights.items()}, folder / WHOLE, {"format": "pt"})
    packed.unlink()


def _named(arrays: dict[str, torch.Tensor], users: dict[str, str]) -> dict[str, torch.Tensor]:
    """Weights under the names that they were published by, all that a network needs."""
    weights = {
        name.removeprefix(OF_THE_NETWORK): array for name, array in arrays.items() if name.startswith(OF_THE_NETWORK)
    }
    for name, array in arrays.items():  # anonymous projections, turned over, are called after the node that uses them
        place = re.search(r"backbone.*layer\.(\d+)/(.*)/MatMul", users.get(name, ""))
        if place and name.startswith("onnx::MatMul"):
            weights[f"encoder.layer.{place[1]}.{place[2].replace('/', '.')}.weight"] = array.T
    if all(name in arrays for name in POSITIONS):
        positions = torch.cat([arrays[name] for name in POSITIONS], dim=1)
        weights["embeddings.position_embeddings"] = positions
        weights["embeddings.mask_token"] = torch.zeros(1, positions.shape[-1])  # for training alone
    return weights
