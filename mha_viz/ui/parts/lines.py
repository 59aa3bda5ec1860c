"""One head: lines from query to key, the same numbers as a heatmap, and the numbers to take away."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Any

from mha_viz.attention.selection import MAPS, Selection
from mha_viz.attention.several import maps_frame
from mha_viz.attention.shown import Window, choose, fitted_window
from mha_viz.objects import Capture
from mha_viz.ui.parts import controls, share
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shell.head import choose_head
from mha_viz.ui.shell.settings import Settings, fit_setting, set_setting, setting
from mha_viz.ui.shell.values import Look
from mha_viz.views.captions.several import facts_of_heads
from mha_viz.views.head import heads_picture


def show_head(desk: Desk, selection: Selection, layer: int, head: int) -> None:
    """Lines, heatmap, one sentence on what one sees; links and exports."""
    kind = selection.kind
    heads = controls.heads_shown(desk.capture, kind, (layer, head))
    mean = setting(Settings.several) == "mean"
    threshold = fit_setting(Settings.threshold, None if MAPS[selection.map].is_share else 0.3)
    shown = choose(desk.capture, selection)
    window = fitted_window(shown, setting(Settings.window))
    side, picked = setting(Settings.look)
    view = heads_picture(
        shown, heads, mean=mean, window=window, picked=list(picked), side=side, threshold=threshold, turns=True
    )
    takes = {
        "heads": controls.draw_heads,
        "mean": lambda mean: set_setting(Settings.several, "mean" if mean else Settings.several.default),
        "look": lambda look: _take_look(look, window),
        "threshold": lambda value: set_setting(Settings.threshold, float(f"{value:g}")),
        "window": lambda corners: set_setting(Settings.window, corners),
        "turn": lambda step: _turn(desk.capture, kind, *step),
    }
    mount(view, "picture", **{name: _of_this_head(layer, head, take) for name, take in takes.items()})
    share.fill_later(
        desk.share,
        view,
        lambda: maps_frame(shown, heads, window, mean=mean),
        lambda: facts_of_heads(shown, heads, window, mean=mean),
    )


def _of_this_head(layer: int, head: int, take: Callable[[Any], None]) -> Callable[[Any], None]:
    """Whatever is chosen in a picture is chosen of the head that it shows. The menus are sent after it, so that a
    browser can report with the choice what they held before.
    """

    def take_here(value: Any) -> None:
        set_setting(Settings.layer, layer)
        set_setting(Settings.head, head)
        take(value)

    return take_here


def _take_look(look: Look, window: Window) -> None:
    """Tokens are counted in the picture; the link counts them in the text."""
    side, tokens = look
    first = window[0] if side == "query" else window[2]
    set_setting(Settings.look, (side, tuple(first + token for token in tokens)))


def _turn(capture: Capture, kind: str, down: int, right: int) -> None:
    """Go to a neighbouring layer or head, as far as there is one."""
    calls = capture.calls_of(kind)
    layers = [call.layer for call in calls]
    place = layers.index(setting(Settings.layer, layers[0], layers)) + down
    call = calls[min(max(place, 0), len(layers) - 1)]
    place = bisect_left(call.heads, setting(Settings.head)) + right
    choose_head(call.layer, call.heads[min(max(place, 0), len(call.heads) - 1)])
