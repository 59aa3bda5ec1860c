"""Which tokens continue a word, what is said of each, and text that runs from the right."""

import pytest

from mha_viz.inputs.pieces import drawn_labels, isolated_in, pieces_of, said_of, said_of_spans, said_of_tokens
from mha_viz.inputs.words import Words, group_words
from mha_viz.objects import Positions


def positions(text, pieces, **fields):
    """Tokens given as (form, characters of the text), in order; None where one stands for no characters."""
    tokens, spans, at = [], [], 0
    for form, part in pieces:
        begin = at if part is None else text.index(part, at)
        spans.append(None if part is None else (begin, begin + len(part)))
        at = begin if part is None else begin + len(part)
        tokens.append(form)
    labels = tuple(form if part is None else part for form, part in pieces)
    ids = tuple(range(101, 101 + 2 * len(pieces), 2))
    special = tuple(part is None for _, part in pieces)
    return Positions(ids, labels, special, tuple(spans), text, tokens=tuple(tokens), **fields)


def alone(tokens):
    return Words(tokens, tuple((i,) for i in range(len(tokens))))


WORD = positions("Unbelievable, no", [("[CLS]", None), ("un", "Un"), ("##bel", "bel"), ("##ie", "ie"),
                                      ("##vable", "vable"), (",", ","), ("no", "no")],
                 reads=("", "un", "", "", "", "", ""))  # fmt: skip


def test_a_token_that_continues_a_word_is_marked_and_no_other():
    assert pieces_of(WORD) == {2, 3, 4}
    assert drawn_labels(WORD, alone(WORD), WORD.labels) == ["[CLS]", "Un", "·bel", "·ie", "·vable", ",", "no"]


def test_a_whole_word_is_no_piece():
    words = group_words(WORD)
    assert drawn_labels(WORD, words, words.positions.labels) == ["[CLS]", "Unbelievable", ",", "no"]


def test_a_boundary_that_is_a_token_of_its_own_begins_no_word():
    spans = ((0, 1), (0, 2), (2, 3))
    tokens = Positions((2, 3, 5), ("␣", "ca", "t"), (False,) * 3, spans, "cat", tokens=("▁", "ca", "t"))
    assert pieces_of(tokens) == {2}


def test_a_token_is_said_with_its_form_its_number_and_what_is_read():
    assert said_of(WORD, alone(WORD))[:3] == [
        "token “[CLS]”, id 101", "token “un”, id 103, read as “un”", "token “##bel”, id 105"
    ]  # fmt: skip


def test_a_token_of_a_chat_is_said_with_its_message():
    """Two messages of one role are told apart by their numbers; then come the template's tokens and the model's own."""
    chat = positions(
        "<u>Hi<a>Oh<u>Catty</u>Yes",
        [("<u>", "<u>"), ("Hi", "Hi"), ("<a>", "<a>"), ("Oh", "Oh"), ("<u>", "<u>"), ("Ca", "Ca"), ("tty", "tty"),
         ("</u>", "</u>"), ("Yes", "Yes")],
        segments=(3, 0, 3, 1, 3, 2, 2, 3, 4), parts=("user", "assistant", "user", "template", "generated"),
        reads=("", "hi", "", "", "", "", "", "", ""),
    )  # fmt: skip
    assert said_of(chat, alone(chat)) == [
        "token “<u>”, id 101, written by the chat template", "token “Hi”, id 103, read as “hi”, message 1 (user)",
        "token “<a>”, id 105, written by the chat template", "token “Oh”, id 107, message 2 (assistant)",
        "token “<u>”, id 109, written by the chat template", "token “Ca”, id 111, message 3 (user)",
        "token “tty”, id 113, message 3 (user)", "token “</u>”, id 115, written by the chat template",
        "token “Yes”, id 117, written by the model",
    ]  # fmt: skip
    assert said_of_tokens(chat, (5, 6)) == "2 pieces Ca tty, ids 111 113, message 3 (user)"


def test_a_token_of_a_pair_is_said_without_a_message():
    pair = positions("a\nb", [("a", "a"), ("b", "b")], segments=(0, 1), parts=("A", "B"))
    assert said_of(pair, alone(pair)) == ["token “a”, id 101", "token “b”, id 103"]


def test_a_word_is_said_with_its_pieces():
    words = group_words(WORD)
    assert said_of(WORD, words)[1:3] == [
        "4 pieces un ##bel ##ie ##vable, ids 103 105 107 109, read as “unbelievable”", "token “,”, id 111"
    ]  # fmt: skip


def test_of_many_pieces_the_first_are_said_and_how_many_there_are():
    many = positions("x" * 17, [("x", "x")] * 17)
    ids = " ".join(str(i) for i in range(101, 125, 2))
    assert said_of_tokens(many, range(17)) == f"17 pieces {'x ' * 12}…, ids {ids} …"


def test_white_space_in_a_form_is_seen():
    assert said_of_tokens(positions("a\n", [("a", "a"), ("\n", "\n")]), [1]) == "token “⏎”, id 103"


def test_nothing_is_said_where_nothing_is_known():
    bare = Positions((0, 0), ("a", "b"), (False, False), (None, None))
    assert said_of(bare, alone(bare)) == []
    assert said_of_tokens(bare, [0]) == said_of_tokens(WORD, []) == ""


@pytest.mark.parametrize(
    ("text", "pieces", "drawn"),
    [
        ("שלום (12) ok", ["שלום", "(", "12", ")", "ok"], ["\u2068שלום\u2069", "(", "12", ")", "ok"]),
        ("می\u200cخواهد", ["می\u200c", "خواهد"], ["\u2068می\u200c\u2069", "\u2068·خواهد\u2069"]),
    ],
)
def test_text_that_runs_from_the_right_is_isolated_and_nothing_else(text, pieces, drawn):
    tokens = positions(text, [(piece, piece) for piece in pieces])
    assert drawn_labels(tokens, alone(tokens), tokens.labels) == drawn
    assert [label.strip("\u2068\u2069").lstrip("·") for label in drawn] == pieces


def test_the_tokens_of_stretches_of_the_text_are_found_by_its_characters():
    said = said_of_spans(WORD, [(0, 12), (14, 16), (13, 14), (1, 6)])
    assert said == [
        "4 pieces un ##bel ##ie ##vable, ids 103 105 107 109", "token “no”, id 113", "",
        "3 pieces un ##bel ##ie, ids 103 105 107",
    ]  # fmt: skip


def test_in_a_table_what_runs_from_the_right_is_isolated_word_by_word():
    table = "   query  key\n  ·שלום. (12)  0.5\n  cat  עולם 1/2  0.25"
    assert isolated_in(table) == ("   query  key\n  \u2068·שלום.\u2069 (12)  0.5\n  cat  \u2068עולם\u2069 1/2  0.25")
    assert isolated_in("cat  0.5") == "cat  0.5"
