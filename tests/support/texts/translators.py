"""Tokenizers of translation models, trained on a few sentences: pieces, languages; and a tiny model with one."""

from __future__ import annotations

import json
import warnings

import sentencepiece
import transformers as hf

from mha_viz.inputs.languages import language_tags
from tests.support.networks.families import BART, make

ENGLISH = ["the cat sat on a mat", "the dog ran home", "a cat ate fish"] * 5
FRENCH = ["le chat est sur le tapis", "le chien rentre chez lui", "un chat mange"] * 5
NAMED = ("<s>", "</s>", "<unk>")


def trained(folder, name, sentences):
    """The pieces of a sentencepiece model, without its special tokens."""
    with (folder / name).open("wb") as file:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(sentences), model_writer=file, vocab_size=40, model_type="unigram",
            hard_vocab_limit=False, minloglevel=2, num_threads=1,
        )  # fmt: skip
    model = sentencepiece.SentencePieceProcessor(model_file=str(folder / name))
    return [piece for i in range(model.get_piece_size()) if (piece := model.id_to_piece(i)) not in NAMED]


def numbered(folder, name, pieces):
    (folder / name).write_text(json.dumps({piece: i for i, piece in enumerate(dict.fromkeys(pieces))}))
    return str(folder / name)


def with_pieces(where):
    """The folder, with the pieces of English, of French and of both."""
    for name, sentences in (("source", ENGLISH), ("target", FRENCH), ("shared", ENGLISH + FRENCH)):
        (where / f"{name}.json").write_text(json.dumps(trained(where, f"{name}.spm", sentences)))
    return where


def pieces_of(folder, side):
    return json.loads((folder / f"{side}.json").read_text())


def m2m100(folder, **languages):
    vocabulary = numbered(folder, "m2m.json", ["<s>", "<pad>", "</s>", "<unk>", *pieces_of(folder, "shared")])
    return hf.M2M100Tokenizer(vocabulary, str(folder / "shared.spm"), **languages)


def scored(folder):
    pieces = [*pieces_of(folder, "source"), *pieces_of(folder, "target")]
    return [(piece, -1.0) for piece in dict.fromkeys(["<s>", "<pad>", "</s>", "<unk>", *pieces])]


def mbart50(folder, **languages):
    return hf.MBart50Tokenizer(vocab=scored(folder), **languages)


def marian(folder, *, separate=False):
    source, target = pieces_of(folder, "source"), pieces_of(folder, "target")
    first, spm = ["</s>", "<unk>", ">>fra<<"], [str(folder / "source.spm"), str(folder / "target.spm")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # recommends a package for English punctuation
        if separate:
            files = [
                numbered(folder, "s.json", [*first, *source, "<pad>"]),
                numbered(folder, "t.json", [*first, *target]),
            ]
            return hf.MarianTokenizer(*spm, *files, separate_vocabs=True)
        return hf.MarianTokenizer(*spm, numbered(folder, "both.json", [*first, *source, *target, "<pad>"]))


def nllb(_folder, **languages):
    letters = ["<s>", "<pad>", "</s>", "<unk>", "▁", *"thecalno"]
    return hf.NllbTokenizer(vocab={letter: i for i, letter in enumerate(letters)}, merges=[], **languages)


def saved(where, tokenizer, network_class, config_class):
    """A tiny network and its tokenizer as a folder that is a model."""
    n_ids = 1 + max(len(tokenizer), *language_tags(tokenizer).values())  # M2M-100's are not among its own
    make(network_class, config_class(**{**BART, "vocab_size": n_ids})).save_pretrained(where)
    tokenizer.save_pretrained(where)
    return str(where)
