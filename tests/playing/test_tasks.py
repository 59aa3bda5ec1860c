"""The answer of a task, of tables by hand: the head that gives most, beside those with most above what others give."""

import math

import pandas as pd
import pytest

from mha_viz.attention.beside_others import beside_others
from mha_viz.attention.tables import attention_between
from mha_viz.errors import InputError
from mha_viz.lessons.lesson import Task
from mha_viz.models.load import load_model
from mha_viz.playing import tasks
from mha_viz.recording.capture import capture

TASK = Task("Find it.", "a b c b", "b#2", "a")
MODEL = type("Named", (), {"name": "small", "short_name": "small"})()
COLUMNS = ["layer", "head", "attention", "others"]


def answer(monkeypatch, rows, index=None):
    table = pd.DataFrame(rows, columns=COLUMNS, index=index)
    monkeypatch.setattr(tasks, "beside_others", lambda *_: table)
    return tasks.answer_of(TASK, MODEL, lambda *_: None)


def test_the_head_that_gives_most_is_right_whoever_else_looks_there(monkeypatch):
    rows = [(3, 1, 0.61, 0.11), (5, 2, 0.83, 0.71), (2, 7, 0.31, 0.29), (7, 3, 0.13, 0.5)]
    told = answer(monkeypatch, rows, [1, 0, 2, 3])
    assert (told.most.head, told.model) == ((5, 2), "small")
    assert told.sentences == [
        "“b” gives “a” most in L5 H2: 83 %, other words 71 %.",
        "Most above what the other words give: L3 H1: 61 %, other words 11 %; L5 H2: 83 %, other words 71 %; "
        "L2 H7: 31 %, other words 29 %.",
    ]


def test_where_that_head_is_first_in_both_ways_the_next_ones_follow(monkeypatch):
    told = answer(monkeypatch, [(5, 2, 0.83, 0.11), (3, 1, 0.61, math.nan)])
    assert told.sentences == [
        "“b” gives “a” most in L5 H2: 83 %, other words 11 %.", "Then L3 H1: 61 %, other words nothing.",
    ]  # fmt: skip
    assert len(answer(monkeypatch, [(5, 2, 0.83, 0.11)]).sentences) == 1


def test_a_word_that_no_head_can_see_has_no_answer(monkeypatch):
    with pytest.raises(InputError, match="In small no head can look from “b” to “a”: it reads left to right"):
        answer(monkeypatch, [(5, 2, 0.0, math.nan)])


def test_the_table_has_the_heads_by_what_they_give_above_others_and_their_rank_in_its_index():
    read = capture(load_model("classroom"), "The dogs near the cat run.")
    table = beside_others(read, "run", "dogs")
    assert list((table["attention"] - table["others"]).dropna().diff().dropna() <= 0) == [True] * 7
    plain = attention_between(read, "run", "dogs")
    pd.testing.assert_frame_equal(table.sort_index()[COLUMNS[:3]], plain)
