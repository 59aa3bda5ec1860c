"""The step in which a word is seen under several heads at once, each looking at another word."""

from __future__ import annotations

from mha_viz.attention.heads_apart import word_apart
from mha_viz.errors import MhaVizError
from mha_viz.lessons.lesson import Step
from mha_viz.playing.parts import Drawn, Missing
from mha_viz.playing.scene import Scene
from mha_viz.playing.telling import Parts, captioned, told
from mha_viz.views.heads_apart import apart_numbers, apart_picture
from mha_viz.views.story import story_labels


def several_heads(scene: Scene, step: Step) -> Parts:
    """The picture, or why there is none: no head is made up."""
    try:
        seen = word_apart(scene.capture, scene.words, scene.looks, kind=scene.kind)
    except MhaVizError as error:
        yield Missing(str(error))
        return
    numbers = apart_numbers(seen)
    labels = story_labels("several heads", scene.model.short_name, scene.capture.text)
    yield Drawn(apart_picture(seen, captioned(scene, step.text, numbers), **labels), "heads_apart")
    yield from told(scene, step.notice, numbers)
