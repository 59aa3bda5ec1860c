"""A vision transformer in an ONNX file → an ordinary folder: its numbers read as data, nothing of its graph is run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import Dinov2Config

from mha_viz.errors import ModelError
from mha_viz.models.weights import WHOLE

# Numbers of fields in the format's own description: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
GRAPH, NODE, TENSOR = 7, 1, 5  # of a model; of a graph, twice
INPUT, NODE_NAME = 1, 3
DIMS, DATA_TYPE, TENSOR_NAME, RAW = 1, 2, 8, 9
FLOAT = 1  # the type of 32 bits
VARINT, EIGHT, SEVERAL, FOUR = 0, 1, 2, 5  # how a field is written
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
    weights = _named(*_read(memoryview(packed.read_bytes())))
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


def _read(data: memoryview) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """The tensors of a file by name, and the name of the node that each is an input of."""
    arrays: dict[str, torch.Tensor] = {}
    users: dict[str, str] = {}
    graph = next(piece for part, _, piece in _parts(data) if part == GRAPH)
    for part, _, piece in _parts(graph):
        if part == TENSOR:
            arrays |= _tensor(piece)
        elif part == NODE:
            texts = [(part, bytes(text).decode()) for part, _, text in _parts(piece) if part in (INPUT, NODE_NAME)]
            name = next((text for part, text in texts if part == NODE_NAME), "")
            users |= {text: name for part, text in texts if part == INPUT}
    return arrays, users


def _tensor(data: memoryview) -> dict[str, torch.Tensor]:
    """A tensor of floating-point numbers, copied, by its name; of others nothing."""
    fields = [*_parts(data)]
    numbers = {part: number for part, number, _ in fields}
    pieces = {part: piece for part, _, piece in fields}
    if numbers.get(DATA_TYPE) != FLOAT or RAW not in pieces:
        return {}
    shape = [size for part, number, piece in fields if part == DIMS for size in _sizes(number, piece)]
    values = torch.from_numpy(np.frombuffer(pieces[RAW], "<f4").copy())
    return {bytes(pieces[TENSOR_NAME]).decode(): values.reshape(shape)}


def _sizes(number: int, packed: memoryview) -> list[int]:
    """One size, or several that lie packed."""
    sizes, place = [] if len(packed) else [number], 0
    while place < len(packed):
        size, place = _varint(packed, place)
        sizes.append(size)
    return sizes


def _parts(data: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """The fields of a message: the number of each, and its value, a whole number or bytes."""
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        if key & 7 == VARINT:
            number, place = _varint(data, place)
            yield key >> 3, number, data[:0]
            continue
        length, place = _varint(data, place) if key & 7 == SEVERAL else ({EIGHT: 8, FOUR: 4}[key & 7], place)
        yield key >> 3, 0, data[place : place + length]
        place += length


def _varint(data: memoryview, place: int) -> tuple[int, int]:
    """A whole number, 7 bits a byte, the lowest first; and where it ends."""
    number = shift = 0
    while True:
        byte = data[place]
        number, shift, place = number | (byte & 127) << shift, shift + 7, place + 1
        if byte < 128:
            return number, place
