"""The ends of a colour scale, and its colours."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from mha_viz.views.style import theme

TONES = tuple(tone for i, tone in enumerate(theme.FAMILIES) if i != 6)  # grey is what nothing is known of


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


def swatches(names: Sequence[str]) -> list[dict[str, str]]:
    """A colour on light and on dark ground for each name; names beyond the tones have the one of what is unknown."""
    grounds = [{"light": tone, "dark": tone} for tone in TONES]
    return [{"name": name, **(grounds[i] if i < len(grounds) else theme.UNKNOWN)} for i, name in enumerate(names)]


def levels_of(pictures: Tensor, is_share: bool, most: float | None) -> tuple[Tensor, bool, bool, float]:
    """8-bit pictures, whether level 0 stands for masked, whether the scale has two sides, and where shares end.

    Shares end at 1, unless none reaches ``theme.FAINT``: every picture would be white.
    """
    if is_share:
        most = pictures.max().item() if most is None else most
        top = 1.0 if most >= theme.FAINT or most <= 0 else most
        levels = pictures.clamp(0, top).div_(top).mul_(255).round_()  # in place: there are millions
        return levels.to(torch.uint8), False, False, top
    finite = pictures.masked_fill(pictures == -torch.inf, 0.0)
    ends = finite.abs().flatten(1).amax(dim=1).clamp_min(torch.finfo(finite.dtype).tiny)[:, None, None]
    signed = bool((finite < 0).any())
    levels = 128 + finite / ends * 127 if signed else 1 + finite / ends * 254
    return levels.round().to(torch.uint8).masked_fill(pictures == -torch.inf, 0), True, signed, 1.0
