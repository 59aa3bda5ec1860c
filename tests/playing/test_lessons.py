"""The lessons that come with the app, played: in a model that is always there, and where they say what a model does."""

import re
from dataclasses import replace

import pytest

from mha_viz.lessons.shelf import shelf, take_lesson
from mha_viz.models.load import load_model
from mha_viz.playing.parts import Drawn, Missing, Sentence
from mha_viz.playing.scene import begin_scene
from mha_viz.playing.steps import PARTS
from mha_viz.recording.capture import capture


def parts_of(scene, shows):
    return [part for step in scene.lesson.steps if step.shows == shows for part in PARTS[shows](scene, step)]


@pytest.mark.parametrize("name", shelf())
def test_every_lesson_can_be_played_with_the_model_that_comes_with_the_app(name):
    lesson = take_lesson(name)
    scene = begin_scene(lesson, load_model("classroom"), None, "There is no profile.", capture)
    for step in lesson.steps:
        parts = list(PARTS[step.shows](scene, step))
        assert parts, step.title
        for part in (part for part in parts if isinstance(part, Drawn)):
            assert "*" not in part.view.header.get("caption", ""), step.title  # a caption has no marks for bold


@pytest.mark.parametrize("name", shelf())
def test_a_school_class_reads_no_statistics(name):
    scene = begin_scene(take_lesson(name), load_model("classroom"), None, "There is no profile.", capture)
    scene = replace(scene, is_school=True)
    for step in scene.lesson.steps:
        for part in PARTS[step.shows](scene, step.for_school()):
            header = part.view.header if isinstance(part, Drawn) else {}
            said = " ".join([getattr(part, "plain", getattr(part, "text", None)) or "", header.get("note", "")])
            assert not re.search(r"\[−?-?\d|\bbits\b|\bnats\b|intervals|p = ", said), (step.title, said)


@pytest.mark.real_model
@pytest.mark.parametrize("model", ["minilm", "mpnet"])
def test_each_specialist_of_the_panel_works_in_its_sentence(model):
    from mha_viz.attention.tables import pattern_frame
    from mha_viz.evidence.corpus.profiles import profile_of

    model = load_model(model)
    profile = profile_of(model.name, model.identity)
    scene = begin_scene(take_lesson("a_panel_of_specialists"), model, profile, "", capture)
    parts = parts_of(scene, "specialists")
    assert not [part for part in parts if isinstance(part, Missing)]
    said = [part.text for part in parts if isinstance(part, Sentence) and "points from" in part.text]
    said = [text for text in said if "In this sentence" in text]
    assert said
    for text in said:
        layer, head = (int(name[1:]) for name in text.split()[:2])
        looks, at = text.rpartition("In this sentence: “")[2].split("”, ")[0].split("” → “")
        row = pattern_frame(scene.capture, layer, head, words=True).loc[looks]
        row = row[[word for word in row.index if word != looks and not word.startswith(("[", "<"))]]
        assert row.idxmax() == at, text
    (drawn,) = (part for part in parts_of(scene, "several heads") if isinstance(part, Drawn))
    assert len(drawn.view.header["heads"]) >= 4
