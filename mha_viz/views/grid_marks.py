"""What is marked on the pictures of a grid: the group of each, and the heads that are drawn beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mha_viz.objects import Head
from mha_viz.views.style import theme
from mha_viz.views.style.scales import swatches


def drawn_marks(places: Sequence[Head], drawn: Sequence[Head], *, mean: bool = False) -> dict[str, Any]:
    """Which pictures are of heads that are drawn, and the number of the colour of each: one for all in a ``mean``."""
    if len(drawn) < 2:
        return {}
    marks = [(places.index(head), 0 if mean else i) for i, head in enumerate(drawn) if head in places]
    light, dark = ((line,) for line in theme.ON_GROUND["line"]) if mean else (theme.HEADS_LIGHT, theme.HEADS_DARK)
    return {"drawn": marks, "colours": {"light": light, "dark": dark}}


def group_marks(groups: Sequence[int | None] | None, names: Sequence[str]) -> dict[str, Any]:
    """The colours of the groups that there are, each with its name, and which of them each map has."""
    if groups is None:
        return {}
    there = sorted({group for group in groups if group is not None})
    colours = swatches(names)
    return {
        "swatches": [colours[group] for group in there],
        "groups": [None if group is None else there.index(group) for group in groups],
    }
