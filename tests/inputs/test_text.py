"""Labels that people can read, spans, and what is refused."""

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from mha_viz.errors import InputError
from mha_viz.inputs.labels import readable
from mha_viz.inputs.text import count_tokens, first_tokens, read_target, read_text
from tests.support.networks.families import tokenizer
from tests.support.texts.texts import byte_tokenizer, normalised_byte_tokenizer


def test_special_tokens_are_flagged_and_cover_nothing():
    found = read_text(tokenizer(), "the cat")
    assert found.labels == ("[CLS]", "the", "cat", "[SEP]")
    assert found.is_special == (True, False, False, True)
    assert found.spans == (None, (0, 3), (4, 7), None)


def test_a_typed_special_token_is_special_and_keeps_its_characters():
    found = read_text(tokenizer(), "the [SEP] cat [UNK]")
    assert found.labels[2] == "[SEP]"
    assert found.is_special == (True, False, True, False, False, True)  # an unknown word is still a word
    assert found.spans[2] == (4, 9)


def test_pieces_after_a_space_are_numbered_too():
    found = read_text(byte_tokenizer(), "Hi 日é")
    assert found.labels == ("H", "i", "␣", "日 1/3", "日 2/3", "日 3/3", "é 1/2", "é 2/2")


@pytest.mark.real_model
def test_pieces_of_a_real_byte_level_tokenizer():
    from mha_viz.models.load import load_model

    labels = read_text(load_model("smollm2").processor, "Hi 😀!\n  x").labels
    assert labels[1:3] == ("😀 1/2", "😀 2/2")
    assert "⏎" in "".join(labels)


def test_a_boundary_that_is_a_token_of_its_own_is_a_space():
    core = Tokenizer(models.Unigram([("▁", -1.0), ("a", -1.0), ("▁cat", -2.0), ("<unk>", -9.0)], unk_id=3))
    core.pre_tokenizer = pre_tokenizers.Metaspace()
    found = read_text(PreTrainedTokenizerFast(tokenizer_object=core, unk_token="<unk>"), "a cat")
    assert found.labels == ("␣", "a", "cat")


def test_pieces_of_one_character_are_numbered():
    found = read_text(byte_tokenizer(), "a 🙂")
    assert found.labels == ("a", "␣", "🙂 1/4", "🙂 2/4", "🙂 3/4", "🙂 4/4")
    assert found.spans[2:] == ((2, 3),) * 4


def test_a_character_of_many_pieces_is_counted_whole():
    labels = read_text(normalised_byte_tokenizer(normalizers.NFKC()), "a\ufdfa").labels
    assert labels[0] == "a"
    assert labels.count("␣") == 3  # the ligature stands for four words
    assert [label for label in labels[1:] if label != "␣"] == [f"\ufdfa {k}/30" for k in range(1, 31)]


def test_unknown_words_keep_their_letters_and_say_so():
    assert read_text(tokenizer(ends=False), "the zebra").labels == ("the", "zebra (unknown)")


@pytest.mark.parametrize(
    ("piece", "shown"),
    [
        (" cat", "cat"),
        (" ", "␣"),
        ("  ", "␣␣"),
        ("\n", "⏎"),
        ("a\tb", "a⇥b"),
        ("\u202e", "‹U+202E›"),
        ("\u200d", "‹U+200D›"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("\x00", "‹U+0000›"),
        ("<script>", "<script>"),
        ("שלום", "שלום"),
    ],
)
def test_readable(piece, shown):
    assert readable(piece) == shown


def test_no_glyph_of_a_tokenizer_is_shown():
    text = "Two  spaces, a\nbreak and naïve 🙂 — done."
    for found in (read_text(byte_tokenizer(), text), read_text(tokenizer(), text)):
        assert not any(glyph in label for label in found.labels for glyph in ("Ġ", "##", "▁", "Ċ"))


def test_the_decoder_reads_a_start_token_and_no_end():
    found = read_target(tokenizer(), "he ran", 4)
    assert found.labels == ("[start]", "[CLS]", "he", "ran")
    assert found.ids[0] == 4
    with pytest.raises(InputError, match="no token to start"):
        read_target(tokenizer(), "he ran", None)


@pytest.mark.parametrize("text", ["the cat sat", "a [SEP] b", "  two  spaces ", "🦙 ½ e\u0301"])
def test_tokens_are_counted_as_they_are_read(text):
    for one in (tokenizer(), byte_tokenizer(), normalised_byte_tokenizer(normalizers.NFKC())):
        assert count_tokens(one, text) == len(read_text(one, text))


@pytest.mark.parametrize("text", [" ", "\ud800"])
def test_what_cannot_be_read_is_not_counted(text):
    with pytest.raises(InputError):
        count_tokens(tokenizer(), text)


@pytest.mark.parametrize(
    ("most", "begin"),
    [(9, "the cat sat on a mat"), (8, "the cat sat on a mat"), (7, "the cat sat on a"), (3, "the"), (1, "the")],
)
def test_the_beginning_of_a_text_has_so_many_tokens_with_the_special_ones(most, begin):
    assert first_tokens(tokenizer(), "the cat sat on a mat", most) == begin
