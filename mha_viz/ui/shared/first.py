"""What pages show first, as files that come with the app, and whether a model gives the same here.

``python -m mha_viz.ui.shared.first`` writes them anew.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from math import isclose
from typing import Any

import numpy as np
from safetensors.numpy import load

from mha_viz.disk import write_whole
from mha_viz.errors import MhaVizError
from mha_viz.models.load import load_model
from mha_viz.objects import Model
from mha_viz.ui.shared.models import get_loaded
from mha_viz.ui.shell.opening import CARD, FIRST, first_file
from mha_viz.views.view import HEADER

WITHIN = 1e-4  # processors round differently; pages show three decimals


def first_pictures(page: str, model: Model) -> dict[str, bytes]:
    """The files of a page: its pictures by their kind, as browsers get them, and its card, where it has one."""
    made_by = import_module(f"mha_viz.ui.pages.{FIRST[page].made_by}")
    pictures: dict[str, bytes] = made_by.first_pictures(model)
    return pictures


@cache
def is_different(page: str) -> bool:
    """Load the model that the page opens with, where it is on this machine, and compare with what it gives."""
    name = FIRST[page].model({}) if page in FIRST else None
    if name is None:
        return False
    try:
        made = first_pictures(page, get_loaded(name))
        return not all(is_same(made[kind], first_file(page, name, kind).read_bytes(), kind) for kind in made)
    except (MhaVizError, OSError):  # the page itself says what is wrong
        return False


def is_same(first: bytes, second: bytes, kind: str) -> bool:
    """Whether two files of a page say the same, but for what processors round differently."""
    return first == second or (kind != CARD and _are_close(_opened(first), _opened(second)))


def _opened(view: bytes) -> dict[str, Any]:
    """The arrays of a view, and its header as what JSON holds."""
    arrays = load(view)
    return {**arrays, HEADER: json.loads(arrays[HEADER].tobytes())}


def _are_close(first: Any, second: Any) -> bool:
    """Whether two of what JSON holds, or arrays, differ in nothing but the last digits of numbers."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(_are_close(first[key], second[key]) for key in first)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(_are_close, first, second))
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        step = 1 if first.dtype == np.uint8 else WITHIN  # bytes are levels of colour
        return first.shape == second.shape and bool(np.all(np.abs(np.subtract(first, second, dtype=float)) <= step))
    if isinstance(first, float) and isinstance(second, float):
        return isclose(first, second, rel_tol=0, abs_tol=WITHIN)
    return bool(first == second)


if __name__ == "__main__":
    for page, first in FIRST.items():
        for name in first.models:
            for kind, content in first_pictures(page, load_model(name)).items():
                write_whole(first_file(page, name, kind), content)
