"""Figure against ground: what heads give to a region of a picture, and which patches a region of pixels covers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mha_viz.attention.calls import call_pattern
from mha_viz.attention.maps import chosen_kind
from mha_viz.attention.media.patches import grid_of, on_grid
from mha_viz.inputs.media.patches import CLASS
from mha_viz.media import Box
from mha_viz.objects import Capture, Head
from mha_viz.scores.media.pictures import covered

HALF = 0.5  # of a patch: what is covered more belongs to the region


@dataclass(frozen=True, eq=False)
class PatchLooks:
    """What every head gives to each patch, of what it gives to patches, row by row of the grid: rows sum to 1.

    ``by_patches (head, patch)`` is averaged over the patches that look, ``by_class (head, patch)`` is what the class
    token looks at; None where there is none.
    """

    heads: tuple[Head, ...]
    by_patches: Tensor
    by_class: Tensor | None


def patch_looks(capture: Capture, kind: str | None = None) -> PatchLooks:
    """What heads of a picture give to its patches.

    Raises
    ------
    InputError
        If the capture is not of a picture.
    """
    kind = chosen_kind(capture, kind)
    axis = capture.key_positions[kind]
    patches = on_grid(torch.arange(len(axis)).float(), axis).flatten().long()
    of_class = axis.labels.index(CLASS) if CLASS in axis.labels else None
    calls = capture.calls_of(kind)
    by_patches, by_class = [], []
    for call in calls:
        looks = call_pattern(call)[list(call.heads)].float().cpu()[:, :, patches]  # (head, query, patch)
        looks = looks / looks.sum(dim=-1, keepdim=True)
        by_patches.append(looks[:, patches].mean(dim=1))
        if of_class is not None:
            by_class.append(looks[:, of_class])
    heads = tuple((call.layer, head) for call in calls for head in call.heads)
    return PatchLooks(heads, torch.cat(by_patches), torch.cat(by_class) if by_class else None)


def region_of(cells: Iterable[tuple[int, int]], rows: int, columns: int) -> Tensor:
    """Patches that somebody chose → (row × column,), 1 inside and 0 outside; what lies beyond the grid is left out."""
    region = torch.zeros(rows, columns)
    for row, column in cells:
        if 0 <= row < rows and 0 <= column < columns:
            region[row, column] = 1.0
    return region.flatten()


def evenly_on(looks: Tensor, region: Tensor) -> float:
    """How much of what is given to patches an even spread over a region would give to the same ones: 1 where the
    attention is that spread, 0 where none of it goes to the region, 1/n where all goes to one of its n patches.

    Parameters
    ----------
    looks : Tensor of shape (n_patches,)
        What a position gives to each patch.
    region : Tensor of shape (n_patches,)
        1 inside and 0 outside.

    Examples
    --------
    >>> evenly_on(torch.tensor([0.5, 0.0, 0.5, 0.0]), torch.tensor([1.0, 1.0, 0.0, 0.0]))
    0.5
    """
    return torch.minimum(looks / looks.sum(), region / region.sum()).sum().item()


def cells_covered(
    figure: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], box: Box | None, rows: int, columns: int
) -> tuple[tuple[int, int], ...]:
    """The patches that a figure covers by half or more.

    Parameters
    ----------
    figure : array (row, column) of True and False
        Pixels of the picture that was given.
    box : (left, top, right, bottom), optional
        The part of it that the model saw; all of it where none is given.

    Examples
    --------
    >>> figure = np.zeros((4, 8), dtype=bool); figure[:2, 4:7] = True
    >>> cells_covered(figure, (4, 0, 8, 4), 2, 2)
    ((0, 0), (0, 1))
    """
    left, top, right, bottom = box or (0, 0, figure.shape[1], figure.shape[0])
    shares = covered(figure[top:bottom, left:right], rows, columns)
    return tuple(divmod(i, columns) for i in (shares >= HALF).nonzero().flatten().tolist())


def cells_in(
    capture: Capture, cells: Iterable[tuple[int, int]], kind: str | None = None
) -> tuple[tuple[int, int], ...]:
    """Those of some patches that a picture has, row by row and each once."""
    rows, columns = grid_of(capture.key_positions[chosen_kind(capture, kind)])
    return tuple(sorted({(row, column) for row, column in cells if row < rows and column < columns}))
