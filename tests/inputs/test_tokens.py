"""Which characters each token stands for, whatever the tokenizer says or does not say."""

import json
import unicodedata

import pytest
import transformers as hf
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

from mha_viz.errors import InputError
from mha_viz.inputs.notes import read_otherwise
from mha_viz.inputs.spans import aligned
from mha_viz.inputs.text import read_text
from mha_viz.inputs.words import group_words
from tests.support.networks.families import tokenizer
from tests.support.texts.texts import byte_tokenizer, normalised_byte_tokenizer, with_offsets

MERGES = "h e 1\nhe l 1\nhel l 1\nhell o</w> 1\nw o 1\nwo r 1\nl d</w> 1\nn a 1\nv e</w> 1\n"
WORD_PIECES = "[PAD] [UNK] [CLS] [SEP] [X_SEP] [MASK] hello wor ##ld ,"


def written(folder, name, content):
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return str(path)


def bpe_with_counts(kind, folder, **settings):
    vocabulary = written(folder, "vocab.txt", "hello 1\nwor@@ 1\nld 1\nna@@ 1\nï@@ 1\nve 1\n")
    return kind(vocabulary, written(folder, "bpe.codes", MERGES), **settings)


def ctrl(folder):
    vocabulary = written(folder, "v.json", json.dumps({"hello": 0, "wor@@": 1, "ld": 2, "<unk>": 3}))
    return hf.CTRLTokenizer(vocabulary, written(folder, "m.txt", "#version\n" + MERGES.replace(" 1\n", "\n")))


def word_pieces(kind, folder, **settings):
    return kind(written(folder, "p.txt", "\n".join(WORD_PIECES.split())), **settings)


def proteins(folder):
    return hf.EsmTokenizer(written(folder, "e.txt", "\n".join(["<cls>", "<pad>", "<eos>", "<unk>", *"LAGVMK"])))


# name: (how it is made, a text, its labels)
PYTHON_ONLY = {
    "ByT5": (lambda _: hf.ByT5Tokenizer(), "Hi there", ("H", "i", "␣", *"there", "</s>")),
    "ByT5, bytes of one character": (
        lambda _: hf.ByT5Tokenizer(), "é 😀", ("é 1/2", "é 2/2", "␣", *(f"😀 {k}/4" for k in (1, 2, 3, 4)), "</s>"),
    ),
    "CANINE": (lambda _: hf.CanineTokenizer(), "Hi né", ("‹U+E000›", "H", "i", "␣", "n", "é", "‹U+E001›")),
    "Perceiver": (lambda _: hf.PerceiverTokenizer(), "Hi é", ("[CLS]", "H", "i", "␣", "é 1/2", "é 2/2", "[SEP]")),
    "PhoBERT": (
        lambda folder: bpe_with_counts(hf.PhobertTokenizer, folder), "hello world naïve zq",
        ("<s>", "hello", "wor", "ld", "na", "ï", "ve", "z (unknown)", "q (unknown)", "</s>"),
    ),
    "BERTweet": (
        lambda folder: bpe_with_counts(hf.BertweetTokenizer, folder), "hello world",
        ("<s>", "hello", "wor", "ld", "</s>"),
    ),
    "CTRL": (ctrl, "hello world x", ("hello", "wor", "ld", "x (unknown)")),
    "ESM": (proteins, "MKZLV", ("<cls>", "M", "K", "Z (unknown)", "L", "V", "<eos>")),
    "ProphetNet": (
        lambda folder: word_pieces(hf.ProphetNetTokenizer, folder), "Hello, world zebra naïve hello",
        ("Hello", ",", "wor", "ld", "zebra (unknown)", "naïve (unknown)", "hello", "[SEP]"),
    ),
    "Japanese BERT": (
        lambda folder: word_pieces(hf.BertJapaneseTokenizer, folder, word_tokenizer_type="basic"), "hello, world",
        ("[CLS]", "hello", ",", "wor", "ld", "[SEP]"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PYTHON_ONLY)
def test_tokenizers_that_do_not_say_which_characters_a_token_stands_for(name, tmp_path):
    make, text, labels = PYTHON_ONLY[name]
    own = make(tmp_path)
    found = read_text(own, text)
    assert found.labels == labels
    assert found.ids == tuple(own(text)["input_ids"])
    assert covered(found) == {i for i, character in enumerate(text) if not character.isspace() or "␣" in labels}
    words = [label for label, special in zip(*word_fields(found), strict=True) if not special and label != "␣"]
    assert words == [text[a:b] for a, b in spans_of_words(text)]


def word_fields(found):
    words = group_words(found).positions
    return words.labels, words.is_special


def spans_of_words(text):
    from mha_viz.inputs.words import word_spans

    return word_spans(text)


def covered(found):
    return {i for span in found.spans if span is not None for i in range(*span)}


def test_a_long_unknown_word_before_a_short_one(tmp_path):
    found = read_text(word_pieces(hf.ProphetNetTokenizer, tmp_path), "hello internationalizations wor,")
    assert found.labels == ("hello", "internationalizations (unknown)", "wor", ",", "[SEP]")
    assert not any(found.reads)


def test_a_tweet_that_was_rewritten_keeps_what_was_typed(tmp_path):
    own = bpe_with_counts(hf.BertweetTokenizer, tmp_path, normalization=True)  # reads @USER for every name
    found = read_text(own, "hello @joe hello")
    assert not any(found.reads)  # the model reads <unk>, not the letters that became it
    labels = found.labels
    assert labels[1] == labels[-2] == "hello"
    assert [label for label in labels if "joe" in label] == [f"joe {k}/4 (unknown)" for k in (1, 2, 3, 4)]


@pytest.mark.parametrize("name", ["ByT5", "CANINE", "ProphetNet"])
def test_a_pair_of_texts_without_offsets(name, tmp_path):
    make, text, labels = PYTHON_ONLY[name]
    found = read_text(make(tmp_path), text, text)
    assert found.text == f"{text}\n{text}"
    ordinary = [label for label, special in zip(found.labels, found.is_special, strict=True) if not special]
    once = [label for label in labels if label not in ("</s>", "‹U+E000›", "‹U+E001›", "[SEP]")]
    assert ordinary == once * 2
    assert [s for s, special in zip(found.segments, found.is_special, strict=True) if not special] == (
        [0] * len(once) + [1] * len(once)
    )


SENTENCE = "The naïve cat sat on 𝄞 Größe, twice!"


@pytest.mark.parametrize(
    "change",
    [
        lambda begin, _end: (begin, begin),
        lambda begin, end: (begin + 1, end + 1),
        lambda begin, end: (begin + 2 * (begin > 20), end + 2 * (begin > 20)),  # counted in other units after a sign
        lambda _begin, _end: (0, 0),
    ],
)
@pytest.mark.parametrize("make", [byte_tokenizer, tokenizer])
def test_offsets_that_cannot_be_right_are_found_by_decoding(change, make):
    text = "the cat sat on a mat because he ran home" if make is tokenizer else SENTENCE
    right = read_text(make(), text)
    found = read_text(with_offsets(make(), change), text)
    assert found.spans == right.spans
    assert found.labels == right.labels
    assert group_words(found) == group_words(right)


def test_offsets_that_are_right_stay(monkeypatch):
    monkeypatch.setattr("mha_viz.inputs.tokens.aligned", None)  # is not asked
    assert read_text(byte_tokenizer(), SENTENCE).spans[:3] == ((0, 1), (1, 2), (2, 3))


@given(st.text(alphabet="aé ñ\n字😀\u0301", min_size=1, max_size=30).filter(str.strip))
def test_every_letter_is_covered_without_offsets_as_with_them(text):
    found = read_text(hf.ByT5Tokenizer(), text)
    assert {i for i, character in enumerate(text) if not character.isspace()} <= covered(found)
    ordinary = [span for span in found.spans if span is not None]
    assert ordinary == sorted(ordinary)


def test_where_text_and_tokens_agree_again():
    assert aligned("a zebra runs", ["a", None, "runs"]) == [(0, 1), (2, 7), (8, 12)]
    assert aligned("a xx yy b", ["a", None, None, "b"]) == [(0, 1), (2, 4), (5, 7), (8, 9)]
    assert aligned("«Größe»", ['"', "grosse", '"']) == [(0, 1), (1, 6), (6, 7)]
    assert aligned("zaq b", [None, "a", None, "b"]) == [(0, 1), (1, 2), (2, 3), (4, 5)]
    assert aligned("abxab", ["a", "b", "a", "b"]) == [(0, 1), (1, 2), (3, 4), (4, 5)]  # a letter without token
    assert aligned("zebra a xq", [None, "a", None]) == [(0, 5), (6, 7), (8, 10)]  # no letter within the zebra
    assert aligned("ab", ["x", "ab"]) == [None, (0, 2)]  # something before the text that was not typed
    assert aligned("a\x00b", ["a", "b"]) == [(0, 1), (2, 3)]


def test_marks_that_a_normaliser_strips_belong_to_their_letter():
    text = "कुत्ता नाइव"
    found = read_text(
        normalised_byte_tokenizer(normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents()])), text
    )
    assert {i for i, c in enumerate(text) if not c.isspace()} <= covered(found)
    assert group_words(found).positions.labels[0] == "कुत्ता"
    assert unicodedata.category(text[1]) == "Mn"


def test_what_no_token_covers_is_said():
    core = Tokenizer(models.BPE({"a": 0, "b": 1}, []))  # knows two letters, drops all others
    found = read_text(hf.PreTrainedTokenizerFast(tokenizer_object=core), "abxab")
    assert found.notes == ("1 of 5 characters has no token (x): the model does not read it.",)
    assert read_text(hf.PreTrainedTokenizerFast(tokenizer_object=core), "abba").notes == ()
    heart = read_text(hf.PreTrainedTokenizerFast(tokenizer_object=core), "a\U0001fa77b")  # an emoji of 2022
    assert heart.notes == ("1 of 3 characters has no token (\U0001fa77): the model does not read it.",)
    with pytest.raises(InputError, match="Nothing of this text reaches the model"):
        read_text(hf.PreTrainedTokenizerFast(tokenizer_object=core), "xyz")


def test_what_is_unknown_is_said():
    assert read_text(tokenizer(), "the zebra and cat quagga").notes == (
        "2 of 5 tokens are unknown to this tokenizer (zebra, quagga): the model reads [UNK] there, whatever stands "
        "there.",
    )
    assert read_text(tokenizer(), "the cat").notes == ()
    (long,) = read_text(tokenizer(), f"the {'z' * 5003}").notes
    assert long.startswith(f"1 of 2 tokens is unknown to this tokenizer ({'z' * 40}… 5,003 characters): the model ")


def test_what_is_read_otherwise_than_typed_is_said():
    own = tokenizer()
    own.backend_tokenizer.normalizer = normalizers.BertNormalizer(strip_accents=True, lowercase=True)
    found = read_text(own, "Thé CAT sat")
    assert found.labels[1:4] == ("Thé", "CAT", "sat")
    assert found.reads == ("", "the", "cat", "", "")
    assert found.tokens == ("[CLS]", "the", "cat", "sat", "[SEP]")
    assert group_words(found).positions.reads == found.reads
    assert read_otherwise(group_words(found).positions) == "“Thé” as “the”"
    assert read_otherwise(read_text(own, "The CAT")) == "in lower case"
    assert read_otherwise(read_text(own, "the cat")) == ""
    assert read_otherwise(read_text(own, "thé çat cát câti naïve")) == "“thé” as “the”, “çat” as “cat”, “cát” as “cat”"


def test_a_word_in_pieces_is_read_as_its_pieces_together():
    core = Tokenizer(models.WordPiece({"[UNK]": 0, "na": 1, "##ive": 2, "क": 3, "##त": 4}, unk_token="[UNK]"))
    core.normalizer = normalizers.BertNormalizer(strip_accents=True, lowercase=True)
    core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    found = read_text(hf.PreTrainedTokenizerFast(tokenizer_object=core, unk_token="[UNK]"), "naïve कुत")
    assert found.reads == ("", "ive", "क", "")
    assert group_words(found).positions.reads == ("naive", "कत")
    assert found.labels == ("na", "ïve", "कु", "त")


def turn_tokenizer(layout, folder):
    own = tokenizer()
    own.add_tokens([AddedToken("<|eot_id|>", special=True), AddedToken("<|think|>"), AddedToken("eat fish")])
    own.chat_template = "{{ '<|think|> eat fish' }}"
    own.save_pretrained(folder)
    if layout == "tokenizer.json alone":
        return hf.PreTrainedTokenizerFast(
            tokenizer_file=str(folder / "tokenizer.json"), chat_template=own.chat_template
        )
    if layout == "added_tokens_decoder":
        path = folder / "tokenizer_config.json"
        added = {
            str(i): {**dict.fromkeys(("lstrip", "rstrip", "single_word", "normalized"), False), "content": t.content,
                     "special": t.special}
            for i, t in own.added_tokens_decoder.items()
        }  # fmt: skip
        path.write_text(json.dumps({**json.loads(path.read_text()), "added_tokens_decoder": added}))
    return hf.AutoTokenizer.from_pretrained(folder)


@pytest.mark.parametrize("layout", ["as saved", "tokenizer.json alone", "added_tokens_decoder"])
def test_turn_markers_are_special_and_words_of_their_own(layout, tmp_path):
    found = read_text(turn_tokenizer(layout, tmp_path), "the<|eot_id|>cat <|think|>eat fish zebra")
    told = dict(zip(found.labels, found.is_special, strict=True))
    assert told["<|eot_id|>"] is told["<|think|>"] is True  # added as special; a marker of the chat template
    assert told["eat␣fish"] is told["the"] is told["cat"] is False
    assert told["zebra (unknown)"] is False
    words = group_words(found).positions
    assert words.labels[1:5] == ("the", "<|eot_id|>", "cat", "<|think|>")


def test_a_marker_is_a_word_of_its_own_also_within_letters():
    own = tokenizer()
    own.add_tokens([AddedToken("__en__", special=True)])
    found = read_text(own, "__en__the__en__")
    words = group_words(found).positions
    assert words.labels[1:-1] == ("__en__", "the", "__en__")
    assert words.is_special[1:-1] == (True, False, True)


def test_an_end_token_that_is_also_named_unknown_is_special():
    core = byte_tokenizer().backend_tokenizer
    core.add_special_tokens(["<|endoftext|>"])
    end = dict.fromkeys(("bos_token", "eos_token", "unk_token"), "<|endoftext|>")  # as GPT-2 names them
    found = read_text(hf.PreTrainedTokenizerFast(tokenizer_object=core, **end), "<|endoftext|>ab")
    assert found.labels == ("<|endoftext|>", "a", "b")
    assert found.is_special == (True, False, False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[CLS] the cat", "The text has two start tokens ([CLS])"),
        ("the cat [SEP]", "The text has two end tokens ([SEP])"),
        ("the cat", None),
        ("the [SEP] cat", None),
    ],
)
def test_doubled_start_and_end_tokens_are_said(text, said):
    notes = read_text(tokenizer(), text).notes
    assert [note.startswith(said) for note in notes] == [True] if said else notes == ()


@pytest.mark.parametrize(
    ("text", "told"), [("zebra", "1 of 1 token is unknown"), ("a zebra", "1 of 2 tokens is unknown")]
)
def test_how_many_tokens_are_unknown(text, told):
    assert [note.partition(" to this")[0] for note in read_text(tokenizer(), text).notes] == [told]
