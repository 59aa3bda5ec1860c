"""Words of two axes matched."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mha_viz.comparison.alignment import align, on_common
from mha_viz.errors import InputError
from mha_viz.inputs.chat import chat_of, read_chat, writes_around
from mha_viz.inputs.words import group_words
from mha_viz.objects import Positions
from tests.support.texts.chats import MARKED, TURNS, chat_tokenizer, messages


def tokens(text, cuts, specials=("", "")):
    """Words of a text whose tokens end at ``cuts``; a special token before and after."""
    ends = sorted({cut for cut in cuts if 0 < cut < len(text)} | {len(text)})
    spans = [(begin, end) for begin, end in zip([0, *ends], ends, strict=False) if text[begin:end].strip()]
    first, last = [name for name in specials[:1] if name], [name for name in specials[1:] if name]
    all_spans = [None for _ in first] + spans + [None for _ in last]
    labels = [*first, *(text[a:b].strip() for a, b in spans), *last]
    is_special = tuple(span is None for span in all_spans)
    return group_words(Positions(tuple(range(len(labels))), tuple(labels), is_special, tuple(all_spans), text))


def spaced(text, specials=("[CLS]", "[SEP]")):
    """One token a word."""
    return tokens(text, [i for i, character in enumerate(text) if character == " "], specials)


def test_two_tokenizers_of_one_text_agree_on_stretches_of_it():
    text = "don't re-do it"
    first = tokens(text, [3, 4, 5, 8, 9, 11])  # don | ' | t | re | - | do | it
    second = tokens(text, [11])  # one token for all but the last word
    found = align(first, second)
    assert found.spelled(0) == found.spelled(1) == ("don't re-do", "it")
    assert found.labels() == ["don't re-do", "it"]
    assert found.tokens(0) == [(0, 1, 2, 3, 4, 5), (6,)]
    assert found.tokens(1) == [(0,), (1,)]
    assert not any(found.changed)
    assert found.only_first == found.only_second == ()


def test_special_tokens_are_matched_by_name_and_listed_where_there_is_none():
    found = align(spaced("a b"), spaced("a b", ("<s>", "[SEP]")))
    assert found.labels() == ["a", "b", "[SEP]"]
    assert (found.only_first, found.only_second) == ((0,), (0,))
    assert len(align(spaced("a b"), spaced("a b"))) == 4


def test_other_code_points_for_the_same_letters_are_no_change():
    composed, apart = "le caf\u00e9 dort", "le cafe\u0301 dort"
    found = align(spaced(composed), spaced(apart))
    assert found.labels() == ["[CLS]", "le", "caf\u00e9", "dort", "[SEP]"]
    assert not any(found.changed)
    assert found.recoded == (2,)
    assert align(spaced(composed), spaced(composed)).recoded == ()
    hangul = align(spaced("\ud55c \ud56d"), spaced("\u1112\u1161\u11ab \ud56d"))
    assert (hangul.changed, hangul.recoded) == ((False,) * 4, (1,))
    moved = align(spaced("le caf\u00e9 dort bien"), spaced("un cafe\u0301"))
    assert "caf\u00e9" in moved.labels()  # matched by its spelling, not by its place
    assert align(spaced(composed), spaced("le cafe dort")).changed == (False, False, True, False, False)


def test_very_long_words_that_differ_at_their_end_are_a_change():
    first, second = "a " + "0" * 63 + "1", "a " + "0" * 63 + "2"
    found = align(spaced(first), spaced(second))
    assert found.changed == (False, False, True, False)
    assert found.labels()[2] == f"{'0' * 40}… 64 characters → {'0' * 40}… 64 characters"


def test_of_two_texts_the_changed_words_are_marked():
    found = align(spaced("The cat was tired ."), spaced("the cat was dirty ."))
    assert found.labels() == ["[CLS]", "The → the", "cat", "was", "tired → dirty", ".", "[SEP]"]
    assert found.changed == (False, True, False, False, True, False, False)


@pytest.mark.parametrize(
    ("second", "pairs", "left"),
    [
        ("the cat was very dirty now", ["the", "cat", "was", "tired → very dirty now"], ((), ())),
        ("the old cat was tired", ["the", "cat", "was", "tired"], ((), ("old",))),
        ("the cat was", ["the", "cat", "was"], (("tired",), ())),
        ("the cat was one two three four", ["the", "cat", "was"], (("tired",), ("one", "two", "three", "four"))),
    ],
)
def test_words_without_a_counterpart_are_listed(second, pairs, left):
    found = align(spaced("the cat was tired", ("", "")), spaced(second, ("", "")))
    assert found.labels() == pairs
    names = found.first.positions.labels, found.second.positions.labels
    assert tuple(names[0][i] for i in found.only_first) == left[0]
    assert tuple(names[1][i] for i in found.only_second) == left[1]


# ---- chats


def chat(template, *turns):
    """The words of a chat; every byte is a token."""
    return group_words(read_chat(chat_tokenizer(template), chat_of(messages(*turns))))


def pairs_of(found):
    return list(zip(found.spelled(0), found.spelled(1), strict=True))


def test_words_of_messages_have_their_counterparts_in_messages():
    # The template of the first says "You help people a lot" before the user does, and "user" before "user".
    first = chat(MARKED, "user: You help user", "assistant: a lot")
    second = chat(TURNS, "user: You help me user", "assistant: a lot")
    found = align(first, second)
    pairs = pairs_of(found)
    of_messages = [("You", "You"), ("help", "help"), ("user", "user"), ("a", "a"), ("lot", "lot")]
    said = [
        (a, b) for (a, b), (here, there) in zip(pairs, found.pairs, strict=True)
        if a.strip() and not writes_around(first.positions, here[0])
    ]  # fmt: skip
    assert said == of_messages
    assert all(
        writes_around(first.positions, here[0]) == writes_around(second.positions, there[0])
        for here, there in found.pairs
    )
    assert ("assistant", "assistant") in pairs
    assert [name for name in found.alone(0) if name in ("help", "people", "lot")] == ["help", "people", "lot"]
    assert "me" in found.alone(1)


def test_messages_of_two_chats_stand_beside_each_other():
    # Over all messages at once "sat" of the user would be matched with that of the assistant.
    first = chat(TURNS, "user: sat", "assistant: so")
    found = align(first, chat(TURNS, "user: it", "assistant: sat"))
    assert [pair for pair in pairs_of(found) if "s" in pair[0][:1]] == [("sat", "it"), ("so", "sat")]
    longer = align(first, chat(TURNS, "user: it", "assistant: sat", "user: so"))
    assert {("sat", "sat"), ("so", "so")} < set(pairs_of(longer))  # of another number of messages all words at once


def test_a_chat_beside_a_text():
    found = align(chat(MARKED, "user: You help"), spaced("You sat", ("", "")))
    assert [(a, b) for a, b in pairs_of(found) if a.strip()] == [("You", "You"), ("help", "sat")]
    assert not any(writes_around(found.first.positions, here[0]) for here, _ in found.pairs)


def test_a_word_of_either_side_finds_its_pair():
    found = align(spaced("the cat was tired"), spaced("the old cat was dirty"))
    assert found.find("tired") == found.find("dirty") == found.labels().index("tired → dirty")
    with pytest.raises(InputError, match="'old' has no counterpart"):
        found.find("old")
    with pytest.raises(InputError, match=r"'dog' is not a word .* tired"):
        found.find("dog")


def test_patterns_on_the_common_words():
    first, second = tokens("ab c d", [1, 2, 4]), spaced("ab c", ("", "<e>"))  # a | b | c | d; ab | c | <e>
    found = align(first, second)
    pattern = torch.tensor([[0.1, 0.2, 0.3, 0.4], [0.3, 0.2, 0.1, 0.4], [0.0, 0.5, 0.5, 0.0], [0.25] * 4])
    assert on_common(pattern, found.tokens(0), found.tokens(0)).flatten().tolist() == pytest.approx(
        [0.4, 0.2, 0.4, 0.5, 0.5, 0.0]
    )
    other = torch.tensor([[0.5, 0.2, 0.3], [0.1, 0.9, 0.0], [1.0, 0.0, 0.0]])
    assert on_common(other, found.tokens(1), found.tokens(1)).flatten().tolist() == pytest.approx(
        [0.5, 0.2, 0.3, 0.1, 0.9, 0.0]
    )


texts = st.text(min_size=1, max_size=40).filter(str.strip)
cuts = st.sets(st.integers(1, 39), max_size=20)
odd = "I don't — naïve re-use 🐈‍⬛ 12,5 €ß مرحبا 猫が"


@given(st.one_of(texts, st.just(odd)), cuts, cuts)
def test_any_two_ways_to_cut_a_text_agree(text, here, there):
    first, second = tokens(text, here, ("[CLS]", "")), tokens(text, there, ("<s>", ""))
    found = align(first, second)
    for side, left in ((0, found.only_first), (1, found.only_second)):
        words = (first, second)[side]
        taken = [word for pair in found.pairs for word in pair[side]]
        assert sorted([*taken, *left]) == list(range(len(words)))  # no word vanishes, none is taken twice
        for pair, (begin, end) in zip(found.pairs, stretches(found, side), strict=True):
            inside = [words.positions.spans[word] for word in pair[side]]
            assert (inside[0][0], inside[-1][1]) == (begin, end)
    begins_and_ends = [[edge for span in stretches(found, side) for edge in span] for side in (0, 1)]
    assert begins_and_ends[0] == sorted(begins_and_ends[0])  # no two stretches overlap
    for (a0, a1), (b0, b1) in zip(stretches(found, 0), stretches(found, 1), strict=True):
        assert a0 < b1
        assert b0 < a1  # the two sides of a pair share text


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.lists(st.sampled_from("abcd"), max_size=12))
def test_any_two_texts_are_matched_in_order(here, there):
    found = align(spaced(" ".join(here) or "x", ("", "")), spaced(" ".join(there) or "x", ("", "")))
    for side, left in ((0, found.only_first), (1, found.only_second)):
        taken = [word for pair in found.pairs for word in pair[side]]
        assert taken == sorted(taken)
        assert sorted([*taken, *left]) == list(range(len((found.first, found.second)[side])))
    if here == there:
        assert not any(found.changed)
        assert found.only_first == found.only_second == ()


def stretches(found, side):
    spans = (found.first, found.second)[side].positions.spans
    return [(spans[pair[side][0]][0], spans[pair[side][-1]][1]) for pair in found.pairs]
