"""What stands beside a score: on tables, captures and annotations that are made by hand."""

from math import nan

import pandas as pd
import pytest
import torch

from mha_viz.annotation.annotated import Annotated
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.ranking import Question
from mha_viz.evidence.score_names import needs_annotation
from mha_viz.evidence.verdict import RULES
from mha_viz.inputs.text import numbered
from mha_viz.language import spoken
from mha_viz.objects import AttentionCall, Capture, Model
from mha_viz.table_files import to_csv
from mha_viz.views.captions.facts import fact_lines
from mha_viz.views.scores.facts import SILVER, how_to_profile, score_facts, score_note
from mha_viz.views.scores.scores import GENERAL, HERE

OBJ, FIRST = Question("syntactic", "obj", "dep→head"), Question("sinks", "first token")
TWINS, BETWEEN = Question("coreference", "twins"), Question("words", "of “it” to “cat”")
GUESSED, BY_PEOPLE = Annotated("it sat", is_gold=False), Annotated("it sat", is_gold=True)
MODEL = Model("made", None, None, "interface", identity="0123")
MEASURED = "Measured on a treebank (7 sentences, annotated by people)."


def rows_of(question):
    columns = {
        "layer": [0],
        "head": [2],
        "value": 0.5,
        "n": 11,
        "baseline": nan,
        "chance": 0.25,
        "control": nan,
        "p": nan,
    }
    columns |= {"verdict": "established", "rule": None, "direction": question.direction}
    return pd.DataFrame(columns).assign(family=question.family, score=question.score)


def profile_of(question):
    corpora = [{"what": "a treebank", "sentences": 7, "is_gold": True}]
    return Profile(rows_of(question), {"corpora": corpora, "rules": RULES})


def captured(text="it sat", pair=None):
    axis = numbered(3)
    calls = (AttentionCall(0, "encoder", seen_pattern=torch.full((5, 3, 3), 1 / 3)),)
    return Capture("made", "0123", text, None, calls, {"encoder": axis}, {"encoder": axis}, pair=pair)


@pytest.mark.parametrize(
    ("question", "where", "has_profile", "annotated", "note"),
    [
        (OBJ, GENERAL, True, None, MEASURED),
        (OBJ, GENERAL, False, None, ""),
        (OBJ, HERE, True, GUESSED, SILVER),
        (OBJ, HERE, True, BY_PEOPLE, ""),
        (OBJ, HERE, True, None, ""),
        (FIRST, HERE, True, GUESSED, ""),  # no word decides it
        (BETWEEN, HERE, True, GUESSED, ""),
    ],
)
def test_the_note_says_what_was_measured_and_who_annotated(question, where, has_profile, annotated, note):
    profile = profile_of(OBJ) if has_profile else None
    assert score_note(question, where, profile, annotated, "made") == note


def test_a_sentence_that_is_solved_is_told_with_what_twins_say():
    note = score_note(TWINS, HERE, profile_of(TWINS), GUESSED, "made")
    assert note.startswith(f"{SILVER} One of made's heads passes a test with pairs of sentences")
    assert "pairs of sentences" not in score_note(TWINS, GENERAL, profile_of(TWINS), None, "made")
    assert score_note(TWINS, HERE, None, GUESSED, "made") == SILVER


def test_what_words_are_to_each_other_decides_some_families():
    families = ("syntactic", "coreference", "tone", "sinks", "positional", "spread", "words")
    assert [needs_annotation(family) for family in families] == [True, True, True, False, False, False, False]


def test_an_export_of_one_text_names_the_text_and_one_of_a_corpus_the_corpus():
    here = score_facts(
        MODEL, captured(pair="he ran"), OBJ, rows_of(OBJ), where=HERE, kind="encoder", profile=profile_of(OBJ)
    )
    assert (here["model"], here["weights sha256"], here["text"], here["second text"]) == (
        "made", "0123", "it sat", "he ran",
    )  # fmt: skip
    assert (here["shows"], here["direction"], here["unit"]) == (
        "obj (object), dependent → head",
        "dep→head",
        "share of items",
    )
    assert "points from an object to its verb" in here["means"]
    assert not {"target", "measured on"} & set(here)
    general = score_facts(MODEL, captured(), OBJ, rows_of(OBJ), where=GENERAL, kind="encoder", profile=profile_of(OBJ))
    assert general["measured on"] == MEASURED
    assert "text" not in general


def test_an_export_is_in_english_whoever_saves_it_and_its_picture_in_the_language_of_the_page():
    tables, lines = {}, {}
    for code in ("en", "de"):
        with spoken(code):
            general = {"where": GENERAL, "kind": "encoder", "profile": profile_of(FIRST)}
            facts = score_facts(MODEL, captured(), FIRST, rows_of(FIRST), **general)
            tables[code], lines[code] = to_csv(rows_of(FIRST), facts), " ".join(fact_lines(facts))
    assert tables["de"] == tables["en"]
    assert f"measured on {MEASURED}" in lines["en"]
    assert "Gemessen an: a treebank (7 Sätze, von Menschen annotiert)." in lines["de"]
    assert "Score: erstes Token" in lines["de"]


def test_an_export_of_words_has_no_score_to_explain():
    facts = score_facts(MODEL, captured(), BETWEEN, rows_of(BETWEEN), where=HERE, kind="encoder", profile=None)
    assert (facts["shows"], facts["unit"]) == ("Attention of “it” to “cat”", "share of attention")
    assert "means" not in facts
    whole = Question("sinks")
    facts = score_facts(MODEL, captured(), whole, rows_of(FIRST), where=HERE, kind="encoder", profile=None)
    assert facts["score"] == "the best of each head"


def test_the_commands_that_make_a_profile_can_be_pasted():
    sentence, commands = how_to_profile("my models/one")
    assert sentence.startswith("There is no profile of my models/one: ")
    assert commands.splitlines() == [
        "mha-viz profile --model 'my models/one'", "mha-viz profile --model 'my models/one' --conllu FILE",
    ]  # fmt: skip
    assert how_to_profile("one", dtype="bfloat16")[1].startswith("mha-viz profile --model one --dtype bfloat16\n")
