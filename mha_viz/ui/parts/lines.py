"""One head: lines from query to key, the same numbers as a heatmap, and the numbers to take away."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Any

from mha_viz.attention.maps import call_at
from mha_viz.attention.selection import MAPS, Selection
from mha_viz.attention.shown import Window, choose, fitted_window
from mha_viz.attention.tables import map_frame
from mha_viz.objects import Capture
from mha_viz.ui.parts import controls, share
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shell.head import choose_head
from mha_viz.ui.shell.settings import Settings, fit_setting, set_setting, setting
from mha_viz.ui.shell.values import Look
from mha_viz.views.captions.facts import facts_of
from mha_viz.views.head import head_picture


def show_head(desk: Desk, selection: Selection, layer: int, head: int) -> None:
    """Lines, heatmap, one sentence on what one sees; links and exports."""
    kind = selection.kind
    heads = controls.heads_shown(call_at(desk.capture, layer, kind).heads, head)
    threshold = fit_setting(Settings.threshold, None if MAPS[selection.map].is_share else 0.3)
    shown = choose(desk.capture, selection)
    window = fitted_window(shown, setting(Settings.window))
    side, picked = setting(Settings.look)
    view = head_picture(
        shown, layer, heads, window=window, picked=list(picked), side=side, threshold=threshold, turns=True
    )
    takes = {
        "heads": _take_heads,
        "look": lambda look: _take_look(look, window),
        "threshold": lambda value: set_setting(Settings.threshold, float(f"{value:g}")),
        "window": lambda corners: set_setting(Settings.window, corners),
        "turn": lambda step: _turn(desk.capture, kind, *step),
    }
    mount(view, "picture", **{name: _of_this_head(layer, head, take) for name, take in takes.items()})
    share.fill(
        desk.share,
        view,
        lambda: map_frame(shown, layer, heads, window),
        facts_of(shown, layer, heads, window),
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


def _take_heads(heads: list[int]) -> None:
    set_setting(Settings.heads, tuple(heads))
    if heads and setting(Settings.head) not in heads:
        set_setting(Settings.head, heads[0])


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
