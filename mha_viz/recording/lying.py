"""Weights of a module, wherever they lie: on a device, or where accelerate keeps them until the module runs."""

from __future__ import annotations

from typing import Any

from torch import Tensor


def numbers_of(module: Any, name: str = "weight") -> Tensor:
    """The numbers of a parameter, also where accelerate keeps them in memory or on disk until the module runs."""
    parameter: Tensor = getattr(module, name)
    hook = getattr(module, "_hf_hook", None)
    maps = [getattr(one, "weights_map", None) for one in (hook, *getattr(hook, "hooks", ()))]
    return next((kept[name] for kept in maps if kept is not None), parameter) if parameter.is_meta else parameter
