"""What is said of a head claims no more than its evidence: tables made by hand, sentences read."""

from math import nan

import pandas as pd
import pytest

from mha_viz.evidence.cards import (
    ONE_SENTENCE,
    claim,
    general_card,
    here_card,
    in_unit,
    measured_on,
    model_sentence,
    twins_sentence,
)
from mha_viz.evidence.ranking import Question, kinds_of_heads, of_head
from mha_viz.evidence.verdict import RULES

COLUMNS = [
    "family", "score", "direction", "layer", "head", "value", "n", "baseline", "chance", "control", "verdict", "rule",
]  # fmt: skip
TO_HEAD, TO_DEPENDENT = "dep→head", "head→dep"
OBJ = ("syntactic", "obj", TO_HEAD, 2, 0, 0.74, 1169, 0.358, 0.08, 0.14, "established", "offset -2")
AMOD = ("syntactic", "amod", TO_HEAD, 2, 0, 0.79, 1326, 0.747, 0.08, 0.14, "consistent with", "offset +1")
CC = ("syntactic", "cc", TO_HEAD, 2, 0, 0.70, 786, 0.447, 0.08, 0.14, "consistent with", "offset +1")
DET = ("syntactic", "det", TO_DEPENDENT, 2, 0, 0.05, 1817, 0.596, 0.08, 0.14, "not enough evidence", "offset -1")
FIRST = ("sinks", "first token", None, 2, 0, 0.47, 33872, nan, 0.06, 0.07, "established", None)
SIGNS = ("sinks", "delimiters", None, 2, 0, 0.55, 33872, nan, 0.27, 0.28, "established", None)
ENTROPY = ("spread", "entropy", None, 2, 0, 1.234, 33872, nan, 2.5, 2.6, None, None)


def table_of(*rows):
    return pd.DataFrame(rows, columns=COLUMNS).assign(low=nan, high=nan, p=nan, n_units=1)


def row(*values):
    return next(of_head(table_of(values), values[3], values[4]).itertuples(index=False))


def asked(family, score, direction=None):
    return Question(family, score, direction)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (OBJ, "points from an object to its verb in 74 % of 1,169 cases, where the best fixed offset (−2) gets 36 % "
         "and the best random head 14 %: established."),
        (AMOD, "points from an adjective to its noun in 79 % of 1,326 cases, where the best fixed offset (+1) gets "
         "75 % and the best random head 14 %: mostly a simple rule."),
        (CC, "points from a coordinating conjunction to its conjunct in 70 % of 786 cases, where the best fixed offset "
         "(+1) gets 45 % and the best random head 14 %: consistent with that, not established."),
        (FIRST, "gives 47 % of its attention to the first token (over 33,872 tokens), where an even spread gets 6.0 % "
         "and the best random head 7.0 %: established."),
        (ENTROPY, "spreads its attention with an entropy of 1.23 nats (over 33,872 tokens)."),
        (("syntactic", "obj", TO_HEAD, 2, 0, 1.0, 1, nan, nan, nan, "not enough evidence", None),
         "points from an object to its verb in 1 of 1 case: not enough evidence."),
        (("syntactic", "obj", TO_HEAD, 2, 0, 2 / 3, 3, nan, 0.1, nan, "not enough evidence", None),
         "points from an object to its verb in 2 of 3 cases, where an even choice gets 10 %: not enough evidence."),
        (("coreference", "twins", None, 2, 0, 0.18, 180, 0.03, 0.25, nan, "not enough evidence", "first candidate"),
         "points from a pronoun to the right candidate in all of the sentences that are twins in 18 % of 180 cases, "
         "where an even choice gets 25 %: not enough evidence."),
        (("sinks", "first token", None, 2, 0, nan, 0, nan, nan, nan, "undefined", None),
         "gives of its attention to the first token: undefined, there is nothing of the kind here."),
        (("semantic", "similar words", None, 2, 0, 0.2, 61, 0.05, 0.0, 0.1, "consistent with", "nearer words"),
         "looks at words of similar meaning, with a correlation of 0.20 (over 61 cases), where the rule “nearer words” "
         "gets 0.05 and the best random head 0.10: consistent with that, not established."),
    ],
)  # fmt: skip
def test_a_claim_says_value_rivals_and_verdict(values, sentence):
    assert claim(row(*values)) == sentence


def test_in_general_established_things_come_first_and_resting_places_last():
    card = general_card(table_of(ENTROPY, DET, SIGNS, AMOD, CC, FIRST, OBJ), 2, 0)
    assert [said for said, _ in card.lines] == ["established", "established", "consistent with"]
    assert [sentence.split(" in ")[0] for _, sentence in card.lines] == [
        "It points from an object to its verb",
        "It gives 47 % of its attention to the first token (over 33,872 tokens), where an even spread gets 6.0 % and "
        "the best random head 7.0 %: established.",
        "It points from a coordinating conjunction to its conjunct",
    ]
    assert card.ending == "And 1 other score established or consistent."  # the second sink; amod is an offset


def test_what_was_asked_is_answered_whatever_the_answer():
    card = general_card(table_of(OBJ, DET), 2, 0, asked("syntactic", "det", TO_DEPENDENT))
    assert [said for said, _ in card.lines] == ["established", "not enough evidence"]
    assert card.lines[1][1].startswith("As for the score shown, it points from a noun to its determiner in 5.0 %")
    card = general_card(table_of(OBJ, DET), 2, 0, asked("syntactic", "obj", TO_HEAD))
    assert len(card.lines) == 1  # said once


def test_a_head_of_which_nothing_is_established_is_said_to_be_one():
    assert general_card(table_of(CC), 2, 0).ending == "Nothing is established of it."
    card = general_card(table_of(AMOD, DET, ENTROPY), 2, 0)
    assert card.lines == ()
    assert card.ending == "Nothing is established of it, and nothing is well above a simple rule."


def test_no_line_of_a_card_goes_beyond_its_verdict():
    for values in (OBJ, AMOD, CC, DET, FIRST, ENTROPY):
        question = asked(*values[:3])
        for card in (general_card(table_of(values), 2, 0, question), here_card(table_of(values), 2, 0, question)):
            for said, sentence in card.lines:
                assert ("established." in sentence and "not established" not in sentence) == (said == "established")
                assert said is None or said in sentence


def test_here_the_question_comes_first_and_one_sentence_is_one_sentence():
    one = ("syntactic", "obj", TO_HEAD, 2, 0, 1.0, 1, 0.0, 0.1, 1.0, "not enough evidence", "offset -2")
    far = ("syntactic", "det", TO_HEAD, 2, 0, 1.0, 4, 0.0, 0.1, 0.5, "not enough evidence", "offset -2")
    near = ("positional", "previous token", None, 2, 0, 1.0, 12, nan, 0.1, 0.2, "consistent with", None)
    card = here_card(table_of(one, far, near), 2, 0, asked("syntactic", "obj", TO_HEAD))
    assert [sentence.split(" in ")[0] for _, sentence in card.lines] == [
        "It points from an object to its verb",
        "It looks most at the token just before",
        "It points from a determiner to its noun",
    ]
    assert card.ending == ONE_SENTENCE
    # What the best head with random weights does as well is nothing to tell.
    assert here_card(table_of(one), 2, 0).lines == ()
    assert here_card(table_of(one), 2, 0).ending.startswith("Nothing stands out here")


def test_what_could_not_be_asked_is_told():
    few = next(of_head(table_of((*OBJ[:6], 71, *OBJ[7:])).assign(left_out=1783), 2, 0).itertuples(index=False))
    assert claim(few).startswith(
        "points from an object to its verb in 74 % of 71 cases (1,783 more could not be asked)"
    )


def test_other_heads_are_not_told_of():
    other = ("syntactic", "obj", TO_HEAD, 3, 1, 0.9, 1169, 0.3, 0.1, 0.1, "established", "offset -2")
    assert general_card(table_of(other, AMOD), 2, 0).lines == ()


TWINS = ("coreference", "twins", None)


def test_twins_are_told_where_none_is_established():
    best = (*TWINS, 3, 1, 0.178, 180, 0.033, 0.25, 0.033, "not enough evidence", "first candidate")
    least = (*TWINS, 0, 0, 0.01, 180, 0.033, 0.25, 0.033, "not enough evidence", "first candidate")
    told = twins_sentence(table_of(least, best), "minilm")
    assert "no head of minilm is established on twins" in told
    assert told.endswith(
        "The best, L3 H1, gets all of a group right in 18 % of 180 cases, where an even choice gets 25 % and the best "
        "random head 3.3 %."
    )
    good = (*TWINS, 7, 4, 0.48, 180, 0.033, 0.25, 0.033, "established", "first candidate")
    assert twins_sentence(table_of(least, good), "mpnet").startswith("Of mpnet, 1 head is established on twins")
    assert twins_sentence(table_of(OBJ), "minilm") == ""


def test_the_set_of_twins_is_named():
    named = ("coreference", "twins: Winogender", None)
    rows = [(*named, 7, 4, 0.48, 180, 0.03, 0.25, 0.03, "established", "first candidate")]
    rows += [("coreference", "twins: WSC", None, 1, 1, 0.6, 9, 0.03, 0.25, 0.03, "not enough evidence", None)]
    told = twins_sentence(table_of(*rows), "mpnet")  # what is established is told before what is more, of few
    assert told.startswith("Of mpnet, 1 head is established on twins of Winogender, sentences that")
    assert "The best, L7 H4," in told
    assert "all of the sentences that are twins (Winogender) in 48 %" in claim(row(*rows[0]))


def test_one_head_that_was_tested_alone_is_told():
    named = ("coreference", "twins: Winogender", None)
    rows = table_of((*named, 7, 4, 0.43, 90, 0.0, 0.25, 0.03, "consistent with", "first candidate"))
    test = {"score": "twins: Winogender", "layer": 6, "head": 9, "n": 90, "n_units": 15}
    test |= {"value": 0.356, "low": 0.199, "high": 0.55, "bar": 0.25, "p": 0.14, "chosen_at": 0.56}
    assert twins_sentence(rows, "mpnet", {"alone": [{**test, "score": "twins: WSC"}, test]}).endswith(
        " The head that does most on one half of them, L6 H9, gets 35.6 % [19.9, 55.0] of 90 on the other; tested "
        "there alone, against 25 %: p .14."
    )
    assert twins_sentence(rows, "mpnet", {"alone": [{**test, "p": 0.0001}]}).endswith("p below .001.")
    assert "alone" not in twins_sentence(rows, "mpnet", {})


def test_a_model_is_summed_up_by_what_is_established():
    other = ("syntactic", "cc", TO_HEAD, 3, 1, 0.9, 786, 0.4, 0.1, 0.1, "established", "offset +1")
    told = model_sentence(kinds_of_heads(table_of(OBJ, CC, FIRST, SIGNS, other)), 72, "minilm")
    assert told.startswith("Of 72 heads of minilm, established are: 2 syntactic, 1 sinks.")
    assert "nothing is established" in model_sentence(kinds_of_heads(table_of(CC)), 72, "minilm")


def test_units_and_sources_in_words():
    assert [in_unit(value, "share of items") for value in (0.0, 0.004, 0.356, 1.0)] == ["0 %", "0.4 %", "36 %", "100 %"]
    assert (in_unit(1.234, "nats"), in_unit(2.5, "tokens"), in_unit(-0.2, "Spearman's correlation")) == (
        "1.23 nats", "2.50 tokens", "-0.20",
    )  # fmt: skip
    corpora = [
        {"what": "EWT", "sentences": 2001, "is_gold": True},
        {"what": "ours", "sentences": 7, "is_gold": False},
    ]
    assert measured_on({"corpora": corpora, "rules": RULES}) == (
        "Measured on EWT (2,001 sentences, annotated by people); ours (7 sentences, annotated by a program)."
    )
    older = "Measured on a.conllu, by the rules of an earlier version."  # what it claims may not hold today
    assert measured_on({"sources": {"conllu": {"file": "a.conllu"}}}) == older
    assert measured_on({"sources": {"conllu": {"file": "a.conllu"}}, "rules": RULES + 1}) == older
    assert measured_on({}) == ""
    said = measured_on({"corpora": corpora[:1], "rules": RULES, "left_out": 48})
    assert said.endswith(" 48 passages were left out, too long or with a word without token.")
