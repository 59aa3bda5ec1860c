"""What is said of a head claims no more than its evidence: tables made by hand, sentences read."""

from math import nan

import pytest

from mha_viz.evidence.cards.cards import (
    ONE_SENTENCE,
    claim,
    general_card,
    here_card,
    in_unit,
)
from mha_viz.evidence.ranking import Question, of_head
from tests.support.captures.cards import AMOD, CC, DET, ENTROPY, FIRST, OBJ, SIGNS, TO_DEPENDENT, TO_HEAD, row, table_of


def asked(family, score, direction=None):
    return Question(family, score, direction)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (OBJ, "points from an object to its verb in 74 % of 1,169 cases, where the best fixed offset (−2) gets 36 % "
         "and the best head of an untrained model 14 %: established."),
        (AMOD, "points from an adjective to its noun in 79 % of 1,326 cases, where the best fixed offset (+1) gets "
         "75 % and the best head of an untrained model 14 %: mostly a simple rule."),
        (CC, "points from a coordinating conjunction to its conjunct in 70 % of 786 cases, where the best fixed offset "
         "(+1) gets 45 % and the best head of an untrained model 14 %: consistent with that, not established."),
        (FIRST, "gives 47 % of its attention to the first token (over 33,872 tokens), where an even spread gets 6.0 % "
         "and the best head of an untrained model 7.0 %: established."),
        (ENTROPY, "spreads its attention with an entropy of 1.23 nats (over 33,872 tokens)."),
        (("syntactic", "obj", TO_HEAD, 2, 0, 1.0, 1, nan, nan, nan, "not enough evidence", None),
         "points from an object to its verb in 1 of 1 case: not enough evidence."),
        (("syntactic", "obj", TO_HEAD, 2, 0, 2 / 3, 3, nan, 0.1, nan, "not enough evidence", None),
         "points from an object to its verb in 2 of 3 cases, where guessing gets 10 %: not enough evidence."),
        (("coreference", "twins", None, 2, 0, 0.18, 180, 0.03, 0.25, nan, "not enough evidence", "first candidate"),
         "picks the right noun in both sentences of a pair like tired/dirty in 18 % of 180 pairs, "
         "where guessing gets 25 %: not enough evidence."),
        (("sinks", "first token", None, 2, 0, nan, 0, nan, nan, nan, "undefined", None),
         "gives of its attention to the first token: undefined, there is nothing of the kind here."),
        (("semantic", "similar words", None, 2, 0, 0.2, 61, 0.05, 0.0, 0.1, "consistent with", "nearer words"),
         "looks at words of similar meaning, with a correlation of 0.20 (over 61 cases), where the rule “nearer words” "
         "gets 0.05 and the best head of an untrained model 0.10: consistent with that, not established."),
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
        "the best head of an untrained model 7.0 %: established.",
        "It points from a coordinating conjunction to its conjunct",
    ]
    assert (
        card.ending == "One more of its scores is established or consistent with the evidence."
    )  # the second sink; amod is an offset


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


def test_units_and_sources_in_words():
    assert [in_unit(value, "share of items") for value in (0.0, 0.004, 0.356, 1.0)] == ["0 %", "0.4 %", "36 %", "100 %"]
    assert (in_unit(1.234, "nats"), in_unit(2.5, "tokens"), in_unit(-0.2, "Spearman's correlation")) == (
        "1.23 nats", "2.50 tokens", "-0.20",
    )  # fmt: skip
