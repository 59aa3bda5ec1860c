"""Linear maps whose numbers are packed: what they are once unpacked, where that is what they compute with."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from mha_viz.recording.failures import FAILURES

CLOSE = 2e-3  # of the largest output: below it two kernels round, above it inputs were rounded too
BY_BITSANDBYTES = ("Params4bit", "Int8Params")


def is_packed(module: Any) -> bool:
    """Whether a linear map holds its numbers in another form than it computes in."""
    if not hasattr(module, "in_features"):
        return False
    weight = getattr(module, "weight", None)
    return not isinstance(weight, Tensor) or weight.element_size() == 1 or not weight.is_floating_point()


def unpacked_weight(module: Any, vectors: Tensor, result: Tensor) -> Tensor | None:
    """The weight of a packed linear map (d_out, d_in), as transformers unpacks it; None where it does not, or where the
    map gives another ``result`` of these ``vectors`` than the weight does.
    """
    weight: Any = getattr(module, "weight", None)
    if type(weight).__name__ not in BY_BITSANDBYTES:
        return None
    from transformers.integrations.bitsandbytes import dequantize_bnb_weight  # where bitsandbytes is there

    try:
        unpacked = dequantize_bnb_weight(weight, getattr(module, "state", None)).to(result.dtype)
    except FAILURES:
        return None
    bias = getattr(module, "bias", None)
    expected = torch.nn.functional.linear(vectors.to(unpacked.dtype), unpacked, bias)
    largest = max(expected.abs().max().item(), torch.finfo(result.dtype).tiny)
    return unpacked if (expected - result).abs().max().item() <= CLOSE * largest else None
