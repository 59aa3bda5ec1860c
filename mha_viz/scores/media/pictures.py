"""Where heads look in a picture: how far, along rows or columns, at what is no patch, at a figure or its ground."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from mha_viz.arguments import refuse_other_shape
from mha_viz.attention.calls import call_pattern
from mha_viz.attention.maps import chosen_kind
from mha_viz.attention.media.patches import grid_of, on_grid
from mha_viz.errors import InputError
from mha_viz.objects import AttentionCall, Capture, Positions

Cells = tuple[tuple[int, int], ...]  # row and column of each patch, in the order of the axes of a pattern


def patch_distance(pattern: Tensor, cells: Cells) -> Tensor:
    """How many patches away a head looks, as the crow flies, averaged over what patches give to patches.

    Parameters
    ----------
    pattern : Tensor of shape (..., n_patches, n_patches)
        Rows and columns of patches alone; what goes to no patch does not count: rows are scaled to sum to 1.
    cells : tuple of (row, column)
        Where each patch lies.

    Returns
    -------
    Tensor of shape (...)
        In patches: 0 where every patch looks at itself. An even spread over 16 × 16 patches gives 8.3; over any other
        picture it is this function of an even pattern.

    Examples
    --------
    >>> patch_distance(torch.full((2, 2), 0.5), ((0, 0), (0, 3))).item()  # half of the attention is 3 away
    1.5
    """
    places = torch.tensor(cells, dtype=torch.float32)
    return (_on_patches(pattern) * torch.cdist(places, places)).sum(dim=-1).mean(dim=-1)


def along(pattern: Tensor, cells: Cells, side: int) -> Tensor:
    """Of what a patch gives to other patches, the share that goes along its own row (``side`` 0) or column (1).

    Parameters
    ----------
    pattern, cells
        As for ``patch_distance``.

    Returns
    -------
    Tensor of shape (...)
        0 to 1, averaged over patches. An even spread over r × c patches gives (c − 1) / (r·c − 1) along rows. nan where
        every patch looks at itself alone.

    Examples
    --------
    >>> along(torch.full((3, 3), 1 / 3), ((0, 0), (0, 1), (1, 0)), 0).item()  # 1/2, 1/2 and 0
    0.3333333432674408
    """
    lines = torch.tensor([cell[side] for cell in cells])
    others = ~torch.eye(len(cells), dtype=torch.bool)
    away = pattern * others
    on_line = (away * (lines[:, None] == lines)).sum(dim=-1)
    return (on_line / away.sum(dim=-1)).nanmean(dim=-1)


def inside(looks: Tensor, figure: Tensor) -> Tensor:
    """Of what goes to patches, the share that goes to the figure; patches that it covers in part count in part.

    Parameters
    ----------
    looks : Tensor of shape (..., n_patches)
        What a position gives to each patch, or several positions on average.
    figure : Tensor of shape (n_patches,)
        How much of each patch the figure covers, 0 to 1. An even spread gives the mean of it: the figure's area.

    Examples
    --------
    >>> round(inside(torch.tensor([0.2, 0.6, 0.2]), torch.tensor([0.0, 1.0, 0.5])).item(), 3)
    0.7
    """
    return (_on_patches(looks) * figure).sum(dim=-1)


def _on_patches(pattern: Tensor) -> Tensor:
    return pattern / pattern.sum(dim=-1, keepdim=True)


def covered(figure: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], rows: int, columns: int) -> Tensor:
    """How much of each patch a figure covers: pixels (row, column) → (patch row × patch column,), 0 to 1.

    Raises
    ------
    InputError
        If the figure is no plane of pixels, at least one a patch.
    """
    if figure.ndim != 2 or figure.shape[0] < rows or figure.shape[1] < columns:
        refuse_other_shape("figure", figure.shape, f"(row, column), at least {rows} × {columns}", fits=False)
    cuts = [np.linspace(0, n, k + 1).round().astype(int) for n, k in zip(figure.shape, (rows, columns), strict=True)]
    sums = np.add.reduceat(np.add.reduceat(figure.astype(float), cuts[0][:-1], axis=0), cuts[1][:-1], axis=1)
    sizes = np.diff(cuts[0])[:, None] * np.diff(cuts[1])[None, :]
    return torch.from_numpy((sums / sizes).astype(np.float32).ravel())


def picture_scores(
    capture: Capture, figure: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] | None = None, *,
    control: Capture | None = None, kind: str | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Where every head looks in a picture, a row a head.

    Parameters
    ----------
    figure : array (row, column) of True and False, optional
        A region of the picture that the model saw (``capture.picture``), of any size with the same proportions.
    control : Capture, optional
        Of the same picture by ``random_twin`` of the model: what heads do that have learned nothing.

    Returns
    -------
    DataFrame with columns layer, head, distance (patches), same_row, same_column
        Averages over patches, as ``patch_distance`` and ``along`` say. Then ``to_`` each position that is no patch: the
        share that patches give it. With a figure also ``inside``, the share of it in what patches give to patches,
        ``inside_from_CLS`` where there is a class token, and its ``area``, which an even spread would give; with a
        control ``inside_random`` and ``inside_from_CLS_random``, the largest of all heads of it. One picture shows what
        heads do in it: choose heads on some pictures, and report them on others.

    Raises
    ------
    InputError
        If the capture is not of a picture, or the figure is no plane of pixels.
    """
    kind = chosen_kind(capture, kind)
    axis = capture.key_positions[kind]
    rows, columns = grid_of(axis)
    region = None if figure is None else covered(np.asarray(figure), rows, columns)
    parts = [
        pd.DataFrame({"layer": call.layer, "head": call.heads, **_of_layer(call, axis, region)})
        for call in capture.calls_of(kind)
    ]
    table = pd.concat(parts, ignore_index=True)
    if control is not None and figure is not None:
        random = picture_scores(control, figure)
        for name in [name for name in ("inside", "inside_from_CLS") if name in random]:
            table[f"{name}_random"] = random[name].max()
    return table


def even_scores(axis: Positions) -> dict[str, float]:
    """What the scores of ``picture_scores`` would be in a head that gives every position the same."""
    n = len(axis)
    return {name: values.item() for name, values in _of_heads(torch.full((1, n, n), 1 / n), axis, None).items()}


def _of_layer(call: AttentionCall, axis: Positions, region: Tensor | None) -> dict[str, list[float]]:
    pattern = call_pattern(call)[list(call.heads)].float().cpu()
    return {name: values.tolist() for name, values in _of_heads(pattern, axis, region).items()}


def _of_heads(pattern: Tensor, axis: Positions, region: Tensor | None) -> dict[str, Tensor]:
    """The scores of patterns (head, position, position), (head,) each."""
    grid = on_grid(torch.arange(len(axis)).float(), axis)
    if grid.isnan().any():
        raise InputError("Some patches of the picture are missing: capture it whole.")
    patches = grid.flatten().long()
    rows, columns = grid.shape
    cells = tuple((i // columns, i % columns) for i in range(rows * columns))
    by_patches = pattern.index_select(1, patches)  # (head, patch, position)
    own = by_patches.index_select(2, patches)
    found = {
        "distance": patch_distance(own, cells), "same_row": along(own, cells, 0), "same_column": along(own, cells, 1),
    }  # fmt: skip
    others = [i for i, cell in enumerate(axis.cells) if cell is None]
    found |= {f"to_{axis.labels[i]}": by_patches[:, :, i].mean(dim=1) for i in others}
    if region is None:
        return found
    found["inside"] = inside(own, region).mean(dim=-1)
    if "CLS" in axis.labels:
        found["inside_from_CLS"] = inside(pattern[:, axis.labels.index("CLS"), patches], region)
    return {**found, "area": region.mean().expand(len(pattern))}
