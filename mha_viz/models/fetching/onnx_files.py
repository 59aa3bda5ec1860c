"""A file in ONNX → its tensors by name, and which node uses each: numbers read as data, nothing of a graph is run."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
import torch

# Numbers of fields in the format's own description: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
GRAPH, NODE, TENSOR = 7, 1, 5  # of a model; of a graph, twice
INPUT, NODE_NAME = 1, 3
DIMS, DATA_TYPE, FLOATS, WHOLE_NUMBERS, TENSOR_NAME, RAW = 1, 2, 4, 5, 8, 9
TYPES = {1: "<f4", 2: "u1", 3: "i1"}  # of the numbers that weights are written as
VARINT, EIGHT, SEVERAL, FOUR = 0, 1, 2, 5  # how a field is written


def read_onnx(data: memoryview) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
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
    """A tensor of numbers that weights are written as, copied, by its name; of others nothing."""
    fields = [*_parts(data)]
    numbers = {part: number for part, number, _ in fields}
    pieces = {part: piece for part, _, piece in fields}
    kind = TYPES.get(numbers.get(DATA_TYPE, 0))
    if kind is None:
        return {}
    shape = [size for part, number, piece in fields if part == DIMS for size in _sizes(number, piece)]
    values = torch.from_numpy(_values(kind, numbers, pieces))
    return {bytes(pieces[TENSOR_NAME]).decode(): values.reshape(shape)} if values.numel() == prod(shape) else {}


def _values(kind: str, numbers: dict[int, int], pieces: dict[int, memoryview]) -> np.ndarray[Any, Any]:
    """The numbers of a tensor: as bytes, as floating-point numbers, or as whole numbers one by one."""
    if RAW in pieces:
        return np.frombuffer(pieces[RAW], kind).copy()
    if WHOLE_NUMBERS in pieces:
        whole = _sizes(numbers[WHOLE_NUMBERS], pieces[WHOLE_NUMBERS])
        return np.array(whole, dtype="u8").astype("i8").astype(kind)  # what is below 0 is written as 64 bits
    return np.frombuffer(pieces.get(FLOATS, memoryview(b"")), "<f4").copy()


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
