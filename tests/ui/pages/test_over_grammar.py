"""The view What if asked over the classroom model's grammar: the numbers of Python, what is known, and what is left."""

import threading
import time
from dataclasses import replace

import pytest

from mha_viz.comparison.trials import Asks
from mha_viz.evidence.importance.importance import importance
from mha_viz.evidence.importance.over_texts import mean_effect
from mha_viz.evidence.importance.pruning import pruning_curve
from mha_viz.models.load import load_model
from mha_viz.recording.interventions.changes import Zero
from mha_viz.training.verb_trials import read_verbs, verb_subject
from mha_viz.training.verbs import verb_questions
from mha_viz.ui.shared import grammar
from tests.support.pages.pages import opened, sound, view, whole_view

TEXT = "The cat sat on the mat because it was tired, so it"
LINK = {"model": "classroom", "text": TEXT, "view": "What if", "layer": "0", "head": "0"}


def what_if(**link):
    return opened("pages/Explore.py", **{**LINK, "ask": Asks.grammar, **link})


def waited(test):
    """The page once nothing goes on any longer."""
    begin = time.monotonic()
    while test.get("progress") and time.monotonic() - begin < 60:
        time.sleep(0.1)
        test.run()
    return sound(test)


def told(test):
    return " ".join(element.value.replace("\\", "") for element in (*test.markdown, *test.caption))


def facts_of(header):
    return " ".join(header["facts"]).replace("\u2068", "").replace("\u2069", "")


@pytest.fixture(autouse=True)
def nothing_known():
    grammar._over_grammar.clear()
    grammar._every_head.clear()
    grammar._pruning.clear()


def test_before_after_and_the_interval_are_those_of_python_and_others_stand_beside_them():
    test = waited(what_if())
    texts, asks, units = verb_questions()
    row = mean_effect(load_model("classroom"), texts, Zero([(0, 0)]), asks, units=units).iloc[0]
    header, arrays = whole_view(test, "effect")
    assert (*arrays["before"], *arrays["after"]) == pytest.approx((row["before"], row["after"]))
    drop, low, high = (f"{100 * share:.1f}" for share in (-row["difference"], -row["high"], -row["low"]))
    assert header["caption"].endswith(f"accuracy falls by {drop} points [{low}, {high}].")
    assert header["note"].endswith(
        f"p = {row['p']:.3f}, from the signs of their differences. "
        "Noising: if the answer gets worse, it needed what was changed."
    )
    assert "Beside 3 others (the other heads of its layer): 0 with a larger effect" in told(test)
    facts = facts_of(header)
    assert "sentences 180 of its grammar" in facts
    assert "change zero L0 H0; way noising" in facts
    assert TEXT not in facts


def test_the_page_says_which_head_looks_and_which_one_costs():
    said = told(waited(what_if()))
    assert "L1 H2 finds most" in said
    assert "L1 H1 finds 78.9 %" in said
    assert "to look is not to matter" in said
    assert "L0 H0 matters most: without it accuracy falls by 51.7 points" in said


def test_every_head_alone_is_what_importance_says():
    test = waited(what_if(alone="yes"))
    texts, asks, units = verb_questions()
    table = importance(load_model("classroom"), texts, asks, units=units, effects=("total",))
    assert whole_view(test, "scores")[1]["value"].tolist() == pytest.approx(table["total"].tolist())
    assert view(test, "scores")["caption"].startswith("Taking out L0 H0 alone changes it most: accuracy by −0.517")


@pytest.mark.parametrize("how", ["cut a line", "take from another text"])
def test_what_is_made_of_one_sentence_is_refused_in_a_sentence(how):
    test = waited(what_if(how=how, source="The dog sat on the mat.", cut="3.1"))
    assert any("a change is made in all sentences" in one.value for one in test.info)


def test_only_a_model_of_the_grammar_is_asked():
    assert Asks.grammar in waited(what_if()).selectbox(key="ask").options[-1].casefold()
    other = sound(what_if(model="minilm"))
    assert "grammar" not in " ".join(other.selectbox(key="ask").options)
    assert view(other, "effect")["label"].startswith("How far each word's vector turns")


def test_it_is_left_before_anything_is_known_and_then_asked_the_first_question_again(monkeypatch):
    goes_on = threading.Event()

    def slow(*_, **__):
        goes_on.wait(30)
        raise AssertionError

    monkeypatch.setattr(grammar, "verb_effect", slow)
    test = what_if()
    try:
        next(button for button in test.button if button.key == "cancel_over_grammar").click().run()
        assert sound(test).query_params.get("ask") != [Asks.grammar]
        assert view(test, "effect")["label"].startswith("The likeliest next words")
    finally:
        goes_on.set()


def test_it_is_left_when_the_effect_is_known_which_stays(monkeypatch):
    begun, goes_on = threading.Event(), threading.Event()

    def slow(_read, _trial, progress):
        begun.set()
        goes_on.wait(30)
        progress(0.5)
        raise AssertionError

    with monkeypatch.context() as other:
        other.setattr(grammar, "verb_control", slow)
        test = what_if()
        begun.wait(30)
        test.run()
        next(button for button in test.button if button.key == "cancel_over_grammar").click().run()
        goes_on.set()
        test = waited(test)
    assert view(test, "effect")["label"].startswith("Accuracy over its grammar, without L0 H0")
    assert "Beside 3 others" not in told(test)
    next(button for button in test.button if button.label == "Hold it beside other heads").click().run()
    assert "Beside 3 others" in told(waited(test))


def test_means_of_the_classroom_model_are_over_its_grammar():
    test = sound(what_if(ask="next word", how="mean"))
    assert "change mean over 180 texts in L0 H0" in facts_of(view(test, "effect"))


def test_heads_are_taken_out_one_after_the_other_over_the_grammar(monkeypatch):
    read = read_verbs(load_model("classroom"))
    few = replace(read, **{name: getattr(read, name)[::9] for name in ("texts", "units", "questions", "right")})
    monkeypatch.setattr(grammar, "_read", lambda *_: few)
    test = waited(what_if(pruned="yes"))
    header, arrays = whole_view(test, "pruning")
    expected = pruning_curve(verb_subject(few, "decoder"), step=1)
    assert header["curves"] == ["ranked anew after every step", "ranked once, by exact effects"]
    curves = [expected[expected["order"] == order]["value"].tolist() for order in ("greedy", "exact")]
    assert arrays["values"].tolist() == pytest.approx([value for curve in curves for value in curve])
    assert header["caption"].startswith("Without any head, accuracy goes from ")
    facts = facts_of(header)
    assert "sentences 180 of its grammar" in facts
    assert "how heads set to zero one after the other" in facts
    assert "heads changed" not in facts
