"""The first picture of the story as a file that comes with the app, and whether a model gives the same one here.

``python -m mha_viz.ui.pages.story.first`` writes it anew.
"""

from __future__ import annotations

from mha_viz.disk import write_whole
from mha_viz.errors import MhaVizError
from mha_viz.lessons.lesson import with_ending
from mha_viz.lessons.shelf import FIRST as FIRST_LESSON
from mha_viz.lessons.shelf import take_lesson
from mha_viz.models.load import load_model
from mha_viz.objects import Model
from mha_viz.playing.scene import connection
from mha_viz.recording.capture import capture
from mha_viz.ui.shared.models import get_loaded
from mha_viz.ui.shell.opening import FIRST, first_file
from mha_viz.views.view import to_bytes

PAGE = "Learn"


def first_picture(model: Model) -> bytes:
    """What the first step of the story draws, as browsers get it."""
    lesson, kind = take_lesson(FIRST_LESSON), "encoder"  # as the models are that the story opens with
    text = with_ending(lesson.sentence.for_kind(kind)[0], lesson.sentence.endings[0])
    return to_bytes(connection(lesson, capture(model, text), kind))


def is_different() -> bool:
    """Load the model that the story opens with, where it is on this machine, and compare with what it gives."""
    name = FIRST[PAGE].model({})
    if name is None:
        return False
    try:
        return first_picture(get_loaded(name)) != first_file(PAGE, name).read_bytes()
    except (MhaVizError, OSError):  # the page itself says what is wrong
        return False


if __name__ == "__main__":
    for name in FIRST[PAGE].models:
        write_whole(first_file(PAGE, name), first_picture(load_model(name)))
