"""Tokens that are bytes, signs that a tokenizer drops, and tokenizers that do not read a text by itself."""

import json

import pytest
import sentencepiece
import transformers as hf
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

from mha_viz.errors import InputError
from mha_viz.inputs.decoding import surfaces
from mha_viz.inputs.spans import aligned
from mha_viz.inputs.text import count_tokens, read_text
from mha_viz.inputs.words import group_words
from tests.support.texts.texts import with_offsets
from tests.support.texts.translators import ENGLISH


def llama_like():
    """Pieces as Llama 2, Mistral and Gemma have them: what no piece stands for becomes bytes."""
    pieces = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", *"cat", "ca", "cat", "▁cat"]
    merges = [("c", "a"), ("ca", "t"), ("▁", "cat")]
    core = Tokenizer(
        models.BPE({p: i for i, p in enumerate(pieces)}, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    core.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    core.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return hf.PreTrainedTokenizerFast(tokenizer_object=core, unk_token="<unk>")


def bytes_of(text):
    """Where each byte of a text stands, by character."""
    return [(i, i + 1) for i, character in enumerate(text) for _ in character.encode()]


@pytest.mark.parametrize("text", ["नमस्ते", "ภาษาไทย", "ကမ္ဘာ", "བོད་ཡིག", "👨\u200d👩\u200d👧", "日本語"])
@pytest.mark.parametrize("change", [None, lambda begin, end: (begin + 2, end + 2), lambda _begin, _end: (0, 0)])
@pytest.mark.parametrize("more", [" cat", ""])
def test_each_byte_stands_for_its_character(text, change, more):
    """The tokenizer says so itself; where it says something else, that is found by decoding."""
    own = llama_like() if change is None else with_offsets(llama_like(), change)
    found = read_text(own, text + more)
    n_bytes = len(text.encode())
    assert list(found.spans[1 : 1 + n_bytes]) == bytes_of(text)
    assert found.labels[0] == "␣"
    assert found.labels[1 + n_bytes :] == tuple(more.split())
    words = group_words(found).positions.labels
    assert "".join(word for word in words if word != "␣") == text + more.strip()


def test_what_bytes_add_to_a_text():
    own = llama_like()
    ids = own.convert_tokens_to_ids(["▁cat", "<0xC3>", "<0xA9>", "cat", "<0xC3>", "cat", "<0xA9>", "cat"])
    assert surfaces(own, ids) == ["cat", "", "é", "cat", "", "cat", "\ufffd", "cat"]


def word_pieces(folder):
    path = folder / "vocab.txt"
    path.write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[X_SEP]\n[MASK]\nhello\n,\n.")
    return hf.ProphetNetTokenizer(str(path))


def test_unknown_words_with_signs_between_them_have_their_own_letters(tmp_path):
    found = read_text(word_pieces(tmp_path), "Hello, don't 1,000.5")
    typed = [found.text[slice(*span)] for span in found.spans[:-1]]
    assert typed == ["Hello", ",", "don", "'", "t", "1", ",", "000", ".", "5"]


def test_letters_after_signs_that_a_tokenizer_drops(tmp_path):
    path = tmp_path / "spiece.model"
    with path.open("wb") as file:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter([*ENGLISH, "dont on"]), model_writer=file, vocab_size=40, model_type="char",
            hard_vocab_limit=False, minloglevel=2, num_threads=1,
        )  # fmt: skip
    found = read_text(hf.SiglipTokenizer(str(path)), "he's on, (the) mat!")
    typed = [label for label, token in zip(found.labels, found.tokens, strict=True) if token not in ("▁", "</s>")]
    assert typed == [*"hesonthemat"]
    assert found.notes == ("5 of 19 characters have no token (', ,, (, …): the model does not read them.",)


def test_a_byte_belongs_to_the_stretch_of_the_token_that_completes_it():
    assert aligned("é xé", ["", "é", None]) == [(0, 1), (0, 1), (2, 4)]
    # two known letters that are nowhere, and the byte before each
    assert aligned("abc", ["", "x", "", "y"]) == [(0, 3)] * 4


def letters_and_blanks(folder):
    """Writes the same letter once, however often it stands there, as tokenizers of what was heard do."""
    path = folder / "vocab.json"
    path.write_text(json.dumps({token: i for i, token in enumerate(["<pad>", "<s>", "</s>", "<unk>", "|", *"HELO"])}))
    return hf.Wav2Vec2CTCTokenizer(str(path))


def test_tokens_that_decode_to_something_else_are_never_put_in_another_order(tmp_path):
    found = read_text(letters_and_blanks(tmp_path), "HELLO HELLO, HELLO")
    begins = [span[0] for span in found.spans if span is not None]
    assert begins == sorted(begins)


def test_a_tokenizer_whose_tokens_are_nowhere_in_the_text_is_refused_by_name():
    class Shifted(hf.ByT5Tokenizer):
        def decode(self, ids, **_options):
            return "".join(chr(0x4E00 + i) for i in ids)

    with pytest.raises(InputError, match=r"^The tokenizer of this model \(Shifted\) does not say which characters"):
        read_text(Shifted(), "the cat sat on a mat")


def bytes_and_boxes(kind):
    alphabet = ["<s>", "</s>", "<pad>", "<unk>", "<mask>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    return kind(vocab={token: i for i, token in enumerate(alphabet)}, merges=[])


@pytest.mark.parametrize("read", [read_text, count_tokens])
def test_a_tokenizer_that_reads_no_text_alone_says_what_it_reads(read):
    own = bytes_and_boxes(hf.LayoutLMv3Tokenizer)
    with pytest.raises(InputError, match=r"\(LayoutLMv3Tokenizer\).* reads words with their places on a page\.$"):
        read(own, "hello world")


def test_what_a_tokenizer_says_where_it_fails_is_said():
    class Broken(hf.ByT5Tokenizer):
        def __call__(self, *_texts, **_options):
            raise KeyError("no such rule.")

    with pytest.raises(InputError, match=r"\(Broken\) does not read a text alone: 'no such rule\.'\.$"):
        read_text(Broken(), "hello")


def test_a_piece_may_go_on_over_signs_that_a_tokenizer_drops():
    assert aligned("1,000.5 don't", ["10005", "dont"]) == [(0, 7), (8, 13)]
    assert aligned("a'b'c d-e", ["ab", "c", "de"]) == [(0, 3), (4, 5), (6, 9)]
    assert aligned("a. b", ["a", "b"]) == [(0, 1), (3, 4)]  # signs at the end of a piece are not its own
    assert aligned("ab.", ["abc"]) == [(0, 3)]  # read otherwise than typed


# ---- tokenizers of speech that is made: a blank between all characters ----------------------------------------------


def characters_and_blanks(folder, **options):
    """The blank's id is that of the first letter, as in the models of MMS."""
    path = folder / "vocab.json"
    path.write_text(json.dumps({token: i for i, token in enumerate([*"kabcdehlortw ", "<unk>"])}))
    return hf.VitsTokenizer(str(path), phonemize=False, **options)


@pytest.mark.parametrize("text", ["the cat kat", "Hello, World!", "k", "a, b - c"])
def test_a_blank_between_all_characters_stands_for_none_of_them(tmp_path, text):
    found, plain = (read_text(characters_and_blanks(tmp_path, add_blank=add), text) for add in (True, False))
    assert set(found.labels[::2]) == set(found.tokens[::2]) == {"[blank]"}
    assert all(found.is_special[::2])
    assert set(found.spans[::2]) == {None}
    assert found.ids[::2] == (0,) * (len(plain) + 1)
    for name in ("ids", "labels", "spans", "reads", "is_special", "tokens"):
        assert getattr(found, name)[1::2] == getattr(plain, name)
    assert found.notes == plain.notes
    assert "".join(text[slice(*span)] for span in plain.spans).lower() == "".join(plain.tokens)


def test_blanks_between_the_letters_of_a_word_are_the_words(tmp_path):
    words = group_words(read_text(characters_and_blanks(tmp_path), "the cat"))
    blank, space = "[blank]", "␣"
    assert words.positions.labels == (blank, "the", blank, space, blank, "cat", blank)
    assert words.groups == ((0,), (1, 2, 3, 4, 5), (6,), (7,), (8,), (9, 10, 11, 12, 13), (14,))
    assert words.positions.is_special == (True, False, True, False, True, False, True)


def test_white_space_behind_a_sign_that_has_no_token_is_found():
    assert aligned("a, b", ["a", " ", "b"]) == [(0, 1), (2, 3), (3, 4)]
    assert aligned("a,b", ["a", " ", "b"]) == [(0, 1), None, (2, 3)]  # no space was typed
    assert aligned("a, b", ["a", " ", ",", "b"]) == [(0, 1), None, (1, 2), (3, 4)]


def test_special_tokens_that_would_not_be_seen_are_drawn():
    found = read_text(hf.CanineTokenizer(), "Hi")
    assert found.labels == ("‹U+E000›", "H", "i", "‹U+E001›")
