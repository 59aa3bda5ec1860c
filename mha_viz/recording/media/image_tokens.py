"""Network + picture in a text → which part of the picture each token stands for, found by changing the picture.

The tower that reads the picture runs with all its heads silent, so that nothing moves between its positions but what
merges and reorders them; then the picture is changed, cell by cell, and it is seen which tokens come into the first
layer of the text with other values. So nothing needs to be known of a family: tiles, merged patches, row ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import isqrt
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from mha_viz.errors import UnreadableModelError
from mha_viz.inputs.media.patches import PIXELS
from mha_viz.inputs.media.picture_in_text import GRID
from mha_viz.objects import Model
from mha_viz.recording.run import part_to_run, record, run_recorded
from mha_viz.recording.sparing import AllRecordedError
from mha_viz.recording.watching.recorder import RecordedCall, Recorder

CHANGED = 1e-4  # of the largest number: far above what rounding makes of a second run
Cell = tuple[int, int, int]  # of a piece of the picture, its row and column
Tensors = dict[str, Tensor]


@dataclass(frozen=True)
class ImageTokens:
    """Of each position that stands for the picture, in their order, its cell; None where no part of the picture changes
    it (row ends). ``grids`` are the rows and columns of each piece; ``sign`` is the id that stands for the picture.
    """

    cells: tuple[Cell | None, ...]
    grids: tuple[tuple[int, int], ...]
    sign: int


@dataclass
class SilentTower(Recorder):
    """Silences every head before the first attention over the text, keeps the values of that, and ends the run."""

    changes: ClassVar[bool] = True
    text: Any = None  # the module of the first attention over the text
    value: Tensor | None = None
    n_silent: int = field(default=0)

    def add(self, call: RecordedCall) -> None:
        if call.module is self.text:
            self.value = call.value
            raise AllRecordedError

    def change(self, _call: RecordedCall, output: Tensor) -> Tensor:
        self.n_silent += 1
        return torch.zeros_like(output)


_known: WeakKeyDictionary[Any, dict[tuple[Any, ...], ImageTokens]] = WeakKeyDictionary()  # by the shape of the pixels


def image_tokens(
    model: Model, inputs: Tensors, places: Tensor | None, progress: Callable[[float], None] | None = None
) -> ImageTokens:
    """Which cell of the picture each token stands for that is one of the picture's; found once a size of picture.

    Parameters
    ----------
    model : Model
    inputs : dict of Tensor
        What its processor made of a picture and a text.
    places : Tensor of shape (patch, 2), optional
        Where packed patches lie.

    Raises
    ------
    UnreadableModelError
        If a token depends on several cells, two on the same one, or none on the picture.
    """
    grid = tuple(inputs[GRID].flatten().tolist()) if GRID in inputs else ()
    size = (tuple(inputs[PIXELS].shape), grid)
    known = _known.setdefault(model.network, {})
    if size not in known:
        known[size] = _Search(model, inputs, places, progress).found()
    return known[size]


class _Search:
    """The runs that it takes: one unchanged, one a piece of the picture, and two a binary digit of a cell's number."""

    def __init__(
        self, model: Model, inputs: Tensors, places: Tensor | None, progress: Callable[[float], None] | None
    ) -> None:
        self.model, self.inputs, self.places, self.progress = model, inputs, places, progress
        self.pixels = inputs[PIXELS]
        recorder = record(model, inputs, encoder_only=False)
        tower = recorder.places[-1].tower
        first = next(i for i, place in enumerate(recorder.places) if place.tower == tower)
        self.text = recorder.calls[first].module
        noise = torch.rand(self.pixels.shape, generator=torch.Generator().manual_seed(0)) + 0.5
        self.noise = noise.to(self.pixels)
        self.base = self.values(self.pixels)

    def values(self, pixels: Tensor) -> Tensor:
        """The values of the first attention over the text, (head, position, d_head)."""
        recorder = SilentTower(False, text=self.text)
        network = part_to_run(self.model, self.inputs, encoder_only=False)
        run_recorded(self.model, network, {**self.inputs, PIXELS: pixels}, recorder)
        if self.text is None or recorder.value is None or not recorder.n_silent:
            raise refused(self.model, "its towers attend in a form that does not show from outside")
        return recorder.value[0].detach().clone()

    def moved(self, mask: Tensor) -> Tensor:
        """Which positions have other values once these pixels are changed: (position,)."""
        change = (self.values(self.pixels + mask * self.noise) - self.base).abs().amax(dim=(0, 2))
        return (change > CHANGED * self.base.abs().max()).cpu()

    def found(self) -> ImageTokens:
        of_piece = [self.moved(piece) for piece in self._pieces()]
        ids = self.inputs["input_ids"][0].cpu()
        if len(ids) != self.base.shape[1]:
            raise refused(self.model, "its text has other positions than the tokens that were given")
        counts = torch.stack(of_piece).sum(dim=0)
        if not counts.any():
            raise refused(self.model, "no token changes with the picture alone, so its attention mixes all of it first")
        signs = ids[counts > 0].unique()
        if counts.max() > 1 or len(signs) > 1:
            raise refused(self.model, "a token changes with several pictures, or a word with one")
        masks, numbers = self._cells([int(moved.sum()) for moved in of_piece])
        order = self._spelled(masks, len(numbers))
        which = [numbers[number] if moves else None for number, moves in zip(order, (counts > 0).tolist(), strict=True)]
        stood_for = [cell for cell in which if cell is not None]
        at = [moved.nonzero().flatten().tolist() for moved in of_piece]
        if sorted(stood_for) != sorted(set(numbers)) or any(
            which[i] is None or which[i][0] != k for k, places in enumerate(at) for i in places
        ):
            raise refused(self.model, "its tokens and the cells of the picture are not one to one")
        sign = int(signs[0])
        cells = tuple(cell for i, cell in zip(ids.tolist(), which, strict=True) if i == sign)
        grids = tuple((max(r for k, r, _ in numbers if k == n) + 1, max(c for k, _, c in numbers if k == n) + 1)
                      for n in range(len(of_piece)))  # fmt: skip
        return ImageTokens(cells, grids, sign)

    def _spelled(self, masks: Callable[[Tensor], Tensor], n: int) -> list[int]:
        """The number of the cell that each position changes with, spelled in binary digits by two runs each.

        In the one all cells are changed whose number has the digit, in the other all that have it not: so a position
        that changes with several cells is found out.
        """
        numbers, spelled = torch.arange(n), torch.zeros(self.base.shape[1], dtype=torch.long)
        n_digits = max(1, (n - 1).bit_length())
        for k in range(n_digits):
            has = (numbers >> k) & 1 == 1
            with_digit, without = self.moved(masks(has)), self.moved(masks(~has))
            if (with_digit & without).any():
                raise refused(self.model, "a token changes with several cells of the picture")
            spelled += with_digit * 2**k
            if self.progress is not None:
                self.progress((k + 1) / n_digits)
        return spelled.tolist()

    def _pieces(self) -> Iterator[Tensor]:
        """Each picture of which the pixels consist, as a mask."""
        if self.places is not None:
            yield torch.ones_like(self.pixels)
            return
        stacked = self.pixels.flatten(0, -4)
        for k in range(len(stacked)):
            mask = torch.zeros_like(stacked)
            mask[k] = 1
            yield mask.reshape(self.pixels.shape)

    def _cells(self, counts: list[int]) -> tuple[Callable[[Tensor], Tensor], list[Cell]]:
        """What turns chosen cells into a mask of pixels, and the cells: as many in each piece as it has tokens."""
        if self.places is not None:
            return self._packed_cells(counts[0])
        stacked = self.pixels.flatten(0, -4)
        high, wide = stacked.shape[-2:]
        cells: list[Cell] = []
        sides = []
        for k, n in enumerate(counts):
            (rows, columns), side = self._grid(n, high, wide)
            cells += [(k, row, column) for row in range(rows) for column in range(columns)]
            sides.append((rows, columns, side))

        def masks(chosen: Tensor) -> Tensor:
            mask, begin = torch.zeros_like(stacked), 0
            for k, (rows, columns, (tall, broad)) in enumerate(sides):
                own = chosen[begin : begin + rows * columns].reshape(rows, columns).to(mask)
                begin += rows * columns
                mask[k, :, : rows * tall, : columns * broad] = own.repeat_interleave(tall, 0).repeat_interleave(
                    broad, 1
                )
            return mask.reshape(self.pixels.shape)

        return masks, cells

    def _grid(self, n: int, high: int, wide: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """The rows and columns of n cells that are patches or squares of them, and the height and width of each."""
        size = getattr(getattr(self.model.network.config, "vision_config", None), "patch_size", None)
        tall, broad = (size, size) if isinstance(size, int) else tuple(size or (0, 0))
        if tall and broad and n:
            rows, columns = high // tall, wide // broad
            merged = isqrt(rows * columns // n)
            if merged and merged**2 * n == rows * columns and not rows % merged and not columns % merged:
                return (rows // merged, columns // merged), (tall * merged, broad * merged)
        raise refused(self.model, f"{n} tokens are no grid on a picture of {high} × {wide} pixels")

    def _packed_cells(self, n: int) -> tuple[Callable[[Tensor], Tensor], list[Cell]]:
        """Cells that are as many packed patches each, one after the other, and where they lie."""
        _, rows, columns = self.inputs[GRID][0].tolist()
        merged = isqrt(rows * columns // n)
        if merged**2 * n != len(self.pixels) or rows % merged or columns % merged:
            raise refused(self.model, f"{n} tokens are no grid on {rows} × {columns} patches")
        middles = self.places.reshape(n, merged**2, 2).mean(dim=1)  # type: ignore[union-attr]
        least, most = middles.amin(dim=0), middles.amax(dim=0)
        steps = torch.tensor([columns // merged - 1, rows // merged - 1])
        at = ((middles - least) / (most - least).clamp_min(1e-9) * steps).round().long().tolist()
        cells: list[Cell] = [(0, row, column) for column, row in at]
        return lambda chosen: chosen.repeat_interleave(merged**2)[:, None].to(self.pixels), cells


def refused(model: Model, why: str) -> UnreadableModelError:
    """What is said of a model whose tokens are not parts of a picture, one each."""
    return UnreadableModelError(
        f"{model.name} ({type(model.network).__name__}): which part of the picture each token stands for cannot be "
        f"told ({why}); the tensors of its processor can be captured."
    )
