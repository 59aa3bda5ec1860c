"""The sentences and pictures of the story, on numbers that are made by hand."""

import pytest
import torch

from mha_viz.inputs.words import Words, word_spans
from mha_viz.objects import Positions
from mha_viz.views.story import (
    average_numbers,
    briefing_picture,
    checked_on,
    connection_picture,
    everywhere_numbers,
    head_numbers,
    story_labels,
    turning_numbers,
    twins_picture,
)
from tests.support.captures.cards import OBJ, table_of
from tests.support.pages.drawn import opened


def test_a_text_may_name_the_numbers_of_its_head():
    assert head_numbers((3, 1), 0.714, 0.02) == {"head": "L3 H1", "layer": "3", "share": "71 %", "others": "2.0 %"}
    assert head_numbers((3, 1), 0.714, None)["others"] == "nothing"
    assert everywhere_numbers("made", "it", "cat", 5, 7) == {
        "model": "made", "from": "it", "to": "cat", "layers": "5", "heads": "7", "all": "35",
    }  # fmt: skip


@pytest.mark.parametrize(("lost", "change"), [(0.25, "25 %"), (None, "an unknown part")])
def test_the_average_is_compared_with_the_head(lost, change):
    assert average_numbers((4, 2), torch.tensor([0.7, 0.2]), lost, 0.125) == {
        "head": "L4 H2", "layer": "4", "share": "70 %", "average": "20 %", "lost": change, "least": "12 %",
    }  # fmt: skip


def test_the_head_that_turns_is_told_with_both_endings():
    row = {"layer": 7, "head": 4, "from": "it", "to": "cat", "first": 0.614, "second": -0.8251}
    assert turning_numbers(row, "mat", ("tired", "dirty")) == {
        "head": "L7 H4", "layer": "7", "ending": "tired", "other_ending": "dirty", "other": "mat",
        "first": "61 points more", "second": "83 points less",
    }  # fmt: skip


def test_on_how_many_sentences_heads_were_checked():
    corpora = [{"what": "a", "sentences": 1990}, {"what": "b", "sentences": 11}, {"what": "rated words"}]
    assert checked_on({"corpora": corpora}) == "2,001 sentences"
    assert checked_on({}) == "many sentences"


def test_a_reader_s_own_link_is_drawn_and_nothing_of_a_model():
    text = "the cat was tired because it ran"
    spans = tuple(word_spans(text))
    positions = Positions((0,) * 7, tuple(text.split()), (False,) * 7, spans)
    words = Words(positions, tuple((i,) for i in range(7)))
    header, _ = opened(connection_picture(text, words, 5, 1, "made"))
    assert header["words"] == text.split()
    assert (header["links"], header["arcs"]) == ([[5, 1, "stands for", "answer"]], [])
    assert header["title"] == "The story, connection: made"


def test_the_briefing_has_the_length_of_each_head_s_mean_contribution():
    contributions = torch.zeros(3, 2, 5)  # (head, token of the word, d_model)
    contributions[0, :, 0], contributions[2, 0, 1], contributions[2, 1, 2] = 7.0, 6.0, 8.0
    header, arrays = opened(briefing_picture(contributions, 4, "it", **story_labels("briefing", "made", "the text")))
    assert arrays["values"].tolist() == [7.0, 0.0, 5.0]
    (panel,) = header["panels"]
    assert (panel["title"], panel["rows"], panel["unit"]) == (
        "What each head of L4 adds to “it”", ["H0", "H1", "H2"], "length",
    )  # fmt: skip
    assert (header["facts"], header["file_name"]) == (["the text"], "story-briefing")


TWINS = ("coreference", "twins", None)
BEST = (*TWINS, 3, 1, 0.5, 180, 0.03125, 0.25, 0.0625, "not enough evidence", "first candidate")
OTHER = (*TWINS, 1, 4, 0.375, 180, 0.03125, 0.25, 0.0625, "not enough evidence", "first candidate")


def bars_of(view):
    panel = view.header["panels"][0]
    return dict(zip(panel["rows"], view.arrays["values"].tolist(), strict=True))


def test_the_head_of_a_sentence_stands_beside_the_best_and_guessing():
    told = bars_of(twins_picture(table_of(OTHER, BEST), (1, 4)))
    assert told == {"L1 H4": 0.375, "L3 H1, the best": 0.5, "guessing": 0.25, "untrained model": 0.0625}
    assert next(iter(told)) == "L1 H4"
    assert next(iter(bars_of(twins_picture(table_of(OTHER, BEST), (3, 1))))) == "L3 H1, the best"


def test_a_rule_that_has_more_right_than_guessing_is_the_bar():
    ruled = (*BEST[:7], 0.4375, *BEST[8:])
    assert bars_of(twins_picture(table_of(ruled), (0, 0)))["a simple rule"] == 0.4375


def test_without_pairs_there_is_no_picture_of_them():
    assert twins_picture(table_of(OBJ), (0, 0)) is None
