"""Tables of heads as people read them: on rows that are made by hand."""

from math import nan

import pandas as pd

from mha_viz.evidence.ranking import Question, ranked
from mha_viz.views.scores.tables import changes_table, picked_table, ranking_table

SCORES = pd.DataFrame({
    "layer": [0, 1], "head": [2, 0], "family": "syntactic", "score": ["obj", "iobj"], "direction": "dep→head",
    "value": [0.74, 0.41], "n": [1169, 7], "baseline": [0.36, nan], "chance": 0.08, "control": nan, "low": nan,
    "high": nan, "p": nan, "verdict": ["established", "not enough evidence"], "rule": ["offset -2", None],
})  # fmt: skip
CHANGES = pd.DataFrame({
    "layer": [1, 0], "head": [2, 1], "other_layer": [0, 1], "other_head": [3, 5], "from": "sat", "to": ["cat", "the"],
    "first": [0.5, 0.2], "second": [-0.25, 0.3], "change": [-0.75, 0.1], "distance": [0.125, 0.0625],
}, index=[4, 6])  # fmt: skip


def test_a_ranking_names_heads_verdicts_and_rules_and_leaves_out_what_nobody_knows():
    table = ranking_table(ranked(SCORES, Question("syntactic")), has_scores=True)
    assert list(table) == ["head", "score", "verdict", "value", "n", "best rule", "baseline", "chance"]
    assert table.iloc[0][["head", "score", "verdict", "best rule"]].tolist() == [
        "L0 H2", "obj (object), dependent → head", "● established", "best fixed offset (−2)",
    ]  # fmt: skip
    assert table.iloc[1][["head", "verdict", "n"]].tolist() == ["L1 H0", "not enough evidence", 7]
    assert table["best rule"].isna().tolist() == [False, True]


def test_of_one_score_nobody_need_be_told_which():
    of_one = ranked(SCORES[SCORES["score"] == "obj"], Question("syntactic", "obj", "dep→head"))
    assert "score" not in ranking_table(of_one, has_scores=False)


def test_changes_keep_their_rank_when_some_are_left_out():
    table = changes_table(CHANGES, has_others=False)
    assert list(table) == ["rank", "head", "from", "to", "first", "second", "change", "distance"]
    assert (table["rank"].tolist(), table["head"].tolist()) == ([5, 7], ["L1 H2", "L0 H1"])


def test_a_head_beside_another_says_which_and_one_that_flips_says_so():
    turning = pd.Series([True, False], index=CHANGES.index)
    table = changes_table(CHANGES, has_others=True, turning=turning)
    assert list(table)[2] == "beside"
    assert list(table)[-3:] == ["change", "flips", "distance"]
    assert table["beside"].tolist() == ["L0 H3", "L1 H5"]
    assert table["flips"].tolist() == [True, False]


def test_marked_heads_stand_in_their_order_with_their_addresses():
    rows = pd.DataFrame(
        [("m", 0, 1, 2, "", "none", 0.25), ("o", 3, 5, 1, "copying", "copying", 0.125)],
        columns=["model", "layer", "head", "cluster", "cluster_name", "established", "distance"],
    )
    table = picked_table(rows, [("o", 3, 5), ("m", 0, 1)], "it & you", has_models=True)
    assert table.columns.tolist() == ["head", "model", "cluster", "called", "established", "distance", "address"]
    assert table["head"].tolist() == ["L3 H5", "L0 H1"]
    assert table["address"][1] == "Head?model=o&layer=3&head=5&text=it+%26+you"
