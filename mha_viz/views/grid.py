"""What is shown of a capture → the two big views, with the sentences and facts that belong to them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from mha_viz.attention.overview import Overview, pooled_map
from mha_viz.attention.selection import MAPS
from mha_viz.attention.shown import Shown, Window, fitted_window, rows_of
from mha_viz.attention.tables import overview_frame
from mha_viz.inputs.words import Words
from mha_viz.views import theme
from mha_viz.views.buffers_of import grid_buffer, head_buffer
from mha_viz.views.facts import badge, fact_lines, facts_of, file_name, head_note, model_note, name_of


def model_picture(
    shown: Shown,
    seen: Overview,
    *,
    table: pd.DataFrame | None = None,
    order: Sequence[int] | None = None,
    is_sorted: bool = False,
    chosen: tuple[int, int] | None = None,
    opens: bool = True,
) -> bytes:
    """Every map of the model; ``order`` picks and sorts them (indices, layer after layer).

    ``table`` is their ``overview_frame``, where somebody has it already.
    """
    n_maps = seen.value.shape[1]
    order = list(range(seen.value.numel()) if order is None else order)
    table = overview_frame(shown, seen) if table is None else table
    rows = table.iloc[order]
    places = [divmod(i, n_maps) for i in order]
    return grid_buffer(
        seen.pictures.flatten(0, 1)[order],
        _strongest(rows),
        [f"L{layer} H{head}" if shown.has_heads else f"L{layer}" for layer, head in places],
        across_names=[f"H{head}" for head in range(n_maps)] if shown.has_heads else ["all heads"],
        is_share=MAPS[shown.selection.map].is_share,
        most=seen.value.max().item(),
        is_sorted=is_sorted or len(order) < len(table),
        scores=_scores(rows),
        opens=places if opens else None,
        chosen=places.index(chosen) if chosen in places else None,
        label=f"{shown.selection.map} of {len(order)} maps of {shown.capture.model_name}",
        note=model_note(shown),
        title=f"{shown.selection.map}: {'every head' if shown.has_heads else 'every layer'} of "
        f"{shown.capture.model_name}",
        facts=fact_lines(facts_of(shown)),
        file_name=file_name(shown),
    )


def head_picture(
    shown: Shown,
    layer: int,
    heads: Sequence[int],
    *,
    window: Window | None = None,
    picked: Sequence[int] = (),
    side: str = "query",
    threshold: float = theme.LINES_FROM,
    turns: bool = False,
    switches: bool = True,
) -> bytes:
    """Lines and heatmap of some heads of a layer; of a long text only a window, under an overview of the whole.

    Parameters
    ----------
    heads : list of int
        The first is the one the page is about.
    switches : bool
        Whether a reader can ask for heads that are not sent along.
    """
    n_heads = shown.capture.calls_of(shown.selection.kind)[layer].n_heads if shown.has_heads else 0
    q0, q1, k0, k1 = window = fitted_window(shown, window)
    is_long = (len(shown.query), len(shown.key)) != (q1 - q0, k1 - k0)
    everything = n_heads * (q1 - q0) * (k1 - k0) <= theme.ALL_HEADS_NUMBERS
    sent = (list(range(n_heads)) if everything else list(heads)) if n_heads else [-1]
    maps, hidden = rows_of(shown, layer, heads=sent if n_heads else None, rows=slice(q0, q1))
    here = [sent.index(head) for head in heads] if n_heads else [0]
    return head_buffer(
        maps[:, :, k0:k1],
        list(shown.query.positions.labels[q0:q1]),
        list(shown.key.positions.labels[k0:k1]),
        heads=sent,
        shown=here,
        switches=(range(n_heads) if switches else sent) if n_heads else [],
        overview=pooled_map(shown, layer, list(heads), theme.OVERVIEW_CELLS) if is_long else None,
        window=window,
        second={"query": _second(shown.query, q0, q1), "key": _second(shown.key, k0, k1)},
        note=head_note(shown, maps[here], hidden[here].mean().item()),
        badge=badge(shown, maps[here]),
        picked=[i - (q0 if side == "query" else k0) for i in picked if _inside(i, side, window)],
        side=side,
        threshold=threshold,
        turns=turns,
        **_head_words(shown, layer, heads, window, is_long),
    )


def _head_words(shown: Shown, layer: int, heads: Sequence[int], window: Window, is_long: bool) -> dict[str, Any]:
    of_whom, name = name_of(shown, layer, heads), shown.capture.model_name
    whole = (len(shown.query), len(shown.key))
    return {
        "unit_label": MAPS[shown.selection.map].unit,
        "is_share": MAPS[shown.selection.map].is_share,
        "whole": whole,
        "identity": f"{shown.capture.text}|{name}|{window}|{whole}",
        "label": f"{shown.selection.map} of {of_whom} of {name}: queries down, keys across",
        "title": f"{shown.selection.map} of {of_whom}, {name}",
        "facts": fact_lines(facts_of(shown, layer, heads, window if is_long else None)),
        "file_name": file_name(shown, of_whom),
    }


def _second(words: Words, begin: int, end: int) -> list[bool]:
    """Which positions belong to the second text, or were written by the model."""
    return [bool(segment) for segment in words.positions.segments[begin:end]]


def _strongest(rows: pd.DataFrame) -> list[tuple[str, str, float | None]]:
    values = (value if math.isfinite(value) else None for value in rows["value"].tolist())
    return list(zip(rows["query"].tolist(), rows["key"].tolist(), values, strict=True))


def _scores(rows: pd.DataFrame) -> list[str]:
    """What is known of each map beyond its strongest value, in words."""
    known = {"entropy": "entropy {:.2f}", "mean_distance": "distance {:.1f}"}
    said = [[""] * len(rows)]
    for column, form in known.items():
        if column in rows and rows[column].notna().any():
            said.append([form.format(value) if value == value else "" for value in rows[column].tolist()])
    return [", ".join(filter(None, parts)) for parts in zip(*said, strict=True)]


def _inside(i: int, side: str, window: Window) -> bool:
    begin, end = window[:2] if side == "query" else window[2:]
    return begin <= i < end
