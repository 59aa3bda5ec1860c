"""The layers of two models → how far each of one is from each of the other, as a picture and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from torch import Tensor

from mha_viz.comparison.comparison import Comparison
from mha_viz.comparison.layers import layers_with_heads
from mha_viz.language import N_, gettext
from mha_viz.objects import Head
from mha_viz.views.captions.facts import fact_lines
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.compare.sentences import Usual, distance_beside
from mha_viz.views.style import theme
from mha_viz.views.style.scales import palette
from mha_viz.views.view import View
from mha_viz.wording import head_name, joined, layer_name, safe_name

NOTE = N_(
    "The stronger the colour, the more alike the heads of two layers. They are matched one to one, so that they are "
    "least apart in total; the number is their mean distance (Jensen-Shannon divergence)."
)

Nearest = Sequence[Sequence[tuple[Head, Head]]]  # of each layer of the first and each of the second


def layers_picture(
    comparison: Comparison, apart: Tensor, nearest: Nearest, heads: tuple[Head, Head], *, usual: Usual,
    facts: dict[str, Any],
) -> View:  # fmt: skip
    """Every layer of the first model beside every layer of the second.

    Parameters
    ----------
    apart : Tensor of shape (first layer, second layer)
        Of ``layer_distances``.
    nearest : list of list of (head, head)
        Of ``nearest_in_layers``.
    heads : the two heads that are shown
        Their layers are marked.
    """
    rows, columns = (layers_with_heads(comparison, side) for side in (0, 1))
    first, second = comparison.names
    colours = {ground: tuple(reversed(tones)) for ground, tones in palette().items()}
    pairs = [[joined([head_name(*here), head_name(*there)]) for here, there in row] for row in nearest]
    return View(
        "layers",
        {
            "queries": [layer_name(layer) for layer in rows],
            "keys": [layer_name(layer) for layer in columns],
            "names": [first, second],
            "nearest": pairs,
            "low": float(apart.min()),
            "high": float(apart.max()),
            "chosen": [rows.index(heads[0][0]), columns.index(heads[1][0])],
            "palette": colours,
            "masked": theme.MASKED,
            "cells": theme.CELL_PIXELS,
            "label_pixels": theme.LABEL_PIXELS,
            "labelled_tokens": theme.LABELLED_TOKENS,
            **said_hint(Hints.layers),
            "caption": layers_sentence(comparison, apart, usual),
            "note": gettext(NOTE),
            "identity": f"{first}|{second}|{tuple(apart.shape)}",
            "title": gettext("The layers of {model} beside those of {other}", model=first, other=second),
            "facts": fact_lines(facts),
            "file_name": safe_name("layers", first, second),
        },
        {"values": np.asarray(apart.float().numpy(), dtype="<f4").flatten()},
    )


def layers_sentence(comparison: Comparison, apart: Tensor, usual: Usual) -> str:
    """Which two layers are most alike, and how alike that is."""
    row, column = divmod(int(apart.argmin()), apart.shape[1])
    layers = [layers_with_heads(comparison, side)[i] for side, i in enumerate((row, column))]
    first, second = comparison.names
    return gettext(
        "Most alike are {layer} of {model} and {other_layer} of {other}: their heads are {apart} bits apart{beside}.",
        layer=layer_name(layers[0]), model=first, other_layer=layer_name(layers[1]), other=second,
        apart=f"{apart[row, column].item():.3f}", beside=distance_beside(usual),
    )  # fmt: skip


def layers_table(comparison: Comparison, apart: Tensor, nearest: Nearest) -> pd.DataFrame:
    """One row for each two layers: layer, other_layer, distance (bits), and the two heads that are nearest."""
    rows = []
    for i, layer in enumerate(layers_with_heads(comparison, 0)):
        for j, other in enumerate(layers_with_heads(comparison, 1)):
            names = [head_name(*head) for head in nearest[i][j]]
            rows.append((layer, other, apart[i, j].item(), *names))
    return pd.DataFrame(rows, columns=["layer", "other_layer", "distance", "nearest_head", "nearest_other_head"])
