"""Heads whose numbers a page of its own holds beside those that it shows: nobody there can be asked for more."""

from __future__ import annotations

from collections.abc import Sequence

from mha_viz.attention.shown import Shown, fitted_window
from mha_viz.objects import Head
from mha_viz.views.style.theme import ALL_HEADS_NUMBERS


def travelling(shown: Shown, layer: int, among: Sequence[Head]) -> list[Head]:
    """Those ``among`` some heads that fit beside each other, whole layers, those nearest to ``layer`` first.

    At most ``ALL_HEADS_NUMBERS`` numbers; none where those of the layer itself are more.
    """
    q0, q1, k0, k1 = fitted_window(shown, None)
    room, kept = ALL_HEADS_NUMBERS // ((q1 - q0) * (k1 - k0)), set()
    for near in sorted({place[0] for place in among}, key=lambda other: (abs(other - layer), other)):
        room -= sum(place[0] == near for place in among)
        if room < 0:
            break
        kept.add(near)
    return [place for place in among if place[0] in kept]
