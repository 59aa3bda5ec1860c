"""The words of a text and the cells of a picture in it → one axis of both."""

from __future__ import annotations

from typing import Any

from mha_viz.inputs.text import GENERATED
from mha_viz.objects import Positions
from mha_viz.recording.media.image_tokens import Cell, ImageTokens

TEXT, PICTURE, TILE, IMAGE = "text", "picture", "tile", "image"
BESIDE = "row end"  # a position of the picture that no part of it changes


def words_and_cells(
    ids: list[int], written: Positions, tokens: ImageTokens, n_prompt: int, notes: tuple[str, ...]
) -> Positions:
    """Words and cells in the order in which they stand among ``ids``, of which those beside the picture's are
    ``written``, and those from ``n_prompt`` on what a model went on with.
    """
    words, cells, pieces = iter(range(len(written))), iter(tokens.cells), _names(len(tokens.grids))
    rows = []
    for at, i in enumerate(ids):
        if i == tokens.sign:
            rows.append(_of_cell(at, next(cells), pieces))
        else:
            k = next(words)
            segment = len(pieces) + 1 if at >= n_prompt else 0
            rows.append(
                (i, written.labels[k], written.is_special[k], written.spans[k], segment, written.tokens[k], None)
            )
    names = ("ids", "labels", "is_special", "spans", "segments", "tokens", "cells")
    columns = dict(zip(names, map(tuple, zip(*rows, strict=True)), strict=True))
    parts = (TEXT, *pieces, *([GENERATED] if n_prompt < len(ids) else []))
    reads = ("",) * len(ids)
    return Positions(**columns, text=written.text, parts=parts, reads=reads, notes=notes)


def _of_cell(at: int, cell: Cell | None, pieces: tuple[str, ...]) -> tuple[Any, ...]:
    """A position that stands for a cell of the picture, or for none of them. Cells are different, whatever id they
    share: their ids are below 0.
    """
    if cell is None:
        return -1 - at, BESIDE, True, None, 0, BESIDE, None
    piece, row, column = cell
    label = f"{pieces[piece] if len(pieces) > 1 else IMAGE} {row}, {column}"
    return -1 - at, label, False, None, piece + 1, IMAGE, (row, column)


def _names(n: int) -> tuple[str, ...]:
    return (PICTURE,) if n == 1 else tuple(f"{TILE} {k}" for k in range(1, n + 1))
