"""The head that is chosen: the same on every page, wherever it was clicked."""

from __future__ import annotations

from typing import Any

from mha_viz.ui.shell.settings import Setting, Settings, set_setting


def chosen_head(layer: int, head: int) -> dict[Setting[Any], Any]:
    """What the session holds once this head of the (first) model is chosen: the heads whose lines were drawn beside the
    last one are forgotten, and so is a head of the second model.
    """
    chosen = {Settings.layer: int(layer), Settings.head: int(head)}
    return {**chosen, Settings.heads: (), Settings.beside_head: None}


def choose_head(layer: int, head: int) -> None:
    """Choose it, for the next run or before a widget of this run shows it."""
    for row, value in chosen_head(layer, head).items():
        set_setting(row, value)
