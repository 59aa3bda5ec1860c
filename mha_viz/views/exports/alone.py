"""A view → the same for a page of its own, where nobody answers: nothing is offered there that the page cannot do."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import Any

from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.style.texts import texts_of
from mha_viz.views.view import View

UNANSWERED: dict[str, dict[str, Any]] = {
    "grid": {"opens": None, "adds": 0, "hint": Hints.grid},
    "compare": {"hint": Hints.compare_alone},
    "layers": {"hint": Hints.layers_alone},
    "scores": {"chooses": False, "hint": Hints.scores},
    "claims": {"chooses": False},
    "strips": {"alone": True, "fixed": True},
    "picture": {"alone": True, "hint": Hints.picture_alone},
    "timeline": {"alone": True, "hint": Hints.timeline_alone},
    "words_on_picture": {"alone": True, "hint": Hints.words_on_picture_alone},
    "passages": {"opens": False, "marking": None, "hint": Hints.passages_alone},
    "atlas": {"alone": True, "hint": Hints.atlas_alone},
}


def alone(view: View, *, opens: bool = False) -> View:
    """The same view; ``opens`` says whether the page holds what a click on a picture of all heads opens."""
    changes = _head(view.header) if view.kind == "head" else {} if opens else UNANSWERED.get(view.kind, {})
    said: dict[str, Any] = said_hint(changes["hint"]) if "hint" in changes else {}
    if texts := texts_of(view.kind, "standalone"):
        said["texts"] = texts
    return replace(view, header={**view.header, **changes, **said})


def _head(header: Any) -> dict[str, Any]:
    """Heads are switched on and off among those that are there, and asked for by name where these are all."""
    heads = [(one["layer"], one["head"]) for one in header.get("heads", ())]
    of_layers = [(layer, [head for _, head in group]) for layer, group in groupby(heads, key=lambda one: one[0])]
    is_whole = header.get("others") and len(of_layers) == header["others"]["n_layers"] and heads[0][1] >= 0
    known = {"alone": True, "cuts": False, "turns": len(heads) > 1, "offers": of_layers if is_whole else None}
    return known if len(heads) > 1 else known | {"hint": Hints.head_alone}
