"""Passages of a corpus: halves, windows that count each word once."""

import pytest

from mha_viz.annotation.annotated import Annotated, Link
from mha_viz.evidence.corpus.passages import (
    Passage,
    code_passages,
    document_passages,
    pronoun_passages,
    random_passages,
    read_once,
    sentence_passages,
    twin_passages,
    windows_of,
)


def sentence(text, document=""):
    words, spans, at = tuple(text.split()), [], 0
    for word in words:
        at = text.index(word, at)
        spans.append((at, at + len(word)))
        at += len(word)
    return Annotated(text, words, tuple(spans), document=document)


def count(text):
    return len(text.split()) + 2


def test_documents_go_to_the_halves_by_turns_and_sentences_without_documents_do():
    given = [sentence("a", "x"), sentence("b", "x"), sentence("c", "y"), sentence("d", "z")]
    found = list(sentence_passages(given, "f"))
    assert [passage.part for passage in found] == [0, 0, 1, 0]
    assert [passage.part for passage in sentence_passages([sentence(w) for w in "abc"], "f")] == [0, 1, 0]
    assert {passage.part for passage in sentence_passages(given, "f", part=2)} == {2}
    assert len({passage.name for passage in found}) == 4
    assert [passage.unit for passage in found] == [passage.name for passage in found]


def test_equal_sentences_are_one_unit_in_the_half_of_the_first():
    given = [sentence(text) for text in ("a b", "c", "A  b", "d", "c")]
    found = list(sentence_passages(given, "f"))
    assert [passage.unit for passage in found] == [f"f sentence {i}" for i in (0, 1, 0, 3, 1)]
    assert [passage.part for passage in found] == [0, 1, 0, 0, 1]  # copies take no turn
    assert len({passage.name for passage in found}) == 5
    assert {passage.part for passage in sentence_passages(given, "f", part=2)} == {2}


def test_equal_documents_are_one_unit_in_the_half_of_the_first():
    given = [sentence(text, document) for document, text in (("x", "a b"), ("y", "a b"), ("z", "c"))]
    found = list(document_passages(given, "f", count, 11))
    assert [(passage.unit, passage.part) for passage in found] == [
        ("f document x", 0), ("f document x", 0), ("f document z", 1),
    ]  # fmt: skip
    assert len({passage.name for passage in found}) == 3


@pytest.mark.parametrize("limit", [7, 8, 11, 100])
def test_windows_hold_whole_sentences_and_every_word_is_new_once(limit):
    sizes = (3, 1, 4, 1, 5, 2, 5)
    sentences = [sentence(" ".join(f"{i}.{j}" for j in range(size))) for i, size in enumerate(sizes)]
    new, firsts = [], []
    for window, new_from in windows_of(sentences, count, limit):
        words = [word for one in window for word in one.words]
        assert count(" ".join(words)) <= limit
        new += words[new_from:]
        firsts.append(new_from)
    assert new == [word for one in sentences for word in one.words]
    assert firsts[0] == 0
    if limit < 100:
        assert any(firsts)  # later windows repeat what came before
    else:
        assert firsts == [0]


def test_a_sentence_that_no_window_holds_is_left_out():
    sentences = [sentence("a b"), sentence("c d e f g h i j"), sentence("k l")]
    windows = [(" ".join(one.text for one in window), new) for window, new in windows_of(sentences, count, 7)]
    assert windows == [("a b", 0), ("k l", 0)]


def test_windows_of_a_document_are_one_unit():
    given = [*(sentence("a b c", "x") for _ in range(5)), sentence("d", "y")]
    found = list(document_passages(given, "f", count, 11))
    assert [passage.unit for passage in found] == ["f document x"] * 2 + ["f document y"]
    assert [passage.part for passage in found] == [0, 0, 1]
    assert [passage.new_from for passage in found] == [0, 3, 0]
    assert len({passage.name for passage in found}) == 3
    assert found[0].texts[0].text == "a b c a b c a b c"


def test_random_tokens_are_units_in_both_halves():
    found = list(random_passages(range(100, 150), bos=7))
    assert {passage.part for passage in found} == {0, 1}
    assert {passage.ids[0] for passage in found} == {7}
    assert {len(passage.ids) for passage in found} == {101}


def twin(group, answer, names=("Ann", "Bo"), end="so"):
    text = f"{names[0]} saw {names[1]} and she said {end}"
    places = [(text.index(name), text.index(name) + len(name)) for name in (*names, "she")]
    return Annotated(text, links=(Link(places[2], tuple(places[:2]), answer, group),))


def test_groups_of_twins_about_the_same_candidates_are_one_unit_in_one_half():
    texts = [
        twin("a", 0),
        twin("b", 0, ("Cy", "Di")),
        twin("a", 1, end="no"),
        twin("c", 1),
        twin("d", 0, ("Ed", "Flo")),
    ]
    found = list(twin_passages(texts, "f"))
    assert [len(passage.texts) for passage in found] == [2, 1, 1, 1]
    assert [passage.unit for passage in found] == ["f ann | bo", "f cy | di", "f ann | bo", "f ed | flo"]
    assert [passage.part for passage in found] == [0, 0, 0, 1]
    assert found[0].texts[1].words[:3] == ("Ann", "saw", "Bo")
    assert found[0].scopes == ("twins",)


def test_texts_with_a_pronoun_are_units_of_their_own_unless_they_are_equal():
    texts = [twin("a", 0), twin("b", 1, ("Cy", "Di")), twin("c", None, ("Ed", "Flo")), twin("d", 1)]
    found = list(pronoun_passages(texts, "gap"))
    assert [passage.part for passage in found] == [0, 1, 0, 0]
    assert [passage.unit for passage in found] == ["gap text 0", "gap text 1", "gap text 2", "gap text 0"]
    assert len({passage.name for passage in found}) == 4
    assert found[0].texts[0].words[0] == "Ann"


def test_a_short_corpus_is_read_once_and_a_long_one_each_time():
    read = []

    def passages():
        for i in range(3):
            read.append(i)
            yield Passage(f"p{i}", f"p{i}", 0, (Annotated("a b", ("a", "b"), ((0, 1), (2, 3))),))

    short, long = read_once(passages, most=6), read_once(passages, most=5)
    next(short())  # who stops early has not read it
    assert read == [0]
    assert [[passage.name for passage in short()] for _ in range(3)] == [["p0", "p1", "p2"]] * 3
    assert read == [0, 0, 1, 2]
    assert [len(list(long())) for _ in range(2)] == [3, 3]
    assert read == [0, 0, 1, 2, 0, 1, 2, 0, 1, 2]


def test_functions_of_a_file_are_one_unit_and_files_go_to_the_halves_by_turns():
    functions = [sentence(text, file) for text, file in (("a", "x"), ("b", "x"), ("c", "y"), ("a", "y"), ("d", "z"))]
    passages = list(code_passages(functions, "code"))
    assert [(one.unit, one.part) for one in passages] == [
        ("code x", 0), ("code x", 0), ("code y", 1), ("code x", 0), ("code z", 0),
    ]  # fmt: skip
    assert len({one.name for one in passages}) == 5
    assert all(one.scopes == ("tokens", "document") for one in passages)
