"""A view of a picture → the picture under the attention of one head, as a still."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from mha_viz.views.view import View

GREY, LIGHT, COVERS = 0.75, 0.35, 0.85  # as in picture_paint.js
SIDE = 448  # pixels that the shorter side has at least


def still_picture(view: View) -> Image.Image:
    """The patches of the picture, orange where the position looks, as in the view."""
    header, arrays = view.header, view.arrays
    shares = np.asarray(arrays["exact"], dtype=float)[header["places"]]
    return _painted(header, np.asarray(arrays["pixels"], dtype=float), shares, header["overlay"])


def still_words(view: View) -> Image.Image:
    """The last of the pictures that the model sees, the whole one, orange where the word looks in the chosen head."""
    header, k = view.header, len(view.header["pieces"]) - 1
    levels = np.asarray(view.arrays[f"looks_{k}"][header["chosen"], header["query"]], dtype=float)
    pixels = np.asarray(view.arrays[f"pixels_{k}"], dtype=float)
    return _painted(header["pieces"][k], pixels, levels, header["overlay"])


def _painted(grid: Mapping[str, Any], pixels: np.ndarray, looks: np.ndarray, colour_name: str) -> Image.Image:
    pale = 255 * LIGHT + (1 - LIGHT) * (pixels * (1 - GREY) + pixels.mean(axis=2, keepdims=True) * GREY)
    shares = looks.reshape(grid["rows"], grid["columns"])
    high, wide = grid["patch"]
    over = np.zeros(pixels.shape[:2])
    cells = np.kron(shares / max(shares.max(), 1e-30), np.ones((high, wide)))
    over[: len(cells), : cells.shape[1]] = COVERS * cells
    colour = [int(colour_name[i : i + 2], 16) for i in (1, 3, 5)]
    painted = pale * (1 - over[..., None]) + np.array(colour) * over[..., None]
    image = Image.fromarray(painted.round().astype(np.uint8))
    times = max(1, -(-SIDE // min(image.size)))
    return image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)
