"""A step as a school class reads it: its own text, its terms explained once, and heads without statistics."""

from dataclasses import replace

import pandas as pd
import pytest

from mha_viz.evidence.importance.set_control import Control
from mha_viz.language import ENGLISH, LANGUAGES, gettext, spoken
from mha_viz.lessons.lesson import Step
from mha_viz.lessons.shelf import FIRST, shelf, take_lesson
from mha_viz.playing.parts import Drawn, Heading, Text
from mha_viz.playing.school import mattering_in_school, new_terms, plainly, rank_sentence
from mha_viz.views.captions.glossary import GLOSSARY, called, terms_in
from mha_viz.views.view import View


def test_the_text_for_school_takes_the_place_of_the_other():
    assert Step("a", "nothing", "long", school="short").for_school().text == "short"
    assert Step("a", "nothing", "long").for_school().text == "long"


def test_every_term_is_explained_where_a_lesson_first_uses_it():
    lesson = take_lesson(FIRST)
    explained = [new_terms(lesson, number) for number in range(len(lesson.steps))]
    assert explained[0] == ["attention", "layer, head"]
    assert "pattern" in explained[2]
    flat = [term for terms in explained for term in terms]
    assert len(flat) == len(set(flat))
    steps = (replace(lesson.steps[0], text="A token.", notice=""), Step("b", "nothing", "Tokens and a sink."))
    two = replace(lesson, steps=steps)
    assert (new_terms(two, 0), new_terms(two, 1)) == (["token"], ["sink"])
    hidden = replace(
        lesson, steps=(Step("a", "nothing", "A sink.", school="Nothing."), Step("b", "nothing", "A sink."))
    )
    assert (new_terms(hidden, 0), new_terms(hidden, 1)) == ([], ["sink"])


@pytest.mark.parametrize("name", shelf())
def test_no_term_is_explained_twice(name):
    terms = terms_of(name)
    assert len(terms) == len(set(terms))


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", shelf())
def test_every_language_explains_the_same_terms_in_its_own_words(name, code):
    english = terms_of(name)
    with spoken(code):
        here = terms_of(name)
        explained = {term: gettext(GLOSSARY[term]) for term in here}
    assert set(here) == set(english)
    assert all((said == GLOSSARY[term]) == (code == ENGLISH) for term, said in explained.items())


def terms_of(name):
    lesson = take_lesson(name)
    return [term for number in range(len(lesson.steps)) for term in new_terms(lesson, number)]


def test_a_class_reads_no_interval_and_no_unit_of_statistics():
    note = "0.10 bits away from the average (0: the same)."
    header = {"caption": "It turns most (1 − cosine 0.011).", "note": note, "names": ["a [1.0, 2.0]"]}
    part = Drawn(View("strips", header, {}), "strips")
    assert plainly(part).view.header == {
        "caption": "It turns most.", "note": "0.10 away from the average (0: the same).", "names": ["a [1.0, 2.0]"],
        "in_percent": True,
    }  # fmt: skip
    text = plainly(Text("**{right}** of a row [CLS]", {"right": "0.6 points [-4.0, 2.9]"}))
    assert text.plain == "**0.6 points** of a row [CLS]"
    assert plainly(Heading("h")) == Heading("h")


def test_a_class_reads_shares_in_percent_in_pictures_of_shares_alone():
    def percent(kind, **header):
        return plainly(Drawn(View(kind, header, {}), "one")).view.header

    assert percent("head", unit="share")["in_percent"]
    assert not percent("head", unit="number")["in_percent"]
    assert not percent("grid", own_scales=True)["in_percent"]
    units = [("", True), ("share of sentences", True), ("value", False)]
    panels = percent("panels", panels=[{"unit": unit, "of_whole": of_whole} for unit, of_whole in units])["panels"]
    assert [panel["in_percent"] for panel in panels] == [True, True, False]


def test_terms_are_whole_words_of_the_glossary():
    assert called().keys() <= set(GLOSSARY)
    assert terms_in("an overhead, a player, tokenization, the right arrow key") == []
    assert terms_in("**Heads** ask with queries") == ["layer, head", "query, key, value"]


@pytest.mark.parametrize(
    ("n", "rank", "said"),
    [
        (0, 1, "There is no other head in its layer to compare it with."),
        (11, 1, "That changes more than taking out any of the eleven other heads of its layer."),
        (11, 2, "Of the eleven other heads of its layer, one changes more when it is taken out."),
        (11, 4, "Of the eleven other heads of its layer, three change more when they are taken out."),
    ],
)
def test_a_rank_is_said_in_words(n, rank, said):
    assert rank_sentence(Control("the other heads of its layer", n, 0.1, 0.2, 3.0, rank)) == said


def test_what_a_head_costs_is_said_of_100_answers_and_only_where_it_is_clear():
    rows = [(1, 2, 0.956, 0.8, 0.283, 0.189), (0, 1, 0.05, 0.0, 0.1, 0.05), (1, 1, 0.789, 0.592, -0.006, -0.04)]
    table = pd.DataFrame(rows, columns=["layer", "head", "looks", "looks_low", "drop", "drop_low"])
    assert mattering_in_school(table) == (
        "L1 H2 looks at the right noun in 96 % of the pairs of sentences; without it, 28 more of 100 answers "
        "are wrong. "
        "L1 H1 looks there in 79 %, and yet without it no clear difference can be seen: to look is not to matter."
    )
    assert "L1 H1" not in mattering_in_school(table.head(2))
