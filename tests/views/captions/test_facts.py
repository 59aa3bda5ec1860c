"""The sentences, facts and names that stand beside what is shown."""

import json

import pytest
import torch

from mha_viz.attention.selection import MAPS, OVER, Selection
from mha_viz.attention.shown import choose, rows_of
from mha_viz.inputs.text import numbered
from mha_viz.language import spoken
from mha_viz.models.load import model_from
from mha_viz.objects import AttentionCall, Capture
from mha_viz.recording.capture import capture
from mha_viz.views.captions.facts import (
    CAUSAL_ROLLOUT,
    ON_WORDS,
    fact_lines,
    facts_of,
    file_name,
    hidden_sentence,
    name_of,
)
from mha_viz.views.captions.notes import badge, head_note, row_sums
from mha_viz.views.grid import model_note
from tests.support.networks.families import ENCODER_DECODERS, TEXTS, make, text_model, tokenizer
from tests.support.texts.texts import positions

SINKS = "Rows sum to less than 1: this model has learned sinks"
LARGEST = "Each cell is the largest of the layer's heads, so rows can sum to more than 1. "


def captured(name, text=TEXTS[1]):
    return capture(text_model(name)[1], text)


def shown_of(found, **settings):
    return choose(found, Selection(found.kinds[0], **settings))


def note_of(shown, layer=0):
    maps, hidden = rows_of(shown, layer)
    return head_note(shown, maps, hidden.mean().item())


def made(axis, kind="encoder", **more):
    n = len(axis)
    calls = (AttentionCall(0, kind, seen_pattern=torch.full((3, n, n), 1 / n)),)
    return Capture("made", None, axis.text, None, calls, {kind: axis}, {kind: axis}, **more)


# ---- what is hidden ----------------------------------------------------------------------------------------------


def test_what_is_hidden_is_said_with_its_share():
    axis = positions("a b, c", None, (0, 1), (2, 3), (3, 4), (5, 6))  # each of five gets a fifth
    shown = shown_of(made(axis), hidden=("special tokens", "punctuation"))
    assert note_of(shown).startswith("Hidden: [S], ,; the rows shown give them 40 % on average. Each row is one query")
    assert note_of(shown_of(made(axis), hidden=("first token",))).startswith(
        "Hidden: [S]; the rows shown give them 20 %"
    )
    assert "Hidden" not in note_of(shown_of(made(axis)))
    assert model_note(shown).startswith("Hidden: [S], ,. Rows look at columns.")


def test_the_share_is_left_out_where_it_would_not_be_one():
    axis = positions("a b, c", None, (0, 1), (2, 3), (3, 4), (5, 6))
    for settings in ({"over": OVER[2]}, {"renormalise": True}, {"map": "Rollout"}):
        shown = shown_of(made(axis), hidden=("first token",), **settings)
        assert "%" not in note_of(shown)
        assert note_of(shown).startswith("Hidden: [S]. ")
    assert "20 %" in note_of(shown_of(made(axis), hidden=("first token",), over=OVER[1]))
    scaled = shown_of(made(axis), hidden=("first token",), renormalise=True)
    assert "Rows are scaled to sum to 1 without them. " in note_of(scaled)


def test_many_hidden_labels_are_named_once_and_cut():
    commas = positions("a,,b", (0, 1), (1, 2), (2, 3), (3, 4))
    assert hidden_sentence(shown_of(made(commas), hidden=("punctuation",))) == "Hidden: ,. "
    signs = "a.,;:!?-/()b"
    axis = positions(signs, *((i, i + 1) for i in range(len(signs))))
    assert hidden_sentence(shown_of(made(axis), hidden=("punctuation",))) == "Hidden: ., ,, ;, :, !, ?, -, /, …. "


# ---- rows that do not sum to 1 -----------------------------------------------------------------------------------


def test_sinks_have_a_badge():
    assert SINKS in note_of(shown_of(captured("gpt-oss")))
    assert SINKS in note_of(shown_of(captured("gpt-oss"), over=OVER[1]))
    assert SINKS not in note_of(shown_of(captured("gpt-oss"), renormalise=True))
    for name in ("llama", "bert", "mistral", "bloom"):
        assert "Rows sum" not in note_of(shown_of(captured(name)))


def test_the_largest_of_heads_has_a_badge():
    shown = shown_of(captured("llama"), over=OVER[2])
    assert note_of(shown).startswith(LARGEST)
    assert SINKS not in note_of(shown)
    assert LARGEST not in note_of(shown_of(captured("llama"), over=OVER[1]))


def test_rows_that_are_cut_are_not_called_short():
    shown = shown_of(captured("llama"))
    maps, _ = rows_of(shown, 0)
    assert row_sums(shown, maps, 0.0) == ""
    assert row_sums(shown, maps[..., :3], 0.0) == ""  # a window: what it leaves out is no sink
    assert SINKS in row_sums(shown, maps * 0.9, 0.0)
    logits = shown_of(captured("gpt-oss"), map="Logits")
    assert "Rows sum" not in note_of(logits)


# ---- how to read -------------------------------------------------------------------------------------------------


def test_a_causal_rollout_is_to_be_read_with_care():
    for name, said in (("llama", True), ("bert", False)):
        shown = shown_of(captured(name), map="Rollout")
        assert (CAUSAL_ROLLOUT in note_of(shown)) == (CAUSAL_ROLLOUT in model_note(shown)) == said
        assert CAUSAL_ROLLOUT not in note_of(shown_of(captured(name)))


@pytest.mark.parametrize("map_name", MAPS)
def test_every_map_says_what_it_is(map_name):
    shown = shown_of(captured("bert"), map=map_name)
    assert MAPS[map_name].sentence in note_of(shown)
    own = " Each picture has a scale of its own." in model_note(shown)
    assert own == (map_name not in ("Pattern", "Rollout"))
    assert (MAPS[map_name].sentence in model_note(shown)) == (map_name != "Pattern")


def test_pooled_pictures_say_so():
    assert "Pooled" not in model_note(shown_of(made(numbered(30))))
    assert "Pooled to 30 × 30: each dot is the largest value it covers." in model_note(shown_of(made(numbered(31))))


def test_each_kind_is_read_in_its_way():
    model = model_from(make(*ENCODER_DECODERS["bart"]), tokenizer(), name="bart")
    found = capture(model, TEXTS[0], target="he ran")
    notes = [model_note(choose(found, Selection(kind))) for kind in ("encoder", "decoder", "cross")]
    assert [("both ways" in note, "left to right" in note, "the decoder reads" in note) for note in notes] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip
    assert "target he ran" in fact_lines(facts_of(choose(found, Selection("cross"))))[-1]


def test_words_say_how_they_are_joined():
    shown = shown_of(captured("bert"), words=True)
    assert note_of(shown).endswith(ON_WORDS)
    assert model_note(shown).endswith(ON_WORDS)
    assert ON_WORDS not in note_of(shown_of(captured("bert")))


# ---- facts and names ---------------------------------------------------------------------------------------------


def test_facts_hold_every_setting_and_nothing_empty():
    axis = positions("a b", (0, 1), (2, 3))
    plain = facts_of(shown_of(made(axis)))
    assert plain == {
        "model": "made", "text": "a b", "attention": "encoder", "shows": "Pattern",
        "unit": "share of the row's attention", "on": "tokens",
    }  # fmt: skip
    assert json.loads(json.dumps(plain)) == plain
    full = facts_of(
        shown_of(
            made(axis, n_generated=3, pair="c d"),
            words=True,
            renormalise=True,
            hidden=("first token",),
            between=(0, 1),
        ),
        0,
        [0, 2],
        (0, 5, 7, 11),
    )
    assert full["layer"] == 0  # the first layer is a layer
    assert full["heads"] == ["H0", "H2"]
    assert (full["second text"], full["tokens generated"], full["between segments"]) == ("c d", 3, [0, 1])
    assert (full["on"], full["hidden"], full["rows scaled to sum to 1"]) == ("words", ["first token"], True)
    assert full["window"] == "queries 0 to 4, keys 7 to 10"
    assert "heads" not in facts_of(shown_of(made(axis), over=OVER[1]), 1, [0])
    assert facts_of(shown_of(made(axis), over=OVER[1]))["of"] == OVER[1]
    assert facts_of(shown_of(made(axis), map="Rollout"))["of"] == "the layer"


def test_facts_say_which_languages_a_translation_model_was_told():
    axis = positions("le chat", (0, 2), (3, 7))
    told = facts_of(shown_of(made(axis, languages=("fra_Latn", "deu_Latn"))))
    assert (told["language"], told["language of the target"]) == ("French (fra_Latn)", "German (deu_Latn)")
    assert "language" not in str(facts_of(shown_of(made(axis))))


def test_facts_in_lines():
    axis = positions("a b", (0, 1), (2, 3))
    lines = fact_lines(facts_of(shown_of(made(axis), renormalise=True), 0, [1, 2]))
    assert lines == [
        "“a b”",
        "model made; attention encoder; unit share of the row's attention; layer 0; heads H1, H2; "
        "on tokens; rows scaled to sum to 1",
    ]
    assert fact_lines({"model": "m", "weights sha256": "abcdef" * 9}) == ["model m; weights abcdefabcdef…"]


def test_facts_of_a_picture_are_in_the_language_of_the_run_and_words_of_the_text_as_they_are():
    facts = {"text": "a head", "model": "m", "unit": "share of attention", "on": "words", "from": "words", "mine": 2}
    with spoken("de"):
        assert fact_lines(facts) == [
            "„a head“", "Modell: m; Einheit: Anteil der Aufmerksamkeit; Ebene: Wörter; von: words; mine: 2",
        ]  # fmt: skip


def test_names_of_heads_and_files():
    found = captured("llama")
    shown = shown_of(found)
    assert name_of(shown, 3, [0]) == "L3 H0"
    assert name_of(shown, 3, [0, 5]) == "L3 H0, H5"
    assert name_of(shown, 3, [0, 1, 2, 3, 4]) == "5 heads of L3"
    assert name_of(shown_of(found, over=OVER[1]), 1, [0]) == "mean of the layer's heads of L1"
    assert name_of(shown_of(found, map="Rollout"), 1, [0]) == "L1"
    assert file_name(shown) == "llama-all-Pattern"
    assert file_name(shown, "L0 H1/../x") == "llama-L0-H1-..-x-Pattern"
    assert len(file_name(shown, "x" * 300)) <= 80
    assert file_name(shown_of(made(positions("a", (0, 1)))), "/" * 100) == "Pattern"
    assert not file_name(shown, "..." * 50).startswith((".", "-"))


def test_the_badge_says_what_rows_sum_to():
    axis = positions("a b, c", None, (0, 1), (2, 3), (3, 4), (5, 6))  # each of five gets a fifth

    def badge_of(found, **settings):
        shown = shown_of(found, **settings)
        return badge(shown, rows_of(shown, 0)[0])

    assert badge_of(made(axis)) == ""
    assert badge_of(made(axis), map="Rollout") == ""
    assert badge_of(captured("llama"), map="Logits") == ""
    hidden = ("special tokens", "punctuation")
    assert badge_of(made(axis), hidden=hidden) == "rows sum to 0.60: hidden keys hold the rest"
    assert badge_of(made(axis), hidden=hidden, renormalise=True) == ""
    assert badge_of(captured("gpt-oss")).endswith(": a learned sink takes the rest")
    assert badge_of(captured("bert"), over=OVER[2]).endswith(": each cell is the largest of all heads")
