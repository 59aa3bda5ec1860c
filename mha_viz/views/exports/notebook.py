"""The views in a notebook: of a capture, or of attention from elsewhere and its tokens."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mha_viz.attention.overview import THUMBNAIL_CELLS, overview_of
from mha_viz.attention.shown import Shown
from mha_viz.disk import write_whole
from mha_viz.errors import InputError
from mha_viz.views.captions.facts import facts_of
from mha_viz.views.captions.labels import both_labels
from mha_viz.views.captions.several import facts_of_heads
from mha_viz.views.exports.notebook_settings import numbers_of, shown_of
from mha_viz.views.exports.page import to_page
from mha_viz.views.exports.still import still_of, text_of
from mha_viz.views.grid import model_picture
from mha_viz.views.head import heads_picture
from mha_viz.views.view import View

FRAME_PIXELS = 640


class HtmlView:
    """A view that a notebook shows by itself, walled off from the notebook; ``save`` writes it as a file.

    Where a notebook is read without frames (GitHub, mail, PDF), a still picture and the facts as text remain.
    """

    def __init__(self, page: bytes, height: int = FRAME_PIXELS, *, text: str = "", picture: bytes = b"") -> None:
        self.page = page
        self.height = height
        self.text = text
        self.picture = picture  # PNG

    def __repr__(self) -> str:
        return self.text or "HtmlView"

    def _repr_html_(self) -> str:
        frame = (
            '<iframe sandbox="allow-scripts allow-downloads" width="100%" '
            f'height="{self.height}" style="border:0" srcdoc="{html.escape(self.page.decode())}"></iframe>'
        )
        if not self.text:
            return frame
        title, *facts = map(html.escape, self.text.splitlines())
        image = f'<img alt="{title}" src="data:image/png;base64,{self._picture_text()}">' if self.picture else ""
        # Frames may be taken out on the way to a reader, so this stands beside them.
        rest = f"<summary>{title}: still picture and facts</summary>{image}<p>{'<br>'.join(facts)}</p>"
        return f"{frame}<details>{rest}</details>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook keeps of a view, for readers of every kind."""
        bundle = {"text/plain": repr(self), "text/html": self._repr_html_()}
        if self.picture:
            bundle["image/png"] = self._picture_text()
        kept = set(include or bundle) - set(exclude or ())
        return {kind: content for kind, content in bundle.items() if kind in kept}

    def _picture_text(self) -> str:
        return base64.b64encode(self.picture).decode()

    @property
    def data(self) -> str:
        """The page as text, under the name that IPython gives it."""
        return self.page.decode()

    def save(self, path: str | Path) -> Path:
        """Write the view as one HTML file that needs no network."""
        path = Path(path)
        write_whole(path, self.page)
        return path


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
    seen = overview_of(shown, THUMBNAIL_CELLS)
    title = f"{shown.selection.map} of every head of {shown.capture.model_name}"
    view = model_picture(shown, seen, order=_included(shown, layers, heads), opens=False)
    return _with_still(view, to_page(view, title, facts_of(shown)), shown)


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
    view = heads_picture(shown, places, mean=mean, switches=False)
    return _with_still(view, to_page(view, view.header["title"], facts_of_heads(shown, places, mean=mean)), shown)


def _with_still(view: View, page: bytes, shown: Shown) -> HtmlView:
    axes = (labels.names for labels in both_labels(shown))
    return HtmlView(page, text=text_of(view, *axes), picture=still_of(view))


def _included(shown: Shown, layers: Any, heads: Any) -> list[int] | None:
    """Which of all maps to draw; None for all of them."""
    if layers is None and heads is None:
        return None
    if heads is not None and not shown.has_heads:
        raise InputError("include_heads chooses among heads, and here each map is of a whole layer.")
    kept_layers = numbers_of(layers, shown.layers, "include_layers")
    kept_heads = numbers_of(heads, range(shown.n_maps), "include_heads")
    return [i for i, (layer, head) in enumerate(shown.maps) if layer in kept_layers and head in kept_heads]
