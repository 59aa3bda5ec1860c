"""What a network raises on a batch that it cannot run → one sentence."""

from __future__ import annotations

import torch
from torch import Tensor

from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.objects import Model

FAILURES = (MemoryError, RuntimeError, ValueError, TypeError, LookupError, AttributeError)


def in_one_sentence(error: Exception, model: Model, batch: dict[str, Tensor]) -> Exception:
    """What to raise instead when a network fails on a batch."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "allocate" in str(error):
        n = next(iter(batch.values())).shape[-1]
        return InputError(f"Too little memory to run {model.name} on {n:,} positions: shorten the input.")
    first_line = (str(error) or type(error).__name__).splitlines()[0]
    return UnreadableModelError(f"{model.name} ({type(model.network).__name__}) did not run: {first_line}")
