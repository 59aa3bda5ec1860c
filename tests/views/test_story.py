"""The sentences and pictures of the story, on numbers that are made by hand."""

import pytest
import torch

from mha_viz.inputs.words import Words, word_spans
from mha_viz.objects import Positions
from mha_viz.views.story import (
    average_sentence,
    briefing_picture,
    connection_picture,
    looking_sentence,
    one_attention_sentence,
    story_labels,
    turning_sentence,
    whole_model_sentence,
)
from tests.support.pages.drawn import opened


def test_sentences_tell_the_numbers():
    assert one_attention_sentence("it", "cat", 0.714, 0.02) == (
        "In one head, “it” has 100 % of attention to give away. This head gives 71 % of it to “cat”; the other words "
        "give “cat” 2.0 % on average."
    )
    assert looking_sentence("it", "cat", (3, 1), 0.5, None).startswith(
        "“it” looks at “cat”: L3 H1 gives it 50 %. If every word looks there"
    )
    assert whole_model_sentence(5, 7).startswith("5 layers with 7 heads each")


LOST = ", and the layer's output would change by 25 % of its length."


@pytest.mark.parametrize(("lost", "change"), [(0.25, LOST), (None, ".")])
def test_the_average_is_compared_with_the_head(lost, change):
    sentence = average_sentence("it", "cat", torch.tensor([0.7, 0.2]), 4, 11, lost)
    assert sentence.startswith(
        f"If all 11 heads of layer 4 shared one pattern, their average, “it” would give “cat” 20 % instead of "
        f"70 %{change} One pattern"
    )


def test_the_head_that_turns_is_told_with_both_endings():
    row = {"layer": 7, "head": 4, "from": "it", "to": "cat", "first": 0.614, "second": -0.8251}
    assert turning_sentence(row, 143, "mat", ("tired", "dirty")) == (
        "Of all 143 heads, L7 H4 changes its mind most: with “tired”, “it” gives “cat” 61 points more than “mat”; with "
        "“dirty”, 83 points less."
    )


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
