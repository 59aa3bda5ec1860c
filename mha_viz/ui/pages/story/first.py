"""What the story shows first."""

from __future__ import annotations

from mha_viz.lessons.lesson import with_ending
from mha_viz.lessons.shelf import FIRST as FIRST_LESSON
from mha_viz.lessons.shelf import take_lesson
from mha_viz.objects import Model
from mha_viz.playing.scene import connection
from mha_viz.recording.capture import capture
from mha_viz.views.view import to_bytes


def first_pictures(model: Model) -> dict[str, bytes]:
    """What the first step of the story draws, as browsers get it."""
    lesson, kind = take_lesson(FIRST_LESSON), "encoder"  # as the models are that the story opens with
    text = with_ending(lesson.sentence.for_kind(kind)[0], lesson.sentence.endings[0])
    view = connection(lesson, capture(model, text), kind)
    return {view.kind: to_bytes(view)}
