"""Two profiles beside each other, on tables that are made by hand."""

from math import nan

import pandas as pd
import pytest

from mha_viz.evidence.model_cards import model_sentence
from mha_viz.evidence.profiles_compared import heads_compared, kinds_compared
from mha_viz.evidence.ranking import families_of_heads, kinds_of_heads

COLUMNS = ["family", "score", "direction", "layer", "head", "value", "n", "baseline", "chance", "verdict"]
OBJ, BEFORE, FIRST = ("syntactic", "obj", "dep→head"), ("positional", "previous token", None), ("sinks", "first", None)


def profile(*rows):
    """Of (score, layer, head, value, verdict), where a simple rule gets .3."""
    rows = [(*score, layer, head, value, 203, 0.3, 0.1, verdict) for score, layer, head, value, verdict in rows]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(low=table["value"] - 0.05, high=nan, control=nan, p=nan, rule="offset -2", n_units=7)


# One layer of three heads, and two layers of two.
SMALL = profile(
    (BEFORE, 0, 0, 0.9, "established"),
    (BEFORE, 0, 1, 0.5, "consistent with"),
    (BEFORE, 0, 2, 0.2, "not enough evidence"),
    (OBJ, 0, 0, 0.4, "consistent with"),
    (OBJ, 0, 1, 0.7, "established"),
    (OBJ, 0, 2, nan, "undefined"),
)
LARGE = profile(
    *[(BEFORE, layer, head, 0.8, "established") for layer, head in ((0, 0), (0, 1), (1, 1))],
    (BEFORE, 1, 0, 0.1, "not enough evidence"),
    *[(FIRST, layer, head, 0.6 + 0.1 * head, "established") for layer, head in ((0, 0), (0, 1))],
)


def test_heads_are_counted_where_something_is_established():
    table = kinds_compared(SMALL, LARGE)
    assert table.to_numpy().tolist() == [
        ["positional", 1, 3, pytest.approx(1 / 3), 0.75],
        ["sinks", 0, 2, 0.0, 0.5],
        ["syntactic", 1, 0, pytest.approx(1 / 3), 0.0],
    ]


@pytest.mark.parametrize("table", [SMALL, LARGE])
def test_counts_are_those_of_the_other_pages(table):
    """Of the sentence under Scores and of the colours of the Atlas."""
    counts = kinds_compared(table, table)
    families = [family for of_head in families_of_heads(table).values() for family in of_head]
    assert dict(zip(counts["family"], counts["first"], strict=True)) == pd.Series(families).value_counts().to_dict()
    sentence = model_sentence(kinds_of_heads(table), 12, "m")
    assert all(f"{n} {family}" in sentence for family, n in zip(counts["family"], counts["second"], strict=True))


def test_two_heads_stand_with_what_either_of_them_does():
    both = heads_compared(SMALL, LARGE, (0, 1), (0, 0))
    assert both["score"].tolist() == ["previous token", "obj (object), dep→head", "first"]
    assert both["first"].tolist()[:2] == [0.5, 0.7]
    assert both["second_verdict"].tolist()[::2] == ["established", "established"]
