"""What the view of scores is handed: its numbers, and the sentence on what one sees."""

from math import nan

import numpy as np
import pandas as pd
import pytest

from mha_viz.evidence.cards.cards import general_card, here_card
from mha_viz.evidence.cards.examples import Example, clearest_examples, pointing_score
from mha_viz.evidence.ranking import Question, ranked
from mha_viz.objects import Positions
from mha_viz.views.scores.scores import (
    GENERAL,
    HERE,
    MARKS,
    NUMBERS,
    common_unit,
    name_of,
    score_picture,
    scores_view,
    seen_sentence,
)
from mha_viz.views.view import to_bytes
from tests.support.pages.drawn import opened

SHAPE = (2, 3)  # layers, heads
VALUES = [0.74, 0.41, 0.07, nan, 0.3, 1.0]
VERDICTS = ["established", "consistent with", "not enough evidence", "undefined", "consistent with", None]
OBJ = Question("syntactic", "obj", "dep→head")


def numbers(**known):
    return {name: known.get(name, [nan] * 6) for name in NUMBERS}


def table(family="syntactic", score="obj", direction="dep→head", **columns):
    known = {"value": VALUES, "n": [1169, 1169, 1169, 0, 1169, 1169], "verdict": VERDICTS, "rule": "offset -2"}
    known |= {"baseline": [0.36] * 3 + [nan] + [0.1] * 2, "chance": 0.08, "control": 0.14, "low": nan, "high": nan}
    rows = pd.DataFrame({"layer": [0, 0, 0, 1, 1, 1], "head": [0, 1, 2] * 2, **known, "p": 0.01, "n_units": 814})
    return rows.assign(family=family, score=score, direction=direction, **columns)


def picture(rows, question=OBJ, **settings):
    known = {"where": GENERAL, "model_name": "minilm", "facts": {"model": "minilm"}}
    return opened(score_picture(ranked(rows, question), question, **{**known, **settings}))


def test_numbers_and_marks_are_in_the_order_of_layers_and_heads():
    shuffled = table().sample(frac=1.0, random_state=7)
    header, arrays = picture(shuffled, chosen=(1, 2))
    assert (header["rows"], header["columns"], header["chosen"]) == (2, 3, 5)
    np.testing.assert_array_equal(arrays["value"], np.array(VALUES, dtype="<f4"))
    np.testing.assert_array_equal(arrays["n"], [1169, 1169, 1169, 0, 1169, 1169])
    words = [header["marks_in_words"][mark] for mark in arrays["marks"]]
    assert words == ["established", "mostly a simple rule", "not enough evidence", "undefined", "consistent with", ""]
    assert MARKS[0] == ""
    assert header["rules"] == ["the best fixed offset (−2)"]
    assert header["whats"] == [""]


def test_shares_of_one_text_are_told_beside_how_often_the_head_looks_most_there():
    shown = table(hits=[1, 2, 0, nan, 1, 2], n=[2, 2, 2, 0, 2, 2], baseline=nan, rule=None)
    header, arrays = picture(shown, where=HERE)
    assert (header["unit"], header["items"], header["pale"]) == ("share of attention", "{n} cases", True)
    np.testing.assert_array_equal(arrays["hits"], [1, 2, 0, nan, 1, 2])
    assert header["caption"].startswith(
        "Most: L1 H2 of minilm: 100 % of the attention goes to the right word, where an even spread gives it 8.0 %; "
        "it is the word looked at most in 2 of 2 cases. Of 6 heads"
    )
    header, _ = picture(pd.concat([shown, table(score="iobj", hits=nan)]), Question("syntactic"), where=HERE)
    assert header["unit"] == "share"  # of attention for some, of cases for others


def test_heads_with_scores_of_their_own_say_which():
    other = table(score="iobj", value=[0.2, 0.9, 0.2, nan, 0.2, 0.2], verdict=["established"] * 6, rule="offset +1")
    header, arrays = picture(pd.concat([table(), other]), Question("syntactic"))
    whats = [header["whats"][int(i)] for i in arrays["what"]]
    assert whats[:2] == ["obj (object), dependent → head", "iobj (indirect object), dependent → head"]
    rules = [header["rules"][int(i)] for i in arrays["rule"]]
    assert rules[:2] == ["the best fixed offset (−2)", "the best fixed offset (+1)"]


@pytest.mark.parametrize(
    ("values", "unit", "low", "high"),
    [
        ([0.1, 0.2, 0.6, nan, 0, 0], "share of items", 0, 1),
        ([0.1, 0.2, 0.3, nan, 0, 0], "share of items", 0, 0.3),  # faint: on a scale of its own
        ([0.5, 2.5, 1.0, nan, 0.2, 0.7], "nats", 0, 2.5),
        ([-0.1, 0.3, 0, nan, 0, 0], "Spearman's correlation", -0.3, 0.3),
        ([nan] * 6, "share of items", 0, 1),
    ],
)
def test_scales_are_those_of_the_unit(values, unit, low, high):
    view = scores_view(numbers(value=values), [None] * 6, SHAPE, unit=unit, rules=[None] * 6, whats=[""] * 6)
    header, _ = opened(view)
    assert (header["low_end"], header["high_end"]) == pytest.approx((low, high))
    assert len(header["palette"]["light"]) == (7 if low < 0 else 8)
    assert header["is_share"] == unit.startswith("share")


def test_a_thousand_heads_are_small():
    n = 32 * 32
    many = {name: list(np.random.default_rng(3).random(n)) for name in NUMBERS}
    view = scores_view(
        many, ["established"] * n, (32, 32), unit="share of items", rules=["nearest"] * n, whats=["obj"] * n
    )
    assert len(to_bytes(view)) < 48_000


def test_what_one_sees_counts_verdicts_and_names_the_best():
    assert seen_sentence(ranked(table(value=[*VALUES[:5], 0.1]), OBJ), OBJ, GENERAL, "minilm") == (
        "Of 6 heads of minilm, 1 is established, 1 is consistent with it, 1 is mostly a simple rule. Best: L0 H0, with "
        "74 % of 1,169 cases, where the best fixed offset (−2) gets 36 %."
    )
    few = table(verdict="not enough evidence", value=[1, 1, 0, 0, 0, 0], n=2, baseline=0.5)
    told = seen_sentence(ranked(few, OBJ), OBJ, HERE, "minilm")
    assert told.startswith("Of 6 heads of minilm, none has enough evidence; one sentence establishes nothing")
    assert told.endswith("Best: L0 H0 and 1 other, with 2 of 2 cases, where the best fixed offset (−2) gets 50 %.")
    absent = Question("syntactic", "xcomp", "dep→head")
    assert "undefined, not zero" in seen_sentence(ranked(few, absent), absent, HERE, "minilm")


def test_what_only_describes_claims_nothing():
    entropy = Question("spread", "entropy")
    rows = table("spread", "entropy", None, verdict=None, value=[1.5, 0.5, 0.1, 0.2, 0.3, 0.4])
    told = seen_sentence(ranked(rows, entropy), entropy, GENERAL, "minilm")
    assert told.startswith("Largest: L0 H0, which spreads its attention with an entropy of 1.50 nats")
    assert told.endswith("it claims nothing of them.")


def test_names_and_units_of_questions():
    assert name_of(OBJ) == "obj (object), dependent → head"
    assert name_of(Question("sinks", "first token")) == "First token"
    assert name_of(Question("copying")) == "Any copying score"
    assert name_of(Question("words", "of “it” to “cat”")) == "Attention of “it” to “cat”"
    assert common_unit(table()) == "share of items"
    assert common_unit(pd.concat([table("sinks", "first token"), table()])) == "share"


def test_examples_are_of_what_was_asked_if_the_head_does_it():
    good, bad = table(), table(score="iobj", value=0.01)
    rows = pd.concat([good, bad, table("sinks", "first token", None, value=0.9)])
    keys = general_card(rows, 0, 0).pointing
    assert keys == here_card(rows, 0, 0).pointing == (OBJ.key,)
    asked = Question("syntactic", "iobj", "dep→head")
    assert pointing_score(keys, OBJ) == OBJ.key
    assert pointing_score(keys, asked) == OBJ.key  # a head that does not do it has no examples of it
    assert pointing_score(general_card(bad, 0, 0).pointing, asked) is None


def test_examples_are_right_and_the_clearest_first(monkeypatch):
    class Text:
        def __init__(self, text):
            self.text, self.spans = text, [(0, len(text))]
            self.query_positions = {"encoder": Positions((), (), (), ())}

    found = {
        "one": [("a", "b", 0.2, True), ("c", "d", 0.9, False), ("e", "f", 0.7, True)],
        "two": [("g", "h", 0.8, True), ("i", "j", 0.99, True)],
    }

    def points(capture, annotated, *_where, kind):
        assert (capture.text, kind) == (annotated.text, "encoder")
        columns = ["query_word", "points_at_word", "attention", "right"]
        return pd.DataFrame(found[capture.text], columns=columns).assign(query=0)

    monkeypatch.setattr("mha_viz.evidence.cards.examples.points", points)
    texts = [(Text(name), Text(name)) for name in found]
    examples = clearest_examples(texts, 0, 0, OBJ.key, kind="encoder", most=3)
    assert examples == [Example("one", "e", "f", 0.7), Example("one", "a", "b", 0.2), Example("two", "i", "j", 0.99)]


@pytest.mark.parametrize(
    ("family", "score", "where", "pale"),
    [("syntactic", "obj", HERE, True), ("syntactic", "obj", GENERAL, False), ("spread", "entropy", HERE, False)],
)
def test_of_one_text_shares_with_little_evidence_are_pale(family, score, where, pale):
    rows = table(family=family, score=score, direction="dep→head")
    header, _ = picture(rows, Question(family, score, "dep→head"), where=where)
    assert header["pale"] is pale
