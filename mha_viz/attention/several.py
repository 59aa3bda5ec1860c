"""Some heads, of one layer or of several → their maps together or the mean of them, in full, pooled and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import pandas as pd
import torch
from torch import Tensor

from mha_viz.attention.pooling import pooled_map
from mha_viz.attention.shown import Shown, Window, rows_of
from mha_viz.attention.tables import map_frame
from mha_viz.objects import Head
from mha_viz.wording import head_names


def maps_of(shown: Shown, heads: Sequence[Head], rows: slice = slice(None)) -> tuple[Tensor, Tensor]:
    """Some rows of the maps of some heads, in their order.

    Parameters
    ----------
    heads : list of (layer, head)
        Where a map is of all heads of a layer, only the layers count.
    rows : slice
        Of the shown queries.

    Returns
    -------
    values : Tensor of shape (n_heads, n_rows, n_shown_keys)
    hidden : Tensor of shape (n_heads, n_rows)
        What the rows hold in keys that are not shown.
    """
    parts = [
        rows_of(shown, layer, heads=[head for _, head in group] if shown.has_heads else None, rows=rows)
        for layer, group in groupby(heads, key=lambda place: place[0])
    ]
    if len(parts) == 1:  # nothing is copied
        return parts[0]
    # Layers may lie on several devices.
    values, hidden = (torch.cat([one.to(part[0].device) for one in part]) for part in zip(*parts, strict=True))
    return values, hidden


def pooled_maps(shown: Shown, heads: Sequence[Head], cells: int, *, mean: bool = False) -> Tensor:
    """The largest of some heads' maps in each place, or their ``mean``, pooled to at most ``cells`` a side."""

    def together(rows: slice) -> Tensor:
        values = maps_of(shown, heads, rows)[0]
        return values.mean(dim=0) if mean else values.amax(dim=0)

    n_heads = len(heads) if shown.has_heads else shown.call(heads[0][0]).n_heads
    return pooled_map(shown, together, n_heads, cells)


def maps_frame(
    shown: Shown, heads: Sequence[Head], window: Window | None = None, *, mean: bool = False
) -> pd.DataFrame:
    """The numbers of the picture of some heads, as ``map_frame``: one row a head, query and key.

    Of their ``mean`` one row a query and key: ``head`` then says of which heads, and ``layer`` is missing where they
    are of several.
    """
    frames = [
        map_frame(shown, layer, [head for _, head in group], window)
        for layer, group in groupby(heads, key=lambda place: place[0])
    ]
    frame = pd.concat(frames, ignore_index=True)
    if not mean or not shown.has_heads:
        return frame
    n = len(frame) // len(heads)
    values = frame["value"].to_numpy().reshape(len(heads), n).mean(axis=0)
    one = frame.iloc[:n].assign(head=f"mean of {head_names(heads)}", value=values)
    return one if len({layer for layer, _ in heads}) == 1 else one.assign(layer=None)
