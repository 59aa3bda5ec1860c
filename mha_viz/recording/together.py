"""Several texts in one padded batch, as long as that changes nothing for any of them; else one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from mha_viz.arguments import changed
from mha_viz.objects import AttentionCall, Capture, Model, Positions
from mha_viz.recording.cut import cut_out
from mha_viz.recording.run import record, remember
from mha_viz.recording.validate import validate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Row = tuple[Positions | None, Positions | None, str | None]  # what the encoder and the decoder read, and the target
CLOSE = 1e-3  # of the largest number: far above what rounding makes of padding, far below what a convolution does


@dataclass
class _Padding:
    """What is known of padding in one network: the lengths up to which it changes nothing, or that it changes texts."""

    shortest: float = float("inf")
    longest: int = 0
    changes: bool = False


_paddings: WeakKeyDictionary[Any, _Padding] = WeakKeyDictionary()


def read_together(
    model: Model, batch: dict[str, Tensor], rows: list[Row], *, encoder_only: bool,
    progress: Callable[[float], None] | None,
) -> list[Capture]:  # fmt: skip
    """The capture of each row of a batch, as it would be of that text alone.

    Some networks read a text otherwise beside a longer one: a convolution sees the padding, the frequencies of a
    rotary embedding follow the longest text. So where lengths come that were not tried yet, the shortest text is read
    alone as well; once the two differ, every text is read alone. So is every text where layers choose the keys of each
    query: which of two equally good keys is chosen depends on how many there are.
    """
    note = validate(model, batch, encoder_only=encoder_only, is_text=rows[0][0] is not None)
    captures = _read(model, batch, rows, encoder_only, progress)
    return [changed(capture, notes=(*capture.notes, note)) for capture in captures] if note else captures


def _read(
    model: Model, batch: dict[str, Tensor], rows: list[Row], encoder_only: bool,
    progress: Callable[[float], None] | None,
) -> list[Capture]:  # fmt: skip
    padding = _paddings.setdefault(model.network, _Padding())
    if len(rows) == 1 or not padding.changes:
        captures = _captures(model, batch, rows, encoder_only, progress)
        if len(rows) == 1 or not _changed_by_padding(model, batch, rows, captures, padding, encoder_only):
            return captures
    alone = []
    for i in range(len(rows)):
        alone += _captures(model, _row(batch, rows, i), [rows[i]], encoder_only, None)
        if progress is not None:
            progress((i + 1) / len(rows))
    return alone


def pad(rows: Sequence[Sequence[int]], tokenizer: Any, device: torch.device) -> dict[str, Tensor]:
    """Padding goes on the right, so that positions count as they would without it."""
    mask = [[1] * len(row) for row in rows]
    return {"input_ids": as_rows(rows, tokenizer.pad_token_id or 0, device), "attention_mask": as_rows(mask, 0, device)}


def as_rows(rows: Sequence[Sequence[int]], filler: int, device: torch.device) -> Tensor:
    """Rows of different lengths as one tensor (row, longest)."""
    n = max(map(len, rows))
    return torch.tensor([[*row, *[filler] * (n - len(row))] for row in rows], device=device)


def _captures(
    model: Model, batch: dict[str, Tensor], rows: list[Row], encoder_only: bool,
    progress: Callable[[float], None] | None,
) -> list[Capture]:  # fmt: skip
    recorder = record(model, batch, encoder_only=encoder_only, progress=progress)
    paths = [call.path for call in recorder.calls]
    if any(call.chooses_keys for call in recorder.calls):
        _paddings.setdefault(model.network, _Padding()).changes = True
    captures = [cut_out(model, recorder, i, *row, is_last=i == len(rows) - 1) for i, row in enumerate(rows)]
    remember(model.network, recorder, paths)  # only now: every row has passed the self-check
    return captures


def _changed_by_padding(
    model: Model, batch: dict[str, Tensor], rows: list[Row], captures: list[Capture], padding: _Padding,
    encoder_only: bool,
) -> bool:  # fmt: skip
    if padding.changes:
        return True
    lengths = [_lengths(row) for row in rows]
    totals = [sum(lengths_of_row) for lengths_of_row in lengths]
    shortest, longest = min(totals), max(totals)
    if shortest >= padding.shortest and longest <= padding.longest:
        return False
    i = totals.index(shortest)
    (alone,) = _captures(model, _row(batch, rows, i), [rows[i]], encoder_only, None)
    padding.changes = not all(map(_is_same, captures[i].calls, alone.calls))
    padding.shortest, padding.longest = min(shortest, padding.shortest), max(longest, padding.longest)
    return padding.changes


def _lengths(row: Row) -> tuple[int, int]:
    """How many positions the encoder and the decoder read."""
    return tuple(0 if axis is None else len(axis) for axis in row[:2])  # type: ignore[return-value]


def _row(batch: dict[str, Tensor], rows: list[Row], i: int) -> dict[str, Tensor]:
    """One text of a batch, without padding."""
    n_source, n_decoded = _lengths(rows[i])
    return {
        name: values[i : i + 1, : n_decoded if name.startswith("decoder_") else n_source]
        for name, values in batch.items()
    }


def _is_same(call: AttentionCall, other: AttentionCall) -> bool:
    """Whether two calls are of the same numbers, but for rounding."""
    for name in ("query", "key", "value", "seen_pattern"):
        here, there = getattr(call, name), getattr(other, name)
        if here is None or there is None:
            continue
        close = CLOSE if here.dtype in (torch.float32, torch.float64) else 50 * CLOSE
        if not (here - there).abs().max() <= close * max(1.0, there.abs().max().item()):
            return False
    return True
