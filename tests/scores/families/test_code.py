"""Items of code, by hand: what is asked, what rules answer, and what is never an answer."""

import pytest
import torch

from mha_viz.annotation.code.parser import parse_code
from mha_viz.scores.families.code import FIRST_SAME, FIRST_WORD, LINE_BEFORE, SAME_SHAPE, SAME_TOKEN, code_items
from mha_viz.scores.items import Item
from mha_viz.scores.pointing import OFFSET_RULES, tally_items
from mha_viz.scores.tallies import items_of
from tests.support.texts.annotating import annotated

#       0   1 2 3 4 5 6      7     8  9 10 11 12 13 14 15 16 17 18 19    20
CODE = 'def f(x):\n    "to"\n    if g(x[0]): # no\n        x = 1\n    return x'
ITEMS = code_items(parse_code(CODE))


def test_words_as_they_are_counted_here():
    assert list(enumerate(parse_code(CODE).words))[5:8] == [(5, ":"), (6, '"to"'), (7, "if")]
    assert parse_code(CODE).words[15:] == (":", "# no", "x", "=", "1", "return", "x")


def test_brackets_have_their_shape_as_a_rival():
    first, square, outer = ITEMS["bracket", None]
    assert (first.query, first.right, first.rules) == (4, (2,), ((FIRST_WORD, 0), (SAME_SHAPE, 2)))
    assert (square.query, square.right, square.rules) == (13, (11,), ((FIRST_WORD, 0), (SAME_SHAPE, 11)))
    assert (outer.query, outer.right) == (14, (9,))
    assert dict(outer.rules) == {SAME_TOKEN: 4, FIRST_SAME: 4, FIRST_WORD: 0, SAME_SHAPE: 9}


def test_a_bracket_around_others_is_not_the_nearest_of_its_shape():
    (_, outer) = code_items(parse_code("f((1), 2)"))["bracket", None]
    assert (outer.right, dict(outer.rules)[SAME_SHAPE]) == ((1,), 2)


def test_strings_and_comments_are_never_candidates():
    assert all({6, 16}.isdisjoint(item.among) for of in ITEMS.values() for item in of)
    assert all(item.query not in item.among and len(item.among) == 19 for item in ITEMS["bracket", None])


def test_every_earlier_place_of_an_identifier_is_right():
    assert [(item.query, item.right) for item in ITEMS["identifier", None]] == [
        (10, (3,)), (17, (10, 3)), (21, (17, 10, 3)),
    ]  # fmt: skip
    assert {name for item in ITEMS["identifier", None] for name, _ in item.rules} == {FIRST_WORD}


def test_definitions_have_the_nearest_same_token_as_a_rival():
    use, last = ITEMS["definition", None]
    assert (use.query, use.right, dict(use.rules)) == (10, (3,), {SAME_TOKEN: 3, FIRST_SAME: 3, FIRST_WORD: 0})
    assert (last.query, last.right, dict(last.rules)) == (21, (17,), {SAME_TOKEN: 17, FIRST_SAME: 3, FIRST_WORD: 0})


def test_lines_have_the_line_before_as_a_rival():
    blocks = [(item.query, item.right, dict(item.rules).get(LINE_BEFORE)) for item in ITEMS["block", None]]
    assert blocks == [(6, (0,), 0), (7, (0,), 6), (17, (7,), 7), (20, (0,), 17)]
    beside = [(item.query, item.right, dict(item.rules).get(LINE_BEFORE)) for item in ITEMS["indentation", None]]
    assert beside == [(7, (6,), 6), (20, (7,), 17)]


def test_a_text_that_is_no_code_asks_nothing_and_code_no_dependency():
    assert code_items(annotated("A cat sat")) == {}
    assert {family for family, *_ in items_of(parse_code(CODE))} == {"code"}


def test_a_rule_of_word_form_competes():
    rules = [dict(item.rules) for item in items_of(parse_code(CODE))["code", "bracket", None]]
    assert [of.get("nearest opening bracket before") for of in rules] == [2, 11, None]


def test_a_causal_model_cannot_be_asked_for_what_stands_behind():
    code = parse_code("[y for y in z]")
    tally = tally_items(torch.ones(3, 8, 8), code_items(code), is_causal=True)["definition", None]
    assert (tally.counts.n.tolist(), tally.left_out) == ([0, 0, 0], 1)
    assert code_items(code)["definition", None] == [Item(1, (3,), (0, 2, 3, 4, 5, 6), ((FIRST_WORD, 0),))]


def test_hits_rules_and_chance_of_blocks():
    word_map = torch.zeros(2, 22, 22)
    word_map[0, :, 0] = 0.4  # rests on the first word
    word_map[0, 7, 6] = 0.6  # not a candidate: a string
    word_map[1, 17, 7] = 0.1
    tally = tally_items(word_map, ITEMS, is_causal=True)["block", None]
    assert tally.counts.hits.tolist() == [3, 1]
    rules = {name: n for name, n in tally.rules.items() if name not in OFFSET_RULES and n}
    assert rules == {FIRST_WORD: 3, LINE_BEFORE: 2}
    assert tally.chance == pytest.approx(1 / 6 + 1 / 6 + 1 / 15 + 1 / 18)
