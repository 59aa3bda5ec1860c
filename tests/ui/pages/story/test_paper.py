"""The lesson on paper: pages that are made once somebody asks for them, of the lesson and the model that are shown."""

import pytest

from mha_viz.lessons.shelf import VARIABLE
from mha_viz.ui.pages.story import paper
from tests.support.pages.pages import opened, sound

PAGE = "app.py"
LESSON = """\
title: Who fell?
sentence: {text: The cat saw the dog because it barked., from: it, to: dog}
steps:
  - title: Heads
    shows: best head
    text: "{head} of {model} gives “{to}” {share}."
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    file = tmp_path / "mine.yaml"
    file.write_text(LESSON, encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(file))


def saved(test):
    return [button.proto.label for button in test.get("download_button")]


def test_pages_are_offered_once_somebody_asks_and_until_they_are_closed(own, monkeypatch):
    made = []
    monkeypatch.setattr(paper, "pages_of", lambda told: made.append(told) or [(name, b"x") for name in paper.LABELS])
    test = sound(opened(PAGE, model="classroom"))
    assert (saved(test), made) == ([], [])
    test.button(key="print").click().run()
    assert saved(sound(test)) == ["Worksheet", "Answers", "Plan, 45 min", "Plan, 90 min", "Whole lesson"]
    (told,) = made
    assert (told.lesson.title, told.scene.model.name) == ("Who fell?", "classroom")
    assert told.scene.profile is not None
    test.run()
    assert len(made) == 1  # another look at the same costs nothing
    test.button(key="no_paper").click().run()
    assert saved(sound(test)) == []


def test_students_of_a_class_are_not_offered_them(own, monkeypatch):
    monkeypatch.setattr(paper, "class_mode", lambda: object())
    monkeypatch.setattr(paper, "is_teacher", lambda: False)
    test = sound(opened(PAGE, model="classroom"))
    assert "print" not in [button.key for button in test.button]
    monkeypatch.setattr(paper, "is_teacher", lambda: True)
    assert "print" in [button.key for button in test.run().button]
