"""What a click chooses: a head, in the same way on every page; and what has to wait for the next run."""

from __future__ import annotations

from typing import Any

from mha_viz.ui.shell.memory import Memory, recall_once, remember
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


def after_click(chosen: dict[Setting[Any], Any]) -> None:
    """What a click chose, for the next run: the widgets of this one are drawn already."""
    remember(Memory.clicked, chosen)


def apply_clicks() -> None:
    """Take over what a click of the last run chose, before the widgets of this run are drawn."""
    for row, value in recall_once(Memory.clicked).items():
        set_setting(row, value)
