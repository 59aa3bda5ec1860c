"""Networks that are made without memory, whose weights come from files: shapes alone, and nothing drawn for them."""

from __future__ import annotations

from typing import Any

import torch
from torch.overrides import TorchFunctionMode


class OnlyShapes(TorchFunctionMode):
    """For a network that is made without memory: nothing is drawn for weights that have a shape alone, positions are
    counted elsewhere, and room is made by shape. torch would import a computer algebra system for each of these.
    """

    def __torch_function__(self, function: Any, _types: Any, arguments: Any = (), options: Any = None) -> Any:
        options = options or {}
        tensor = arguments[0] if arguments else options.get("tensor")
        has_only_shape = isinstance(tensor, torch.Tensor) and tensor.is_meta
        if has_only_shape and getattr(function, "__module__", None) == "torch.nn.init":
            return tensor
        if has_only_shape and function is torch.empty_like and tensor.is_contiguous():
            return torch.empty(tensor.shape, **{"dtype": tensor.dtype, "device": tensor.device, **options})
        if function is torch.arange and torch.device(options.get("device") or "cpu").type == "meta":
            return function(*arguments, **{**options, "device": "cpu"}).to("meta")
        return function(*arguments, **options)
