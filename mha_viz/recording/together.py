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
class Padding:
    """What is known of padding in one network: the lengths up to which it changes nothing, or that it changes texts."""

    shortest: float = float("inf")
    longest: int = 0
    changes: bool = False

    def untried(self, rows: Sequence[Row]) -> int | None:
        """Which text, the shortest, is to be read alone as well; None where such lengths were tried."""
        totals = [sum(lengths_of(row)) for row in rows]
        is_tried = min(totals) >= self.shortest and max(totals) <= self.longest
        return None if is_tried else totals.index(min(totals))

    def note(self, rows: Sequence[Row], together: Sequence[AttentionCall], alone: Sequence[AttentionCall]) -> None:
        """A text was read beside these others, and alone."""
        totals = [sum(lengths_of(row)) for row in rows]
        self.changes = not all(map(_is_same, together, alone))
        self.shortest, self.longest = min(min(totals), self.shortest), max(max(totals), self.longest)


_paddings: WeakKeyDictionary[Any, Padding] = WeakKeyDictionary()


def padding_of(network: Any) -> Padding:
    """What is known of padding in this network."""
    return _paddings.setdefault(network, Padding())


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
    if len(rows) == 1 or not padding_of(model.network).changes:
        captures = read_as_one(model, batch, rows, encoder_only, progress)
        if len(rows) == 1 or not _changed_by_padding(model, batch, rows, captures, encoder_only):
            return captures
    alone = []
    for i in range(len(rows)):
        alone += read_as_one(model, row_of(batch, rows, i), [rows[i]], encoder_only)
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


def read_as_one(
    model: Model, batch: dict[str, Tensor], rows: list[Row], encoder_only: bool,
    progress: Callable[[float], None] | None = None,
) -> list[Capture]:  # fmt: skip
    """The capture of each row of a batch, whatever padding changes."""
    recorder = record(model, batch, encoder_only=encoder_only, progress=progress)
    paths = [call.path for call in recorder.calls]
    if any(call.chooses_keys for call in recorder.calls):
        padding_of(model.network).changes = True
    captures = [cut_out(model, recorder, i, *row, is_last=i == len(rows) - 1) for i, row in enumerate(rows)]
    remember(model.network, recorder, paths)  # only now: every row has passed the self-check
    return captures


def _changed_by_padding(
    model: Model, batch: dict[str, Tensor], rows: list[Row], captures: list[Capture], encoder_only: bool
) -> bool:
    padding = padding_of(model.network)
    i = None if padding.changes else padding.untried(rows)
    if i is not None:
        (alone,) = read_as_one(model, row_of(batch, rows, i), [rows[i]], encoder_only)
        padding.note(rows, captures[i].calls, alone.calls)
    return padding.changes


def lengths_of(row: Row) -> tuple[int, int]:
    """How many positions the encoder and the decoder read."""
    return tuple(0 if axis is None else len(axis) for axis in row[:2])  # type: ignore[return-value]


def row_of(batch: dict[str, Tensor], rows: Sequence[Row], i: int) -> dict[str, Tensor]:
    """One text of a batch, without padding."""
    n_source, n_decoded = lengths_of(rows[i])
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
