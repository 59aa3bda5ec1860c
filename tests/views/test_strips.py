"""The strips of two words: whose heads are drawn, and what is said of them."""

import pytest

from mha_viz.attention.tables import word_rows
from mha_viz.attention.word_pairs import above_others
from mha_viz.inputs.words import ordinary, word_axes
from mha_viz.recording.capture import capture
from mha_viz.views.strips import BELOW, STRIPS, WordPair, pair_facts, pair_picture
from mha_viz.wording import in_percent
from tests.support.networks.families import text_model
from tests.support.pages.drawn import opened

TEXT = "the cat sat on the mat"


def pair(name, query, key, text=TEXT):
    seen = capture(text_model(name)[1], text)
    query_words, key_words = word_axes(seen, seen.kinds[0])
    of_words = WordPair(seen, seen.kinds[0], query_words, key_words, query, key)
    return of_words, word_rows(seen, query_words, key_words, query, kind=seen.kinds[0])


def picture(of_words, rows, drawn=None):
    return opened(pair_picture(of_words, rows, above_of(of_words, rows), drawn or ordinary(of_words.key_words)))


def above_of(of_words, rows):
    axes = of_words.query_words, of_words.key_words
    return above_others(of_words.capture, *axes, of_words.query, rows, kind=of_words.kind)


def test_the_heads_whose_word_gives_more_than_others_stand_first_with_what_they_give():
    of_words, rows = pair("bert", 3, 2)  # “sat” looks at “cat”; the first word is [CLS]
    above = above_of(of_words, rows)
    header, arrays = picture(of_words, rows)
    places = [(layer, head) for layer in range(2) for head in range(3)]
    given = sorted(((above[place][2].item(), place) for place in places), reverse=True)
    assert [place for _, place in given] != sorted(places, key=lambda place: -rows[place][2].item())
    assert header["heads"] == [list(place) for _, place in given[:STRIPS]]
    values = arrays["values"].reshape(STRIPS, 6)
    for strip, others, (more, place) in zip(values, header["from_others"], given, strict=False):
        assert strip == pytest.approx(rows[place][1:7].numpy())
        assert strip[1] - others == pytest.approx(more, abs=1e-6)
    assert (header["words"], header["query"], header["target"]) == (TEXT.split(), 2, 1)
    layer, head = given[0][1]
    share = in_percent(rows[layer, head, 2].item())
    assert header["caption"].startswith(
        f"L{layer} H{head} of bert gives {share} of the attention of “sat” to “cat”; the "
    )
    assert header["caption"].endswith(BELOW)
    assert header["title"] == "What “sat” looks at, bert"


def test_where_no_other_word_can_look_the_heads_that_give_most_stand_first():
    of_words, rows = pair("llama", 5, 4)  # the last two words: nothing comes after them that could look at the first
    header, _ = picture(of_words, rows)
    places = [(layer, head) for layer in range(2) for head in range(6)]
    assert header["heads"] == [list(place) for place in sorted(places, key=lambda place: -rows[place][4])[:STRIPS]]
    assert header["from_others"] == [None] * STRIPS
    assert header["caption"].endswith("“the#2”. Below: the heads that look there most.")


def test_how_many_heads_point_there_is_said_beside_chance():
    of_words, rows = pair("bert", 3, 2)
    n_pointing = sum(int(row[[1, 2, 4, 5, 6]].argmax()) == 1 for row in rows.flatten(0, 1))
    note = picture(of_words, rows)[0]["note"]
    assert f"Of 6 heads, {n_pointing} look from “sat” at “cat” more than at any other word" in note
    assert "one of the 5 words at random, about 1 would" in note
    assert "Special tokens such as [CLS] are left out" in note
    assert "reads left to right" not in note


def test_a_causal_model_is_told_and_what_is_no_link_is_none():
    of_words, rows = pair("llama", 2, 4)  # “sat” cannot see the second “the”
    note = picture(of_words, rows)[0]["note"]
    assert "is no link between two words" in note
    assert "This model reads left to right: “sat” cannot see what comes after it." in note
    assert "Special tokens" not in note
    assert (of_words.looks, of_words.looked_at) == ("sat", "the#2")


def test_of_a_long_text_some_words_are_drawn():
    of_words, rows = pair("bert", 3, 2)
    header, arrays = picture(of_words, rows, [2, 3, 4])
    assert header["note"].endswith(" Of 6 words, the 3 near these two are drawn.")
    assert (header["words"], header["query"], header["target"]) == (["cat", "sat", "on"], 1, 0)
    assert arrays["values"].size == STRIPS * 3


def test_facts_leave_out_what_is_not_there():
    assert pair_facts(pair("llama", 2, 1)[0]) == {"model": "llama", "text": TEXT, "from": "sat", "to": "cat"}
