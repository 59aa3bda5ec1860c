"""Maps of any size → pictures of a few cells a side: the largest value that each cell covers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce

import torch
from torch import Tensor
from torch.nn.functional import adaptive_max_pool2d

from mha_viz.attention.calls import BLOCK, widened
from mha_viz.attention.shown import Shown

FEW = 8  # positions that a cell covers: up to these, comparing them in turn is faster than torch's pooling
THUMBNAIL_CELLS = 30  # a thumbnail has at most this many rows and columns


def pooled_map(shown: Shown, rows_of_map: Callable[[slice], Tensor], n_heads: int, cells: int) -> Tensor:
    """One map, pooled: (rows, columns) of at most ``cells`` each. ``rows_of_map`` gives some of its rows, (n_rows,
    n_key), of ``n_heads`` that are held while it does.
    """
    pictures = []
    for rows in row_blocks(len(shown.query), n_heads * len(shown.key), cells):
        values = rows_of_map(slice(rows[0][0], rows[-1][1]))
        pictures.append(pooled(values[None], rows, len(shown.key), cells, shown.nothing))
    return of_whole_cells(pictures, len(shown.query), cells)[0]


def thumbnails(patterns: Tensor, cells: int = THUMBNAIL_CELLS) -> Tensor:
    """(n_maps, n_query, n_key) → at most ``cells`` rows and columns, each cell the largest value it covers."""
    n_query, n_key = patterns.shape[1:]
    return pooled(patterns, row_cells(n_query, cells), n_key, cells, 0.0)


def row_cells(n: int, cells: int) -> list[tuple[int, int]]:
    """The rows that each cell of a pooled picture covers, (begin, end); neighbours may share a row.

    >>> row_cells(7, 3)
    [(0, 3), (2, 5), (4, 7)]
    """
    size = min(n, cells)
    return [(i * n // size, -(-(i + 1) * n // size)) for i in range(size)]


def row_blocks(n_rows: int, numbers_a_row: int, cells: int) -> Iterator[list[tuple[int, int]]]:
    """The cells of a pooled picture in blocks whose rows hold at most ``BLOCK`` numbers, or are a single one. Where a
    cell alone would hold more, all cells come in parts, each in as many.
    """
    block: list[tuple[int, int]] = []
    for begin, end in _parts(row_cells(n_rows, cells), numbers_a_row):
        if block and (end - block[0][0]) * numbers_a_row > BLOCK:
            yield block
            block = []
        block.append((begin, end))
    yield block


def _parts(cells: list[tuple[int, int]], numbers_a_row: int) -> list[tuple[int, int]]:
    """The rows of each cell, in as many parts as the largest cell needs and the smallest has rows."""
    sizes = [end - begin for begin, end in cells]
    n = min(-(-max(sizes) // max(1, BLOCK // numbers_a_row)), min(sizes))
    return [
        (begin + i * (end - begin) // n, begin + (i + 1) * (end - begin) // n) for begin, end in cells for i in range(n)
    ]


def of_whole_cells(pictures: list[Tensor], n_rows: int, cells: int) -> Tensor:
    """Blocks of a picture, whose rows are cells or parts of cells in their order → (map, cell row, cell column)."""
    picture = torch.cat(pictures, dim=1)
    n_maps, _, n_columns = picture.shape
    return picture.view(n_maps, min(n_rows, cells), -1, n_columns).amax(dim=2)


def pooled(values: Tensor, rows: list[tuple[int, int]], n_keys: int, cells: int, nothing: float) -> Tensor:
    """(map, cell row, cell column) of some rows; keys that are missing at the end are ones nobody may look at."""
    first, size = rows[0][0], (len(rows), min(n_keys, cells))
    tall = values
    if rows != row_cells(values.shape[1], len(rows)):  # a part of the map, whose cells begin elsewhere
        tall = torch.stack([values[:, begin - first : end - first].amax(dim=1) for begin, end in rows], dim=1)
    tall = widened(tall, n_keys, nothing).cpu()
    if tall.shape[1] > FEW * size[0] or tall.shape[2] > FEW * size[1]:
        # On the CPU: on mps this pooling gives wrong values for sizes that do not divide (torch issue 190064).
        return adaptive_max_pool2d(tall, size)
    return _largest(_largest(tall, 1, size[0]), 2, size[1])


def _largest(values: Tensor, axis: int, n_cells: int) -> Tensor:
    """The largest of each cell's positions along one axis."""
    n = values.shape[axis]
    if n == n_cells:
        return values
    covered = row_cells(n, n_cells)
    turns = max(end - begin for begin, end in covered)
    at = [[min(begin + turn, end - 1) for begin, end in covered] for turn in range(turns)]
    # numpy takes columns in half the time that index_select does.
    taken = (torch.from_numpy(values.numpy().take(places, axis=axis)) for places in at)
    return reduce(torch.maximum, taken)
