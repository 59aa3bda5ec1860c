"""Heads that are drawn together → what they are called, what an export says of them, and how to read their picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from mha_viz.attention.selection import MAPS
from mha_viz.attention.shown import Shown, Window
from mha_viz.language import N_, gettext
from mha_viz.objects import Head
from mha_viz.recording.elsewhere.row_checks import ROUNDING
from mha_viz.views.captions.facts import fact_lines, facts_of, name_of
from mha_viz.views.captions.notes import head_note, why_less
from mha_viz.views.style import theme
from mha_viz.views.style.scales import palette
from mha_viz.wording import head_name, head_names

NAMED = 4  # heads that a title names
SIDE_BY_SIDE = N_(
    "A colour for each head: beside a token its bands, the stronger the more, as the legend says; each head has its "
    "own heatmap, and all have one scale. "
)
MEAN = N_("Each number is the mean of these heads: a pair that one of them alone looks at is pale here. ")


def name_of_heads(shown: Shown, heads: Sequence[Head], *, mean: bool = False) -> str:
    """What heads are called that are drawn together, or their ``mean``."""
    layers = {layer for layer, _ in heads}
    if len(layers) == 1 or not shown.has_heads:
        name = name_of(shown, heads[0][0], [head for _, head in heads])
    else:
        many = gettext("{n} heads of {layers} layers", n=len(heads), layers=len(layers))
        name = head_names(heads) if len(heads) <= NAMED else many
    return gettext("mean of {heads}", heads=name) if is_mean(shown, heads, mean) else name


def titled(shown: Shown, heads: Sequence[Head], *, mean: bool = False) -> str:
    """Which map of them is drawn."""
    of = N_("{map}, {heads}") if is_mean(shown, heads, mean) else N_("{map} of {heads}")
    return gettext(of, map=gettext(shown.selection.map), heads=name_of_heads(shown, heads, mean=mean))


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


def said_of_others(shown: Shown, maps: Tensor) -> dict[str, Any]:
    """What ``restated.js`` makes the words of other heads of than those that are shown, where no server answers.

    ``maps`` are the rows of all heads that are sent, (head, query, key).
    """
    of_map, sums = MAPS[shown.selection.map], maps.sum(dim=-1)
    over = "" if shown.has_heads or shown.selection.map == "Rollout" else shown.selection.over
    return {
        "map": gettext(shown.selection.map),
        "model": shown.capture.short_name,
        "over": gettext(over) if over else "",
        "facts": fact_lines({name: fact for name, fact in facts_of(shown).items() if name != "text"})[-1],
        "note": head_note(shown, maps, None),
        "side_by_side": gettext(SIDE_BY_SIDE),
        "mean": gettext(MEAN),
        "sums": torch.stack([sums.amin(dim=1), sums.amax(dim=1)], dim=1).tolist() if of_map.is_share else [],
        "rounding": ROUNDING,
        "why": why_less(shown),
        "faint": theme.FAINT if of_map.is_share else 0,
        "palettes": [palette(), palette(diverging=True)],
        "n_layers": shown.n_layers,
    }


def several_sentence(shown: Shown, heads: Sequence[Head], *, mean: bool = False) -> str:
    """How to read a picture of several heads; nothing of one."""
    if len(heads) < 2 or not shown.has_heads:
        return ""
    return gettext(MEAN if mean else SIDE_BY_SIDE)
