"""Which names a text mentions more than once: by capital letters, by tags, and which mentions are of one name."""

import pytest

from mha_viz.annotation.annotated import Annotated, Entity, Mention
from mha_viz.annotation.code.parser import parse_code
from mha_viz.annotation.english.names import BY_CAPITALS, guess_names, tagged_names
from mha_viz.annotation.names import returning_names, spelled, words_of_names
from mha_viz.inputs.words import word_spans


def guessed(text):
    """Every name that is found, as it is spelled, in the order of the text."""
    found = guess_names(text)
    return [spelled(found, (one.begin, one.end)) for one in found.entities]


def trails(annotated):
    return {one.name: [spelled(annotated, span) for span in one.mentions] for one in returning_names(annotated)}


GUESSES = {
    "The boat of Maria Lopez sank. Maria swam.": ["Maria Lopez", "Maria"],
    "Maria swam. Then she slept.": [],  # where a sentence begins a capital letter tells nothing
    "We met Tom's aunt. Tom’s boat": ["Tom", "Tom"],
    "I'm here and I say that OK is fine on Monday in March.": [],
    "He asked Will, then Will; will he come? Will went.": ["Will", "Will", "Will"],
    "He asked Will. will he, will she? Will went.": [],  # more often written small
    "They told Mr. Hart about it. Hart laughed.": ["Mr. Hart", "Hart"],
    "She saw J. Reed and Jean-Luc.": ["J. Reed", "Jean-Luc"],
    "He said “Where is it?” to us, “Here!” and left. Where?": [],
    "We like Rome. Paris is near Rome, and to us Paris is dear.": ["Rome", "Paris", "Rome", "Paris"],
    "A day with Anna\nTom": ["Anna"],  # a new line begins anew
    "He went to Oslo. It (the town of Oslo) is cold; “Oslo” too.": ["Oslo", "Oslo", "Oslo"],
    "the cat sat": [],
    "נחש שלום 你好": [],
    "": [],
}


@pytest.mark.parametrize("text", GUESSES)
def test_names_by_capital_letters(text):
    assert guessed(text) == GUESSES[text]


def test_what_is_guessed_says_so():
    found = guess_names("We met Tom’s aunt.")
    assert (found.is_gold, found.source) == (False, BY_CAPITALS)
    assert found.words == ("We", "met", "Tom", "’s", "aunt", ".")
    assert found.entities == (Entity(2, 3, "PERSON"),)
    assert words_of_names(found) == {2}


def test_mentions_of_one_name():
    text = "We met Maria Lopez and Tom. They saw Tom, then Lopez, then Maria and Ann Hart, Ed Hart and Hart."
    assert trails(guess_names(text)) == {"Maria Lopez": ["Maria Lopez", "Lopez", "Maria"], "Tom": ["Tom", "Tom"]}


def test_a_short_name_may_come_before_the_full_one():
    text = "We met Nadia. The poem by Nadia Brandt made Brandt famous."
    assert trails(guess_names(text)) == {"Nadia Brandt": ["Nadia", "Nadia Brandt", "Brandt"]}


def test_names_are_the_same_but_for_case_and_in_the_order_of_their_first_mentions():
    text = "We went from Port Elder to Rome. In PORT ELDER we spoke of Rome."
    expected = {"Port Elder": ["Port Elder", "PORT ELDER"], "Rome": ["Rome", "Rome"]}
    assert list(trails(guess_names(text)).items()) == list(expected.items())


def tagged(text, tags, **more):
    spans = tuple(word_spans(text))
    return Annotated(text, tuple(text[a:b] for a, b in spans), spans, tags=tuple(tags.split()), is_gold=False, **more)


def test_runs_of_proper_nouns_are_names_and_dates_are_none():
    parsed = tagged(
        "Tom Hart ran on Monday Anna ran to Tom",
        "PROPN PROPN VERB ADP PROPN PROPN VERB ADP PROPN",
        entities=(Entity(4, 5, "DATE"), Entity(5, 6, "ORG"), Entity(0, 2, "PERSON")),
    )
    found = tagged_names(parsed)
    assert [(one.begin, one.end) for one in found.entities] == [(0, 2), (5, 6), (8, 9)]
    assert trails(found) == {"Tom Hart": ["Tom Hart", "Tom"]}
    assert found.tags == parsed.tags


def test_names_that_the_tagger_missed_at_some_places():
    text = "Port Elder and Port Elder lie by Port Elder Bay near Port Elder Rome Rome harbour"
    tags = "PROPN PROPN CCONJ PROPN PROPN VERB ADP PROPN ADJ NOUN ADP PROPN ADJ PROPN NOUN PROPN"
    found = tagged_names(tagged(text, tags))
    # "Port Elder" is tagged at two of its four places, "Rome" at one of two; "harbour" is written small
    assert [spelled(found, (one.begin, one.end)) for one in found.entities] == [
        "Port Elder", "Port Elder", "Port", "Port", "Rome",
    ]  # fmt: skip
    found = tagged_names(tagged(text, tags.replace("ADJ NOUN ADP", "PROPN NOUN ADP")))
    assert [spelled(found, (one.begin, one.end)) for one in found.entities] == [*["Port Elder"] * 4, "Rome"]


def test_what_annotators_say_comes_before_spelling():
    mentions = (Mention(0, 1, "a"), Mention(2, 3, "b"), Mention(4, 6, "a"))
    gold = tagged("Tom and Tom saw Ed Tom", "PROPN CCONJ PROPN VERB PROPN PROPN", mentions=mentions)
    assert [one.mentions for one in returning_names(gold)] == [((0, 1), (4, 6))]


def test_names_inside_names_are_left_out():
    entities = (Entity(0, 3, "ORG"), Entity(2, 3, "GPE"), Entity(4, 7, "ORG"))
    assert trails(tagged("Bank of Rome and Bank of Rome", "X X X X X X X", entities=entities)) == {
        "Bank of Rome": ["Bank of Rome", "Bank of Rome"]
    }


def test_of_code_every_identifier_is_a_name_and_case_tells_two_apart():
    code = parse_code('def add(cat, Cat):\n    """The cat."""\n    return cat + Cat  # cat\n')
    assert trails(code) == {"cat": ["cat", "cat"], "Cat": ["Cat", "Cat"]}
    assert words_of_names(code) == {1, 3, 5, 10, 12}
