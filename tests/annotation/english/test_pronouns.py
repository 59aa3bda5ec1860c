"""Small annotated texts whose pronouns anybody can resolve, and the *it* that stands for nothing."""

import dataclasses

import pytest

from mha_viz.annotation.annotated import Annotated, Arc, Entity
from mha_viz.annotation.english.agreement import PRONOUNS, noun_kinds, pronoun_kinds
from mha_viz.annotation.english.parser import parse
from mha_viz.annotation.english.pronouns import AGREEMENT, AGREEMENT_NAME, expletives, pronoun_links

TAGS = {
    "n": "NOUN",
    "s": "NOUN",
    "p": "PROPN",
    "r": "PRON",
    "v": "VERB",
    "a": "ADJ",
    "x": "AUX",
    "o": "X",
    "c": "CCONJ",
}
NUMBERS = {"n": "Number=Sing", "s": "Case=Nom|Number=Plur", "p": "Number=Sing"}
LEMMAS = {"rains": "rain", "said": "say", "seems": "seem", "was": "be", "is": "be", "took": "take", "An": "a"}


def text(described, *entities):
    """``word/tag/relation>head`` a word, heads counted from 0 in the text; sentences follow each other."""
    cells = [word.split("/") for word in described.split()]
    words = tuple(form for form, _, _ in cells)
    begins = [len(" ".join(words[:i])) + (i > 0) for i in range(len(words))]
    arcs = [(i, *arc.split(">")) for i, (_, _, arc) in enumerate(cells) if arc != "root"]
    return Annotated(
        text=" ".join(words),
        words=words,
        spans=tuple((begin, begin + len(word)) for begin, word in zip(begins, words, strict=True)),
        arcs=tuple(Arc(i, int(head), relation) for i, relation, head in arcs),
        entities=tuple(Entity(*one) for one in entities),
        tags=tuple(TAGS[kind] for _, kind, _ in cells),
        features=tuple(NUMBERS.get(kind, "") for _, kind, _ in cells),
        lemmas=tuple(LEMMAS.get(word, word.removesuffix("s")) for word in words),
    )


def links(annotated):
    return {
        annotated.text[slice(*link.pronoun)]: [annotated.text[slice(*one)] for one in link.candidates]
        for link in pronoun_links(annotated)
    }


CAT = "The/o/det>1 cat/n/nsubj>2 sat/v/root on/o/case>5 the/o/det>5 mat/n/obl>2 because/o/mark>9 it/r/nsubj>9 was/x/cop>9 tired/a/advcl>2"  # noqa: E501


def test_the_cat_and_the_mat():
    (link,) = pronoun_links(text(CAT))
    assert link.pronoun == (31, 33)
    assert link.candidates == ((4, 7), (19, 22))
    assert (link.answer, link.group) == (None, "")


def test_number_and_person_agree():
    described = (
        "The/o/det>1 nurse/n/nsubj>2 saw/v/root boxes/s/obj>2 and/c/cc>5 amazement/n/conj>3 "
        "because/o/mark>9 she/r/nsubj>9 her/r/iobj>9 gave/v/advcl>2 them/r/obj>9 and/c/cc>12 it/r/conj>10"
    )
    found = links(text(described))
    assert found == {
        "she": ["nurse"],
        "her": ["nurse", "she"],
        "them": ["boxes", "boxes and amazement"],
        "it": ["amazement"],
    }


def test_whole_names_and_what_the_recogniser_says_of_them():
    described = (
        "Mr./p/nmod:desc>1 Ada/p/nsubj>3 King/p/flat>1 left/v/root New/p/amod>5 York/p/obj>3 ,/o/punct>3 "
        "Xyz/p/conj>5 ;/o/punct>3 he/r/nsubj>10 missed/v/parataxis>3 it/r/obj>10"
    )
    names = (1, 3, "PERSON"), (4, 6, "GPE")
    assert links(text(described, *names)) == {"he": ["Mr. Ada King", "Xyz"], "it": ["New York", "Xyz"]}
    assert links(text(described)) == {"he": ["Mr. Ada King", "New York", "Xyz"], "it": ["New York", "Xyz"]}


def test_they_are_two_or_else_one_person():
    joined = "Tom/p/nsubj>3 and/c/cc>2 Eve/p/conj>0 say/v/root they/r/nsubj>5 sleep/v/ccomp>3"
    assert links(text(joined)) == {"they": ["Tom and Eve"]}
    apart = joined.replace("and/", "or/")
    assert links(text(apart)) == {"they": ["Tom", "Eve"]}
    team = "The/o/det>1 team/n/nsubj>2 says/v/root they/r/nsubj>4 sleep/v/ccomp>2"
    assert links(text(team)) == {"they": ["team"]}


def test_a_pronoun_before_its_noun():
    fronted = "rain/n/nsubj>1 fell/v/root ./o/punct>1 when/o/mark>5 he/r/nsubj>5 left/v/advcl>8 Tom/p/nsubj>8 gave/x/aux>8 sung/v/root air/n/obj>8"  # noqa: E501
    assert links(text(fronted)) == {"he": ["rain", "Tom"]}  # not air: only the subject its clause comes before
    alone = "her/r/nmod:poss>1 dog/n/nsubj>2 saw/v/root Eve/p/obj>2 ./o/punct>2 Zoe/p/nsubj>6 left/v/root"
    assert links(text(alone)) == {"her": ["Eve"]}  # neither what is hers, nor another sentence


def test_two_sentences_back_and_no_further():
    described = " ".join(
        f"The/o/det>{i + 1} {word}/n/nsubj>{i + 2} fell/v/root"
        for i, word in zip((0, 3, 6), ("cup", "pan", "jar"), strict=True)
    )
    assert links(text(described + " It/r/nsubj>10 broke/v/root")) == {"It": ["pan", "jar"]}
    flat = dataclasses.replace(text(described + " It/r/nsubj>10 broke/v/root"), arcs=())
    assert links(flat) == {"It": ["cup", "pan", "jar"]}  # without dependencies nothing tells sentences apart


@pytest.mark.parametrize(
    ("described", "indices"),
    [
        ("It/r/nsubj>1 rains/v/root", (0,)),
        ("It/r/nsubj>1 sleeps/v/root", ()),
        ("It/r/expl>1 fits/v/root", (0,)),
        ("It/r/nsubj>2 is/x/cop>2 clear/a/root that/o/mark>5 he/r/nsubj>5 left/v/csubj>2", (0,)),
        ("It/r/nsubj>2 is/x/cop>2 hard/a/root to/o/mark>4 say/v/xcomp>2", (0,)),
        ("It/r/nsubj>2 is/x/cop>2 ready/a/root to/o/mark>4 go/v/xcomp>2", ()),
        ("It/r/nsubj>2 is/x/cop>2 time/n/root to/o/mark>4 go/v/acl>2", (0,)),
        ("It/r/nsubj>2 is/x/cop>2 plan/n/root to/o/mark>4 go/v/acl>2", ()),
        ("It/r/nsubj>1 seems/v/root he/r/nsubj>3 left/v/ccomp>1", (0,)),
        ("It/r/nsubj>1 seems/v/root tired/a/xcomp>1", ()),
        ("It/r/nsubj>1 said/v/root he/r/nsubj>3 left/v/ccomp>1", ()),
        ("it/r/nsubj:pass>2 was/x/aux:pass>2 said/v/root he/r/nsubj>4 left/v/ccomp>2", (0,)),
        ("It/r/nsubj>1 took/v/root hours/s/obj>1 to/o/mark>4 go/v/xcomp>1", (0,)),
        ("It/r/nsubj>1 took/v/root hours/s/obj>1", ()),
        ("It/r/nsubj>2 was/x/cop>2 Tom/p/root who/r/nsubj>4 left/v/acl:relcl>2", (0,)),
        ("It/r/nsubj>2 was/x/cop>2 dog/n/root who/r/nsubj>4 left/v/acl:relcl>2", ()),
        ("He/r/nsubj>1 rains/v/root", ()),
    ],
)
def test_it_that_stands_for_nothing(described, indices):
    annotated = text(f"cup/n/root {shifted(described)}")
    assert expletives(annotated) == tuple(i + 1 for i in indices)
    assert ("it" in {word.lower() for word in links(annotated)}) == (not indices and "He/" not in described)


def shifted(described):
    """The same, one word on."""
    cells = [word.split(">") for word in described.split()]
    return " ".join(f"{cell[0]}>{int(cell[1]) + 1}" if len(cell) == 2 else cell[0] for cell in cells)


def test_the_time_is_nothing_that_it_stands_for():
    described = "cup/n/root It/r/nsubj>3 was/x/cop>3 noon/n/root"
    assert expletives(text(described)) == ()
    assert expletives(text(described, (3, 4, "TIME"))) == (1,)


def test_a_reflexive_pronoun_is_nobodys_candidate_and_names_no_pronouns():
    assert links(text("He/r/nsubj>1 hurt/v/root himself/r/obj>1")) == {"himself": ["He"]}
    assert links(text("cup/n/root IT/p/nsubj>2 fell/v/root")) == {}


def test_without_tags_or_in_a_circle_nothing_breaks():
    annotated = text(CAT)
    assert pronoun_links(dataclasses.replace(annotated, tags=())) == ()
    bare = dataclasses.replace(annotated, features=(), lemmas=())
    assert links(bare) == {"it": ["cat", "mat"]}
    circle = (Arc(7, 9, "nsubj"), Arc(9, 5, "advcl"), Arc(5, 9, "obl"))
    assert links(dataclasses.replace(annotated, arcs=circle))["it"][-1] == "mat"
    assert pronoun_links(Annotated("")) == expletives(Annotated("")) == ()


def test_kinds_of_words():
    assert noun_kinds(["technician"], "NOUN", "Sing") == {"he", "she", "one of they"}
    assert noun_kinds(["sister"], "NOUN", "Sing") == {"she", "one of they"}
    assert noun_kinds(["king"], "NOUN", "Sing") == {"he", "one of they"}
    assert {"he", "she"} <= noun_kinds(["king"], "PROPN", "Sing")  # a name says nothing
    assert noun_kinds(["happiness"], "NOUN", "Sing") == {"it"}
    assert noun_kinds(["trouser"], "NOUN", "Plur") == {"they"}
    assert "they" in noun_kinds(["team"], "NOUN", "Sing")
    assert "they" in noun_kinds(["fish"], "NOUN", "")
    assert "they" in noun_kinds(["google"], "PROPN", "Sing", ["ORG"])
    assert pronoun_kinds("You") == pronoun_kinds("which") == set()
    assert pronoun_kinds("Nothing") == {"it"}
    assert set(PRONOUNS.values()) == {"he", "she", "it", "they"}


def test_the_heuristic_has_a_name_and_a_description():
    assert AGREEMENT_NAME == "candidates by agreement"
    assert AGREEMENT.endswith("No person has checked them.")


@pytest.mark.real_model
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("The cat sat on the mat because it was tired.", {"it": ["cat", "mat"]}),
        ("Before he left, Tom gave Mary's sister a book.", {"he": ["Tom"]}),
        ("Tom and Mary saw the dog. They liked it.", {"They": ["Tom and Mary"], "it": ["dog"]}),
        ("It is clear that the cup broke.", {}),
        ("It's raining cats and dogs.", {}),
        ("It is time to go.", {}),
    ],
)
def test_typed_texts(typed, expected):
    assert links(parse(typed)) == expected
