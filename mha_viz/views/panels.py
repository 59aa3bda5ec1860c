"""The numbers of one step as pictures: matrices and bars, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from mha_viz.language import N_, gettext
from mha_viz.views.captions.labels import Labels, said_header
from mha_viz.views.style import theme
from mha_viz.views.style.scales import palette, range_of
from mha_viz.views.view import View


@dataclass(frozen=True)
class Panel:
    """One picture of a step: a matrix, or bars where ``values`` has one column.

    ``values (n_rows, n_columns)``; ``marked`` is the row to point out, ``share`` the part of the width to fill.
    ``is_count``: its values are whole numbers; ``of_whole``: they are shares, be they on another scale than from 0 to
    1. ``axis`` says whose positions its rows are ("query" or "key"; "" where
    they are none), from number ``first`` on.
    """

    title: str
    rows: Sequence[str]
    values: Tensor
    unit: str
    column_name: str = N_("dimension")
    marked: int = -1
    share: float = 1.0
    bars: bool = False
    is_share: bool = False
    is_count: bool = False
    of_whole: bool = False
    axis: str = ""
    first: int = 0


def panels_view(panels: Sequence[Panel], axes: tuple[Labels, Labels] | None = None, **header: Any) -> View:
    """The numbers of one step as pictures, each with its own scale, a readout and arrow keys.

    ``axes`` are the labels of queries and keys, for panels whose rows are these.
    """
    described, offset = [], 0
    for panel in panels:
        low, high = (0.0, 1.0) if panel.is_share else range_of(panel.values if panel.bars else _without_outliers(panel))
        n_rows, n_columns = panel.values.shape
        described.append(
            {
                "title": panel.title,
                "rows": _names(panel, axes),
                "axis": panel.axis,
                "first": panel.first,
                "columns": n_columns,
                "shape": gettext("{size}: point at a cell, or use the arrow keys", size=f"{n_rows} × {n_columns}"),
                "tap": gettext("{size}: tap a cell for its number", size=f"{n_rows} × {n_columns}"),
                "column_name": gettext(panel.column_name),
                "marked": panel.marked,
                "share": panel.share,
                "kind": "bars" if panel.bars else "matrix",
                "unit": panel.unit,
                "is_share": panel.is_share,
                "is_count": panel.is_count,
                "of_whole": panel.of_whole or panel.is_share,
                "low": low,
                "high": high,
                "largest": panel.values[panel.values.isfinite()].abs().max().item(),
                "offset": offset,
                "palette": palette(diverging=low < 0),
            }
        )
        offset += n_rows * n_columns
    values = torch.cat([panel.values.detach().float().cpu().flatten() for panel in panels]).numpy()
    said = said_header(*axes) if axes and any(panel.axis for panel in panels) else {}
    return View("panels", {"panels": described, "masked": theme.MASKED, **said, **header}, {"values": values})


def _names(panel: Panel, axes: tuple[Labels, Labels] | None) -> list[str]:
    """The rows as they are drawn."""
    if axes is None or not panel.axis:
        return list(panel.rows)
    return axes[panel.axis == "key"].part(panel.first, panel.first + len(panel.rows)).names


def panels_frame(panels: Sequence[Panel]) -> pd.DataFrame:
    """The numbers of some panels: panel, row, column, value."""
    parts = []
    for panel in panels:
        n_rows, n_columns = panel.values.shape
        parts.append(
            pd.DataFrame(
                {
                    "panel": panel.title,
                    "row": [label for label in panel.rows for _ in range(n_columns)],
                    panel.column_name: list(range(n_columns)) * n_rows,
                    "value": panel.values.detach().float().cpu().flatten().numpy(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _without_outliers(panel: Panel) -> Tensor:
    """Values without the half percent that is largest: one huge number would make a white picture of all others."""
    values = panel.values.detach().float()
    if values.numel() < theme.MANY_CELLS:
        return values
    end = values.abs().flatten().kthvalue(int(values.numel() * 0.995)).values
    return values.clamp(-end, end)
