"""Two profiles beside each other, on tables that are made by hand."""

from math import nan

import pandas as pd
import pytest

from mha_viz.evidence.cards.model_cards import model_sentence
from mha_viz.evidence.corpus.profile import load_profile
from mha_viz.evidence.profiles_compared import best_compared, heads_compared, kinds_compared
from mha_viz.evidence.ranking import Question, families_of_heads, kinds_of_heads, ranked
from mha_viz.paths import app_folder

NAMES = ("minilm", "mpnet")
COLUMNS = ["family", "score", "direction", "layer", "head", "value", "n", "baseline", "chance", "verdict"]
OBJ, BEFORE, FIRST = (
    ("syntactic", "obj", "dep→head"),
    ("positional", "previous token", None),
    ("sinks", "first token", None),
)

ENTROPY = "spread", "entropy", None  # claims nothing


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
    (ENTROPY, 1, 0, 2.5, None),
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
    assert both["score"].tolist() == ["previous token", "obj (object), dependent → head", "first token"]
    assert both["first"].tolist()[:2] == [0.5, 0.7]
    assert both["second_verdict"].tolist()[::2] == ["established", "established"]


def test_the_best_head_of_each_side_for_every_task():
    """What both sides have established comes first, what only one of them has after it."""
    best = best_compared(SMALL, LARGE)
    assert best["task"].tolist() == ["previous token", "obj (object), dependent → head", "first token"]
    first = best[["first_layer", "first_head", "first_value", "first_low", "first_said"]].to_numpy().tolist()
    assert first == [[0, 0, 0.9, 0.85, "established"], [0, 1, 0.7, pytest.approx(0.65), "established"], [None] * 5]
    second = best[["second_layer", "second_head", "second_value"]].to_numpy().tolist()
    assert second == [[0, 0, 0.8], [None] * 3, [0, 1, 0.7]]  # of the equal three the first


@pytest.mark.parametrize(("first", "second", "n"), [(SMALL, None, 2), (None, LARGE, 2), (None, None, 0)])
def test_where_one_side_has_no_profile_its_columns_are_empty(first, second, n):
    best = best_compared(first, second)
    assert len(best) == n
    for name, table in (("first", first), ("second", second)):
        assert best[f"{name}_said"].isna().all() == (table is None or n == 0)


def test_the_best_heads_are_those_that_stand_first_when_heads_are_ranked():
    tables = [load_profile(app_folder() / "assets" / "profiles" / f"{name}.parquet").table for name in NAMES]
    best = best_compared(*tables)
    assert best["first_said"].tolist()[0] == best["second_said"].tolist()[0] == "established"
    for row in best.iloc[::11].itertuples():
        for side, table in zip(("first", "second"), tables, strict=True):
            top = ranked(table, Question(row.family, row.score, row.direction)).iloc[0]
            assert (getattr(row, f"{side}_layer"), getattr(row, f"{side}_head")) == (top["layer"], top["head"])
            assert getattr(row, f"{side}_said") == top["said"]
