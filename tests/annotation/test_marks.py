"""Marks as text, and what an annotation becomes with them: by hand on one sentence, and for any marks that fit."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mha_viz.annotation.annotated import Annotated, Arc, Link
from mha_viz.annotation.corrections import candidate_of, fitting, head_in, marked, turned, with_mark
from mha_viz.annotation.marks import RELATIONS, Mark, read_marks, write_marks
from mha_viz.errors import InputError
from mha_viz.wording import END, ISOLATE

WORDS = ["The", "cat", "saw", "the", "dog", "and", "because", "it", "barked"]
ARCS = (
    Arc(0, 1, "det"), Arc(1, 2, "nsubj"), Arc(3, 4, "det"), Arc(4, 2, "obj"), Arc(5, 8, "cc"), Arc(6, 8, "mark"),
    Arc(7, 8, "nsubj"), Arc(8, 2, "conj"),
)  # fmt: skip
TAGS = ("DET", "NOUN", "VERB", "DET", "NOUN", "CCONJ", "SCONJ", "PRON", "VERB")


def spans_of(words):
    begins = [len(" ".join(words[:i])) + (i > 0) for i in range(len(words))]
    return tuple((begin, begin + len(word)) for begin, word in zip(begins, words, strict=True))


SPANS = spans_of(WORDS)
CAT, DOG, IT = (SPANS[0][0], SPANS[1][1]), (SPANS[3][0], SPANS[4][1]), SPANS[7]
GUESS = Annotated(" ".join(WORDS), tuple(WORDS), SPANS, ARCS, tags=TAGS, is_gold=False, source="a parser")
LINKED = replace(GUESS, links=(Link(IT, (CAT, DOG), 0, "it"),))


def marks(text):
    read, refused = read_marks(text)
    assert not refused
    return read


def arcs(annotated):
    return {(arc.head, arc.dependent): arc.relation for arc in annotated.arcs}


# ---- as text ---------------------------------------------------------------------------------------------------------


def test_marks_are_short_text():
    given = (
        Mark("arc", 2, 1, "nsubj:pass"),
        Mark("arc", 4, 5, "det", removed=True),
        Mark("arc", 11, 13, removed=True),
        Mark("link", 7, 1),
        Mark("link", 7, 3, removed=True),
    )
    text = "2>1:nsubj:pass,-4>5:det,-11>13,7~1,-7~3"
    assert write_marks(given) == text
    assert read_marks(text) == (given, ())
    assert read_marks(" 7~1 ,, ") == ((Mark("link", 7, 1),), ())
    assert read_marks("") == ((), ())
    assert len(RELATIONS) == len(set(RELATIONS)) == 36


relations = st.text(st.characters(exclude_categories=("Z", "C"), exclude_characters=",<>~"), min_size=1, max_size=40)
places = st.tuples(st.integers(0, 999999), st.integers(0, 999999)).filter(lambda pair: pair[0] != pair[1])
any_marks = st.one_of(
    st.builds(lambda at, said: Mark("arc", *at, said), places, relations),
    st.builds(lambda at, said: Mark("arc", *at, said, removed=True), places, st.just("") | relations),
    st.builds(lambda at, removed: Mark("link", *at, removed=removed), places, st.booleans()),
)


@settings(max_examples=80)
@given(st.lists(any_marks))
def test_every_mark_comes_back(given):
    assert read_marks(write_marks(given)) == (tuple(given), ())


@settings(max_examples=80)
@given(st.text() | st.text("0123456789>~:-,ab "))
def test_whatever_a_link_holds_is_a_mark_or_a_sentence(text):
    read, refused = read_marks(text)
    items = [item for item in text.split(",") if item.strip()]
    assert len(read) + len(refused) == len(items)
    assert read_marks(write_marks(read)) == (read, ())
    plain = [sentence.replace(ISOLATE, "").replace(END, "") for sentence in refused]
    assert all(sentence.isprintable() and len(sentence) < 250 for sentence in plain)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("nsubj", "not understood"),
        ("2>1", "an arc without a relation"),
        ("2>1:", "an arc without a relation"),
        ("2>1:two words", "no relation that can be kept"),
        ("2>1:a>b", "no relation that can be kept"),
        ("2>1:" + "x" * 41, "no relation that can be kept"),
        ("2>1:a\x00b", "no relation that can be kept"),
        ("3>3:obj", "links a word to itself"),
        ("3~3", "links a word to itself"),
        ("7~1:it", "not understood"),
        ("--7~1", "not understood"),
        ("1234567>1:obj", "not understood"),
        ("٢>1:obj", "not understood"),
        ("2>١:obj", "not understood"),
        ("<b>" * 30, "not understood"),
    ],
)
def test_a_bad_item_is_refused_and_the_others_are_kept(item, said):
    read, (sentence,) = read_marks(f"7~1,{item},2>1:obj")
    assert read == (Mark("link", 7, 1), Mark("arc", 2, 1, "obj"))
    assert said in sentence


# ---- arcs ------------------------------------------------------------------------------------------------------------


def test_a_new_arc_takes_the_place_of_the_old_one():
    found = marked(GUESS, marks("8>4:obl"))
    assert arcs(found) == {**{key: value for key, value in arcs(GUESS).items() if key != (2, 4)}, (8, 4): "obl"}
    assert [arc.dependent for arc in found.arcs] == [0, 1, 3, 4, 5, 6, 7, 8]
    assert found.source == "a parser, 1 arc corrected by hand"
    assert not found.is_gold
    assert replace(found, arcs=ARCS, source="a parser") == GUESS


def test_the_same_arc_with_another_relation():
    assert arcs(marked(GUESS, marks("2>4:obl"))) == {**arcs(GUESS), (2, 4): "obl"}


def test_a_removed_arc_leaves_a_word_without_a_head():
    found = marked(GUESS, marks("-2>4:obj,-8>6"))
    assert set(arcs(GUESS)) - set(arcs(found)) == {(2, 4), (8, 6)}
    assert found.source == "a parser, 2 arcs corrected by hand"


def test_the_last_mark_on_a_word_holds():
    assert marked(GUESS, marks("8>4:obl,1>4:nmod")) == marked(GUESS, marks("1>4:nmod"))
    assert marked(GUESS, marks("8>4:obl,-2>4:obj")) == marked(GUESS, marks("-2>4:obj"))


def test_nothing_marked_is_the_same():
    assert marked(LINKED, ()) is LINKED
    assert marked(LINKED, marks("2>4:obj,7~1")) == LINKED
    assert marked(replace(GUESS, source=""), marks("2>4:obl")).source == "1 arc corrected by hand"
    assert marked(replace(GUESS, is_gold=True), marks("2>4:obl")).is_gold


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9>1:obj", "names word 9; this text has 9 words"),
        ("1>90:obj", "names word 90"),
        ("9~1", "names word 9"),
        ("-1>4:obj", "removes an arc that is not there"),
        ("-7~2", "removes a link that is not there"),
        ("-4~1", "removes a link that is not there"),
        ("1>2:nsubj", "An arc from “cat” to “saw” would go round in a circle"),
        ("0>2:x", "“The” hangs on “saw” already"),
    ],
)
def test_what_does_not_fit_is_refused(text, said):
    kept, (sentence,) = fitting(LINKED, marks(f"{text},8>4:obl"))
    assert kept == marks("8>4:obl")
    assert said in sentence
    with pytest.raises(InputError) as error:
        marked(LINKED, marks(text))
    assert str(error.value) == sentence


def test_marks_that_are_not_from_text_are_checked_too():
    assert "names word -1" in fitting(GUESS, [Mark("link", 3, -1)])[1][0]
    assert "itself" in fitting(GUESS, [Mark("arc", 3, 3, "x")])[1][0]


def test_a_circle_counts_after_all_marks():
    reversed_arc = marks("1>2:nsubj,-2>1:nsubj")
    assert fitting(GUESS, reversed_arc) == (reversed_arc, ())
    both = marks("1>2:nsubj,0>1:x,-1>0:det")  # 2 hangs on 1, 1 on 0, and 0 on nothing
    assert fitting(GUESS, both) == (both, ())
    kept, refused = fitting(GUESS, marks("1>2:nsubj,-2>1:nsubj,2>1:x"))
    assert (write_marks(kept), len(refused)) == ("1>2:nsubj,-2>1:nsubj", 1)
    replaced = marks("3>4:x,8>4:obl")  # the first would go round in a circle, if it held
    assert fitting(GUESS, replaced) == (replaced, ())


trees = st.integers(2, 11).flatmap(
    lambda n: st.tuples(*[st.none() | st.integers(0, i - 1) for i in range(1, n)])
)  # every head stands before its dependents


@settings(max_examples=80)
@given(trees, st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10), st.booleans()), max_size=9))
def test_what_fits_keeps_one_head_a_word_and_no_circle(heads, given):
    words = tuple("abcdefghijk"[: len(heads) + 1])
    arcs = tuple(Arc(i, head, "x") for i, head in enumerate(heads, 1) if head is not None)
    base = Annotated(" ".join(words), words, spans_of(words), arcs)
    kept, refused = fitting(base, [Mark("arc", start, end, "y", removed) for start, end, removed in given])
    assert len(kept) + len(refused) == len(given)
    found = marked(base, kept)
    head_of = {arc.dependent: arc.head for arc in found.arcs}
    assert len(head_of) == len(found.arcs)
    for word in head_of:
        steps = 0
        while word in head_of and steps <= len(words):
            word, steps = head_of[word], steps + 1
        assert steps <= len(words)


# ---- links -----------------------------------------------------------------------------------------------------------


def test_a_link_sets_the_answer_of_a_pronoun():
    (link,) = marked(LINKED, marks("7~4")).links
    assert link == Link(IT, (CAT, DOG), 1, "it")
    (link,) = marked(LINKED, marks("7~3")).links  # a word inside a candidate
    assert link.answer == 1
    (link,) = marked(LINKED, marks("7~2")).links
    assert link == Link(IT, (CAT, DOG, SPANS[2]), 2, "it")
    assert marked(LINKED, marks("7~2")).source == "a parser, 1 link corrected by hand"


def test_a_word_without_candidates_gets_the_names_and_nouns_before_it():
    (link,) = marked(GUESS, marks("7~4")).links
    assert link == Link(IT, (SPANS[1], SPANS[4]), 1, "by hand, word 7")
    (link,) = marked(GUESS, marks("7~8")).links
    assert (link.candidates, link.answer) == ((SPANS[1], SPANS[4], SPANS[8]), 2)
    (link,) = marked(GUESS, marks("4~1")).links
    assert link.candidates == (SPANS[1],)
    (link,) = marked(replace(GUESS, tags=()), marks("7~4")).links
    assert (link.candidates, link.answer) == ((SPANS[4],), 0)


def test_candidates_are_removed():
    (link,) = marked(LINKED, marks("-7~1")).links
    assert link == Link(IT, (DOG,), None, "it")
    (link,) = marked(LINKED, marks("7~4,-7~1")).links
    assert link == Link(IT, (DOG,), 0, "it")
    assert marked(LINKED, marks("-7~1,-7~4")).links == ()


def test_of_candidates_inside_each_other_the_one_with_that_head():
    """ "saw" heads the outer range, "dog" the inner one."""
    nested = Link(IT, ((SPANS[1][0], SPANS[4][1]), DOG), 0, "it")
    assert [candidate_of(GUESS, nested, word) for word in (1, 2, 3, 4, 8)] == [0, 0, 0, 1, None]
    assert [head_in(GUESS, span) for span in nested.candidates] == [2, 4]
    assert head_in(replace(GUESS, arcs=()), DOG) == 4
    assert head_in(GUESS, (3, 4)) is None


# ---- what becomes of the marks at a click ----------------------------------------------------------------------------


def test_a_new_mark_takes_the_place_of_what_it_contradicts():
    def after(before, new):
        return write_marks(with_mark(LINKED, marks(before), *marks(new)))

    assert after("8>4:obl,8>3:x", "1>4:nmod") == "8>3:x,1>4:nmod"
    assert after("8>4:obl", "2>4:obj") == ""  # as it was guessed
    assert after("-2>4:obj", "2>4:obj") == ""
    assert after("-2>4:obj,4~1", "4>1:x") == "-2>4:obj,4~1,4>1:x"
    assert after("7~4", "7~3") == "7~3"
    assert after("7~4", "7~1") == ""
    assert after("-7~4", "7~4") == "7~4"
    assert after("-7~1", "7~4") == "-7~1,7~4"


def test_a_click_removes_and_a_second_click_brings_back():
    def after(before, kind, start, end):
        return write_marks(turned(LINKED, marks(before), kind, start, end))

    assert after("", "arc", 2, 4) == "-2>4:obj"
    assert after("-2>4:obj", "arc", 2, 4) == ""
    assert after("8>4:obl,7~4", "arc", 8, 4) == "7~4"
    assert after("8>4:obl", "arc", 2, 4) == ""  # the old arc, drawn as removed, comes back
    assert after("8>4:obl", "link", 7, 4) == "8>4:obl,-7~4"
    assert after("7~4", "link", 7, 4) == ""
    assert after("5~4,7~4", "link", 7, 4) == "5~4"
    assert after("7~4", "link", 7, 1) == "7~4,-7~1"
