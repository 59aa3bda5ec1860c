"""The panel of specialists, from a real profile and from tables that are changed by hand."""

from types import SimpleNamespace

import pandas as pd
import pytest
import torch

from mha_viz.attention.tables import pattern_frame
from mha_viz.evidence import specialists as of_specialists
from mha_viz.evidence.corpus.profiles import profile_of
from mha_viz.evidence.ranking import are_strong, of_head
from mha_viz.evidence.specialists import EVERYWHERE, PANEL, relation_of, seeming_sentence, specialists
from mha_viz.inputs.words import word_axes
from mha_viz.lessons.lesson import RELATIONS
from mha_viz.objects import AttentionCall, Capture, Positions
from mha_viz.recording.capture import capture
from mha_viz.wording import in_percent

TEXT = "The cat sat on the mat because it was tired."


def test_specialists_do_more_than_a_rule_and_no_head_speaks_twice(minilm):
    table = profile_of(minilm.name, minilm.identity).table
    experts = specialists(table, capture(minilm, TEXT), "encoder")
    places = [(expert.layer, expert.head) for expert in experts]
    assert len(places) == len(set(places)) >= 4
    for expert in experts:
        assert are_strong(of_head(table, expert.layer, expert.head)).any()
        assert ": established. In this sentence" in expert.sentence
    assert any("L2 H1 points from an adverb to its modified word in 55 %" in expert.sentence for expert in experts)
    of_two = table[(table["score"] == "advmod") & (table["verdict"] == "established")].iloc[[0]]
    of_two = pd.concat([table, of_two.assign(layer=0, head=2, value=0.999)], ignore_index=True)
    again = [(expert.layer, expert.head) for expert in specialists(of_two, capture(minilm, "The cat sat."), "encoder")]
    assert len(again) == len(set(again)) == len(places)


def test_of_a_text_whose_relations_are_known_only_these_speak_with_their_words(minilm):
    table = profile_of(minilm.name, minilm.identity).table
    seen = capture(minilm, "Ann was very tired.")
    words = [word.strip("#") for word in word_axes(seen, "encoder")[0].positions.labels]
    pair = words.index("very"), words.index("was")  # not where it looks most
    syntactic = "points from an adverb to its modified word"
    (expert,) = (one for one in specialists(table, seen, "encoder", {"advmod": pair}) if syntactic in one.sentence)
    weights = pattern_frame(seen, expert.layer, expert.head, words=True)
    assert expert.sentence.endswith(f"In this sentence: “very” → “was”, {in_percent(weights.loc['very', 'was'])}.")
    others = specialists(table, seen, "encoder", {"det": pair})
    assert others  # what every text has still speaks
    assert all("points from" not in one.sentence or "determiner" in one.sentence for one in others)


def test_each_score_is_about_the_relation_that_lessons_name():
    keys = [key for group in PANEL for key in group if key[0] not in EVERYWHERE]
    named = {relation_of(key) for key in keys} - {"duplicate token"}  # a word that comes again is no relation
    assert named == {*RELATIONS}


def test_what_is_only_consistent_is_said_so_and_simple_rules_do_not_speak(minilm):
    table = profile_of(minilm.name, minilm.identity).table
    found = capture(minilm, "The cat sat.")
    weak = table.assign(verdict="consistent with")
    experts = specialists(weak, found, "encoder")
    assert experts
    assert all(": consistent with that, not established. In this sentence" in expert.sentence for expert in experts)
    assert specialists(weak.assign(baseline=weak["value"]), found, "encoder") == []


def test_a_head_that_seems_to_follow_grammar_is_told_with_the_rule_that_does_better(minilm):
    table = profile_of(minilm.name, minilm.identity).table
    assert (
        "L2 H0 points from an object to its verb in 74 % of 586 cases, where the rule “nearest verb before” gets"
        in (seeming_sentence(table))
    )
    obj = (table["score"] == "obj") & (table["direction"] == "dep→head")
    assert "object to its verb" not in seeming_sentence(table.assign(baseline=table["baseline"].mask(obj, 0.0)))
    assert seeming_sentence(table[table["family"] != "syntactic"]) == ""


@pytest.mark.parametrize(
    ("family", "kind", "look"),
    [
        ("syntactic", "encoder", "“cat” → “it”, 60 %"),  # to another word that is no special token
        ("coreference", "encoder", "“it” → “cat”, 30 %"),  # from a pronoun
        ("sinks", "encoder", "“it” → “[CLS]”, 95 %"),
        ("sinks", "decoder", "“ran” → “[CLS]”, 85 %"),  # the first word has nothing else to look at
    ],
)
def test_the_clearest_look_is_of_what_the_head_is_said_to_do(family, kind, look):
    labels = ("[CLS]", "it", "cat", "sat", "ran", "[SEP]")
    text = "it cat sat ran"
    spans = (None, (0, 2), (3, 6), (7, 10), (11, 14), None)
    axis = Positions((0,) * 6, labels, (True, *(False,) * 4, True), spans, text)
    head = torch.tensor(
        [
            [1.00, 0.00, 0.00, 0.00, 0.00, 0.00],
            [0.95, 0.00, 0.30, 0.20, 0.05, 0.00],
            [0.10, 0.60, 0.20, 0.10, 0.00, 0.00],
            [0.05, 0.05, 0.05, 0.80, 0.05, 0.00],
            [0.85, 0.05, 0.05, 0.00, 0.05, 0.00],
            [0.00, 0.00, 1.00, 0.00, 0.00, 0.00],
        ]
    )
    even = torch.full((6, 6), 1 / 6)
    calls = tuple(
        AttentionCall(layer, kind, seen_pattern=torch.stack([even, head if layer == 3 else even])) for layer in (0, 3)
    )
    found = Capture("by hand", None, text, None, calls, {kind: axis}, {kind: axis})
    row = SimpleNamespace(layer=3, head=1, family=family)
    sentence = of_specialists._sentence(row, found, word_axes(found, kind)[0], kind, lambda _: "does it.")
    assert sentence == f"L3 H1 does it. In this sentence: {look}."
