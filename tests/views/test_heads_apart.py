"""The picture of one word under several heads: its numbers are those of a real network, its sentences made by hand."""

import pytest
import torch

from mha_viz.attention.heads_apart import Added, Apart, WordApart, added_by_heads, word_apart
from mha_viz.attention.maps import contribution, pattern
from mha_viz.errors import NotSeenError
from mha_viz.inputs.words import word_axes
from mha_viz.recording.capture import capture
from mha_viz.views.heads_apart import apart_numbers, apart_picture, how_many_sentence, stops_of
from tests.support.networks.families import TEXTS, text_model
from tests.support.pages.drawn import opened

TEXT = "the cat sat on the mat"


@pytest.fixture(scope="module")
def read():
    seen = capture(text_model("bert")[1], TEXT)
    return seen, word_axes(seen, "encoder")[0]


@pytest.fixture
def looks(read):
    """Word 3, “sat”, in layer 1 of three heads: the first two look at words of their own."""
    seen, words = read
    rows = torch.zeros(2, 3, 8)
    rows[1, 0, 2], rows[1, 0, 6], rows[1, 1, 6], rows[1, 2, 1] = 0.5, 0.125, 0.75, 0.25
    added = Added(torch.tensor([3.0, 2.0, 5.0]), torch.tensor([0.5, 0.25, 0.3]), -0.05, 7.0, 21)
    return WordApart(seen, "encoder", words, 3, rows, rows - 0.0625, Apart(1, ((0, 2), (1, 6)), 2), added)


def test_heads_words_and_shares_are_drawn_as_they_are(looks):
    header, arrays = opened(apart_picture(looks, "What one sees.", title="a title"))
    assert (header["words"], header["query"], header["looked_at"]) == (TEXT.split(), 2, [1, 5])
    assert (header["heads"], header["n_others"], header["has_bias"]) == ([[1, 0], [1, 1]], 1, True)
    assert (header["caption"], header["title"], header["length"]) == ("What one sees.", "a title", 7.0)
    assert header["from_others"] == [0.0625, 0.0625]
    assert arrays["values"].reshape(2, 6).tolist() == [[0, 0.5, 0, 0, 0, 0.125], [0, 0, 0, 0, 0, 0.75]]
    assert arrays["lengths"].tolist() == [3.0, 2.0]
    assert arrays["shares"] == pytest.approx([0.5, 0.25, 0.3, -0.05])


def test_each_stop_says_what_is_seen_and_the_last_adds_up(looks):
    stops = stops_of(looks)
    assert stops == [
        "“sat” reads the sentence with all 3 heads of L1 at the same time, each with its own matrices.",
        "L1 H0: “sat” gives 50 % of its attention to “cat”; the other words give it 6.2 % on average.",
        "L1 H1: “sat” gives 75 % of its attention to “mat”; the other words give it 6.2 % on average.",
        "Each head hands on 7 numbers, taken from where it looked. Those of all 3 heads are laid end to end: 21 "
        "numbers.",
        "One matrix, the output projection, makes one vector for “sat” of these 21 numbers.",
        "The heads' contributions add up to what L1 adds to “sat”: H0 50 % + H1 25 % + 1 other head 30 % + bias −5.0 % "
        "= 100 %.",
    ]
    assert opened(apart_picture(looks, ""))[0]["says"] == stops


def test_a_lesson_may_name_its_numbers(looks):
    assert apart_numbers(looks) == {
        "layer": "1", "drawn": "2 heads", "looked_at": "“cat” and “mat”", "most": "L1 H0", "most_share": "50 %",
        "together": "75 %",
    }  # fmt: skip


def test_where_fewer_or_more_heads_differ_that_is_said(looks):
    assert how_many_sentence(looks).startswith("In no other layer do more heads look from “sat” each at a word")
    object.__setattr__(looks, "apart", Apart(1, ((0, 2),), 3))
    assert how_many_sentence(looks).startswith("Here 3 words have a head that looks at each as a word of its own")
    assert how_many_sentence(looks).endswith("the 1 clearest are drawn.")


def test_what_is_drawn_is_what_the_network_does(read):
    seen, words = read
    found = word_apart(seen, words, 3, kind="encoder")
    header, arrays = opened(apart_picture(found, ""))
    weights, parts = pattern(seen, found.layer), contribution(seen, found.layer)[:, 3]
    n_words = len(header["words"])
    for i, (layer, head) in enumerate(header["heads"]):
        assert layer == found.layer
        drawn = arrays["values"][i * n_words : (i + 1) * n_words]
        assert drawn == pytest.approx(weights[head, 3, 1:7].numpy(), abs=1e-6)
        assert drawn[header["looked_at"][i]] == max(drawn[[j for j in range(n_words) if j != header["query"]]])
        assert arrays["lengths"][i] == pytest.approx(parts[head].norm().item(), rel=1e-5)
    assert arrays["shares"].sum() == pytest.approx(1.0, abs=1e-5)
    assert added_by_heads(seen, found.layer, [3], kind="encoder").length == pytest.approx(header["length"])


def test_of_a_long_text_the_words_near_those_looked_at_are_drawn(monkeypatch):
    monkeypatch.setattr("mha_viz.attention.heads_apart.MORE", 1e-6)
    model = text_model("bert")[1]
    seen = capture(model, " ".join([TEXTS[1], TEXTS[0]] * 2 + [TEXTS[1]]))
    words = word_axes(seen, "encoder")[0]
    found = word_apart(seen, words, 25, kind="encoder")
    header, _ = opened(apart_picture(found, ""))
    wanted = [25, *(word for _, word in found.apart.pairs)]
    assert len(header["words"]) == 26
    assert set(wanted) <= set(found.words_drawn)
    assert header["note"].endswith(" Of 39 words, the 26 near these are drawn.")


def test_where_no_head_looks_at_a_word_of_its_own_that_is_said(read, monkeypatch):
    seen, words = read
    monkeypatch.setattr("mha_viz.attention.heads_apart.MORE", 1.5)
    with pytest.raises(NotSeenError, match="No head of bert looks from “sat” at a word of its own"):
        word_apart(seen, words, 3, kind="encoder")
