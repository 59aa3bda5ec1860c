"""What is said of a comparison, on changes that are made by hand."""

from dataclasses import replace

import pandas as pd
import pytest
import torch

from mha_viz.comparison.changes import nearest_first
from mha_viz.comparison.comparison import comparison_of, distances_between, nearest_counterpart
from mha_viz.inputs.languages import language_name
from mha_viz.recording.capture import capture
from mha_viz.views.compare.alignment import alignment_sentence
from mha_viz.views.compare.compare import comparison_facts, comparison_picture
from mha_viz.views.compare.sentences import Usual, cannot_differ_sentence, matching_sentence, pair_sentences
from tests.support.networks.families import text_model
from tests.support.texts.chats import PLAIN, chat_model, messages

COLUMNS = ["layer", "head", "other_layer", "other_head", "from", "to", "first", "second", "change", "distance", "n"]
ROWS = [
    (1, 2, 1, 2, "sat", "cat", 0.5, 0.25, -0.25, 0.125, 7),
    (0, 1, 0, 0, "sat", "cat", 0.2, 0.3, 0.1, 0.0625, 7),
    (1, 0, 0, 2, "sat", "the", 0.4, -0.4, -0.8, 0.5, 7),
]
CHANGES = pd.DataFrame(ROWS, columns=COLUMNS)


@pytest.fixture(scope="module")
def comparison():
    """Of a model that reads left to right, two texts that differ from the fourth word on."""
    model = text_model("llama")[1]
    return comparison_of(capture(model, "the cat sat on a mat"), capture(model, "the cat sat he ran home"))


def test_a_pair_of_heads_is_told_with_its_rank_and_its_distance(comparison):
    caption, note = pair_sentences(comparison, ((0, 1), (0, 0)), CHANGES)
    assert caption == (
        "L0 H1 of llama beside L0 H0 of llama: “sat” gives “cat” 20 % in the first and 30 % in the second. Rank 2 of 3."
    )
    assert note.startswith("The two heads are 0.062 bits apart, on average over 7 rows")
    assert "are compared." in note


def test_the_maps_of_two_chats_bear_their_last_messages():
    model = chat_model(PLAIN)
    sides = [capture(model, messages("user: Hi", f"user: {last}")) for last in ("Oh", "a" * 91)]
    view = comparison_picture(comparison_of(*sides), ((0, 1), (0, 1)), caption="", note="", facts={})
    assert [side["under"] for side in view.header["sides"]] == ["Oh", "a" * 88 + "…"]


def test_one_head_on_two_sentences_is_named_once(comparison):
    caption, _ = pair_sentences(comparison, ((1, 0), (0, 2)), CHANGES, "mat", is_one_head=True, is_ranked=False)
    assert caption.startswith(
        "L1 H0 of llama: “sat” gives “the” 40 points more than “mat” in the first, 40 points less"
    )
    assert caption.endswith("It flips.")


@pytest.mark.parametrize(("words", "told"), [("cat", "1 word is compared."), ("cat sat", "2 words are compared.")])
def test_one_word_is_compared_and_two_are(words, told):
    model = text_model("llama")[1]
    assert alignment_sentence(comparison_of(capture(model, words), capture(model, words))) == told


@pytest.mark.parametrize(
    ("usual", "ends"),
    [
        (0.51, "It flips."),
        (float("nan"), "It flips."),  # of a single head nobody knows what is usual
        (
            0.49,
            "That is no flip: these two are 0.500 bits apart, and two heads of llama usually 0.490 (median), so they "
            "are not alike.",
        ),
    ],
)
def test_two_heads_that_are_not_alike_do_not_flip(comparison, usual, ends):
    caption, note = pair_sentences(
        comparison, ((1, 0), (0, 2)), CHANGES, "mat", is_ranked=False, usual=Usual("llama", usual)
    )
    assert "40 points more than “mat” in the first, 40 points less in the second. " in caption
    assert caption.endswith(ends)
    assert ("; two heads of llama usually are 0.490 apart (Jensen" in note) == (usual == 0.49)


def test_how_far_pairs_are_apart_stands_beside_what_is_usual(comparison):
    said = matching_sentence(comparison, Usual("llama", 0.25), [0.5, 0.125, 0.375], at_same_place=True)
    assert said.endswith("3 pairs, 0.375 bits apart (median); two heads of llama are 0.250 apart (median).")


def test_a_head_without_a_relative_says_so(comparison):
    caption, note = pair_sentences(comparison, ((1, 1), (0, 5)), CHANGES)
    assert caption.startswith(
        "L1 H1 of llama has no relative of its own; it stands beside the one that is nearest, L0 H5"
    )
    assert "bits apart" not in note


def test_why_a_row_cannot_differ(comparison):
    assert cannot_differ_sentence(comparison, 1).startswith("“cat” cannot differ: llama reads left to right")


def test_the_nearest_counterpart_has_the_smallest_distance(comparison):
    distances = distances_between(comparison)
    for head in ((0, 3), (1, 5)):
        row = distances[head[0] * 6 + head[1]].tolist()
        assert nearest_counterpart(comparison, distances, head) == divmod(row.index(min(row)), 6)
    distances = torch.ones(12, 12)
    distances[8, 5] = 0.5
    assert nearest_counterpart(comparison, distances, (1, 2)) == (0, 5)


def test_relatives_stand_by_their_distance():
    assert nearest_first(CHANGES)["distance"].tolist() == [0.0625, 0.125, 0.5]
    assert nearest_first(CHANGES).index.tolist() == [0, 1, 2]


def test_facts_tell_what_the_two_sides_do_not_share(comparison):
    heads = ((0, 1), (1, 5))
    same = comparison_facts(comparison, heads, "two heads", has_models=False, has_texts=False)
    assert (same["compares"], same["heads"], same["attention"]) == (
        "two heads",
        ["L0 H1", "L1 H5"],
        "decoder and decoder",
    )
    assert not {"second model", "second text", "from"} & set(same)
    texts = comparison_facts(comparison, heads, "two sentences", (2, None, 0), has_models=False, has_texts=True)
    assert (texts["text"], texts["second text"]) == ("the cat sat on a mat", "the cat sat he ran home")
    assert (texts["from"], texts["less what goes to"]) == ("sat", "the")
    assert not {"second model", "to"} & set(texts)
    assert texts["rows compared"] == len(comparison.rows)
    models = comparison_facts(comparison, heads, "two models", has_models=True, has_texts=False)
    assert models["second model"] == "llama"


@pytest.mark.parametrize("second", [("de_DE", "fr_XX"), (None, None)])
def test_facts_tell_the_languages_of_both_models(comparison, second):
    first, other = comparison.captures
    told = replace(first, languages=("de", "fr")), replace(other, languages=second)
    heads, both = ((0, 1), (1, 5)), replace(comparison, captures=told)
    facts = comparison_facts(both, heads, "two models", has_models=True, has_texts=False)
    assert (facts["language"], facts["language of the target"]) == ("German (de)", "French (fr)")
    of_second = {name: fact for name, fact in facts.items() if name.startswith("language of the second model")}
    names = ("language of the second model", "language of the second model's target")
    assert of_second == {name: language_name(code) for name, code in zip(names, second, strict=True) if code}
    names = list(facts)
    assert names.index("second model") > names.index("language of the target")  # each stands by its model
    alone = comparison_facts(both, heads, "two sentences", has_models=False, has_texts=True)
    assert [name for name in alone if "language" in name] == ["language", "language of the target"]
