"""The views in a notebook: of a capture, or of attention from elsewhere and its tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mha_viz.attention.overview import overview_of, thumbnail_cells
from mha_viz.attention.shown import Shown
from mha_viz.errors import InputError
from mha_viz.views.captions.facts import facts_of
from mha_viz.views.captions.labels import both_labels
from mha_viz.views.captions.several import facts_of_heads
from mha_viz.views.exports.frame import HtmlView, height_of
from mha_viz.views.exports.notebook_settings import numbers_of, shown_of
from mha_viz.views.exports.page import to_page
from mha_viz.views.exports.still import still_of, text_of
from mha_viz.views.exports.travelling import travelling
from mha_viz.views.grid import model_picture
from mha_viz.views.head import heads_picture
from mha_viz.views.view import View


def model_view(
    attention: Any = None, tokens: Sequence[str] | None = None, sentence_b_start: int | None = None, **settings: Any
) -> HtmlView:
    """Every head of a model at once, in a notebook.

    Parameters
    ----------
    attention : Capture, or whatever ``capture_of`` reads
        One array a layer, of a single text: what ``output_attentions=True`` returns, or the whole output.
    tokens : list of str, optional
        Of both axes; needed with arrays. ``key_tokens=`` names the keys where they are others (cross-attention).
    sentence_b_start : int, optional
        The token that the second text of a pair begins with.
    settings
        ``kind``, ``map``, ``over``, ``words``, ``parts``, ``hidden``, ``renormalise``, ``between``: as in
        ``Selection``. With arrays, every other argument of ``capture_of``. ``include_layers`` and
        ``include_heads``: lists of numbers, all by default.

    Raises
    ------
    InputError
        If shapes, tokens or settings do not fit together.
    """
    layers, heads = settings.pop("include_layers", None), settings.pop("include_heads", None)
    shown = shown_of(attention, tokens, sentence_b_start, settings)
    seen = overview_of(shown, thumbnail_cells(len(shown.maps)))
    title = f"{shown.selection.map} of every head of {shown.capture.short_name}"
    order = _included(shown, layers, heads)
    view = model_picture(shown, seen, order=order, fit=True, size=0)
    places = [shown.maps[i] for i in order] if order is not None else shown.maps
    along = travelling(shown, places[0][0], places)
    opened = heads_picture(shown, places[:1], switches=False, along=along)
    return _with_still(view, to_page(view, title, facts_of(shown), opened=opened), shown)


def head_view(
    attention: Any = None,
    tokens: Sequence[str] | None = None,
    sentence_b_start: int | None = None,
    *,
    layer: int | None = None,
    heads: Sequence[int] | int | None = None,
    mean: bool = False,
    **settings: Any,
) -> HtmlView:
    """Lines from queries to keys and a heatmap for each of some heads of one layer, in a notebook.

    Parameters
    ----------
    attention, tokens, sentence_b_start, settings
        As for ``model_view``; there are no ``include_heads``.
    layer : int, optional
        As the model numbers it; the first that attends (and is among ``include_layers``) by default.
    heads : list of int, optional
        Which to draw first, side by side; all heads of the layer can be switched on and off where there is room.
    mean : bool
        Whether their mean is drawn instead.

    Raises
    ------
    InputError
        If there is no such layer or head, or as for ``model_view``.
    """
    included = settings.pop("include_layers", None)
    shown = shown_of(attention, tokens, sentence_b_start, settings)
    layers = numbers_of(included, shown.layers, "include_layers")
    layer = layers[0] if layer is None else layer
    chosen = numbers_of(heads, shown.call(layer).heads, "heads")
    heads = chosen if heads is not None else chosen[:1]
    places = [(layer, head) for head in heads]
    along = travelling(shown, layer, [place for place in shown.maps if place[0] in layers])
    view = heads_picture(shown, places, mean=mean, switches=False, along=along)
    return _with_still(view, to_page(view, view.header["title"], facts_of_heads(shown, places, mean=mean)), shown)


def _with_still(view: View, page: bytes, shown: Shown) -> HtmlView:
    axes = (labels.names for labels in both_labels(shown))
    return HtmlView(page, height_of(view), text=text_of(view, *axes), picture=still_of(view))


def _included(shown: Shown, layers: Any, heads: Any) -> list[int] | None:
    """Which of all maps to draw; None for all of them."""
    if layers is None and heads is None:
        return None
    if heads is not None and not shown.has_heads:
        raise InputError("include_heads chooses among heads, and here each map is of a whole layer.")
    kept_layers = numbers_of(layers, shown.layers, "include_layers")
    kept_heads = numbers_of(heads, range(shown.n_maps), "include_heads")
    return [i for i, (layer, head) in enumerate(shown.maps) if layer in kept_layers and head in kept_heads]
