"""The views in a notebook: of a capture, or of a list of attention tensors and their tokens."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from mha_viz.attention.maps import chosen_kind
from mha_viz.attention.overview import THUMBNAIL_CELLS, overview_of
from mha_viz.attention.selection import HIDDEN, MAPS, OVER, Selection
from mha_viz.attention.shown import Shown, choose
from mha_viz.errors import InputError
from mha_viz.objects import Capture
from mha_viz.recording.tensors import capture_of
from mha_viz.views.facts import facts_of, name_of
from mha_viz.views.grid import model_picture
from mha_viz.views.head import head_picture
from mha_viz.views.page import to_page

FRAME_PIXELS = 640


class HtmlView:
    """A view that a notebook shows by itself, walled off from the notebook; ``save`` writes it as a file."""

    def __init__(self, page: bytes, height: int = FRAME_PIXELS) -> None:
        self.page = page
        self.height = height

    def _repr_html_(self) -> str:
        return (
            '<iframe sandbox="allow-scripts allow-downloads" width="100%" '
            f'height="{self.height}" style="border:0" srcdoc="{html.escape(self.page.decode())}"></iframe>'
        )

    def save(self, path: str | Path) -> Path:
        """Write the view as one HTML file that needs no network."""
        path = Path(path)
        path.write_bytes(self.page)
        return path


def model_view(attention: Capture | Sequence[Tensor], tokens: Sequence[str] | None = None, **settings: Any) -> HtmlView:
    """Every head of a model at once, in a notebook.

    Parameters
    ----------
    attention : Capture, or list of Tensor of shape (batch, head, query, key)
        One tensor a layer, of a single text: what ``output_attentions=True`` returns.
    tokens : list of str, optional
        Of both axes; needed with tensors. ``key_tokens=`` names the keys where they are others (cross-attention).
    settings
        ``kind``, ``map``, ``over``, ``words``, ``hidden``, ``renormalise``: as in ``Selection``.

    Raises
    ------
    InputError
        If shapes, tokens or settings do not fit together.
    """
    shown = _chosen(attention, tokens, settings)
    seen = overview_of(shown, THUMBNAIL_CELLS)
    title = f"{shown.selection.map} of every head of {shown.capture.model_name}"
    return HtmlView(to_page(model_picture(shown, seen, opens=False), title, facts_of(shown)))


def head_view(
    attention: Capture | Sequence[Tensor],
    tokens: Sequence[str] | None = None,
    *,
    layer: int | None = None,
    heads: Sequence[int] | None = None,
    **settings: Any,
) -> HtmlView:
    """Lines from queries to keys and a heatmap, for the heads of one layer, in a notebook.

    Parameters
    ----------
    attention, tokens, settings
        As for ``model_view``.
    layer : int, optional
        As the model numbers it; the first that attends by default.
    heads : list of int, optional
        Which to draw first; all heads of the layer can be switched on and off where there is room for them.

    Raises
    ------
    InputError
        If there is no such layer or head, or as for ``model_view``.
    """
    shown = _chosen(attention, tokens, settings)
    layer = shown.layers[0] if layer is None else layer
    heads = [0] if heads is None else list(heads)
    n_heads = shown.call(layer).n_heads
    if not heads or not all(0 <= head < n_heads for head in heads):
        raise InputError(f"Heads {heads} do not exist: there are heads 0 to {n_heads - 1}.")
    title = f"{shown.selection.map} of {name_of(shown, layer, heads)}, {shown.capture.model_name}"
    view = head_picture(shown, layer, heads, switches=False)
    return HtmlView(to_page(view, title, facts_of(shown, layer, heads)))


def _chosen(attention: Any, tokens: Any, settings: dict[str, Any]) -> Shown:
    if isinstance(attention, Capture):
        capture = attention
        kind = chosen_kind(capture, settings.pop("kind", None))
    else:
        if tokens is None:
            raise InputError("Attention tensors need their tokens: model_view(attention, tokens).")
        capture = capture_of(
            attention, tokens, key_tokens=settings.pop("key_tokens", None), kind=settings.pop("kind", None)
        )
        kind = capture.kinds[0]
    for name, choices in (("map", MAPS), ("over", OVER)):
        if settings.get(name, next(iter(choices))) not in choices:
            raise InputError(f"{settings[name]!r} is not known as {name}: {', '.join(choices)}.")
    hidden = settings.get("hidden", ())
    if unknown := [part for part in hidden if part not in HIDDEN]:
        raise InputError(f"{unknown[0]!r} cannot be hidden: {', '.join(HIDDEN)}.")
    if unknown := sorted(set(settings) - {"map", "over", "words", "hidden", "renormalise", "between"}):
        raise InputError(
            f"{unknown[0]!r} is no setting of a view: map, over, words, hidden, renormalise, between, kind."
        )
    return choose(capture, Selection(kind, **settings))
