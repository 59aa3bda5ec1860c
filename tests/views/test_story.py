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
)
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
