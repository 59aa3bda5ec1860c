"""Heads in order: by value for one score, by what may be said of them for a whole family."""

from math import nan

import pandas as pd
import pytest

from mha_viz.evidence.ranking import (
    Question,
    are_strong,
    families_in,
    families_of_heads,
    gain,
    kinds_of_heads,
    may_be_any,
    of_head,
    ranked,
    rows_of,
    scores_in,
    verdict_in_words,
)

COLUMNS = ["family", "score", "direction", "layer", "head", "value", "n", "baseline", "chance", "verdict"]
TO_HEAD = "dep→head"
ROWS = [
    ("syntactic", "obj", TO_HEAD, 0, 0, 0.74, 1169, 0.36, 0.08, "established"),
    ("syntactic", "obj", TO_HEAD, 0, 1, 0.41, 1169, 0.36, 0.08, "consistent with"),
    ("syntactic", "obj", TO_HEAD, 1, 0, 0.07, 1169, 0.36, 0.08, "not enough evidence"),
    ("syntactic", "obj", TO_HEAD, 1, 1, nan, 0, nan, nan, "undefined"),
    ("syntactic", "iobj", TO_HEAD, 0, 0, 0.50, 3, 0.00, 0.10, "not enough evidence"),
    ("syntactic", "iobj", TO_HEAD, 0, 1, 0.50, 40, 0.20, 0.10, "consistent with"),
    ("syntactic", "iobj", TO_HEAD, 1, 0, 1.00, 3, 0.00, 0.10, "not enough evidence"),
    ("syntactic", "iobj", TO_HEAD, 1, 1, 1.00, 3, 0.00, 0.10, "not enough evidence"),
    ("spread", "entropy", None, 0, 0, 1.5, 99, nan, 2.5, None),
    ("spread", "entropy", None, 0, 1, 0.5, 99, nan, 2.5, None),
]


@pytest.fixture
def table():
    table = pd.DataFrame(ROWS, columns=COLUMNS)
    return table.assign(low=table["value"] - 0.05, high=nan, control=nan, p=nan, rule="offset -2", n_units=7)


def places(rows):
    return list(zip(rows["layer"].tolist(), rows["head"].tolist(), strict=True))


def test_a_verdict_is_mostly_an_offset_where_it_gains_less_than_ten_points(table):
    assert [verdict_in_words(row) for row in table.itertuples()][:4] == [
        "established",
        "mostly a simple rule",
        "not enough evidence",
        "undefined",
    ]
    assert verdict_in_words(table.iloc[5]) == "consistent with"
    assert verdict_in_words(table.iloc[8]) is None


def test_a_gain_is_over_the_strongest_of_rule_and_chance(table):
    assert gain(table.iloc[0]) == pytest.approx(0.74 - 0.36)
    assert gain(table.iloc[6]) == pytest.approx(1.0 - 0.1)
    assert gain(table.iloc[8]) == pytest.approx(1.5 - 2.5)
    assert pd.isna(gain(table.iloc[3]))


def test_one_score_is_ranked_by_value_and_undefined_heads_come_last(table):
    rows = ranked(table, Question("syntactic", "obj", TO_HEAD))
    assert places(rows) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert rows["said"].tolist() == ["established", "mostly a simple rule", "not enough evidence", "undefined"]


def test_a_family_takes_of_each_head_what_most_can_be_said_of(table):
    rows = ranked(table, Question("syntactic"))
    assert places(rows) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    # H1 of L0 is mostly a simple rule on obj, L1 H0 has more cases of obj than of iobj, on which it gets all by luck.
    assert rows["score"].tolist() == ["obj", "iobj", "obj", "iobj"]


def test_what_the_table_does_not_have_is_undefined_for_every_head(table):
    rows = ranked(table, Question("syntactic", "xcomp", "head→dep"))
    assert places(rows) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert rows["value"].isna().all()
    assert set(rows["said"]) == {"undefined"}
    assert set(table.columns) <= set(rows.columns)


def test_scores_of_a_family_come_with_their_directions_frequent_ones_first(table):
    turned = table[table["score"] == "iobj"].assign(direction="head→dep", n=5000)
    found = scores_in(pd.concat([table, turned]), "syntactic")
    assert found == {"iobj": [TO_HEAD, "head→dep"], "obj": [TO_HEAD]}
    assert list(found) == ["iobj", "obj"]
    assert scores_in(table, "spread") == {"entropy": [None]}
    assert may_be_any("syntactic", scores_in(table, "syntactic"))
    assert not may_be_any("spread", scores_in(table, "spread"))  # nothing is claimed


def test_rows_of_one_score_and_of_one_head(table):
    assert len(rows_of(table, ("spread", "entropy", None))) == 2
    assert rows_of(table, ("spread", "entropy", TO_HEAD)).empty
    assert of_head(table, 1, 0)["score"].tolist() == ["obj", "iobj"]


def test_heads_count_once_in_a_family_by_their_strongest_verdict(table):
    more = table[table["score"] == "iobj"].assign(score="xcomp", verdict="established", value=0.9)
    kinds = kinds_of_heads(pd.concat([table, more[more["layer"] == 0]]))
    assert kinds.to_dict("records") == [{"said": "established", "family": "syntactic", "layer": 0, "heads": 2}]
    assert kinds_of_heads(table).to_dict("records") == [
        {"said": "established", "family": "syntactic", "layer": 0, "heads": 1},
        {"said": "consistent with", "family": "syntactic", "layer": 0, "heads": 1},
    ]
    assert are_strong(of_head(table, 0, 1)).tolist() == [False, True, False]
    close = of_head(table, 0, 1).assign(chance=0.45)  # above the best rule, but hardly above an even choice
    assert not are_strong(close.assign(gain=close["value"] - close["chance"])).any()


def test_the_families_of_a_head_begin_with_the_most_telling(table):
    """By what is established alone: furthest above the best simple rule first, and sinks last whatever their gain."""
    more = [
        ("sinks", "first token", None, 0, 0, 0.95, 99, nan, 0.1, "established"),
        ("sinks", "first token", None, 1, 0, 0.95, 99, nan, 0.1, "established"),
        ("positional", "previous token", None, 0, 0, 0.80, 99, nan, 0.1, "established"),
        ("positional", "previous token", None, 0, 1, 0.80, 99, nan, 0.1, "consistent with"),
        ("syntactic", "iobj", "head→dep", 0, 0, 0.99, 99, 0.1, 0.1, "established"),
        ("copying", "duplicate token", None, 0, 0, 0.85, 99, 0.1, 0.1, "established"),
    ]
    both = pd.concat([table, pd.DataFrame(more, columns=COLUMNS)], ignore_index=True)
    assert families_of_heads(both) == {(0, 0): ("syntactic", "copying", "positional", "sinks"), (1, 0): ("sinks",)}
    assert families_of_heads(table.iloc[1:]) == {}


def test_families_stand_in_the_order_of_the_menu_those_it_does_not_know_last():
    table = pd.DataFrame({"family": ["zebra", "sinks", "yak", "syntactic", "bee", "ant", "sinks", "cow"]})
    assert families_in(table) == ["words", "syntactic", "sinks", "ant", "bee", "cow", "yak", "zebra"]
