"""What is shown of a capture → one head as lines and heatmap, with the sentences that belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from mha_viz.attention.overview import pooled_map
from mha_viz.attention.selection import MAPS, OVER
from mha_viz.attention.shown import WINDOW, Shown, Window, fitted_window, rows_of
from mha_viz.attention.tables import refuse_removed
from mha_viz.inputs.chat import TEMPLATE
from mha_viz.inputs.words import Words
from mha_viz.recording.elsewhere.row_checks import ROUNDING
from mha_viz.views.captions.facts import (
    CAUSAL_ROLLOUT,
    fact_lines,
    facts_of,
    file_name,
    hidden_sentence,
    joined_sentence,
    name_of,
    reading_sentence,
)
from mha_viz.views.captions.labels import both_labels, labels_sentence, said_header
from mha_viz.views.style import theme
from mha_viz.views.style.scales import palette, range_of
from mha_viz.views.view import View
from mha_viz.wording import name_in_layer

HEAD_LOOKS = {
    "hint": "Point at a token or a cell; click tokens to add them up. Shift and an arrow: the next head or layer.",
    "colours": {"light": theme.HEADS_LIGHT, "dark": theme.HEADS_DARK},
    "masked": theme.MASKED,
    "cells": theme.CELL_PIXELS,
    "label_pixels": theme.LABEL_PIXELS,
    "labelled_tokens": theme.LABELLED_TOKENS,
    "window_size": WINDOW,
}


def head_picture(
    shown: Shown, layer: int, heads: Sequence[int], *, window: Window | None = None, picked: Sequence[int] = (),
    side: str = "query", threshold: float = theme.LINES_FROM, turns: bool = False, switches: bool = True,
    cuts: bool = False,
) -> View:  # fmt: skip
    """Lines and heatmap of some heads of a layer; of a long text only a window, under an overview of the whole.

    Parameters
    ----------
    heads : list of int
        The first is the one the page is about.
    switches : bool
        Whether a reader can ask for heads that are not sent along.
    cuts : bool
        Whether a click on a cell of the heatmap chooses it.
    """
    there = shown.call(layer).heads if shown.has_heads else ()
    refuse_removed(shown.capture, shown.call(layer), heads if there else ())
    q0, q1, k0, k1 = window = fitted_window(shown, window)
    is_long = (len(shown.query), len(shown.key)) != (q1 - q0, k1 - k0)
    everything = len(there) * (q1 - q0) * (k1 - k0) <= theme.ALL_HEADS_NUMBERS
    sent = list(there if everything else heads) if there else [-1]
    maps, hidden = rows_of(shown, layer, heads=sent if there else None, rows=slice(q0, q1))
    query, key = (names.part(*ends) for names, ends in zip(both_labels(shown), (window[:2], window[2:]), strict=True))
    here = [sent.index(head) for head in heads] if there else [0]
    return head_maps_view(
        maps[:, :, k0:k1],
        query.names,
        key.names,
        heads=sent,
        shown=here,
        switches=(there if switches else sent) if there else [],
        overview=pooled_map(shown, layer, list(heads), theme.OVERVIEW_CELLS) if is_long else None,
        window=window,
        second={"query": _second(shown.query, q0, q1), "key": _second(shown.key, k0, k1)},
        note=head_note(shown, maps[here], hidden[here].mean().item()) + labels_sentence(query.names, key.names),
        badge=badge(shown, maps[here]),
        picked=[i - (q0 if side == "query" else k0) for i in picked if _inside(i, side, window)],
        side=side,
        threshold=threshold,
        turns=turns,
        cuts=cuts,
        **said_header(query, key),
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
    """Which positions belong to the second text, or were written by the model, or by a chat's template."""
    segments, parts = words.positions.segments, words.positions.parts
    if TEMPLATE in parts:
        return [parts[segment] == TEMPLATE for segment in segments[begin:end]]
    return [bool(segment) for segment in segments[begin:end]]


def _inside(i: int, side: str, window: Window) -> bool:
    begin, end = window[:2] if side == "query" else window[2:]
    return begin <= i < end


def head_note(shown: Shown, maps: Tensor, hidden: float) -> str:
    """What one sees, and everything that is not the plain pattern; ``hidden`` is the share of what is not shown."""
    name = shown.selection.map
    is_told_below = shown.selection.over == OVER[0] or (
        name == "Pattern" and shown.selection.over == OVER[2]
    )  # in row_sums
    whole_layer = "" if is_told_below else f"Shown: the {shown.selection.over}. "
    note = whole_layer + hidden_sentence(shown, hidden) + row_sums(shown, maps, hidden) + MAPS[name].sentence
    if name == "Rollout" and shown.selection.kind == "decoder":
        note += CAUSAL_ROLLOUT
    return reading_sentence(shown) + note + joined_sentence(shown) + second_sentence(shown)


def second_sentence(shown: Shown) -> str:
    """What the coloured labels are, where there are some."""
    if not any(any(_second(words, 0, len(words))) for words in (shown.query, shown.key)):
        return ""
    if shown.capture.chat:
        return " Coloured labels: written by the chat template."
    return " Coloured labels: " + ("written by the model." if shown.capture.n_generated else "the second text.")


def badge(shown: Shown, maps: Tensor) -> str:
    """In a few words, where the rows of shares that are shown do not sum to 1: what they sum to, and why."""
    sums = maps.sum(dim=-1)
    if not MAPS[shown.selection.map].is_share or (sums - 1).abs().max() <= ROUNDING:
        return ""
    low, high = sums.min().item(), sums.max().item()
    why = "a learned sink takes the rest"
    if shown.selection.over == OVER[2]:
        why = "each cell is the largest of all heads"
    elif shown.hidden:
        why = "hidden keys hold the rest"
    return f"rows sum to {low:.2f}: {why}" if high - low < 0.005 else f"rows sum to {low:.2f}–{high:.2f}: {why}"


def row_sums(shown: Shown, maps: Tensor, hidden: float) -> str:
    """A badge for patterns whose rows do not sum to 1, with the reason."""
    selection = shown.selection
    if selection.map != "Pattern":
        return ""
    if selection.renormalise:
        return "" if shown.hidden else "Rows are scaled to sum to 1. "
    if selection.over == OVER[2]:
        return "Each cell is the largest of the layer's heads, so rows can sum to more than 1. "
    if shown.hidden or maps.shape[-1] < len(shown.key):
        return ""
    if (maps.sum(dim=-1) + hidden - 1).abs().max() <= ROUNDING:
        return ""
    return (
        "Rows sum to less than 1: this model has learned sinks that take a share of the attention and hand nothing on. "
    )


def head_maps_view(
    maps: Tensor, queries: list[str], keys: list[str], *, heads: Sequence[int], shown: Sequence[int],
    switches: Sequence[int], unit_label: str, is_share: bool, overview: Tensor | None = None,
    window: tuple[int, int, int, int] | None = None, whole: tuple[int, int] | None = None, **header: Any,
) -> View:  # fmt: skip
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
        ``label``, ``note``, ``title``, ``facts``, ``file_name``, ``picked``, ``side``, ``threshold``, ``said``, …
    """
    low, high = range_of(maps[list(shown)].mean(dim=0) if len(shown) > 1 else maps[shown[0]])
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
            "heads": [{"head": head, "name": name_in_layer(head) if head >= 0 else "all heads"} for head in heads],
            "shown": list(shown),
            "switches": list(switches),
            "low": low,
            "high": high,
            "line_scale": max(-low, high) or 1.0,
            "palette": palette(diverging=low < 0),
            "unit": "share" if is_share else "number",
            "unit_label": unit_label,
            **HEAD_LOOKS,
            **header,
        },
        arrays,
    )
