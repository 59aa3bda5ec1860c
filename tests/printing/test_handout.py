"""What is handed out of a lesson: every page says what the model computes, and needs nothing beside it."""

import html
import re
import sys
from dataclasses import replace

import pytest

from mha_viz import language
from mha_viz.attention.beside_others import beside_others
from mha_viz.cli.lesson_print import KINDS as KINDS_OF_COMMAND
from mha_viz.errors import StorageError
from mha_viz.lessons.read import read_lesson
from mha_viz.lessons.shelf import shelf
from mha_viz.models.load import load_model
from mha_viz.playing.told import tell_lesson
from mha_viz.printing import browser
from mha_viz.printing.handout import KINDS, pages_of, write_handouts
from mha_viz.printing.worksheet import worksheet
from mha_viz.recording.capture import capture
from mha_viz.views.captions.glossary import GLOSSARY
from mha_viz.wording import head_name, in_percent
from tests.support.texts.pseudo import Apart, unquoted, words

LESSON = """\
title: Who fell?
about: A lesson of the tests.
aims: [Count heads.]
before: [Words & numbers.]
sentence: {text: The cat saw the dog because it barked., from: it, to: dog}
steps:
  - title: Heads
    question: Which word will “{from}” look at?
    guesses: [cat, dog]
    shows: best head
    text: "{head} of {model} gives “{to}” {share}; others {others}."
    notes: Wait for three hands.
    minutes: 7
    misconceptions: [All heads do.]
  - title: Look
    shows: nothing
    text: "**Bold** {to}"
tasks:
  - task: Find the head.
    text: The dogs near the cat run.
    from: run
    to: dogs
  - task: Find what is not there.
    text: The cat runs.
    from: runs
    to: dog
quiz:
  - question: How many?
    choices: [one, two]
    right: 2
    why: Because.
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    file = tmp_path_factory.mktemp("lesson") / "mine.yaml"
    file.write_text(LESSON, encoding="utf-8")
    return tell_lesson(read_lesson(file), load_model("classroom"))


@pytest.fixture(scope="module")
def pages(told):
    return {name: page.decode() for name, page in pages_of(told)}


def text_of(page):
    body = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_the_command_knows_every_kind():
    assert KINDS_OF_COMMAND == KINDS


def test_pages_need_nothing_beside_them(pages):
    assert set(pages) == {"worksheet.html", "answers.html", "plan-45.html", "plan-90.html", "lesson.html"}
    for page in pages.values():
        assert "default-src 'none'" in page
        assert not re.findall(r"""(?:src|href)=["'](?!data:)|url\(|@import|https?://(?!www\.w3\.org)""", page)


def test_the_answer_of_a_task_is_what_the_table_of_heads_has_first(told, pages):
    table = beside_others(capture(told.scene.model, "The dogs near the cat run."), "run", "dogs")
    most = table.loc[table["attention"].idxmax()]
    first = f"In classroom, “run” gives “dogs” most in {head_name(int(most['layer']), int(most['head']))}: "
    assert first + in_percent(most["attention"]) in text_of(pages["answers.html"])
    assert first in text_of(pages["plan-90.html"])
    assert first in text_of(pages["lesson.html"])
    assert "most in" not in text_of(pages["worksheet.html"])


def test_a_task_without_an_answer_says_why(pages):
    assert "There is no answer here: &#x27;dog&#x27; is not a word of this text." in text_of(pages["answers.html"])


def test_the_worksheet_asks_and_the_answers_tell(told, pages):
    asks, tells = text_of(pages["worksheet.html"]), text_of(pages["answers.html"])
    (drawn,) = [part for part in told.steps[0].parts if hasattr(part, "view")]
    answer = drawn.view.header["caption"]
    assert answer.startswith(head_name(*drawn.view.header["heads"][0]) + " of classroom gives “dog” ")
    for question in ("1. Which word will “it” look at?", "1. Find the head.", "1. How many?"):
        assert question in asks
        assert question in tells
    assert (answer in asks, answer in tells) == (False, True)
    assert ("☐ one ☐ two" in asks, "☐ one ☒ two Because." in tells) == (True, True)
    assert "computed by mha_viz with classroom" in tells
    assert '<span class="looks">it</span>' in pages["worksheet.html"]


def test_the_plan_has_aims_prior_knowledge_times_and_what_students_may_think(pages):
    plan = text_of(pages["plan-45.html"])
    for said in ("Count heads.", "Words &amp; numbers.", "Wait for three hands.", "1. Heads: All heads do."):
        assert said in plan
    assert "0–11 1. Heads" in plan
    assert "11–17 2. Look" in plan
    assert "1 step gives no minutes: 4 are taken." in plan


def test_the_whole_lesson_holds_steps_notes_and_views(pages):
    page = pages["lesson.html"]
    assert page.count('<section class="step') == 4  # two steps, the tasks, the quiz
    assert page.count("data-buffer=") == 1
    assert '<aside class="notes"><p>7 min. Wait for three hands.</p><ul><li>Students may think: All heads do.' in page
    assert "<strong>Bold</strong> dog" in page
    assert 'data-right="1"' in page


def test_at_the_level_school_its_text_stands_there_with_terms_explained_and_no_statistics(told):
    steps = told.lesson.steps
    lesson = replace(told.lesson, steps=(replace(steps[0], school="A head gives “{to}” {share}."), *steps[1:]))
    model = told.scene.model
    for is_school in (False, True):
        level = tell_lesson(lesson, model, is_school=is_school)
        pages = {name: text_of(page.decode()) for name, page in pages_of(level)}
        assert ("A head gives “dog”" in pages["answers.html"]) == is_school
        assert ("of classroom gives “dog”" in pages["answers.html"]) == (not is_school)
        assert ("Told to a school class." in pages["lesson.html"]) == is_school
        assert html.unescape(pages["lesson.html"]).count(GLOSSARY["layer, head"]) == is_school


def outside_of_messages(page, known):
    """Words that somebody reads on a page and that are no message, none of the lesson and none of the model."""
    said = [re.sub(r"{\w+}", "", one) for one in re.findall(r'(?:data-says|aria-label)="([^"]*)"', page)]
    text = unquoted(html.unescape(" ".join([text_of(page), *said])))
    text = re.sub(r"(?<=Its words: ⟧)[^⟦]*", "", text)
    return [word for word in words(text) if word not in known]


@pytest.mark.parametrize("is_school", [False, True])
def test_what_paper_says_beside_the_lesson_is_messages(told, monkeypatch, is_school):
    monkeypatch.setattr(language, "_catalogue", lambda _code: Apart())
    known = set(words(f"{LESSON} classroom mha_viz"))
    with language.spoken("de"):
        told = tell_lesson(told.lesson, told.scene.model, is_school=is_school)
        pages = {name: page.decode() for name, page in pages_of(told)}
    assert {name: outside_of_messages(page, known) for name, page in pages.items()} == {key: [] for key in pages}
    assert all('<html lang="de">' in page for page in pages.values())


def test_words_of_a_page_outside_of_messages_are_found():
    page = '<p>⟦Name⟧ Cat <i aria-label="Back">⟦{⟧n⟦}⟧</i></p>'
    assert outside_of_messages(page, {"Cat"}) == ["Back"]
    assert outside_of_messages(page, set()) == ["Cat", "Back"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("de", ["Arbeitsblatt", "Name", "Datum", "Aufgaben"]),
        ("fr", ["fiche d’exercices", "Nom", "Exercices"]),
        ("ar", ["ورقة عمل", "الاسم", "تمارين"]),
    ],
)
def test_paper_is_in_the_language_of_the_run_and_from_the_right_where_it_is_written_so(told, code, said):
    with language.spoken(code):
        page = worksheet(told, answers=False).decode()
    assert [one for one in said if one not in text_of(page)] == []
    assert (f'<html lang="{code}" dir="rtl">' in page) == (code == "ar")


def test_without_a_browser_the_pages_are_there_and_it_says_what_is_missing(told, tmp_path, monkeypatch):
    monkeypatch.setattr("mha_viz.printing.handout.find_browser", lambda: None)
    with pytest.raises(StorageError, match=r"^2 pages are written; print them from any browser\. PDF, PNG and SVG"):
        write_handouts(told, tmp_path / "out", ["worksheet"])
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"worksheet.html", "answers.html"}
    with pytest.raises(StorageError, match=r"^PDF, PNG and SVG are made by"):
        write_handouts(told, tmp_path / "steps", ["steps"])


def test_a_browser_that_prints_nothing_is_told_of(told, tmp_path, monkeypatch):
    monkeypatch.setenv(browser.VARIABLE, sys.executable)  # it knows none of these options
    with pytest.raises(StorageError, match=r"plan-45\.pdf could not be printed by python"):
        write_handouts(told, tmp_path, ["plan"])
    with pytest.raises(StorageError, match="could not be opened by"):
        write_handouts(told, tmp_path, ["steps"])


@pytest.mark.skipif(sys.platform == "win32", reason="what can be run has an ending there")
def test_a_browser_is_found_by_its_name_or_where_systems_put_it(tmp_path, monkeypatch):
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "_usual_places", lambda: [str(tmp_path / "there" / "edge")])
    assert browser.find_browser() is None
    for name in ("there/edge", "chromium"):  # the later, the sooner
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
        assert browser.find_browser() == str(tmp_path / name)


@pytest.mark.parametrize("name", shelf())
def test_every_lesson_on_the_shelf_can_be_handed_out(name):
    told = tell_lesson(read_lesson(shelf()[name]), load_model("classroom"))
    pages = dict(pages_of(told))
    assert len(pages) == 5
    assert all(step.step.title in text_of(pages["lesson.html"].decode()) for step in told.steps)
