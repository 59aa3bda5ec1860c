"""One score of every head → the view that marks what may be said of each: what it is handed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from mha_viz.evidence.ranking import SAID
from mha_viz.views import theme
from mha_viz.views.buffer import buffer, palette, range_of

MARKS = ("", *SAID)  # the view draws a sign for each; "" where a score only describes
NUMBERS = ("value", "low", "high", "baseline", "chance", "control", "n", "n_units")
HINTS = (
    "Point at a head, or use the arrow keys.",
    "Point at a head; click it, or use the arrow keys and Enter, to choose it.",
)


def scores_buffer(
    numbers: dict[str, Sequence[float]],
    said: Sequence[str | None],
    shape: tuple[int, int],
    *,
    unit: str,
    rules: Sequence[str | None],
    whats: Sequence[str],
    chosen: int | None = None,
    chooses: bool = True,
    **header: Any,
) -> bytes:
    """One score, layers down and heads across.

    Parameters
    ----------
    numbers : dict of ``NUMBERS`` to lists, one number a head, layer after layer
        nan where not known.
    said : list of str or None
        What may be said of each head, of ``MARKS``; None where a score only describes.
    shape : (n_layers, n_heads)
    unit : str
        Shares run from 0 to 1, unless none reaches ``theme.FAINT``; anything else from its smallest to its largest,
        or the same on both sides of zero.
    rules, whats : list of str, one a head
        The simple rule that competes; which score this is, where not all heads stand with the same.
    chosen : int, optional
        The head to mark.
    """
    is_share = unit.startswith("share")
    low, high = range_of(torch.tensor(numbers["value"], dtype=torch.float64))
    if is_share and high >= theme.FAINT:
        high = 1.0
    arrays = {name: np.asarray(numbers[name], dtype="<f4") for name in NUMBERS}
    arrays["marks"] = np.array([MARKS.index(one or "") for one in said], dtype=np.uint8)
    rule_names, arrays["rule"] = _indexed([one or "" for one in rules])
    what_names, arrays["what"] = _indexed(whats)
    return buffer(
        "scores",
        arrays,
        rows=shape[0],
        columns=shape[1],
        rules=rule_names,
        whats=what_names,
        marks_in_words=MARKS,
        low_end=low,
        high_end=high or 1.0,
        unit=unit,
        is_share=is_share,
        chosen=chosen,
        chooses=chooses,
        palette=palette(diverging=low < 0),
        undefined=theme.MASKED,
        hint=HINTS[chooses],
        **header,
    )


def _indexed(names: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """Each name once, and where each stands among them: a name for every head would be long."""
    once = list(dict.fromkeys(names))
    return once, np.array([once.index(name) for name in names], dtype="<f4")
