"""Curves of heads taken out: what is drawn is what was measured, as far as it is known, and one sentence sums it up."""

import math

import pandas as pd
import pytest

from mha_viz.evidence.importance.pruning import COLUMNS
from mha_viz.views.changes.pruning import ORDERS, pruning_picture, pruning_sentence
from tests.support.pages.drawn import opened

HEADS = [(layer, head) for layer in range(1) for head in range(11)]


def curve(order, values, step=5):
    rows, left = [], len(HEADS)
    for i, value in enumerate(values):
        gone = tuple(HEADS[(i - 1) * step : i * step]) if i else ()
        left -= len(gone)
        rows.append((order, left, value, gone))
    return rows


def table(*rows):
    return pd.DataFrame([row for part in rows for row in part], columns=list(COLUMNS))


WHOLE = table(
    curve("estimate", [4.0, 1.5, 3.0, 1.0]), curve("exact", [4.0, 3.0, 2.4, 1.0]), curve("greedy", [4.0, 3.9, 3.8, 1.0])
)


def drawn(rows):
    view = pruning_picture(rows, asked="loss", n_heads=len(HEADS), facts={"model": "tiny", "text": "a cat"})
    return opened(view)


def test_every_curve_has_its_points():
    header, arrays = drawn(WHOLE)
    assert header["curves"] == [ORDERS[order] for order in ("greedy", "exact", "estimate")]
    assert (header["points"], header["n_heads"]) == (4, 11)
    assert arrays["values"].tolist() == pytest.approx([4.0, 3.9, 3.8, 1.0, 4.0, 3.0, 2.4, 1.0, 4.0, 1.5, 3.0, 1.0])
    assert arrays["places"].tolist() == 3 * [0, 5, 10, 11]
    assert header["removed"][0] == [
        "",
        "L0 H0, L0 H1, L0 H2, L0 H3 and 1 more",
        "L0 H5, L0 H6, L0 H7, L0 H8 and 1 more",
        "L0 H10",
    ]
    assert len(header["colours"]["dark"]) == len(header["colours"]["light"]) == 3


def test_what_is_not_yet_known_is_left_out():
    known = table(curve("estimate", [4.0, 1.5, 3.0, 1.0]), curve("exact", [4.0, 3.0]))
    header, arrays = drawn(known)
    assert header["curves"] == [ORDERS[order] for order in ("exact", "estimate")]
    assert [math.isnan(value) for value in arrays["values"]] == [False, False, True, True, False, False, False, False]
    assert pruning_sentence(table(curve("exact", [4.0, 3.0])), "loss", 11) == (
        "11 heads are being taken out, the least important first."
    )
    assert pruning_sentence(known, "loss", 11).endswith(
        "so many of 11 heads are out: 5 when ranked once, by the estimate."
    )


def test_the_sentence_counts_the_heads_that_are_gone_half_way():
    """Half of the way from 4 to 1 is 2.5: reached at the end, after ten heads, after five though 3 comes after it."""
    assert pruning_sentence(WHOLE, "loss", 11) == (
        "Without any head, loss goes from 4.000 to 1.000. Half-way there, so many of 11 heads are out: 11 when ranked "
        "anew after every step; 10 when ranked once, by exact effects; 5 when ranked once, by the estimate."
    )
