"""A view: what is drawn, by its kind, what it says of itself and its numbers; bytes only where it leaves Python."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from safetensors.numpy import save
from torch import Tensor

from mha_viz.views.style.texts import texts_of

HEADER = "header"  # what the header is called among the arrays


@dataclass(frozen=True)
class View:
    """What ``assets/views`` draws, wherever it is shown; no text in it is ever read as markup.

    ``kind`` names the file that draws it. ``header`` is what JSON can hold; its ``identity`` is what a reader's choices
    belong to (see ``show`` in show.js). ``arrays`` are float32 or uint8.
    """

    kind: str
    header: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray | Tensor]


def to_bytes(view: View) -> bytes:
    """A view in the format safetensors, which every reader of that format opens.

    The header is one of its arrays, as JSON in bytes: what safetensors itself keeps beside arrays is strings, in which
    each quotation mark would stand twice, and in an order that differs from time to time.

    Raises
    ------
    ValueError
        If a number in the header is no JSON: nan or infinite.
    """
    texts = texts_of(view.kind)
    header = {"kind": view.kind, "identity": "", **({"texts": texts} if texts else {}), **view.header}
    text = json.dumps(header, ensure_ascii=False, allow_nan=False).encode()
    arrays = {name: np.ascontiguousarray(array) for name, array in view.arrays.items()}  # saved as it lies in memory
    return save({**arrays, HEADER: np.frombuffer(text, dtype=np.uint8)})
