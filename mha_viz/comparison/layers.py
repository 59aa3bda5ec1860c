"""How far the layers of two models are apart, each by its heads."""

from __future__ import annotations

from itertools import groupby

import torch
from torch import Tensor

from mha_viz.comparison.comparison import Comparison
from mha_viz.comparison.distance import match_one_to_one
from mha_viz.objects import Head


def layer_distances(comparison: Comparison, distances: Tensor) -> Tensor:
    """How far each layer of the first side is from each of the second.

    The heads of two layers are matched one to one, so that their total distance is smallest, as heads of a layer have
    no order; what stands here is the mean over these pairs. Of layers with other numbers of heads, the side with fewer
    is used up.

    Parameters
    ----------
    comparison : Comparison
    distances : Tensor of shape (first head, second head)
        Bits, of ``distances_between``.

    Returns
    -------
    Tensor of shape (first layer, second layer)
        Bits; 0 where the heads of two layers look alike, in whatever order.
    """
    return torch.tensor([[_matched(block) for block in row] for row in _blocks(comparison, distances)])


def nearest_in_layers(comparison: Comparison, distances: Tensor) -> list[list[tuple[Head, Head]]]:
    """For each layer of the first side and each of the second, the two heads that are nearest to each other."""
    heads = [_by_layer(comparison, side) for side in (0, 1)]
    return [
        [_nearest(block, first, second) for block, second in zip(row, heads[1], strict=True)]
        for row, first in zip(_blocks(comparison, distances), heads[0], strict=True)
    ]


def layers_with_heads(comparison: Comparison, side: int) -> list[int]:
    """The layers of one side that stand beside those of the other: of some models others have no heads left."""
    return [heads[0][0] for heads in _by_layer(comparison, side)]


def _by_layer(comparison: Comparison, side: int) -> list[list[Head]]:
    return [list(heads) for _, heads in groupby(comparison.heads(side), key=lambda head: head[0])]


def _blocks(comparison: Comparison, distances: Tensor) -> list[list[Tensor]]:
    """The distances of each layer's heads from those of each layer of the other side."""
    sizes = [[len(heads) for heads in _by_layer(comparison, side)] for side in (0, 1)]
    return [list(rows.split(sizes[1], dim=1)) for rows in distances.split(sizes[0])]


def _matched(block: Tensor) -> float:
    pairs = match_one_to_one(block)
    return sum(block[pair].item() for pair in pairs) / len(pairs)


def _nearest(block: Tensor, first: list[Head], second: list[Head]) -> tuple[Head, Head]:
    row, column = divmod(int(block.argmin()), len(second))
    return first[row], second[column]
