"""Heads that are drawn together → what they are called, what an export says of them, and how to read their picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mha_viz.attention.shown import Shown, Window
from mha_viz.objects import Head
from mha_viz.views.captions.facts import facts_of, name_of
from mha_viz.wording import head_name, head_names

NAMED = 4  # heads that a title names
SIDE_BY_SIDE = (
    "A colour for each head: beside a token its bands, the darker the more, as the legend says; each head has its own "
    "heatmap, and all have one scale. "
)
MEAN = "Each number is the mean of these heads: a pair that one of them alone looks at is pale here. "


def name_of_heads(shown: Shown, heads: Sequence[Head], *, mean: bool = False) -> str:
    """What heads are called that are drawn together, or their ``mean``."""
    layers = {layer for layer, _ in heads}
    if len(layers) == 1 or not shown.has_heads:
        name = name_of(shown, heads[0][0], [head for _, head in heads])
    else:
        name = head_names(heads) if len(heads) <= NAMED else f"{len(heads)} heads of {len(layers)} layers"
    return f"mean of {name}" if is_mean(shown, heads, mean) else name


def titled(shown: Shown, heads: Sequence[Head], *, mean: bool = False) -> str:
    """Which map of them is drawn."""
    between = ", " if is_mean(shown, heads, mean) else " of "
    return f"{shown.selection.map}{between}{name_of_heads(shown, heads, mean=mean)}"


def is_mean(shown: Shown, heads: Sequence[Head], mean: bool) -> bool:
    """Whether it is a mean that is drawn: of one map there is none."""
    return mean and shown.has_heads and len(heads) > 1


def facts_of_heads(
    shown: Shown, heads: Sequence[Head], window: Window | None = None, *, mean: bool = False
) -> dict[str, Any]:
    """What an export of them says of itself (``facts_of``)."""
    if len({layer for layer, _ in heads}) == 1:
        facts = facts_of(shown, heads[0][0], [head for _, head in heads], window)
    else:
        facts = {**facts_of(shown, window=window), "heads": [head_name(*place) for place in heads]}
    return {**facts, "drawn": "the mean of these heads"} if is_mean(shown, heads, mean) else facts


def several_sentence(shown: Shown, heads: Sequence[Head], *, mean: bool = False) -> str:
    """How to read a picture of several heads; nothing of one."""
    if len(heads) < 2 or not shown.has_heads:
        return ""
    return MEAN if mean else SIDE_BY_SIDE
