"""One position of a picture → what it looks at in every head, on the grid of patches and beside it."""

from __future__ import annotations

import pandas as pd
import torch
from torch import Tensor
from torch.nn.functional import pad

from mha_viz.attention.calls import call_pattern, part_of
from mha_viz.attention.maps import chosen_kind
from mha_viz.errors import InputError
from mha_viz.objects import Capture, Positions
from mha_viz.wording import listed


def grid_of(positions: Positions) -> tuple[int, int]:
    """How many rows and columns of patches an axis has.

    Raises
    ------
    InputError
        If its positions are no patches of a picture.
    """
    cells = [cell for cell in positions.cells if cell is not None]
    if not cells:
        raise InputError("This capture is not of a picture: give capture a picture, and a model that reads pictures.")
    return max(row for row, _ in cells) + 1, max(column for _, column in cells) + 1


def find_patch(positions: Positions, wanted: str) -> int:
    """The position that somebody means: "3, 7" or "3,7" for row and column, or the name of one that is no patch.

    Raises
    ------
    InputError
        If there is none, with those that there are.
    """
    rows, columns = grid_of(positions)
    label = ", ".join(part.strip() for part in wanted.split(","))
    labels = [one.casefold() for one in positions.labels]
    if label.casefold() in labels:
        return labels.index(label.casefold())
    others = [one for one, cell in zip(positions.labels, positions.cells, strict=True) if cell is None]
    names = f", or {listed(others)}" if others else ""
    raise InputError(
        f"{wanted[:40]!r} is no position of this picture: give row,column from 0,0 to {rows - 1},{columns - 1}{names}."
    )


def looks_of(capture: Capture, query: int, *, kind: str | None = None) -> list[Tensor]:
    """What one position looks at, layer by layer: (head, key) each; nothing where it may not look."""
    calls, rows = capture.calls_of(chosen_kind(capture, kind)), slice(query, query + 1)
    looks = [call_pattern(part_of(call, queries=rows))[:, 0] for call in calls]
    return [pad(row, (0, call.n_key - row.shape[1])) for row, call in zip(looks, calls, strict=True)]


def on_grid(values: Tensor, positions: Positions) -> Tensor:
    """Numbers of positions on the grid of patches: (…, key) → (…, row, column); nan where there is no patch."""
    rows, columns = grid_of(positions)
    grid = values.new_full((*values.shape[:-1], rows, columns), torch.nan)
    places = [(i, *cell) for i, cell in enumerate(positions.cells) if cell is not None]
    index, row, column = (torch.tensor(each) for each in zip(*places, strict=True))
    grid[..., row, column] = values[..., index]
    return grid


def patch_frame(capture: Capture, query: str, *, kind: str | None = None) -> pd.DataFrame:
    """What one position of a picture looks at in every head.

    Parameters
    ----------
    query : str
        The row and the column of a patch, "3,7", both from 0; or the name of a position that is no patch: CLS, reg 1.

    Returns
    -------
    DataFrame with columns layer, head, query, key, row, column, attention
        One row a head and position; row and column are missing where a position is no patch. The attention of one head
        sums to 1.

    Raises
    ------
    InputError
        If the capture is not of a picture, or has no such position.
    """
    kind = chosen_kind(capture, kind)
    return frame_of(capture, find_patch(capture.query_positions[kind], query), kind)


def frame_of(capture: Capture, place: int, kind: str) -> pd.DataFrame:
    """The same of a position by its number."""
    keys = capture.key_positions[kind]
    cells = [cell if cell is not None else (None, None) for cell in keys.cells]
    axis = pd.DataFrame(
        {
            "query": capture.query_positions[kind].labels[place], "key": keys.labels,
            "row": pd.array([row for row, _ in cells], dtype="Int64"),
            "column": pd.array([column for _, column in cells], dtype="Int64"),
        }
    )  # fmt: skip
    parts = []
    for call, looks in zip(capture.calls_of(kind), looks_of(capture, place, kind=kind), strict=True):
        for head in call.heads:
            part = axis.assign(attention=looks[head].float().cpu().numpy())
            part.insert(0, "layer", call.layer)
            part.insert(1, "head", head)
            parts.append(part)
    return pd.concat(parts, ignore_index=True)
