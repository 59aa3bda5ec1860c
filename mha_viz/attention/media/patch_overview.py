"""Every head of a picture at once: what each position looks at, on blocks of patches, as small as a browser needs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from mha_viz.attention.calls import call_pattern
from mha_viz.attention.media.patches import grid_of
from mha_viz.objects import Capture, Head, Positions

MOST_CELLS = 1_210_000  # of all heads and positions together: 72 heads, 257 positions, blocks of 2 × 2 of 16 × 16


@dataclass(frozen=True, eq=False)
class PatchOverview:
    """What all positions look at in all heads, of one kind of attention.

    ``heads`` are those that are there. ``pooled (head, query, block)`` is the share of each block of ``side`` ×
    ``side`` patches, row by row, ``grid`` of them; ``others (head, query, special)`` that of each position which is no
    patch.
    """

    heads: tuple[Head, ...]
    pooled: Tensor
    others: Tensor
    grid: tuple[int, int]
    side: int


def block_side(positions: Positions, n_heads: int) -> int:
    """How many patches a side are taken together, so that all heads are no more than ``MOST_CELLS`` numbers."""
    rows, columns = grid_of(positions)
    n_others = sum(cell is None for cell in positions.cells)
    for side in range(1, max(rows, columns)):
        cells = math.ceil(rows / side) * math.ceil(columns / side) + n_others
        if n_heads * len(positions) * cells <= MOST_CELLS:
            return side
    return max(rows, columns)


def patch_overview(capture: Capture, kind: str) -> PatchOverview:
    """The pattern of every head, pooled: one layer at a time is in memory as it is."""
    positions = capture.key_positions[kind]
    calls = capture.calls_of(kind)
    heads = tuple((call.layer, head) for call in calls for head in call.heads)
    side = block_side(positions, len(heads))
    rows, columns = grid_of(positions)
    grid = (math.ceil(rows / side), math.ceil(columns / side))
    blocks = _blocks(positions, grid, side)
    n_blocks, n = grid[0] * grid[1], int(blocks.max()) + 1
    parts = []
    for call in calls:
        pattern = call_pattern(call)[list(call.heads)].float().cpu()
        parts.append(pattern.new_zeros(*pattern.shape[:2], n).index_add_(2, blocks, pattern))
    whole = torch.cat(parts)
    return PatchOverview(heads, whole[:, :, :n_blocks], whole[:, :, n_blocks:], grid, side)


def _blocks(positions: Positions, grid: tuple[int, int], side: int) -> Tensor:
    """The block that each position belongs to; those that are no patches follow, each alone."""
    beyond = iter(range(grid[0] * grid[1], grid[0] * grid[1] + len(positions)))
    return torch.tensor(
        [next(beyond) if cell is None else cell[0] // side * grid[1] + cell[1] // side for cell in positions.cells]
    )
