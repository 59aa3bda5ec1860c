"""Tokens without their text: what their signs tell of it, against texts written down by hand and real tokenizers."""

import pytest
import torch
from tokenizers import pre_tokenizers

from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.attention.tables import map_frame
from mha_viz.inputs.conventions import BYTE_OF, sign_of
from mha_viz.inputs.pieces import drawn_labels, said_of
from mha_viz.inputs.text import read_text
from mha_viz.inputs.words import Words
from mha_viz.recording.elsewhere.given_tokens import token_positions
from mha_viz.recording.elsewhere.tensors import capture_of
from mha_viz.scores.tallies import tallies_of
from tests.support.texts.texts import byte_tokenizer
from tests.support.texts.translators import mbart50, with_pieces

# sign: (tokens, the text that they tell, labels with pieces marked)
WRITTEN = {
    "##": (
        ["[CLS]", "un", "##bel", "##ie", "##vable", ",", "no", "##7", "[SEP]", "a", "##é"],
        "unbelievable , no7\naé",
        ["[CLS]", "un", "·bel", "·ie", "·vable", ",", "no", "·7", "[SEP]", "a", "·é"],
    ),
    "@@": (["Tôi", "là", "sinh@@", "viên", ".", "<s>", "x@@", "y"], "Tôi là sinhviên . \nxy ",
           ["Tôi", "là", "sinh", "·viên", ".", "<s>", "x", "·y"]),
    "</w>": (["<|start|>", "re", "ad", "ing</w>", "a</w>", ".</w>"], "reading a . ",
             ["<|start|>", "re", "·ad", "·ing", "a", "."]),
    "Ġ": (["The", "Ġcaf", "Ã", "©", "Ġ", "Ċ", "Ġ19", "84", "."], "The café \n 1984.",
          ["The", "caf", "·é 1/2", "·é 2/2", "␣", "⏎", "19", "·84", "."]),
    "▁": (["▁The", "▁", "<0xE6>", "<0x97>", "<0xA5>", "▁mat", "s", "</s>", "▁so"], " The 日 mats\n so",
          ["The", "␣", "日 1/3", "·日 2/3", "·日 3/3", "mat", "·s", "</s>", "so"]),
}  # fmt: skip


def alone(positions):
    return Words(positions, tuple((i,) for i in range(len(positions))))


def drawn(positions):
    return drawn_labels(positions, alone(positions), positions.labels)


@pytest.mark.parametrize("sign", WRITTEN)
def test_signs_tell_the_text_and_the_pieces_of_its_words(sign):
    tokens, text, labels = WRITTEN[sign]
    assert sign_of(tokens) == sign
    positions = token_positions(tuple(tokens))
    assert positions.text == text
    assert drawn(positions) == labels
    assert said_of(positions, alone(positions)) == [f"token “{token}”" for token in tokens]  # their ids nobody knows


def test_special_tokens_stand_for_no_text_and_bytes_are_none():
    positions = token_positions(tuple(WRITTEN["▁"][0]))
    assert [i for i, special in enumerate(positions.is_special) if special] == [7]
    assert [i for i, span in enumerate(positions.spans) if span is None] == [7]


@pytest.mark.parametrize(
    ("tokens", "labels"),
    [
        (["the", "cat"], ["the", "cat"]),  # no sign
        (["Ġthe", "▁cat", "s</w>"], ["the", "cat", "s"]),  # of several kinds
        (["Ġor", "##ġ", "un"], ["or", "##ġ", "un"]),  # Maltese, cut by a vocabulary of words
        (["a", "##", "@@", "#"], ["a", "##", "@@", "#"]),  # signs that stand alone are text
    ],
)
def test_tokens_that_tell_nothing_stay_as_they_were(tokens, labels):
    positions = token_positions(tuple(tokens))
    assert (positions.text, positions.tokens, set(positions.spans)) == ("", (), {None})
    assert (drawn(positions), said_of(positions, alone(positions))) == (labels, [])


def test_headings_and_differences_of_files_are_no_pieces_of_words():
    tokens = ("Ġ##", "Ġsquares", "###", "@@", "Ġ@@", "Ġa")
    assert sign_of(tokens) == "Ġ"
    assert drawn(token_positions(tokens))[2:] == ["###", "@@", "@@", "a"]


def test_half_a_character_is_called_what_its_tokenizer_calls_it():
    """The list ends within é; another holds é where a byte should stand."""
    assert token_positions(("Ġcaf", "Ã")).labels == ("caf", "Ã")
    assert token_positions(("Ġcaf", "é")).labels == ("caf", "é")
    assert token_positions(("Ġcaf", "日")).labels == ("caf", "日")  # no letter of a byte


def test_letters_of_bytes_are_those_of_byte_level_tokenizers():
    assert set(BYTE_OF) == set(pre_tokenizers.ByteLevel.alphabet())
    assert sorted(BYTE_OF.values()) == list(range(256))
    cutter = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    text = "".join(map(chr, range(1, 0x600)))
    ((letters, _),) = cutter.pre_tokenize_str(text)
    assert bytes(BYTE_OF[letter] for letter in letters).decode() == text


@pytest.mark.parametrize("text", ["a cat é 😀\n\tdon't, 1,984.50 שלום", "  x"])
def test_byte_level_tokens_are_labelled_as_their_text_is(text):
    own = read_text(byte_tokenizer(), text)
    positions = token_positions(own.tokens)
    assert (positions.text, drawn(positions)) == (own.text, drawn(own))


def test_sentencepiece_tokens_are_labelled_as_their_text_is(tmp_path):
    own = read_text(mbart50(with_pieces(tmp_path), src_lang="en_XX"), "the cats sat")
    positions = token_positions(own.tokens[1:])  # without the language
    assert drawn(positions) == drawn(own)[1:]
    assert any(label.startswith("·") for label in drawn(positions))


def test_equal_tokens_have_equal_numbers_and_are_found_as_copies():
    """The third token is the first again, and looks at it with 0.7; the model's own numbers are not known."""
    rows = torch.tensor([[1, 0, 0], [0.25, 0.75, 0], [0.7, 0.2, 0.1]])
    found = capture_of([rows[None]], ["Ġa", "Ġb", "Ġa"])
    assert tallies_of(found)["copying", "duplicate token", None].share.item() == pytest.approx(0.7)
    first, second, third = found.query_positions["decoder"].ids
    assert (first == third != second, max(first, second) < 0) == (True, True)
    frame = map_frame(choose(found, Selection("decoder")), 0, [0])
    assert frame["query_token"].tolist() == ["Ġa"] * 3 + ["Ġb"] * 3 + ["Ġa"] * 3
    assert not {"query_id", "key_id"} & set(frame)
