"""Rules of word form, by hand."""

import pytest

from mha_viz.annotation.annotated import Annotated, Arc, Entity
from mha_viz.scores.items import Item
from mha_viz.scores.pointing import tally_items
from mha_viz.scores.rivals import classes_of_words, is_lexical, with_lexical_rules, word_classes
from mha_viz.scores.tallies import items_of
from tests.support.texts.annotating import annotated, looking

#        0   1   2   3   4      5   6    7    8    9
FISH = "The old man who fished had seen Mary swim ."
TAGS = "DET ADJ NOUN PRON VERB AUX VERB PROPN VERB PUNCT"
NOMINAL = "noun, name or pronoun"


@pytest.mark.parametrize(
    ("query", "right", "rules"),
    [
        (7, (6,), {"verb before", "verb or auxiliary before", "word of 4 letters at most before"}),
        (9, (5,), {"auxiliary before", "word of 3 letters at most before"}),  # swim is a verb, of four letters
        (0, (2,), {"noun after", f"{NOMINAL} after"}),  # old is as short
        (6, (2,), {"noun before"}),  # who is a pronoun, and as short
        (0, (8,), set()),  # a verb comes before it, and Mary is as short
        (8, (7,), {"name before", f"{NOMINAL} before", "word with a capital before",
                   "word of 4 letters at most before"}),
        (5, (4, 6), {"verb before", "verb after", "verb or auxiliary before", "verb or auxiliary after",
                     "word of 4 letters at most after"}),
        (4, (9,), set()),  # signs have no class, and no letters
    ],
)  # fmt: skip
def test_the_rules_that_are_right(query, right, rules):
    (item,) = with_lexical_rules(
        [Item(query, right, None, (("nearest mention", 3),))], classes_of_words(annotated(FISH, tags=TAGS))
    )
    assert item.rules[0] == ("nearest mention", 3)
    assert {name for name, _ in item.rules[1:]} == {f"nearest {rule}" for rule in rules}
    assert all(is_lexical(name) and answer in right for name, answer in item.rules[1:])


def test_what_is_known_of_a_word():
    text = annotated("It 's O'Neill 12 a", tags="PRON AUX PROPN NUM X")
    assert word_classes(text, 1) == {"auxiliary", "verb or auxiliary"}  # no word of letters alone
    assert word_classes(text, 2) == {"name", NOMINAL, "word with a capital"}
    assert {f"word of {n} letters at most" for n in (2, 3, 4)} < word_classes(text, 3)
    assert "number" not in word_classes(annotated("It 12"), 1)  # nobody has said so


def test_they_compete_where_heads_are_asked_about_dependencies_and_names():
    text = annotated(FISH, tags=TAGS, arcs=(Arc(7, 6, "obj"), Arc(2, 6, "nsubj")), entities=(Entity(6, 8, "PER"),))
    items = items_of(text)
    (to_verb,) = items["syntactic", "obj", "dep→head"]
    assert ("nearest verb before", 6) in to_verb.rules
    (to_subject,) = items["syntactic", "nsubj", "head→dep"]
    assert to_subject.rules == (("nearest noun before", 2),)
    assert ("nearest word with a capital after", 7) in items["entities", "inside a name", None][0].rules
    assert {item.rules for of_key in items_of(text, with_rules=False).values() for item in of_key} == {()}
    tally = tally_items(looking(10, {7: {6: 1.0}}), {"obj": [to_verb], "nsubj": [to_subject]})
    assert (tally["obj"].rules["nearest verb before"], tally["nsubj"].rules["nearest noun before"]) == (1, 1)
    assert "nearest verb before" not in tally["nsubj"].rules  # it is wrong there
    causal = tally_items(
        looking(10, {2: {0: 1.0}}), {"det": [Item(0, (2,), None, (("nearest noun after", 2),))]}, is_causal=True
    )
    assert causal["det"].rules == {}  # nobody can be asked


def test_no_words_no_rules():
    assert with_lexical_rules([], classes_of_words(Annotated(""))) == []
