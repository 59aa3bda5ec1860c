"""Passages of a text: by characters, by words, by part; and those that a text offers."""

from dataclasses import replace

import pytest

from mha_viz.errors import InputError
from mha_viz.inputs.passages import characters_of, covering, first_passage, passage_tokens, stretches
from mha_viz.inputs.text import read_text
from mha_viz.inputs.words import words_of
from mha_viz.objects import Positions
from tests.support.networks.families import tokenizer

TEXT = "the cat sat on a mat because it was tired"


def read(text=TEXT):
    return read_text(tokenizer(), text)


@pytest.mark.parametrize(
    ("passage", "tokens"),
    [
        ((0, 7), (1, 2)),
        ((0, 5), (1, 2)),  # one character of "cat"
        ((4, 5), (2,)),
        ((3, 4 + 3), (2,)),  # the space before it is of no token
        ((0, len(TEXT)), tuple(range(1, 11))),
        ("cat sat", (2, 3)),
        ("cat \n sat", (2, 3)),
        ("at", (2,)),  # where these letters come first
    ],
)
def test_a_token_belongs_to_a_passage_of_which_it_covers_a_character(passage, tokens):
    assert passage_tokens(read(), passage) == tokens


def test_tokens_that_stand_for_one_character_together_all_belong():
    positions = Positions((1, 2, 3, 4), tuple("abcd"), (False,) * 4, ((0, 1), (1, 2), (1, 2), (2, 3)), "x🙂y")
    assert covering(positions, (1, 2)) == (1, 2)


@pytest.mark.parametrize(
    ("passage", "why"),
    [
        ((5, 5), "from 5 to 5 is empty"),
        ((7, 2), "from 7 to 2 is empty"),
        ((-1, 4), "from -1 to 4 is not in this text, whose characters go from 0 to 40"),
        ((0, 42), "from 0 to 42 is not in this text"),
        ((3, 4), "No token covers a character of 3 to 4, where the text has “ ”"),
        ("dog", "“dog” does not stand in this text"),
        ("  ", "does not stand in this text"),
        ("Cat", "“Cat” does not stand in this text, letter by letter"),
        (None, "Give a passage"),
    ],
)
def test_what_is_no_passage_is_refused_in_a_sentence(passage, why):
    with pytest.raises(InputError, match=f"^[^\n]*{why}[^\n]*\\.$"):
        passage_tokens(read(), passage)


def test_a_passage_and_a_part_are_not_both_given():
    with pytest.raises(InputError, match="^Give a passage"):
        passage_tokens(read(), (0, 3), "A")


def test_positions_that_stand_for_no_characters_have_no_passage():
    patches = Positions((0, 0), ("0, 0", "0, 1"), (False, False), (None, None))
    with pytest.raises(InputError, match="stands for characters"):
        passage_tokens(patches, (0, 1))


def parted(parts=("system", "user", "system", "template")):
    """Messages between signs of a template: s the cat | u sat | s on a."""
    positions = read("the cat sat on a mat")
    return replace(positions, segments=(3, 0, 0, 1, 2, 2, 3, 3), parts=parts)


def test_a_part_is_all_that_bears_its_name():
    assert passage_tokens(parted(), None, "system") == (1, 2, 4, 5)
    assert passage_tokens(parted(), None, "user") == (3,)
    with pytest.raises(InputError, match="'assistant' is no part of this text: it has system, user, template"):
        passage_tokens(parted(), None, "assistant")
    with pytest.raises(InputError, match="'user' is no part of this text: it has one part only"):
        passage_tokens(read(), None, "user")


def test_a_text_in_parts_offers_them_but_not_what_a_template_writes():
    assert stretches(parted()) == [("system", (0, 7)), ("user", (8, 11)), ("system", (12, 16))]
    assert first_passage(parted(), words_of(parted())) == (0, 7)


def test_a_text_of_one_part_offers_its_lines_and_sentences():
    text = 'the cat sat. "it was tired!" he ran\n\n on a mat\nthe end'
    offered = stretches(read(text))
    said = [text[begin:end] for _, (begin, end) in offered]
    assert said == ["the cat sat.", '"it was tired!', "he ran", "on a mat", "the end"]
    assert {name for name, _ in offered} == {""}
    assert first_passage(read(text), words_of(read(text))) == (0, 12)


def test_of_one_sentence_the_first_half_is_proposed_up_to_a_word_that_says_something():
    assert first_passage(read(), words_of(read())) == (0, len("the cat sat"))
    assert first_passage(read("on a the of"), words_of(read("on a the of"))) == (0, len("on a"))
    assert first_passage(read("cat"), words_of(read("cat"))) == (0, 3)


def test_words_are_found_where_they_come_first():
    assert characters_of("a b a  b", "a b") == (0, 3)
    assert characters_of("a b a \n c", "a c") == (4, 9)  # however white space parts them in the text
    assert characters_of("1+1 (2) 1+1", "(2)") == (4, 7)
