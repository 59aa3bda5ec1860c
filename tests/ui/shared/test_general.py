"""What is known in general is read off a profile once, of each profile its own; and nothing typed is kept with it."""

import pandas as pd
import pytest
import streamlit as st

from mha_viz.evidence.cards.cards import general_card
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.ranking import Question, scores_in
from mha_viz.models.load import model_from
from mha_viz.ui.shared import general
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.texts.parser import SENTENCE, parse

DET, OBJ = ("syntactic", "det", "dep→head"), ("syntactic", "obj", "dep→head")


def profile(key, corpus, value=0.83):
    """Of a model with one head, which is established on one score."""
    names = dict(zip(("family", "score", "direction"), key, strict=True))
    numbers = {"value": value, "low": value - 0.05, "high": value + 0.05, "baseline": 0.31, "control": 0.11, "p": 0.004}
    row = names | numbers | {"chance": 0.07, "layer": 0, "head": 0, "n": 203, "n_units": 101, "left_out": 0}
    return Profile(
        pd.DataFrame([row | {"verdict": "established", "rule": "offset +1"}]), {"corpora": [{"what": corpus}]}
    )


@pytest.fixture(autouse=True)
def nothing_kept():
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def computed(monkeypatch):
    """What was computed anew."""
    seen = []
    for function in (general_card, scores_in, general.families_in, general.clearest_examples):

        def noted(*of, function=function, **named):
            seen.append(function.__name__)
            return function(*of, **named)

        monkeypatch.setattr(general, function.__name__, noted)
    return seen


def test_a_profile_is_read_off_once_and_another_one_anew(computed):
    first, second = profile(DET, "ours"), profile(OBJ, "theirs", value=0.71)
    for of, key, share in ((first, DET, "83 %"), (first, DET, "83 %"), (second, OBJ, "71 %"), (first, DET, "83 %")):
        assert "syntactic" in general.get_families(of)
        assert general.get_scores_of_family(of, "syntactic") == {key[1]: [key[2]]}
        card = general.get_general_card(of, 0, 0, Question("syntactic"))
        assert card == general_card(of.table, 0, 0, Question("syntactic"), of.facts)
        assert share in card.lines[0][1]
        assert card.pointing == (key,)
    for name in ("general_card", "scores_in", "families_in"):
        assert computed.count(name) == 2


def test_each_question_and_head_has_a_card_of_its_own(computed):
    of = profile(DET, "ours")
    assert len(general.get_general_card(of, 0, 0, Question(*DET)).lines) == 1
    assert general.get_general_card(of, 0, 0, Question("syntactic")).lines
    assert general.get_general_card(of, 0, 1, Question(*DET)).lines == ()
    assert computed == ["general_card"] * 3


def test_examples_among_our_sentences_are_looked_for_once_a_head(computed, monkeypatch):
    monkeypatch.setattr("mha_viz.ui.shared.scores.parse", parse)
    model = model_from(make(*TEXT["bert"]), tokenizer(), name="bert")
    found = [general.get_examples_of_ours(model, [SENTENCE], 1, head, DET, "encoder") for head in (0, 0, 2)]
    assert computed == ["clearest_examples"] * 2
    assert found[0] is found[1]
    assert {example.text for examples in found for example in examples} <= {SENTENCE}
    general.get_examples_of_ours(model, [], 1, 0, DET, "encoder")  # without the one that somebody reads just now
    assert computed == ["clearest_examples"] * 3
