"""What is said of a model, and of where its profile comes from: tables made by hand, sentences read."""

import re

import pytest

from mha_viz.evidence.cards.cards import claim
from mha_viz.evidence.cards.model_cards import (
    measured_on,
    model_sentence,
    twins_of_head_sentence,
    twins_sentence,
)
from mha_viz.evidence.corpus.profile import load_profile
from mha_viz.evidence.ranking import kinds_of_heads, of_head
from mha_viz.evidence.verdict import RULES
from mha_viz.language import LANGUAGES, spoken
from mha_viz.paths import app_folder
from tests.support.captures.cards import CC, FIRST, OBJ, SIGNS, TO_HEAD, row, table_of

TWINS = ("coreference", "twins", None)


def test_twins_are_told_where_none_is_established():
    best = (*TWINS, 3, 1, 0.178, 180, 0.033, 0.25, 0.033, "not enough evidence", "first candidate")
    least = (*TWINS, 0, 0, 0.01, 180, 0.033, 0.25, 0.033, "not enough evidence", "first candidate")
    told = twins_sentence(table_of(least, best), "minilm")
    assert "none of minilm's heads passes a test with pairs of sentences in which one word changes the answer" in told
    assert told.endswith(
        "The best, L3 H1, is right in both sentences in 18 % of 180 pairs, where guessing gets 25 % and the best head "
        "of an untrained model 3.3 %."
    )
    good = (*TWINS, 7, 4, 0.48, 180, 0.033, 0.25, 0.033, "established", "first candidate")
    assert twins_sentence(table_of(least, good), "mpnet").startswith("One of mpnet's heads passes a test")
    assert twins_sentence(table_of(good, (*TWINS, 1, *good[4:])), "mpnet").startswith(
        "Two of mpnet's heads pass a test"
    )
    assert twins_sentence(table_of(OBJ), "minilm") == ""


def test_the_set_of_twins_is_named():
    named = ("coreference", "twins: Winogender", None)
    rows = [(*named, 7, 4, 0.48, 180, 0.03, 0.25, 0.03, "established", "first candidate")]
    rows += [("coreference", "twins: WSC", None, 1, 1, 0.6, 9, 0.03, 0.25, 0.03, "not enough evidence", None)]
    told = twins_sentence(table_of(*rows), "mpnet")  # what is established is told before what is more, of few
    assert told.startswith("One of mpnet's heads passes a test with pairs of sentences (Winogender) in which")
    assert "The best, L7 H4," in told
    assert "both sentences of a pair like tired/dirty (Winogender) in 48 % of 180 pairs" in claim(row(*rows[0]))


def test_one_head_that_was_tested_alone_is_told():
    named = ("coreference", "twins: Winogender", None)
    rows = table_of((*named, 7, 4, 0.43, 90, 0.0, 0.25, 0.03, "consistent with", "first candidate"))
    test = {"score": "twins: Winogender", "layer": 6, "head": 9, "n": 90, "n_units": 15}
    test |= {"value": 0.356, "low": 0.199, "high": 0.55, "bar": 0.25, "p": 0.14, "chosen_at": 0.56}
    assert twins_sentence(rows, "mpnet", {"alone": [{**test, "score": "twins: WSC", "p": 0.5}, test]}).endswith(
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


def test_the_sources_of_a_profile_are_told():
    corpora = [
        {"what": "EWT", "sentences": 2001, "is_gold": True},
        {"what": "ours", "sentences": 7, "is_gold": False},
    ]
    assert measured_on({"corpora": corpora, "rules": RULES}) == (
        "Measured on EWT (2,001 sentences, annotated by people); ours (7 sentences, annotated by a program)."
    )
    merged = {"corpora": corpora[:1], "rules": RULES, "groups": {"units": 30001, "most": 256}}
    assert measured_on(merged) == (
        "Measured on EWT (2,001 sentences, annotated by people). Its 30,001 units are merged into 256 groups, half of "
        "them for choosing heads: intervals and p are made from groups, and n_units counts them."
    )
    older = "Measured on a.conllu, by the rules of an earlier version."  # what it claims may not hold today
    assert measured_on({"sources": {"conllu": {"file": "a.conllu"}}}) == older
    assert measured_on({"sources": {"conllu": {"file": "a.conllu"}}, "rules": RULES + 1}) == older
    assert measured_on({}) == ""
    said = measured_on({"corpora": corpora[:1], "rules": RULES, "left_out": 48})
    assert said.endswith(" 48 passages were left out, too long or with a word without token.")


def test_a_head_that_solves_one_sentence_is_told_with_its_own_twins():
    named = ("coreference", "twins: Winogender", None)
    rows = [(*named, 7, 4, 0.43, 90, 0.0, 0.25, 0.06, "consistent with", "nearest candidate")]
    rows += [(*named, 9, 1, 0.48, 90, 0.0, 0.25, 0.06, "consistent with", "nearest candidate"), OBJ]
    others = [(*named, *place, 0.2, 90, 0.0, 0.25, 0.06, "not enough evidence", None) for place in ((7, 5), (3, 4))]
    assert twins_of_head_sentence(table_of(*rows, *others), 7, 4).count("picks the right noun") == 1
    told = twins_of_head_sentence(table_of(*rows).assign(p=[0.775, 0.231, 0.001]), 7, 4)
    assert told == (
        "L7 H4 picks the right noun in both sentences of a pair like tired/dirty (Winogender) in 43 % of 90 pairs, "
        "where guessing gets 25 % and the best head of an untrained model 6.0 %: consistent with that, not established "
        "(p .78 against the best of all heads)."
    )
    assert twins_of_head_sentence(table_of(*rows), 7, 4).endswith("not established.")  # without p
    assert twins_of_head_sentence(table_of(*rows), 2, 0) == ""
    best = twins_sentence(table_of(*rows).assign(p=[0.775, 0.231, 0.001]), "mpnet")
    assert best.endswith("the best head of an untrained model 6.0 % (p .23 against the best of all heads).")


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_heads_do_is_said_with_the_commas_of_one_sentence(code):
    """What a score says of a head may end with a comma of its own, and stands inside of a sentence."""
    table = load_profile(app_folder() / "assets" / "profiles" / "minilm.parquet").table
    of_one_head = table[(table["layer"] == 2) & (table["head"] == 1)]
    with spoken(code):
        said = [claim(row) for row in of_head(of_one_head, 2, 1).itertuples(index=False)]
    assert len(said) > 50
    assert [text for text in said if re.search(r"[,،，] ?[,،，]", text)] == []
