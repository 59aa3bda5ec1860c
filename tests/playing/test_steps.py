"""A step's parts: every picture has them, and the numbers in them are those of the model."""

import pytest

from mha_viz.attention.tables import attention_between
from mha_viz.lessons.lesson import with_ending
from mha_viz.lessons.pictures import PICTURES
from mha_viz.lessons.shelf import FIRST, take_lesson
from mha_viz.models.load import load_model
from mha_viz.playing.parts import Drawn, Heading, Missing, Sentence, Text
from mha_viz.playing.scene import begin_scene
from mha_viz.playing.steps import PARTS, with_endings
from mha_viz.recording.capture import capture
from mha_viz.wording import head_name, in_percent

LESSON = take_lesson(FIRST)


@pytest.fixture(scope="module")
def scene():
    """In the model that comes with the app, which reads left to right: so with the second "it"."""
    return begin_scene(LESSON, load_model("classroom"), None, "It is of other weights.", capture)


def step_that_shows(picture):
    return next(step for step in LESSON.steps if step.shows == picture)


def test_every_picture_has_parts():
    assert set(PARTS) == set(PICTURES)


def test_the_best_head_is_the_one_that_the_table_has_highest_above_the_others(scene):
    step = step_that_shows("best head")
    (drawn,) = PARTS["best head"](scene, step)
    text = with_ending(LESSON.sentence.causal[0], "tired")
    table = attention_between(capture(scene.model, text), "it#2", "cat").set_index(["layer", "head"])
    (head,) = drawn.view.header["heads"]
    share = table.loc[tuple(head), "attention"]
    assert f"This head gives {in_percent(share)} of it to “cat”" in drawn.view.header["caption"]
    assert share > table["attention"].median()


def test_both_endings_are_drawn_or_one(scene):
    step = step_that_shows("endings")
    both = [part.view.header for part in PARTS["endings"](scene, step)]
    assert [header["words"][header["target"]] for header in both] == ["cat", "mat"]
    assert [bool(header["caption"]) for header in both] == [True, False]
    assert head_name(*both[0]["heads"][0]) in both[0]["caption"]
    (second,) = with_endings(scene, step, ["dirty"])
    assert second.view.header["words"] == both[1]["words"]
    assert second.view.header["caption"] == both[0]["caption"]
    assert {part.name for part in PARTS["endings"](scene, step)} == {"strips", "strips1"}


def test_without_a_profile_nothing_is_claimed(scene):
    assert list(PARTS["specialists"](scene, step_that_shows("specialists"))) == [Missing("It is of other weights.")]
    heading, missing, *rest = PARTS["evidence"](scene, step_that_shows("evidence"))
    assert isinstance(heading, Heading)
    assert missing == Missing("It is of other weights. One sentence cannot tell.")
    assert "In classroom, the small model that we trained" in next(
        part.text for part in rest if isinstance(part, Sentence) and part.text.startswith("In ")
    )


def test_numbers_are_text_alone_whatever_is_in_them(scene):
    part = Text("{to} **is** meant", {"to": "*a*"})
    assert part.plain == "*a* **is** meant"
    drawn = [part for part in PARTS["all heads"](scene, step_that_shows("all heads")) if isinstance(part, Drawn)]
    assert len(drawn[0].view.header["names"]) == 8
