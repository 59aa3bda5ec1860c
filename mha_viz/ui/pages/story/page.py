"""The page of a lesson: the shelf, a step, and what whoever presents may choose."""

from __future__ import annotations

import streamlit as st

from mha_viz.lessons.lesson import Lesson
from mha_viz.ui.pages.story.chooser import choose_lesson, title_of_page
from mha_viz.ui.pages.story.scene import begin_story, choose_model
from mha_viz.ui.pages.story.story import show_notes, show_step
from mha_viz.ui.parts import controls
from mha_viz.ui.shell.frame import page
from mha_viz.ui.shell.settings import Settings, fit_setting, setting

LARGE = "<style>.stMainBlockContainer{zoom:1.25}</style>"


def show_page() -> None:
    """All of it."""
    with page(title_of_page(), is_titled=False):  # the menu of lessons shows the title
        fit_setting(Settings.notes)
        fit_setting(Settings.type)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="story_row"):
            lesson = choose_lesson()
            step = _choose_step(lesson)
            with st.container(horizontal=True, vertical_alignment="center", width="content", key="story_settings"):
                choose_model(lesson)
                _more()
        if setting(Settings.type) == "large":
            st.html(LARGE)
        scene = begin_story(lesson)
        show_step(scene, step)
        if setting(Settings.notes) == "yes":
            show_notes(lesson.steps[step])


def _choose_step(lesson: Lesson) -> int:
    asking = [number for number, step in enumerate(lesson.steps) if step.question]
    return controls.choose_step([step.title for step in lesson.steps], Settings.story, asking)


def _more() -> None:
    """What is rarely changed."""
    with st.popover("More", key="story_more"):
        st.segmented_control("Text size", Settings.type.choices, key=Settings.type.key, required=True)
        st.segmented_control("Presenter's notes", Settings.notes.choices, key=Settings.notes.key, required=True)
