"""Tokens to words, and finding a word."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mha_viz.errors import InputError
from mha_viz.inputs.labels import readable
from mha_viz.inputs.text import read_text
from mha_viz.inputs.words import find_word, group_words, is_sign, merge_pattern, unique_labels, word_spans
from tests.support.texts.texts import byte_tokenizer, positions


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The cat's mat, don't!", ["The", "cat's", "mat", ",", "don't", "!"]),
        ("'quoted' co-op", ["'", "quoted", "'", "co", "-", "op"]),
        ("x2 3.5% 1,000.50", ["x2", "3.5", "%", "1,000.50"]),
        ("U.S. x.org a_b a: b", ["U.S", ".", "x.org", "a_b", "a", ":", "b"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("北京 ok", ["北", "京", "ok"]),
        ("ひら アリババ", ["ひ", "ら", "アリババ"]),
        ("한국어를 배우다", ["한국어를", "배우다"]),
        ("ศึกษา", ["ศึ", "ก", "ษ", "า"]),  # no label is half a cluster
        ("ខ្មែរ", ["ខ្មែ", "រ"]),  # the second letter stands below the first
        ("ကမ္ဘာ", ["က", "မ္ဘာ"]),
        ("\u1a20\u1a60\u1a21", ["\u1a20\u1a60\u1a21"]),
        ("ក្ ក", ["ក្", "ក"]),
        ("👩‍👩‍👧 👍🏽 🇫🇷🇩🇪", ["👩‍👩‍👧", "👍🏽", "🇫🇷", "🇩🇪"]),
        (
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f!",
            ["🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "!"],
        ),
        ("שלום עולם צה״ל", ["שלום", "עולם", "צה״ל"]),
        ("او می\u200cخواهد برود", ["او", "می\u200cخواهد", "برود"]),  # a half space stands inside a word
        ("paral·lel co\u00adoperate", ["paral·lel", "co\u00adoperate"]),
        (" \u200ex", ["\u200e", "x"]),  # white space is never part of a word
        ("e\u0301te\u0301", ["e\u0301te\u0301"]),
    ],
)
def test_word_spans(text, words):
    assert [text[begin:end] for begin, end in word_spans(text)] == words


@given(st.text())
def test_spans_ascend_never_overlap_and_lose_no_character(text):
    spans = word_spans(text)
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False))
    covered = {i for begin, end in spans for i in range(begin, end)}
    assert {i for i, character in enumerate(text) if not character.isspace()} <= covered


@given(st.text(min_size=1).filter(str.strip))
def test_every_token_belongs_to_exactly_one_word(text):
    tokens = read_text(byte_tokenizer(), text.encode("utf-8", "ignore").decode() or "x")
    groups = group_words(tokens).groups
    assert sorted(i for group in groups for i in group) == list(range(len(tokens)))


def test_pieces_join_and_special_tokens_stand_alone():
    tokens = positions("walking home", None, (0, 4), (4, 7), (7, 12), None)
    words = group_words(tokens)
    assert words.groups == ((0,), (1, 2), (3,), (4,))
    assert words.positions.labels == ("[S]", "walking", "home", "[S]")
    assert words.positions.is_special == (True, False, False, True)


def test_words_that_share_a_token_become_one():
    words = group_words(positions("a b c", (0, 1), (1, 4), (4, 5)))
    assert words.positions.labels == ("a", "b", "c")
    words = group_words(positions("ab cd", (0, 1), (1, 4), (4, 5)))  # the middle token is "b c"
    assert words.groups == ((0, 1, 2),)
    assert words.positions.labels == ("ab␣cd",)


def test_attention_to_a_word_is_a_sum_and_from_a_word_a_mean():
    query = group_words(positions("ab c", (0, 1), (1, 2), (3, 4)))
    key = group_words(positions("x yz", (0, 1), (2, 3), (3, 4)))
    pattern = torch.tensor([[0.2, 0.3, 0.5], [0.6, 0.4, 0.0], [0.1, 0.1, 0.8]])
    torch.testing.assert_close(merge_pattern(pattern, query, key), torch.tensor([[0.4, 0.6], [0.1, 0.9]]))


def test_find_word():
    words = group_words(positions("The cat the Cat the", (0, 3), (4, 7), (8, 11), (12, 15), (16, 19)))
    assert find_word(words, "The") == 0
    assert find_word(words, "cat") == 1
    assert find_word(words, "the#2") == 4
    assert find_word(words, "The#1") == 0
    assert find_word(words, "CAT#2") == 3
    with pytest.raises(InputError, match=r"'the' is there 2 times: write the#1 or the#2. The words: The, cat, the"):
        find_word(words, "the")
    with pytest.raises(InputError, match="'dog' is not a word"):
        find_word(words, "dog")
    with pytest.raises(InputError, match="not a word"):
        find_word(words, "the#3")  # there are two, and "The" is another word
    for missing in ("", "  ", "the#9", "cat#0"):
        with pytest.raises(InputError, match="not a word"):
            find_word(words, missing)


def test_a_word_is_found_however_its_letters_were_typed():
    words = group_words(positions("cafe\u0301 co\u00adop", (0, 5), (6, 11)))
    assert words.positions.labels[1] == "coop"
    assert find_word(words, "caf\u00e9") == 0
    assert find_word(words, "CAFE\u0301") == 0
    assert find_word(words, "coop") == find_word(words, "co\u00adop") == 1


def test_the_second_the_whatever_its_case():
    words = group_words(positions("The cat the", (0, 3), (4, 7), (8, 11)))
    assert find_word(words, "the") == 2
    assert find_word(words, "the#2") == 2
    assert find_word(words, "the#1") == 0
    assert find_word(words, "THE#2") == 2


@given(st.lists(st.sampled_from(["a", "b", "a#2", "c"])))
def test_labels_become_unique(labels):
    assert len(set(unique_labels(tuple(labels)))) == len(labels)


def test_a_very_long_word_shows_its_beginning_and_its_length():
    text = "a " + "x" * 5000 + " b"
    words = group_words(positions(text, (0, 1), (2, 5002), (5003, 5004)))
    assert words.positions.labels == ("a", "x" * 40 + "… 5,000 characters", "b")
    assert find_word(words, "x" * 5000) == find_word(words, "x" * 40 + "… 5,000 characters") == 1
    with pytest.raises(InputError):
        find_word(words, "x" * 4999)
    assert readable("y" * 60) == "y" * 60
    assert readable("e\u0301" * 50).startswith("e\u0301" * 20 + "… 100")
    assert readable("x" * 39 + "e\u0301" * 20).startswith("x" * 39 + "e\u0301" + "… 79")  # no letter loses its accent
    assert is_sign(readable("-" * 64))
    assert not is_sign(readable("x" * 64))


ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        (ENGLAND, ENGLAND),
        (f"{ENGLAND}\U000e0067", f"{ENGLAND}‹U+E0067›"),  # outside an emoji nobody would see it
        ("a\U000e0067\U000e007f", "a‹U+E0067›‹U+E007F›"),
        ("🏴", "🏴"),
        ("\U0001fa77\U0001fae8", "\U0001fa77\U0001fae8"),  # emoji of 2022
        ("\u06dd\u0663", "\u06dd\u0663"),  # the end of a verse, with its number
        ("\u06dd", "\u06dd"),
        ("\u0301", "‹U+0301›"),
        ("\u200d", "‹U+200D›"),
        ("a\u200eb\U0003ffff", "a‹U+200E›b‹U+3FFFF›"),
        ("می\u200cخواهد", "می\u200cخواهد"),
        ("a\u2028\u3000b", "a‹U+2028›␣b"),
    ],
)
def test_only_what_nobody_would_see_is_written_as_a_number(typed, label):
    assert readable(typed) == label


def test_a_long_label_ends_behind_a_whole_emoji():
    assert readable("x" * 38 + ENGLAND + "y" * 30).startswith("x" * 38 + ENGLAND + "… 75 ")
    assert readable("x" * 39 + "👩‍👩‍👧" + "y" * 30).startswith("x" * 39 + "👩‍👩‍👧… 74 ")


@pytest.mark.parametrize("sign", ["❤\ufe0f", "👩‍👩‍👧", "👍🏽", ENGLAND, "\U0001fa77", "…"])
def test_an_emoji_is_a_sign_however_many_characters_it_has(sign):
    assert is_sign(sign)
    assert is_sign(sign * 2)
    assert not is_sign(f"a{sign}")
    assert not is_sign(f"\u0301{sign}")
