"""What is shown of a capture → one head as lines and heatmap, with the sentences that belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from mha_viz.attention.selection import MAPS
from mha_viz.attention.several import maps_of, pooled_maps
from mha_viz.attention.shown import WINDOW, Shown, Window, fitted_window
from mha_viz.attention.tables import refuse_removed
from mha_viz.language import gettext
from mha_viz.objects import Head
from mha_viz.views.captions.facts import fact_lines, file_name
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.captions.labels import both_labels, labels_sentence, said_header
from mha_viz.views.captions.notes import badge, head_note, second_part
from mha_viz.views.captions.several import (
    facts_of_heads,
    is_mean,
    name_of_heads,
    said_of_others,
    several_sentence,
    titled,
)
from mha_viz.views.style import theme
from mha_viz.views.style.scales import palette, range_of
from mha_viz.views.view import View
from mha_viz.wording import head_name

HEAD_LOOKS = {
    "colours": {"light": theme.HEADS_LIGHT, "dark": theme.HEADS_DARK},
    "masked": theme.MASKED,
    "cells": theme.CELL_PIXELS,
    "label_pixels": theme.LABEL_PIXELS,
    "labelled_tokens": theme.LABELLED_TOKENS,
    "window_size": WINDOW,
    "most": len(theme.HEADS_LIGHT),
}


def head_picture(shown: Shown, layer: int, heads: Sequence[int], **looks: Any) -> View:
    """Lines and heatmap of some heads of a layer, as ``heads_picture``."""
    return heads_picture(shown, [(layer, head) for head in heads], **looks)


def heads_picture(
    shown: Shown, heads: Sequence[Head], *, mean: bool = False, window: Window | None = None,
    picked: Sequence[int] = (), side: str = "query", threshold: float = theme.LINES_FROM, turns: bool = False,
    switches: bool = True, cuts: bool = False, along: Sequence[Head] = (),
) -> View:  # fmt: skip
    """Lines and heatmaps of some heads side by side; of a long text only a window, under an overview of the whole.

    Parameters
    ----------
    heads : list of (layer, head)
        The first is the one the page is about.
    mean : bool
        Whether their mean is drawn instead.
    switches : bool
        Whether a reader can ask for heads that are not sent along.
    cuts : bool
        Whether a click on a line, or on a cell of the heatmap, chooses it.
    along : list of (layer, head), optional
        Whose numbers are sent along, for a page that nobody answers; else those of the layer, where that is not much.
    """
    q0, q1, k0, k1 = window = fitted_window(shown, window)
    is_long = (len(shown.query), len(shown.key)) != (q1 - q0, k1 - k0)
    of_layer = _heads_of(shown, heads[0][0])
    sent, here = _sent(shown, heads, along or fitting(of_layer, (q1 - q0) * (k1 - k0)))
    maps, hidden = maps_of(shown, sent, slice(q0, q1))
    query, key = (names.part(*ends) for names, ends in zip(both_labels(shown), (window[:2], window[2:]), strict=True))
    note = several_sentence(shown, heads, mean=mean) + head_note(shown, maps[here], hidden[here].mean().item())
    return head_maps_view(
        maps[:, :, k0:k1],
        query.names,
        key.names,
        heads=sent,
        shown=here,
        mean=is_mean(shown, heads, mean),
        switches=of_layer if switches else [head for head in sent if head in of_layer],
        offers=_offers(shown) if switches else None,
        overview=pooled_maps(shown, heads, theme.OVERVIEW_CELLS, mean=mean) if is_long else None,
        window=window,
        second={"query": second_part(shown.query, q0, q1), "key": second_part(shown.key, k0, k1)},
        note=note + labels_sentence(query.names, key.names),
        badge=badge(shown, maps[here]),
        picked=[i - (q0 if side == "query" else k0) for i in picked if _inside(i, side, window)],
        side=side,
        threshold=threshold,
        turns=turns,
        cuts=cuts,
        others=said_of_others(shown, maps) if len(sent) > 1 else None,
        **said_header(query, key),
        **_head_words(shown, heads, window, is_long, mean),
    )


def _sent(shown: Shown, heads: Sequence[Head], along: Sequence[Head]) -> tuple[list[Head], list[int]]:
    """The heads whose numbers travel, those ``along`` first, and where ``heads`` stand among them."""
    if not shown.has_heads:
        layers = list(dict.fromkeys(layer for layer, _ in (*along, heads[0])))
        return [(layer, -1) for layer in layers], [layers.index(heads[0][0])]
    for layer, head in heads:
        refuse_removed(shown.capture, shown.call(layer), [head])
    sent = list(dict.fromkeys([*along, *heads]))
    return sent, [sent.index(head) for head in heads]


def fitting(heads: Sequence[Head], n_cells: int) -> Sequence[Head]:
    """The same heads where the numbers of all of them may travel together, ``n_cells`` of each; else none."""
    return heads if len(heads) * n_cells <= theme.ALL_HEADS_NUMBERS else ()


def _heads_of(shown: Shown, layer: int) -> list[Head]:
    return [(layer, head) for head in shown.call(layer).heads] if shown.has_heads else []


def _offers(shown: Shown) -> list[tuple[int, list[int]]] | None:
    """Every head that can be asked for by name: layers, and what each of them has."""
    if not shown.has_heads:
        return None
    return [(call.layer, list(call.heads)) for call in shown.capture.calls_of(shown.selection.kind)]


def _head_words(shown: Shown, heads: Sequence[Head], window: Window, is_long: bool, mean: bool) -> dict[str, Any]:
    of_whom, name = name_of_heads(shown, heads, mean=mean), shown.capture.short_name
    whole = (len(shown.query), len(shown.key))
    return {
        "unit_label": gettext(MAPS[shown.selection.map].unit),
        "is_share": MAPS[shown.selection.map].is_share,
        "whole": whole,
        "identity": f"{shown.capture.text}|{name}|{window}|{whole}",
        "label": gettext(
            "{title} of {model}: queries down, keys across", title=titled(shown, heads, mean=mean), model=name
        ),
        "title": f"{titled(shown, heads, mean=mean)}, {name}",
        "facts": fact_lines(facts_of_heads(shown, heads, window if is_long else None, mean=mean)),
        "file_name": file_name(shown, of_whom),
    }


def _inside(i: int, side: str, window: Window) -> bool:
    begin, end = window[:2] if side == "query" else window[2:]
    return begin <= i < end


def head_maps_view(
    maps: Tensor, queries: list[str], keys: list[str], *, heads: Sequence[Head], shown: Sequence[int],
    switches: Sequence[Head], unit_label: str, is_share: bool, mean: bool = False,
    offers: Sequence[tuple[int, Sequence[int]]] | None = None, overview: Tensor | None = None,
    window: tuple[int, int, int, int] | None = None, whole: tuple[int, int] | None = None, **header: Any,
) -> View:  # fmt: skip
    """Lines from queries to keys, and the same numbers as a heatmap; of several heads one each, all on one scale.

    Parameters
    ----------
    maps : Tensor of shape (n_maps, n_query, n_key)
        ``-inf`` is drawn as masked.
    heads, shown, switches
        Which heads ``maps`` are (layer and head; -1: all of the layer), which of these to draw, and which heads of the
        layer a reader may switch to.
    is_share : bool
        Shares run from 0 to 1, unless none reaches ``theme.FAINT``: such a head would be a white picture, so its
        largest share gets the darkest colour, and the legend says so. Anything else has a scale of its own, around
        zero when it has both signs.
    mean : bool
        Whether the mean of those ``shown`` is drawn.
    offers : list of (layer, heads), optional
        Every head that a reader can ask for by name.
    overview, window, whole
        The whole map pooled, the part of it that ``maps`` are (first and last query, first and last key), its size.
    header
        ``label``, ``note``, ``title``, ``facts``, ``file_name``, ``picked``, ``side``, ``threshold``, ``said``, …
    """
    drawn = maps[list(shown)]
    low, high = range_of(drawn.mean(dim=0) if mean else drawn)
    if is_share and high >= theme.FAINT:
        high = 1.0
    arrays = {"values": maps.float().cpu().numpy()}
    if overview is not None:
        arrays["overview"] = overview.float().cpu().numpy()
        header |= {"window": window, "whole": whole, "overview_size": list(overview.shape)}
    return View(
        "head",
        {
            "queries": queries,
            "keys": keys,
            "heads": [{"layer": layer, "head": head, "name": _map_name(layer, head)} for layer, head in heads],
            "shown": list(shown),
            "mean": mean,
            "switches": list(switches),
            **({"offers": offers} if offers else {}),
            "low": low,
            "high": high,
            "line_scale": max(-low, high) or 1.0,
            "palette": palette(diverging=low < 0),
            "unit": "share" if is_share else "number",
            "unit_label": unit_label,
            **HEAD_LOOKS,
            **said_hint(Hints.head),
            **header,
        },
        arrays,
    )


def _map_name(layer: int, head: int) -> str:
    return head_name(layer, head) if head >= 0 else gettext("all heads")
