"""Terms of the glossary are marked where a block uses them first, and nothing else is."""

import re

import pytest

from mha_viz.language import ENGLISH, LANGUAGES, gettext, spoken
from mha_viz.views.captions.glossary import GLOSSARY, WRITTEN
from mha_viz.views.captions.terms import explanation, marked, slug, table


def test_a_term_is_marked_once_in_a_block_however_it_is_written():
    assert marked("L3 H1 is a head, and L0 H7 another; heads of layers.").count("](#word-") == 1
    assert marked("**Tokens** and a token") == "**[Tokens](#word-token)** and a token"
    assert marked("It gives `heads` 2 bits\\.") == "It gives `heads` 2 [bits](#word-bits)\\."
    for stored in ("unpacked from 4 bits", "rounded to 8 bits", "rounded to 16 bits"):  # how numbers are kept
        assert marked(stored) == stored
    assert marked("14 bits") == "14 [bits](#word-bits)"


@pytest.mark.parametrize(
    "text",
    [
        "“a head” of “many tokens”", "`heads`", "[heads](https://a.b/heads)", "https://a.b/heads", "overhead",
        'of [head \\[7\\]](#model-head "Layers of heads&#41; and tokens.")', "Keys: arrows; the arrow keys",
        "a bit louder, tokenization",
    ],
)  # fmt: skip
def test_what_is_quoted_linked_or_no_such_word_stays(text):
    assert marked(text) == text


def test_what_is_marked_already_stays_and_counts():
    text = marked("Heads rest on the first token, a sink, with 3 bits.")
    assert marked(text) == text
    assert marked("[heads](#word-layer-head) and a head of tokens") == (
        "[heads](#word-layer-head) and a head of [tokens](#word-token)"
    )


def test_the_longer_of_two_terms_counts():
    assert "[mostly a simple rule](#word-mostly-a-simple-rule)" in marked("It is mostly a simple rule.")
    assert "[dependent → head](#word-dependent-head-head-dependent)" in marked("look dependent → head")
    assert marked("two dependencies").startswith("two [dependencies](#word-dependent")


def test_every_term_is_written_somehow_and_has_a_link_of_its_own():
    assert WRITTEN.keys() == GLOSSARY.keys()
    assert len({slug(term) for term in GLOSSARY}) == len(GLOSSARY)
    assert {row[1]: row[3] for row in table()} == GLOSSARY
    for _, term, written, _ in table():
        assert re.compile(written).groups == 0, term  # a browser counts the groups too


def test_a_column_is_explained_by_the_first_term_of_its_name():
    assert explanation("distance (bits)") == GLOSSARY["bits"]
    assert explanation("Layer") == GLOSSARY["layer, head"]
    assert explanation("time, s") is None


@pytest.mark.parametrize(
    ("code", "text", "there"),
    [
        ("de", "Zwei Köpfe von „Kopf“, ein Muster; Köpfe mit Kopfweh und Token.",
         "Zwei [Köpfe](#word-layer-head) von „Kopf“, ein [Muster](#word-pattern); Köpfe mit Kopfweh und "
         "[Token](#word-token)."),
        ("fr", "« tête », puis établie et rétablie par têtes.",
         "« tête », puis [établie](#word-established) et rétablie par [têtes](#word-layer-head)."),
        ("zh", "每个头看词元。", "每个[头](#word-layer-head)看[词元](#word-token)。"),
        ("de", "L3 H1 und two heads", "[L3 H1](#word-layer-head) und two heads"),
    ],
)  # fmt: skip
def test_terms_are_marked_as_the_language_writes_them(code, text, there):
    with spoken(code):
        assert marked(text) == there


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != ENGLISH])
def test_every_language_has_the_whole_glossary(code):
    english = table()
    with spoken(code):
        rows = table()
        assert explanation(gettext("other words")) == gettext(GLOSSARY["other words: .13"])
    assert [row[0] for row in rows] == [row[0] for row in english]  # links mean the same in every language
    for (name, _, written, meaning), (*_, in_english) in zip(rows, english, strict=True):
        assert meaning != in_english, name
        assert re.compile(written).groups == 0, name
        assert not re.search(r"\[[^\]]*\\w", written), name  # a browser puts a class of letters in its place
