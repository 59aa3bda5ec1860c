"""Arrays → the interactive views: one buffer each, drawn by ``assets/views.js`` wherever it is shown.

A buffer is four bytes with the length of a JSON header, the header, and the arrays that it describes. No view holds
markup, and no text in it is ever read as markup.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import adaptive_max_pool2d

from mha_viz import theme
from mha_viz.places import app_folder


def script() -> str:
    """The JavaScript that draws every view."""
    return (app_folder() / "assets" / "views.js").read_text(encoding="utf-8")


def style() -> str:
    return (app_folder() / "assets" / "views.css").read_text(encoding="utf-8")


def heatmap_view(
    values: Tensor,
    queries: list[str],
    keys: list[str],
    *,
    label: str,
    unit_label: str,
    is_share: bool = True,
    note: str = "",
) -> bytes:
    """One map with readable labels, a readout under the pointer and arrow keys.

    Parameters
    ----------
    values : Tensor of shape (n_query, n_key)
        ``-inf`` is drawn as masked.
    label : str
        What the map shows, for people who hear it.
    is_share : bool
        Shares run from 0 to 1, unless none reaches ``theme.FAINT``: such a head would be a white picture, so its
        largest share gets the darkest colour, and the legend says so. Anything else has a scale of its own, around
        zero when it has both signs.
    """
    low, high = _range(values)
    if is_share and high >= theme.FAINT:
        high = 1.0
    return _buffer(
        "heatmap",
        {"values": values.float().cpu().numpy()},
        queries=queries,
        keys=keys,
        low=low,
        high=high,
        palette=_palette(diverging=low < 0),
        masked=theme.MASKED,
        cells=theme.CELL_PIXELS,
        label_pixels=theme.LABEL_PIXELS,
        labelled_tokens=theme.LABELLED_TOKENS,
        label=label,
        hint="Point at a cell, or focus the map and use the arrow keys.",
        unit="share" if is_share else "number",
        unit_label=unit_label,
        note=note,
    )


def grid_view(
    thumbnails: Tensor,
    strongest: list[tuple[str, str, float]],
    *,
    n_heads: int,
    label: str,
    chosen: tuple[int, int] | None = None,
    names: Sequence[str] | None = None,
    note: str = "",
) -> bytes:
    """Every head of a model as a small pattern, layers down, heads across.

    Parameters
    ----------
    thumbnails : Tensor of shape (n_layers × n_heads, rows, columns), uint8
        From ``thumbnail``.
    strongest : list of (query, key, value)
        One a head, for the readout: exact values, never the 8-bit thumbnail.
    names : list of str, optional
        Of the pictures of a single row that is not a whole model; such a picture opens nothing.
    """
    n, rows, columns = thumbnails.shape
    return _buffer(
        "grid",
        {"levels": thumbnails.cpu().numpy()},
        n_layers=n // n_heads,
        n_heads=n_heads,
        rows=rows,
        columns=columns,
        strongest=strongest,
        chosen=chosen,
        names=names,
        palette=_palette(),
        masked=theme.MASKED,
        label=label,
        hint="Point at a head; click it, or use the arrow keys and Enter, to open it."
        if names is None
        else "Point at a pattern, or use the arrow keys.",
        note=note,
    )


def strips_view(
    words: list[str],
    rows: Tensor,
    heads: list[tuple[int, int]],
    *,
    query: int,
    target: int,
    from_others: list[float | None],
    caption: str,
    note: str,
) -> bytes:
    """What one word looks at, one line of the sentence a head.

    Parameters
    ----------
    rows : Tensor of shape (n_heads, n_words)
        Share of the attention of word ``query`` (-1: it is no word of this sentence, as in cross-attention).
    from_others : list, one a head
        What the other words give the target word on average, to compare.
    """
    return _buffer(
        "strips",
        {"values": rows.float().cpu().numpy()},
        words=words,
        heads=heads,
        query=query,
        target=target,
        from_others=from_others,
        palette=_palette(),
        caption=caption,
        note=note,
    )


@dataclass(frozen=True)
class Panel:
    """One picture of a step: a matrix, or bars where ``values`` has one column.

    ``values (n_rows, n_columns)``; ``marked`` is the row to point out, ``share`` the part of the width to fill.
    """

    title: str
    rows: Sequence[str]
    values: Tensor
    unit: str
    column_name: str = "dimension"
    marked: int = -1
    share: float = 1.0
    bars: bool = False
    is_share: bool = False


def panels_view(panels: Sequence[Panel], *, note: str = "") -> bytes:
    """The numbers of one step as pictures, each with its own scale, a readout and arrow keys."""
    described, offset = [], 0
    for panel in panels:
        low, high = (0.0, 1.0) if panel.is_share else _range(panel.values if panel.bars else _without_outliers(panel))
        n_rows, n_columns = panel.values.shape
        described.append(
            {
                "title": panel.title,
                "rows": list(panel.rows),
                "columns": n_columns,
                "shape": f"{n_rows} × {n_columns}: point at a cell, or use the arrow keys",
                "column_name": panel.column_name,
                "marked": panel.marked,
                "share": panel.share,
                "kind": "bars" if panel.bars else "matrix",
                "unit": panel.unit,
                "low": low,
                "high": high,
                "largest": panel.values[panel.values.isfinite()].abs().max().item(),
                "offset": offset,
                "palette": _palette(diverging=low < 0),
            }
        )
        offset += n_rows * n_columns
    values = torch.cat([panel.values.detach().float().cpu().flatten() for panel in panels]).numpy()
    return _buffer("panels", {"values": values}, panels=described, masked=theme.MASKED, note=note)


def thumbnail(pattern: Tensor) -> Tensor:
    """Patterns as 8-bit pictures of at most 30 × 30 cells: each cell the largest value it covers.

    Parameters
    ----------
    pattern : Tensor of shape (n_heads, n_query, n_key)

    Returns
    -------
    Tensor of shape (n_heads, min(n_query, 30), min(n_key, 30)), uint8
    """
    size = tuple(min(n, theme.THUMBNAIL_CELLS) for n in pattern.shape[1:])
    # On the CPU: on mps this pooling gives wrong values for sizes that do not divide (torch issue 190064).
    return (adaptive_max_pool2d(pattern.cpu(), size) * 255).round().to(torch.uint8)


def _without_outliers(panel: Panel) -> Tensor:
    """Values without the half percent that is largest: one huge number would make a white picture of all others."""
    values = panel.values.detach().float()
    if values.numel() < theme.MANY_CELLS:
        return values
    end = values.abs().flatten().kthvalue(int(values.numel() * 0.995)).values
    return values.clamp(-end, end)


def _range(values: Tensor) -> tuple[float, float]:
    finite = values[values.isfinite()]
    low, high = (finite.min().item(), finite.max().item()) if len(finite) else (0.0, 1.0)
    if low < 0 < high:
        return -max(-low, high), max(-low, high)
    return min(low, 0.0), max(high, 0.0)


def _palette(*, diverging: bool = False) -> dict[str, tuple[str, ...]]:
    if diverging:
        return {"light": theme.DIVERGING_LIGHT, "dark": theme.DIVERGING_DARK}
    return {"light": theme.SEQUENTIAL_LIGHT, "dark": theme.SEQUENTIAL_DARK}


def _buffer(kind: str, arrays: dict[str, np.ndarray], **header: Any) -> bytes:
    payload, described = b"", {}
    for name, array in arrays.items():
        payload += b"\0" * (-len(payload) % 4)
        described[name] = {"type": array.dtype.str[1:], "offset": len(payload), "count": array.size}
        payload += np.ascontiguousarray(array).tobytes()
    text = json.dumps({"kind": kind, "arrays": described, **header}, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 4)  # the numbers after it start at a multiple of four
    return struct.pack("<I", len(text)) + text + payload
