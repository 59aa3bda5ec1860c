"""Lessons in other languages: found beside their original, played in the language of the run, and the same lesson."""

from dataclasses import replace
from pathlib import Path

import pytest

from mha_viz.cli.main import main
from mha_viz.errors import InputError
from mha_viz.language import spoken
from mha_viz.lessons.lesson import fill
from mha_viz.lessons.read import read_lesson
from mha_viz.lessons.shelf import FIRST, OWN, VARIABLE, shelf, take_lesson
from mha_viz.lessons.translated import check_same, in_language, original_of
from mha_viz.paths import app_folder

LESSONS = app_folder() / "assets" / "lessons"
TRANSLATED = [path for path in sorted(LESSONS.glob("*.yaml")) if original_of(path) is not None]
ENGLISH = LESSONS / f"{FIRST}.yaml"


@pytest.mark.parametrize("path", TRANSLATED, ids=lambda path: path.name)
def test_shipped_translations_are_the_same_lessons(path):
    original = original_of(path)
    check_same(read_lesson(path), read_lesson(original), path, original)


def test_the_shelf_has_each_lesson_once_and_plays_it_in_the_language_of_the_run():
    assert not [name for name in shelf() if "." in name]
    assert take_lesson(FIRST).title == "Who was tired?"
    with spoken("de"):
        assert take_lesson(FIRST).title == "Wer war müde?"
    with spoken("ar"):
        assert fill("{x}.", {"x": ".13"}) == "\u2068.13\u2069."


def test_a_lesson_that_is_not_translated_is_played_as_it_is(tmp_path, monkeypatch):
    own = tmp_path / "mine.yaml"
    own.write_text(ENGLISH.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(own))
    with spoken("de"):
        assert take_lesson(OWN).title == "Who was tired?"
    assert (in_language(own, "de"), original_of(own), original_of(tmp_path / "x.de.yaml")) == (own, None, None)


LESSON = read_lesson(ENGLISH)
STEPS = LESSON.steps


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (replace(LESSON, model="minilm"), "model: here is minilm, in a.yaml mpnet"),
        (replace(LESSON, steps=STEPS[:-1]), "steps, how many: here is 8, in a.yaml 9"),
        (replace(LESSON, steps=(replace(STEPS[0], minutes=5), *STEPS[1:])), "steps[1].minutes: here is 5, in a.yaml 4"),
        (
            replace(LESSON, steps=(STEPS[0], replace(STEPS[1], text="{share}"), *STEPS[2:])),
            "steps[2].text, the numbers in it: here is ['share'], in a.yaml ['from', 'others', 'share', 'to']",
        ),
        (replace(LESSON, tasks=(replace(LESSON.tasks[0], at="cat"),)), "tasks[1]: here is “The cat sat"),
        (
            replace(LESSON, quiz=(replace(LESSON.quiz[0], right=0), *LESSON.quiz[1:])),
            "quiz[1].right: here is 1, in a.yaml 2",
        ),
    ],
)
def test_a_translation_that_is_another_lesson_is_refused(changed, named):
    with pytest.raises(InputError) as refused:
        check_same(changed, LESSON, Path("a.de.yaml"), Path("a.yaml"))
    assert str(refused.value).startswith(f"a.de.yaml, {named}")


def test_words_may_differ():
    steps = tuple(replace(step, title="Ein Schritt", settings={**step.settings, "label": "Los"}) for step in STEPS)
    check_same(replace(LESSON, title="Anders", steps=steps), LESSON, Path("a.de.yaml"), Path("a.yaml"))


def test_lesson_check_compares_a_translation_with_its_original(tmp_path, capsys):
    text = ENGLISH.read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "a.de.yaml").write_text(text.replace("right: 2", "right: 1"), encoding="utf-8")
    assert main(["lesson", "check", str(tmp_path / "a.de.yaml")])
    assert "a.de.yaml, quiz[1].right: here is 1, in a.yaml 2; a translation has the same." in capsys.readouterr().err
