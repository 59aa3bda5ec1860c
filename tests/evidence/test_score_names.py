"""Scores in plain words."""

import pytest

from mha_viz.evidence.score_names import (
    FINDS,
    RELATION_ENDS,
    direction_in_words,
    label_of,
    question_sentence,
    rule_in_words,
    score_of_words,
    unit_of,
    what_it_does,
)
from mha_viz.evidence.score_phrases import RULES, SCORES
from mha_viz.language import ENGLISH, LANGUAGES, spoken
from mha_viz.scores.table import HEAD_SCORES


@pytest.mark.parametrize(
    ("score", "direction", "does"),
    [
        ("obj", "dep→head", "points from an object to its verb"),
        ("obj", "head→dep", "points from a verb to its object"),
        ("nsubj:outer", "dep→head", "points from a subject to its predicate (nsubj:outer)"),
        ("odd", "dep→head", "points from the dependent of “odd” to what it hangs on"),
        ("odd", "head→dep", "points from a word of “odd” to its dependent"),
    ],
)
def test_relations_are_said_from_either_end(score, direction, does):
    assert what_it_does("syntactic", score, direction) == does


@pytest.mark.parametrize(
    ("family", "score", "does"),
    [
        ("positional", "3 tokens back", "looks most at the token 3 places back"),
        ("relation words", "cause: what it opens", "points from a word like “because” to the cause that it gives"),
        ("relation words", "cause: what that is said of", "points from a word like “because” to what it explains"),
        ("tone", "intensifiers", "gives intensifiers {} of the attention that they and words like them receive"),
        ("words", "of “it” to “cat”", "gives {} of the attention of “it” to “cat”"),
    ],
)
def test_other_scores_in_words(family, score, does):
    assert what_it_does(family, score) == does


def test_every_score_of_the_table_has_words_and_every_family_a_question():
    several = {
        "most attention at an offset",
        "dependency relations",
        "coreference",
        "relation words",
        "tone",
        "code relations",
    }
    for name, row in HEAD_SCORES.items():
        assert row.family in FINDS
        if name not in several:
            assert "has “" not in what_it_does(row.family, name)
            assert question_sentence(row.family, name).startswith(row.sentence)


def test_no_noun_takes_the_wrong_article():
    for ends in RELATION_ENDS.values():
        for noun in ends:
            assert noun[0] not in "uh", f"the article of “{noun}” is not told by its first letter"


def test_no_source_stands_in_small_letters_after_a_full_stop():
    assert question_sentence("entities", "inside a name").endswith(". After Clark et al. 2019, arXiv:1906.04341.")
    assert question_sentence("entities", None) == "For each head: its best-supported score of this kind."


def test_labels_rules_and_units():
    assert label_of("syntactic", "nmod:poss") == "nmod:poss (possessor)"
    assert label_of("sinks", "first token") == "first token"
    assert rule_in_words("offset +1") == "the best fixed offset (+1)"
    assert rule_in_words("nearest mention") == "the rule “nearest mention”"
    assert unit_of("words", "of “a” to “b”") == "share of attention"
    assert unit_of("syntactic", "obj") == "share of items"


ALIKE = ("definition", "indentation", "induction")  # in French, or in German, as in English


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != ENGLISH])
def test_scores_are_called_by_their_names_in_the_language_of_the_page(code):
    """All but what treebanks call dependencies, and what somebody called a set of twins."""
    with spoken(code):
        names = {score: label_of("positional", score) for score in SCORES}
        label, named, rule = (
            label_of("syntactic", "obj"),
            label_of("coreference", "twins: Own"),
            rule_in_words(RULES[0]),
        )
    assert [score for score, name in names.items() if name == score and score not in ALIKE] == []
    assert label.startswith("obj (")
    assert label != "obj (object)"
    assert named.endswith("(Own)")
    assert RULES[0] not in rule


def test_two_words_are_told_in_the_language_of_the_page_and_kept_in_english():
    score = score_of_words("it", "{cat}")
    with spoken("de"):
        assert score_of_words("it", "{cat}") == score == "of “it” to “{cat}”"
        said = what_it_does("words", score)
    assert said.format("12 %") == "gibt 12 % der Aufmerksamkeit von „it“ an „{cat}“"
    assert what_it_does("words", score).format("12 %") == "gives 12 % of the attention of “it” to “{cat}”"


def test_where_text_runs_from_the_right_so_does_the_arrow_of_a_direction():
    assert direction_in_words("head→dep") == "head → dependent"
    with spoken("ar"):
        first, second = direction_in_words("head→dep").split(" ← ")
    with spoken("ar"):
        assert direction_in_words("dep→head") == f"{second} ← {first}"
