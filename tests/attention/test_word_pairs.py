"""What one word gives to others, in every head: by hand, on two layers, three heads and seven words."""

import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.attention.tables import word_maps, word_rows
from mha_viz.attention.word_pairs import (
    above_others,
    beside_average,
    count_pointing,
    from_others,
    given_by,
    most_picked,
    other_words,
    rows_of_heads,
    strongest_heads,
    telling_word,
    words_near,
)
from mha_viz.inputs.words import Words, merge_pattern, ordinary, word_axes
from mha_viz.models.load import model_from
from mha_viz.objects import Positions
from mha_viz.recording.capture import capture
from tests.support.networks.families import ENCODER_DECODERS, TEXT, make, tokenizer

LABELS = ("[CLS]", "the", "cat", "saw", "a", "mouse", "[SEP]")
ROWS = torch.zeros(2, 3, 7)
ROWS[0, 1, 2], ROWS[0, 2, 2], ROWS[1, 0, 2], ROWS[1, 2, 2] = 0.25, 0.5, 0.5, 0.125
ROWS[0, 0, 4], ROWS[1, 1, 5], ROWS[1, 1, 0] = 0.75, 0.25, 0.75
ROWS[0, 1, 1] = 0.375


def words(labels=LABELS):
    special = tuple(label.startswith("[") for label in labels)
    positions = Positions((0,) * len(labels), labels, special, tuple(None if hidden else (0, 1) for hidden in special))
    return Words(positions, tuple((i,) for i in range(len(labels))))


@pytest.mark.parametrize(
    ("kind", "query", "others"),
    [
        ("encoder", 3, [1, 2, 4, 5]),
        ("decoder", 3, [1, 2]),
        ("cross", 3, [1, 2, 3, 4, 5]),
        ("decoder", 1, [1, 2, 3, 4, 5]),  # it sees none
    ],
)
def test_a_word_points_at_others_that_it_may_see(kind, query, others):
    assert other_words(words(), query, kind) == others


def test_the_strongest_heads_come_first_and_of_equals_the_earlier():
    assert strongest_heads(ROWS, 2, 3) == [(0, 2), (1, 0), (0, 1)]
    assert strongest_heads(ROWS, 2, 99)[3:] == [(1, 2), (0, 0), (1, 1)]


def test_rows_are_taken_of_these_heads_in_their_order():
    assert rows_of_heads(ROWS, [(1, 2), (0, 1)])[:, 2].tolist() == [0.125, 0.25]


def test_the_word_on_which_a_few_heads_agree(monkeypatch):
    monkeypatch.setattr("mha_viz.attention.word_pairs.AGREEING", 2)
    assert most_picked(ROWS, [1, 2, 3]) == 2
    assert most_picked(ROWS, [5, 4, 2]) == 2  # twice a half, though “a” gets three quarters in one head
    assert most_picked(ROWS, [5, 4, 1]) == 4
    assert most_picked(ROWS, [3, 6]) == 3  # both get nothing: the first
    monkeypatch.setattr("mha_viz.attention.word_pairs.AGREEING", 1)
    assert most_picked(ROWS, [5, 4, 2]) == 4
    gone = ROWS.clone()
    gone[0, 0] = torch.nan
    assert most_picked(gone, [5, 4, 2]) == 2


def test_neighbours_and_words_that_say_little_are_proposed_last():
    assert telling_word(ROWS, words(), 5, "encoder") == 2  # “a” and “the” say little
    assert telling_word(ROWS, words(), 2, "decoder") == 1  # there is nothing but the neighbour
    assert telling_word(ROWS, words(), 1, "encoder") == 5  # “cat” gets more, next to it
    signs = words(("[CLS]", "the", "cat", "saw", "...", "mouse", "[SEP]"))
    rows = ROWS.clone()
    rows[:, :, 4] = 1.0
    assert telling_word(rows, signs, 2, "encoder") == 5
    assert telling_word(rows, words(("[CLS]", "the", "cat", "saw", "Although", "mouse", "[SEP]")), 2, "encoder") == 5
    assert telling_word(rows, words(("[CLS]", "the", "cat", "saw", "bread", "mouse", "[SEP]")), 2, "encoder") == 4
    assert telling_word(ROWS, words(), 2, "cross") == 2  # of another text: no neighbour, and itself is another word


def test_a_pronoun_points_back_where_it_can():
    rows = torch.zeros(1, 3, 7)
    rows[0, :, 1], rows[0, :, 5] = 0.25, 0.75
    labels = ["[CLS]", "Anna", "saw", "her", "big", "house", "[SEP]"]
    assert telling_word(rows, words(labels), 3, "encoder") == 1
    assert telling_word(rows, words([*labels[:3], "Tom", *labels[4:]]), 3, "encoder") == 5
    assert telling_word(rows, words(["[CLS]", "the", "of", "it", *labels[4:]]), 3, "encoder") == 5


def test_the_average_of_a_layer_stands_beside_one_head():
    assert beside_average(ROWS[0], 1).tolist() == [
        ROWS[0, 1].tolist(), [0, 0.125, 0.25, 0, 0.25, 0, 0],
    ]  # fmt: skip


def test_heads_that_point_at_a_word_are_counted_among_the_others_alone():
    assert count_pointing(ROWS, 2, [2, 3, 5]) == 5  # all but L1 H1, also the one to which no word gives anything
    assert count_pointing(ROWS, 5, [2, 3, 5]) == 1
    assert count_pointing(ROWS, 4, [1, 2, 4, 5]) == 1


def test_of_a_long_text_the_words_around_two_are_drawn():
    assert words_near(list(range(80)), 0, 79) == list(range(80))
    assert words_near(list(range(103)), 30, 90) == [*range(10, 51), *range(70, 103)]


HEADS = [(1, 1), (0, 0), (1, 0)]


@pytest.mark.parametrize(("name", "kind"), [("bert", "encoder"), ("llama", "decoder"), ("bart", "cross")])
@pytest.mark.parametrize("is_long", [False, True])
def test_what_other_words_give_is_the_mean_of_their_rows(name, kind, is_long, monkeypatch):
    text = "the cat's mat sat on the dog's cat"  # two words of three tokens each
    families = {**TEXT, **ENCODER_DECODERS}
    target = {"target": "a cat thanked the mat"} if kind == "cross" else {}
    seen = capture(model_from(make(*families[name]), tokenizer(), name=name), text, **target)
    rows, columns = word_axes(seen, kind)
    assert sum(len(group) == 3 for group in columns.groups) == 2
    calls = seen.calls_of(kind)
    half = torch.full((len(calls), calls[0].n_heads, len(columns)), 0.5)
    if is_long:  # of which two queries are worked on at a time
        monkeypatch.setattr("mha_viz.attention.calls.BLOCK", 2 * calls[0].n_key)
        monkeypatch.setattr("mha_viz.attention.tables.MOST_KEPT", 0)
    assert (word_maps(seen, kind, rows, columns) is None) == is_long
    for query, key in ((3, 1), (3, 2), (2, 5)):
        others = [i for i in ordinary(rows) if i != query and (kind == "cross" or i != key)]
        others = [i for i in others if i > key] if kind == "decoder" else others
        for (layer, head), given in zip(HEADS, from_others(seen, HEADS, rows, columns, query, key, kind), strict=True):
            whole = merge_pattern(pattern(seen, layer, kind=kind)[head].double(), rows, columns)
            expected = sum(whole[i, key].item() for i in others) / len(others) if others else None
            given_by_word = word_rows(seen, rows, columns, query, kind=kind)[layer, head]
            torch.testing.assert_close(given_by_word.double(), whole[query], rtol=0, atol=1e-6)
            assert given == (None if expected is None else pytest.approx(expected, abs=1e-6))
            more = above_others(seen, rows, columns, query, half, kind=kind)[layer, head, key]
            assert more.isnan() if expected is None else more == pytest.approx(0.5 - expected, abs=1e-6)
            both = given_by(seen, kind, rows, columns, query)
            torch.testing.assert_close(both[0][layer, head], given_by_word)
            torch.testing.assert_close(both[1][layer, head, key], given_by_word[key] - 0.5 + more, equal_nan=True)


def test_of_a_long_text_some_words_evenly_spread_are_held_against_one(monkeypatch):
    monkeypatch.setattr("mha_viz.attention.word_pairs.MOST_OTHERS", 3)
    seen = capture(model_from(make(*TEXT["bert"]), tokenizer(), name="bert"), "the cat sat on the mat and a dog ran")
    words, _ = word_axes(seen, "encoder")
    whole = torch.stack([merge_pattern(pattern(seen, layer, kind="encoder"), words, words) for layer in range(2)])
    more = above_others(seen, words, words, 4, whole[:, :, 4], kind="encoder")
    others = [1, 5, 8]  # of the nine other words, every third
    torch.testing.assert_close(more[:, :, 2], whole[:, :, 4, 2] - whole[:, :, others, 2].mean(dim=2))
    torch.testing.assert_close(more[:, :, 5], whole[:, :, 4, 5] - whole[:, :, [1, 8], 5].mean(dim=2))


def test_where_no_other_word_can_look_nothing_is_said():
    seen = capture(model_from(make(*TEXT["llama"]), tokenizer(ends=False), name="llama"), "the cat sat")
    words, _ = word_axes(seen, "decoder")
    last = len(words) - 1
    assert from_others(seen, HEADS, words, words, last, last, "decoder") == [None] * 3
    alone = capture(model_from(make(*TEXT["bert"]), tokenizer(), name="bert"), "cat")
    words, _ = word_axes(alone, "encoder")
    assert above_others(alone, words, words, 1, torch.ones(2, 3, 3), kind="encoder").isnan().all()
