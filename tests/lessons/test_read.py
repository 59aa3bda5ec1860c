"""A lesson's file: read whole, and refused with line and field wherever something in it is no lesson."""

from pathlib import Path

import pytest

from mha_viz.comparison.trials import HOWS as HOWS_OF_PAGE
from mha_viz.errors import InputError
from mha_viz.lessons.lesson import Quiz, Sentence, Step, Task, fill, names_in
from mha_viz.lessons.nodes import DEEPEST, MOST_CHARACTERS
from mha_viz.lessons.pictures import EVERYWHERE, NUMBERS, PICTURES, names_of
from mha_viz.lessons.read import (
    CHOICES,
    HOWS,
    OF_LESSON,
    OF_QUIZ,
    OF_SENTENCE,
    OF_STEP,
    OF_TASK,
    VIEWS,
    read_lesson,
)
from mha_viz.lessons.shelf import FIRST, shelf, take_lesson
from mha_viz.playing.trainings import FOLDERS, FOLLOWED
from mha_viz.ui.pages.story.pictures import DRAWINGS
from mha_viz.ui.shell.settings import VIEWS as VIEWS_OF_PAGE
from mha_viz.views.inside.steps import STEPS

WHOLE = """\
title: Who fell?
about: A lesson of the tests.
sentence:
  text: Ann saw Bob when he {ending}.
  from: he
  endings: {fell: Bob, looked: Ann}
steps:
  - title: Heads
    question: Who?
    guesses: [Ann, Bob]
    shows: best head
    text: "{head} gives {share}."
    notice: Only this.
    notes: Wait.
    minutes: 7
    misconceptions: [All heads do.]
  - title: Look
    shows: {picture: explore, view: What if, how: mean}
tasks:
  - task: Find a head.
    text: Ann fell.
    from: fell
    to: Ann
quiz:
  - question: How many?
    choices: [one, two, three]
    right: 2
    why: Count.
aims: [Count heads., Name one.]
before: [Words.]
"""


@pytest.fixture
def refused(tmp_path):
    def refusal(text):
        file = tmp_path / "mine.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(InputError) as error:
            read_lesson(file)
        return str(error.value)

    return refusal


def test_everything_of_a_file_is_in_the_lesson(tmp_path):
    whole = WHOLE.replace("    notes: Wait.", '    school: "{head}, in short."\n    notes: Wait.')
    file = tmp_path / "mine.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + whole.replace("\n", "\r\n").encode())  # as an editor on Windows saves it
    lesson = read_lesson(file)
    assert (lesson.title, lesson.about, lesson.model) == ("Who fell?", "A lesson of the tests.", "")
    assert lesson.sentence == Sentence("Ann saw Bob when he {ending}.", "he", {"fell": "Bob", "looked": "Ann"})
    heads, look = lesson.steps
    assert heads == Step(
        "Heads",
        "best head",
        "{head} gives {share}.",
        "Who?",
        ("Ann", "Bob"),
        "Only this.",
        "Wait.",
        7,
        ("All heads do.",),
        "{head}, in short.",
    )
    assert (look.shows, look.settings) == ("explore", {"view": "What if", "how": "mean"})
    assert lesson.tasks == (Task("Find a head.", "Ann fell.", "fell", "Ann"),)
    assert lesson.quiz == (Quiz("How many?", ("one", "two", "three"), 1, "Count."),)
    assert (lesson.aims, lesson.before) == (("Count heads.", "Name one."), ("Words.",))


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("steps:", "stepps:", "line 8, stepps: there is no such field; there are title, about, aims, before, model,"),
        ("title: Who fell?\n", "", "line 1, title: this field is missing."),
        ("  - title: Look\n    shows:", "  - shows:", "line 17, steps[2].title: this field is missing."),
        ("    notes: Wait.", "    school: '{shear}'", "line 14, steps[1].school: there is no number {shear}"),
        ("    shows: {p", "    school: Ah.\n    shows: {p", "line 18, steps[2].school: this is said in place of"),
        ("best head", "best hat", "line 11, steps[1].shows: there is no picture “best hat”; there are connection,"),
        ("{share}", "{shear}", "line 12, steps[1].text: there is no number {shear}; there are {model}, {from},"),
        ("Only this.", "<b>Only</b>", "line 13, steps[1].notice: a lesson is text alone, no HTML, links, pictures or"),
        ("Only this.", "'[this](http://x)'", "line 13, steps[1].notice: a lesson is text alone"),
        ("Wait.", "''", "line 14, steps[1].notes: this text is empty."),
        ("Wait.", "'{head}'", "line 14, steps[1].notes: there is no number {head}; none stands here."),
        ("minutes: 7", "minutes: ten", "line 15, steps[1].minutes: “ten” is no whole number from 1 to 240."),
        ("    question: Who?\n", "", "line 9, steps[1].guesses: guesses answer a question"),
        ("What if, how", "What now, how", "line 18, steps[2].shows.view: “What now” is not one of Lines, Text,"),
        ("explore, view: What if, how: mean", "specialists, cop: was", "line 18, steps[2].shows.cop: here belong two"),
        ("how: mean", "size: 3", "line 18, steps[2].shows.size: “explore” has the settings view, how, ask, label."),
        ("[Words.]", "Words.", "line 30, before: here belongs a list"),
        ("Name one.", "'{head}'", "line 29, aims[2]: there is no number {head}; none stands here."),
        ("right: 2", "right: 4", "line 27, quiz[1].right: “4” is no whole number from 1 to 3."),
        ("{ending}.", "fell.", "line 4, sentence.text: a sentence with two endings has {ending}"),
        ("looked: Ann", "looked: Ann, ran: Ann", "line 6, sentence.endings: two endings are compared"),
        ("endings: {fell: Bob, looked: Ann}", "to: Bob", "line 4, sentence.text: a sentence with one ending has"),
        ("  from: he\n  endings", "  to: Bob\n  from: he\n  endings", "line 4, sentence: give either the one word"),
        ("    to: Ann\n", "    to: Ann\n    to: Bob\n", "line 24, tasks[1].to: this field stands here twice."),
        ("Wait.", "Wait: now.", "line 14: this is no YAML: mapping values are not allowed here."),
        ("Wait.", "&a Wait.", "line 14: & and * repeat parts of a YAML file"),
        ("Wait.", "!!python/name:os.system x", "line 14: a text that begins with ! is a command to YAML"),
        ("quiz:", "---\nquiz:", "line 24: a line of --- begins a second lesson"),
        ("[All heads do.]", "[" * DEEPEST + "x" + "]" * DEEPEST, "line 16: lists and fields inside each other"),
        ("[All heads do.]", "All heads do.", "line 16, steps[1].misconceptions: here belongs a list"),
        ("Wait.", "[Wait.]", "line 14, steps[1].notes: here belongs a text"),
        ("Wait.", "\x00", "line 14: the character U+0000 cannot be in a YAML file."),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_its_line_and_its_field(was, becomes, told, refused):
    assert WHOLE.count(was) >= 1
    assert f"mine.yaml, {told}" in refused(WHOLE.replace(was, becomes, 1))


def test_files_that_are_no_lessons_at_all(refused, tmp_path):
    assert refused("") == "mine.yaml, line 1: the file is empty; `mha-viz lesson new` writes one to begin with."
    assert "here belong fields" in refused("- a list")
    assert "is not UTF-8" in refused("title: caf\xe9".encode("latin-1"))
    assert "characters; a lesson has at most" in refused("#" * (MOST_CHARACTERS + 1))
    assert "a lesson needs a step" in refused("title: x\nsentence: {text: a b, from: a, to: b}\nsteps: []")
    endings = "title: x\nsentence: {text: a b, from: a, to: b}\nsteps: [{title: y, shows: endings}]"
    assert "line 3, steps[1].shows: “endings” needs a sentence with two endings." in refused(endings)
    with pytest.raises(InputError, match="is a folder"):
        read_lesson(tmp_path)


def test_what_a_file_may_say_is_what_the_pages_show():
    assert set(DRAWINGS) == set(PICTURES)
    assert (VIEWS, HOWS) == (VIEWS_OF_PAGE, HOWS_OF_PAGE)
    for picture in PICTURES:
        assert set(names_of(picture)) <= {**EVERYWHERE, **NUMBERS}.keys()


@pytest.mark.parametrize("name", shelf())
def test_every_lesson_on_the_shelf_is_whole(name):
    lesson = take_lesson(name)
    assert lesson.about
    assert 20 <= sum(step.minutes for step in lesson.steps) <= 90
    assert all(step.notes for step in lesson.steps)


def test_the_first_lesson_has_its_steps_where_links_expect_them():
    titles = [step.title for step in take_lesson(FIRST).steps]
    assert (titles[1], titles[5], titles[8]) == ("One attention", "One word changed", "Your own sentence")


def test_what_settings_may_be_is_what_the_pictures_know():
    page = (Path(__file__).parents[2] / "docs" / "lessons.md").read_text(encoding="utf-8")
    assert CHOICES["step"] == tuple(name for name, _ in STEPS)
    assert CHOICES["of"] == tuple(FOLDERS)
    assert CHOICES["head"] == tuple(FOLLOWED)
    for setting in ("step", "of", "head", "when"):
        assert all(f"`{choice}`" in page for choice in CHOICES[setting])


def test_numbers_stand_in_place_of_their_names_and_are_not_read_again():
    assert fill("{a}{b}", {"a": "{b}", "b": "7"}) == "{b}7"
    assert names_in("{a} and { b }") == ["a", " b "]


def test_the_page_on_lessons_lists_every_field_picture_and_number():
    page = (Path(__file__).parents[2] / "docs" / "lessons.md").read_text(encoding="utf-8")
    for name, picture in PICTURES.items():
        numbers = ", ".join(f"`{{{number}}}`" for number in picture.numbers)
        needs = "; needs two endings" * picture.needs_endings
        settings = ", ".join(f"`{setting}`" for setting in picture.settings)
        assert f"| `{name}` | {picture.about}{needs} | {numbers} | {settings} |" in page
    for name, about in {**EVERYWHERE, **NUMBERS}.items():
        assert f"| `{{{name}}}` | {about} |" in page
    for field in (*OF_LESSON, *OF_SENTENCE, *OF_STEP, *OF_TASK, *OF_QUIZ):
        assert f"`{field}`" in page
