"""Arrays → the interactive views: what each of them is handed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from mha_viz.views import theme
from mha_viz.views.buffer import buffer, palette, range_of

HEAD_LOOKS = {
    "hint": "Point at a token or a cell; click tokens to add up what they look at. Keys: arrows, Enter selects, Shift "
    "and an arrow goes to the next head or layer.",
    "colours": {"light": theme.HEADS_LIGHT, "dark": theme.HEADS_DARK},
    "masked": theme.MASKED,
    "cells": theme.CELL_PIXELS,
    "label_pixels": theme.LABEL_PIXELS,
    "labelled_tokens": theme.LABELLED_TOKENS,
    "window_size": theme.WINDOW,
}


def head_buffer(
    maps: Tensor,
    queries: list[str],
    keys: list[str],
    *,
    heads: Sequence[int],
    shown: Sequence[int],
    switches: Sequence[int],
    unit_label: str,
    is_share: bool,
    overview: Tensor | None = None,
    window: tuple[int, int, int, int] | None = None,
    whole: tuple[int, int] | None = None,
    **header: Any,
) -> bytes:
    """Lines from queries to keys, and the same numbers as a heatmap.

    Parameters
    ----------
    maps : Tensor of shape (n_maps, n_query, n_key)
        ``-inf`` is drawn as masked.
    heads, shown, switches : lists of int
        Which heads ``maps`` are (-1: all of the layer), which of these to draw, and which a reader may switch to.
    is_share : bool
        Shares run from 0 to 1, unless none reaches ``theme.FAINT``: such a head would be a white picture, so its
        largest share gets the darkest colour, and the legend says so. Anything else has a scale of its own, around
        zero when it has both signs.
    overview, window, whole
        The whole map pooled, the part of it that ``maps`` are (first and last query, first and last key), its size.
    header
        ``label``, ``note``, ``title``, ``facts``, ``file_name``, ``picked``, ``side``, ``threshold``, …
    """
    low, high = range_of(maps[list(shown)].mean(dim=0) if len(shown) > 1 else maps[shown[0]])
    if is_share and high >= theme.FAINT:
        high = 1.0
    arrays = {"values": maps.float().cpu().numpy()}
    if overview is not None:
        arrays["overview"] = overview.float().cpu().numpy()
        header |= {"window": window, "whole": whole, "overview_size": list(overview.shape)}
    return buffer(
        "head",
        arrays,
        queries=queries,
        keys=keys,
        heads=[{"head": head, "name": f"H{head}" if head >= 0 else "all heads"} for head in heads],
        shown=list(shown),
        switches=list(switches),
        low=low,
        high=high,
        line_scale=max(-low, high) or 1.0,
        palette=palette(diverging=low < 0),
        unit="share" if is_share else "number",
        unit_label=unit_label,
        **HEAD_LOOKS,
        **header,
    )


GRID_HINTS = (
    "Point at a picture to enlarge it, or use the arrow keys.",
    "Point at a picture to enlarge it; click it, or use the arrow keys and Enter, to {} it.",
)


def grid_buffer(
    pictures: Tensor,
    strongest: list[tuple[str, str, float | None]],
    names: list[str],
    *,
    across_names: Sequence[str],
    is_share: bool = True,
    is_sorted: bool = False,
    own_names: bool = False,
    scores: Sequence[str] | None = None,
    opens: Sequence[tuple[int, int]] | None = None,
    does: str = "open",
    chosen: int | None = None,
    most: float | None = None,
    **header: Any,
) -> bytes:
    """Many maps as small pictures, row by row; or, sorted, each with its name.

    Parameters
    ----------
    pictures : Tensor of shape (n_maps, rows, columns)
        Pooled maps. Shares have one scale; of anything else each map has its own.
    strongest : list of (query, key, value)
        One a map, for the readout: exact values, never the 8-bit picture.
    scores : list of str, optional
        More to say of each map.
    opens : list of (layer, head), optional
        What a click opens.
    does : str
        What a click does with it instead, for the hint.
    chosen : int, optional
        The picture to mark.
    most : float, optional
        The largest share of all maps, where some are left out.
    """
    n, rows, columns = pictures.shape
    levels, masked_level, signed, top = _levels(pictures, is_share, most)
    return buffer(
        "grid",
        {"levels": levels.numpy()},
        names=names,
        across=len(across_names),
        across_names=list(across_names),
        sorted=is_sorted,
        own_names=own_names,
        rows=rows,
        columns=columns,
        strongest=strongest,
        scores=list(scores or [""] * n),
        opens=opens,
        chosen=chosen,
        own_scales=not is_share,
        masked_level=masked_level,
        top=top,
        palette=palette(diverging=signed),
        masked=theme.MASKED,
        hint=GRID_HINTS[bool(opens)].format(does),
        **header,
    )


def strips_buffer(
    words: list[str],
    rows: Tensor,
    heads: list[tuple[int, int]],
    *,
    query: int,
    target: int,
    from_others: list[float | None],
    **header: Any,
) -> bytes:
    """What one word looks at, one line of the sentence a head.

    Parameters
    ----------
    rows : Tensor of shape (n_heads, n_words)
        Share of the attention of word ``query`` (-1: it is no word of this sentence, as in cross-attention).
    from_others : list, one a head
        What the other words give the target word on average, to compare.
    """
    return buffer(
        "strips",
        {"values": rows.float().cpu().numpy()},
        words=words,
        heads=heads,
        query=query,
        target=target,
        from_others=from_others,
        palette=palette(),
        **header,
    )


def saving_buffer(origins: Sequence[str] = ()) -> bytes:
    """The buttons that copy the link and save the picture on the page; ``origins`` are those by which others reach
    it: whoever sits at the server itself copies a link that others can open.
    """
    return buffer("saving", {}, origins=list(origins))


def _levels(pictures: Tensor, is_share: bool, most: float | None) -> tuple[Tensor, bool, bool, float]:
    """8-bit pictures, whether level 0 stands for masked, whether the scale has two sides, and where shares end.

    Shares end at 1, unless none reaches ``theme.FAINT``: every picture would be white.
    """
    if is_share:
        most = pictures.max().item() if most is None else most
        top = 1.0 if most >= theme.FAINT or most <= 0 else most
        return (pictures.clamp(0, top) / top * 255).round().to(torch.uint8), False, False, top
    finite = pictures.masked_fill(pictures == -torch.inf, 0.0)
    ends = finite.abs().flatten(1).amax(dim=1).clamp_min(torch.finfo(finite.dtype).tiny)[:, None, None]
    signed = bool((finite < 0).any())
    levels = 128 + finite / ends * 127 if signed else 1 + finite / ends * 254
    return levels.round().to(torch.uint8).masked_fill(pictures == -torch.inf, 0), True, signed, 1.0
