"""What reading many texts leaves out: all that follows the last attention, and what linear maps make of padding.

Neither changes a number of a text: its queries, keys and values are known after the last attention, and a linear map
makes of each row what it would make of that row alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakIdKeyDictionary

WORTH_IT = 0.9  # share of a batch that is text, from which on copying costs as much as it saves
FEW = 64  # tokens; of a few rows a product may be rounded in another way
OTHER = 0  # among the lengths of a linear map: it was given something else than a row a token

_is_sparing: ContextVar[bool] = ContextVar("is_sparing", default=False)
_lengths = WeakIdKeyDictionary()  # weight of a linear map → how long the texts were of which it was given a row a token


class AllRecordedError(Exception):
    """Ends a run after the last attention call: no failure."""


@contextmanager
def sparing() -> Iterator[None]:
    """While this lasts, captures of this thread compute no more than what they hold."""
    token = _is_sparing.set(True)
    try:
        yield
    finally:
        _is_sparing.reset(token)


def is_sparing() -> bool:
    """Whether captures of this thread compute no more than what they hold."""
    return _is_sparing.get()


class WithoutPadding(TorchFunctionMode):
    """Linear maps are given the rows of tokens alone, and zeros stand where padding is.

    Only of maps that were seen at two lengths, each time with a row a position, and never with anything else: what has
    as many rows by chance may be something else.

    Parameters
    ----------
    batch : dict of Tensor
        Of texts alone, with an ``attention_mask`` (text, position).
    """

    def __init__(self, batch: dict[str, Tensor]) -> None:
        super().__init__()
        mask = batch["attention_mask"]
        self.shape = mask.shape
        self.rows, self.padding = (values.flatten().nonzero().squeeze(1) for values in (mask, mask == 0))
        self.is_worth_it = FEW <= len(self.rows) <= WORTH_IT * mask.numel()

    def __torch_function__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:  # Any: any function of torch, what it takes and what it gives
        if function is torch.nn.functional.linear and len(args) > 1 and self._has_a_row_a_token(*args[:2]):
            return self._of_tokens(*args, **(kwargs or {}))
        return function(*args, **(kwargs or {}))

    def _has_a_row_a_token(self, vectors: Tensor, weight: Tensor) -> bool:
        is_of_positions = vectors.dim() == 3 and vectors.shape[:2] == self.shape
        lengths: set[int] = _lengths.setdefault(weight, set())
        lengths.add(self.shape[1] if is_of_positions else OTHER)
        return self.is_worth_it and is_of_positions and OTHER not in lengths and len(lengths) > 1

    def _of_tokens(self, vectors: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        of_tokens = torch.nn.functional.linear(vectors.flatten(0, 1).index_select(0, self.rows), weight, bias)
        result: Tensor = of_tokens.new_empty(self.shape.numel(), of_tokens.shape[1])
        result.index_copy_(0, self.rows, of_tokens).index_fill_(0, self.padding, 0.0)
        return result.reshape(*self.shape, -1)


def can_leave_out_padding(batch: dict[str, Tensor]) -> bool:
    """Whether a batch is of texts, padded on a CPU, and of as many texts as they are long by no chance."""
    mask = batch.get("attention_mask")
    is_text = "input_ids" in batch and not any(name.startswith(("decoder_", "pixel_")) for name in batch)
    return is_text and mask is not None and mask.device.type == "cpu" and 1 < len(mask) != mask.shape[1]
