"""Two profiles beside each other, as people read them."""

from math import nan

import pandas as pd

from mha_viz.evidence.profiles_compared import best_compared
from mha_viz.views.compare.profiles import (
    best_heads,
    best_heads_sentence,
    best_table,
    established_tasks,
    kinds_table,
    names_of_sides,
)

NAMES = names_of_sides("small", "large")
COLUMNS = ["family", "score", "direction", "layer", "head", "value", "low", "high", "n", "verdict"]
FIRST = [
    ("positional", "previous token", None, 1, 3, 0.872, 0.8156, 0.9167, 203, "established"),
    ("semantic", "word ratings", None, 0, 2, 0.13, 0.11, 0.17, 203, "consistent with"),
]
SECOND = [("tone", "formality markers", None, 0, 1, 0.25, nan, nan, 19, "not enough evidence")]


def table_of(rows):
    return pd.DataFrame(rows, columns=COLUMNS).assign(baseline=0.03, chance=nan, control=nan, p=nan, rule=None)


BEST = best_compared(table_of(FIRST), table_of(SECOND))


def test_the_best_heads_stand_with_value_interval_and_verdict():
    table = best_table(BEST, NAMES)
    assert table.columns.tolist() == ["task", "small", "verdict (small)", "large", "verdict (large)"]
    assert table.to_numpy().tolist() == [
        ["previous token", "L1 H3: 87.2 % [81.6, 91.7]", "● established", "", ""],
        ["word ratings", "L0 H2: 0.13 [0.11, 0.17]", "○ consistent with", "", ""],
        ["formality markers", "", "", "L0 H1: 25 %", "not enough evidence"],
    ]
    assert best_heads(BEST) == [((1, 3), None), ((0, 2), None), (None, (0, 1))]
    assert established_tasks(BEST)["task"].tolist() == ["previous token"]
    assert best_heads_sentence(BEST, NAMES) == ("Of 3 tasks, a head is established for 1 in small and 0 in large.")
    alone = best_compared(table_of(FIRST), None)
    assert best_heads_sentence(alone, NAMES) == "Of 2 tasks, a head is established for 1 in small."
    assert best_table(alone, NAMES).columns.tolist() == ["task", "small", "verdict (small)"]
    assert best_table(best_compared(None, table_of(SECOND)), NAMES).columns.tolist() == [
        "task",
        "large",
        "verdict (large)",
    ]


def test_kinds_stand_with_their_share_of_the_heads():
    kinds = pd.DataFrame(
        [("sinks", 54, 254, 0.75, 254 / 270)], columns=["family", "first", "second", "first_share", "second_share"]
    )
    assert kinds_table(kinds, NAMES).to_numpy().tolist() == [
        ["rest on the first token or on signs (sinks)", "54, 75 %", "254, 94 %"]
    ]
    assert names_of_sides("m", "m") == ("m, first", "m, second")
