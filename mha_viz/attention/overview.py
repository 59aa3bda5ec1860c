"""Every map of a capture at once, small: pictures of at most a few cells a side, and what is exact about each map.

Patterns are computed a block of queries at a time and forgotten: all maps of a long text would fill the memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isqrt
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mha_viz.arguments import changed
from mha_viz.attention.awaited import Question, told_of_each
from mha_viz.attention.calls import without_removed
from mha_viz.attention.maps import rollouts
from mha_viz.attention.pooling import THUMBNAIL_CELLS, of_whole_cells, pooled, row_blocks, row_cells
from mha_viz.attention.recent import pattern_parts
from mha_viz.attention.rows import row_distance, row_entropy
from mha_viz.attention.shown import Shown, arranged, factor_of, rows_of
from mha_viz.objects import AttentionCall

Summary = tuple[Tensor | None, ...]  # of one layer, the fields of an Overview
MOST_CELLS = 2**21  # of all thumbnails together: a byte each on the way to the browser, and of many heads each is small


class Block(NamedTuple):
    """Some rows of the maps of one layer, (map, row, key), and the cells of the pooled picture, or parts of cells, that
    they become.
    """

    values: Tensor
    rows: list[tuple[int, int]]
    seen: int  # rows at the beginning that the block before held too


@dataclass(frozen=True, eq=False)
class Overview:
    """All maps, pooled, and exact numbers of each; every field but ``pictures`` is (n_layers, n_maps).

    Of a layer with fewer heads than others, the last places hold zeros, and so do those of removed heads
    (``Shown.places`` are those that count).
    """

    pictures: Tensor  # (n_layers, n_maps, rows, columns): the largest value each cell covers
    value: Tensor  # the largest of the map; of what reads left to right, outside its first row and first column
    query: Tensor  # where it stands
    key: Tensor
    entropy: Tensor | None  # nats, mean over rows; of patterns only
    mean_distance: Tensor | None  # positions; where both axes count the same, and not parts


def overview_of(
    shown: Shown, cells: int, progress: Callable[[float], None] | None = None, *, n_threads: int = 1
) -> Overview:
    """Look at every layer once.

    Parameters
    ----------
    cells : int
        Most rows and columns of a picture.
    progress : callable, optional
        Called with a share from 0 to 1.
    n_threads : int
        Layers that are looked at in the same moment, but of rollouts; the numbers do not depend on it.
    """
    if shown.selection.map == "Rollout":
        layers = _rolled_out(shown, cells, progress)
    else:
        layers = _each_layer(shown, cells, progress, n_threads)
    stacked: list[Any]  # of Tensor; the last two may be None
    stacked = [None if parts[0] is None else _as_wide(parts, shown.n_maps) for parts in zip(*layers, strict=True)]
    return Overview(*stacked)


def thumbnail_cells(n_maps: int) -> int:
    """Most rows and columns of a thumbnail, which gets coarser where there are thousands."""
    return min(THUMBNAIL_CELLS, isqrt(MOST_CELLS // max(1, n_maps)))


def _as_wide(layers: Sequence[Tensor], n_maps: int) -> Tensor:
    """Numbers of the maps of each layer as one tensor, with zeros where a layer has fewer."""
    wide = [torch.cat([layer, layer.new_zeros(n_maps - len(layer), *layer.shape[1:])]) for layer in layers]
    return torch.stack(wide)


def _rolled_out(shown: Shown, cells: int, progress: Callable[[float], None] | None) -> list[Summary]:
    """The rollout after each layer, which needs the one before."""
    layers = []
    for whole in rollouts(shown.capture, shown.selection.kind):
        values, _ = arranged(shown, whole[None, shown.query.groups[0][0] :])
        layers.append(_summary(shown, iter([Block(values, row_cells(values.shape[1], cells), 0)]), cells))
        if progress:
            progress(len(layers) / shown.n_layers)
    return layers


def _each_layer(shown: Shown, cells: int, progress: Callable[[float], None] | None, n_threads: int) -> list[Summary]:
    """Small layers several at once: what they cost is the number of operations."""
    capture, kind = shown.capture, shown.selection.kind
    parts = [(call, 1) for call in capture.calls_of(kind)]
    if shown.has_heads and shown.selection.map == "Pattern":
        parts = pattern_parts(capture, kind)
    key, look = asked_of_each(shown, cells)
    told = told_of_each([call for call, _ in parts], look, progress, n_threads=n_threads, key=key)
    return [layer for summary, (_, n) in zip(told, parts, strict=True) for layer in _apart(summary, n)]


def asked_of_each(shown: Shown, cells: int) -> Question:
    """What ``overview_of`` asks of each layer, of a capture of which there may be one layer yet."""
    return Question(("overview", shown.selection, cells), partial(_summary_of, shown, cells))


def _apart(summary: Summary, n: int) -> list[Summary]:
    """What was found of layers at once, for each of them."""
    parts = [[None] * n if found is None else found.unflatten(0, (n, -1)).unbind() for found in summary]
    return list(zip(*parts, strict=True))


def _summary_of(shown: Shown, cells: int, call: AttentionCall) -> Summary:
    """One layer, of which nothing is asked for but this call."""
    shown = replace(shown, capture=changed(shown.capture, calls=(call,)))
    rows = row_blocks(len(shown.query), call.n_heads * len(shown.key), cells)
    return _summary(shown, _blocks(shown, call.layer, rows), cells)


def _blocks(shown: Shown, layer: int, cells: Iterator[list[tuple[int, int]]]) -> Iterator[Block]:
    factor, counted = factor_of(shown, layer), 0
    for rows in cells:
        begin, end = rows[0][0], rows[-1][1]
        values, _ = rows_of(shown, layer, rows=slice(begin, end), per_key=factor, trim=True)
        if shown.has_heads:
            values = without_removed(values, shown.call(layer), 0.0)
        yield Block(values, rows, counted - begin)
        counted = end


def _summary(shown: Shown, blocks: Iterator[Block], cells: int) -> Summary:
    """One layer: pooled pictures, the largest value and its place, entropy and mean distance."""
    is_pattern = shown.selection.map == "Pattern"
    same_axis = is_pattern and shown.selection.kind != "cross" and not shown.hidden and not shown.selection.parts
    n_keys, skipped = len(shown.key), left_out_first(shown)
    pictures, best, spread, reach = [], None, [], []
    for block in blocks:
        first = block.rows[0][0]
        pictures.append(pooled(block.values, block.rows, n_keys, cells, shown.nothing))
        best = _better(best, block.values, first, skipped)
        new = block.values[:, block.seen :]
        if is_pattern:
            spread.append(row_entropy(new))
        if same_axis:
            reach.append(row_distance(new, first_query=first + block.seen))
    means = (torch.cat(rows, dim=1).nanmean(dim=1) if rows else None for rows in (spread, reach))
    numbers = (*(best or ()), *means)
    picture = of_whole_cells(pictures, len(shown.query), cells)
    return picture, *(None if number is None else number.cpu() for number in numbers)


def left_out_first(shown: Shown) -> tuple[int, int]:
    """How many rows and columns at the beginning say nothing of a map that reads left to right: its first position can
    look at itself alone, and heads that have nothing to look for look at it.
    """
    selection, n = shown.selection, min(len(shown.query), len(shown.key))
    if selection.kind != "decoder" or selection.parts or n < 2:
        return 0, 0
    row, column = (axis.groups[0][0] == 0 for axis in (shown.query, shown.key))
    return int(row or selection.renormalise), int(column)


def _better(
    best: tuple[Tensor, ...] | None, values: Tensor, first: int, skipped: tuple[int, int]
) -> tuple[Tensor, ...] | None:
    """The largest value of each map so far, its row and its column, of equal ones the first; some rows and columns at
    the beginning do not count.
    """
    begin, column = max(first, skipped[0]), skipped[1]
    values = values[:, begin - first :, column:]
    if not values[0].numel():
        return best
    of_row = values.amax(dim=2)  # (map, row): the place is searched in one row only, which is what makes it cheap
    value, row = of_row.max(dim=1)
    key = values[torch.arange(len(values), device=values.device), row].argmax(dim=1)
    largest = (value, row + begin, key + column)
    if best is None:
        return largest
    return tuple(torch.where(value > best[0], new, old) for new, old in zip(largest, best, strict=True))
