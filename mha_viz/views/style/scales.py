"""The ends of a colour scale, and its colours."""

from __future__ import annotations

from torch import Tensor

from mha_viz.views.style import theme


def range_of(values: Tensor) -> tuple[float, float]:
    """The ends of a colour scale: from zero to the largest, or the same on both sides of zero."""
    finite = values[values.isfinite()]
    low, high = (finite.min().item(), finite.max().item()) if len(finite) else (0.0, 1.0)
    if low < 0 < high:
        return -max(-low, high), max(-low, high)
    return min(low, 0.0), max(high, 0.0)


def palette(*, diverging: bool = False) -> dict[str, tuple[str, ...]]:
    if diverging:
        return {"light": theme.DIVERGING_LIGHT, "dark": theme.DIVERGING_DARK}
    return {"light": theme.SEQUENTIAL_LIGHT, "dark": theme.SEQUENTIAL_DARK}
