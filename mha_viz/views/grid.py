"""What is shown of a capture → every head as a small picture, with the sentences and facts that belong to it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from torch import Tensor

from mha_viz.attention.overview import Overview, thumbnail_cells
from mha_viz.attention.selection import MAPS
from mha_viz.attention.shown import Shown
from mha_viz.attention.tables import overview_frame
from mha_viz.inputs.words import unique_labels
from mha_viz.language import N_, gettext
from mha_viz.objects import Head
from mha_viz.views.captions.facts import (
    CAUSAL_ROLLOUT,
    fact_lines,
    facts_of,
    file_name,
    hidden_sentence,
    joined_sentence,
    reading_sentence,
    removed_heads,
    without_pattern,
)
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.captions.labels import Labels, both_labels, labels_sentence, said_of_names
from mha_viz.views.grid_marks import drawn_marks, group_marks
from mha_viz.views.grid_tints import Tints, noted
from mha_viz.views.style import theme
from mha_viz.views.style.scales import levels_of, palette
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_a_row, layer_name, name_in_layer

CLICKS = {"open": Hints.grid_opens, "name": Hints.grid_names, "choose": Hints.grid_chooses}
ADDS = N_(" With Shift or Ctrl: draws it beside the others.")


def model_picture(
    shown: Shown, seen: Overview, *, table: pd.DataFrame | None = None, order: Sequence[int] | None = None,
    is_sorted: bool = False, chosen: Head | None = None, opens: bool = True,
    groups: Sequence[int | None] | None = None, drawn: Sequence[Head] = (), mean: bool = False,
    tints: Tints | None = None, **looks: Any,
) -> View:  # fmt: skip
    """Every map of the model; ``order`` picks and sorts them (indices, layer after layer).

    Of several heads ``drawn`` beside it, each is marked in its colour there, or all in one where their ``mean`` is.
    ``tints`` fill the pictures in place of the maps. ``table`` is their ``overview_frame``, where somebody has it
    already. ``groups`` (one of each of ``shown.maps``) and ``looks`` (``group_names``, ``fit``, …): as in
    ``grid_view``.
    """
    n_maps, there = shown.n_maps, shown.places
    order = list(range(len(there)) if order is None else order)
    table = overview_frame(shown, seen) if table is None else table
    rows, axes = table.iloc[order], both_labels(shown, unique=True)
    is_sorted |= len(order) < len(table)
    strongest, places = _strongest(rows, shown, axes), [shown.maps[i] for i in order]
    return grid_view(
        seen.pictures.flatten(0, 1)[[there[i] for i in order]],
        strongest,
        [head_name(layer, head) if shown.has_heads else layer_name(layer) for layer, head in places],
        across_names=[name_in_layer(head) for head in range(n_maps)] if shown.has_heads else [gettext("all heads")],
        is_share=MAPS[shown.selection.map].is_share,
        most=seen.pictures.max().item(),
        is_sorted=is_sorted,
        cells=None if is_sorted or len(there) == seen.value.numel() else there,
        scores=_scores(rows),
        opens=places if opens else None,
        chosen=places.index(chosen) if chosen in places else None,
        queries=axes[0].names,
        keys=axes[1].names,
        groups=groups and [groups[i] for i in order],
        **drawn_marks(places, drawn, mean=mean),
        **(tints.header(places) if tints else {}),
        **_words(shown, strongest, axes, tints),
        **looks,
    )


def _words(
    shown: Shown, strongest: Sequence[tuple[Any, ...]], axes: tuple[Labels, Labels], tints: Tints | None
) -> dict[str, Any]:
    """What the pictures say of themselves; ``strongest`` has one of each."""
    pairs = [pair[:2] for pair in strongest]
    name, model = shown.selection.map, shown.capture.short_name
    return {
        "label": gettext("{map} of {n} maps of {model}", map=gettext(name), n=len(pairs), model=model),
        **noted(tints, model_note(shown) + labels_sentence(*pairs)),
        **said_of_names(*axes, pairs),
        "title": _title(shown, tints),
        "facts": fact_lines({**facts_of(shown), **({"coloured by": tints.by} if tints else {})}),
        "file_name": file_name(shown),
    }


def _title(shown: Shown, tints: Tints | None) -> str:
    what = N_("{map}: every head of {model}") if shown.has_heads else N_("{map}: every layer of {model}")
    title = gettext(what, map=gettext(shown.selection.map), model=shown.capture.short_name)
    return gettext("{title}, coloured by {what}", title=title, what=tints.by) if tints else title


def _strongest(rows: pd.DataFrame, shown: Shown, axes: tuple[Labels, Labels]) -> list[tuple[str, str, float | None]]:
    """Where each map is strongest, with labels as they are drawn."""
    query, key = (
        dict(zip(unique_labels(words.positions.labels), axis.names, strict=True))
        for words, axis in zip((shown.query, shown.key), axes, strict=True)
    )
    values = (value if math.isfinite(value) else None for value in rows["value"].tolist())
    queries, keys = ([names[label] for label in rows[side]] for side, names in (("query", query), ("key", key)))
    return list(zip(queries, keys, values, strict=True))


def strongest_cells(
    maps: Tensor, queries: Sequence[str], keys: Sequence[str], *, is_causal: bool
) -> list[tuple[str, str, float | None]]:
    """Where each map is strongest, with labels; ``maps`` (map, query, key). Of what reads left to right outside its
    first row and column.
    """
    cells, first = [], int(is_causal and min(len(queries), len(keys)) > 1)
    for one_map in maps:
        query, key = divmod(int(one_map[first:, first:].argmax()), len(keys) - first)
        query, key = query + first, key + first
        cells.append((queries[query], keys[key], one_map[query, key].item()))
    return cells


def _scores(rows: pd.DataFrame) -> list[str]:
    """What is known of each map beyond its strongest value, in words."""
    forms = {"entropy": (N_("entropy {value}"), 2), "mean_distance": (N_("distance {value}"), 1)}
    columns = [[""] * len(rows)]
    for column, (form, digits) in forms.items():
        if column in rows and rows[column].notna().any():
            values = [f"{x:.{digits}f}" if x == x else "" for x in rows[column].tolist()]
            said = {value: gettext(form, value=value) if value else "" for value in set(values)}  # few of thousands
            columns.append([said[value] for value in values])
    return [in_a_row([*filter(None, parts)]) for parts in zip(*columns, strict=True)]


def model_note(shown: Shown) -> str:
    """How to read the pictures of all heads."""
    kind, name = shown.selection.kind, shown.selection.map
    sides = {
        "encoder": N_(
            "Rows look at columns. A stripe beside the diagonal looks at a neighbour, a vertical line at one token "
            "whoever asks, scattered dots pick certain words. This model reads both ways."
        ),
        "decoder": N_(
            "Rows look at columns, never ahead, so the upper right is empty. A left edge looks at the first token, a "
            "stripe beside the diagonal at the token before. This model reads left to right; the strongest pair named "
            "is the strongest beside the first row and the first column."
        ),
        "cross": N_("Rows are what the decoder reads, columns what the encoder read."),
    }[kind]
    note = gettext(sides if name == "Pattern" and shown.has_heads else MAPS[name].sentence)
    if name == "Rollout" and kind == "decoder":
        note += gettext(CAUSAL_ROLLOUT)
    if not MAPS[name].is_share:
        note += gettext(" Each picture has a scale of its own.")
    if max(len(shown.query), len(shown.key)) > (cells := thumbnail_cells(len(shown.maps))):
        size = f"{cells} × {cells}"
        note += gettext(" Pooled to {size}: each dot is the largest value it covers.", size=size)
    if others := without_pattern(shown):
        note += gettext(" No pattern: {layers}, which mix positions without softmax attention.", layers=others)
    if removed := removed_heads(shown):
        note += gettext(" Removed from the model, so without a pattern: {heads}.", heads=removed)
    return reading_sentence(shown) + hidden_sentence(shown) + note + joined_sentence(shown)


def grid_view(
    pictures: Tensor, strongest: list[tuple[str, str, float | None]], names: list[str], *, across_names: Sequence[str],
    is_share: bool = True, is_sorted: bool = False, own_names: bool = False, scores: Sequence[str] | None = None,
    opens: Sequence[tuple[int, int]] | None = None, does: str = "open", chosen: int | None = None,
    most: float | None = None, cells: Sequence[int] | None = None, queries: Sequence[str] = (),
    keys: Sequence[str] = (), groups: Sequence[int | None] | None = None, group_names: Sequence[str] = (),
    **header: Any,
) -> View:  # fmt: skip
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
    cells : list of int, optional
        Which cell of the grid each picture stands in, where some stay empty.
    queries, keys : list of str, optional
        The labels of all rows and columns of the maps, for a picture that is enlarged.
    groups : list of int or None, optional
        Of what each map is one: an index into ``group_names``, which is told by colour and in words.
    header
        ``label``, ``note``, …; ``fit=True``: all maps at once, as large as the window lets them be, and a reader can
        enlarge them, from ``size`` on (pixels; 0: no more than fits). ``preview_beside=True``: an enlarged picture
        stands over the column at the right. ``adds``: how many may be drawn at once, where a click with Shift or Ctrl
        adds one.
    """
    n, rows, columns = pictures.shape
    levels, masked_level, signed, top = levels_of(pictures, is_share, most)
    return View(
        "grid",
        {
            "names": names,
            "across": len(across_names),
            "across_names": list(across_names),
            "sorted": is_sorted,
            "cells": cells,
            "own_names": own_names,
            "rows": rows,
            "columns": columns,
            "strongest": strongest,
            "scores": list(scores or [""] * n),
            "opens": opens,
            "chosen": chosen,
            "own_scales": not is_share,
            "masked_level": masked_level,
            "top": top,
            "palette": palette(diverging=signed),
            "masked": theme.MASKED,
            "signed": signed,
            **said_hint(CLICKS[does] if opens else Hints.grid, gettext(ADDS) * bool(header.get("adds"))),
            **_axes(queries, keys, rows, columns),
            **group_marks(groups, group_names),
            **header,
        },
        {"levels": levels.numpy()},
    )


def _axes(queries: Sequence[str], keys: Sequence[str], rows: int, columns: int) -> dict[str, Any]:
    """How long both axes are, and their words where each cell of a picture is one and there is room for them."""
    is_whole = (len(queries), len(keys)) == (rows, columns)
    has_words = is_whole and max(rows, columns) <= theme.PREVIEW_WORDS
    axes = ([*queries], [*keys]) if has_words else ([], [])
    return {"queries": axes[0], "keys": axes[1], "axis_sizes": [len(queries), len(keys)] if queries and keys else None}
