"""The scene of the lesson that is played: the model that is chosen, and what sessions share of its work."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from mha_viz.comparison.asks import Ask
from mha_viz.comparison.trials import Trial
from mha_viz.evidence.importance.set_control import Control
from mha_viz.inputs.media.picture_examples import drawn_file
from mha_viz.language import gettext
from mha_viz.lessons.lesson import Lesson
from mha_viz.models.catalogue import DEFAULT, SEES
from mha_viz.models.fetching.sums import is_whole
from mha_viz.objects import Capture, Model
from mha_viz.playing.scene import Scene, begin_scene
from mha_viz.playing.work import Work
from mha_viz.ui.parts.top import propose_model, say_what_is_missing
from mha_viz.ui.shared.captures import get_capture, get_overview
from mha_viz.ui.shared.compare import get_changes, get_comparison, get_least_change
from mha_viz.ui.shared.effects import get_control, get_effect, number_ask
from mha_viz.ui.shared.general import get_classroom_heads
from mha_viz.ui.shared.models import get_model
from mha_viz.ui.shared.pictures import get_picture
from mha_viz.ui.shared.profiles import get_profile, get_profile_note
from mha_viz.ui.shell import link
from mha_viz.ui.shell.led.join import model_names, takes_other_models
from mha_viz.ui.shell.settings import Settings, setting


def begin_story(lesson: Lesson) -> Scene:
    """The model, and what it makes of the lesson's sentence. Stops the page with a sentence where it cannot."""
    say_what_is_missing()
    link.share()
    model = get_model(setting(Settings.model).strip(), in_float32=True)
    profile = get_profile(model)
    no_profile = "" if profile else get_profile_note(model)
    scene = begin_scene(lesson, model, profile, no_profile, get_capture, WORK)
    return replace(scene, is_school=is_school())


def is_school() -> bool:
    """Whether the lesson is told to a school class."""
    return setting(Settings.level) == "school"


def choose_model(lesson: Lesson) -> None:
    """The menu of models; another one tells its own story. The lesson proposes one."""
    propose_model(lesson.model or DEFAULT)
    name = setting(Settings.model)
    names = [*model_names(), *([] if name in model_names() else [name])]
    st.selectbox(
        gettext("Model"), names, key=Settings.model.key, accept_new_options=takes_other_models(), width=150,
        label_visibility="collapsed",
    )  # fmt: skip


def _control(model: Model, capture: Capture, trial: Trial, ask: Ask) -> Control:
    return get_control(model, capture, trial, number_ask(model, capture, trial, ask))


def _look_at(name: str) -> Capture | None:
    return get_picture(get_model(SEES, in_float32=True), drawn_file(name)).capture if is_whole(SEES) else None


WORK = Work(
    get_overview, get_comparison, get_changes, get_effect, _control, get_classroom_heads, get_least_change, _look_at
)
