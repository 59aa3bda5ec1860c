"""The page of a lesson: a step, and what whoever presents may choose."""

from __future__ import annotations

import streamlit as st

from mha_viz.ui.pages.story.scene import begin_story, choose_model
from mha_viz.ui.pages.story.story import chosen_lesson, show_notes, show_step, title_of_lesson
from mha_viz.ui.parts import controls
from mha_viz.ui.shell.frame import page
from mha_viz.ui.shell.settings import Settings, fit_setting, setting

LARGE = "<style>.stMainBlockContainer{zoom:1.25}</style>"


def show_page() -> None:
    """All of it."""
    with page(title_of_lesson()):
        lesson = chosen_lesson()
        fit_setting(Settings.notes)
        fit_setting(Settings.type)
        with st.container(horizontal=True, vertical_alignment="bottom", key="story_row"):
            asking = [number for number, step in enumerate(lesson.steps) if step.question]
            step = controls.choose_step([step.title for step in lesson.steps], Settings.story, asking)
            row = st.container(horizontal=True, vertical_alignment="bottom", width="content", key="story_settings")
        with row:
            st.segmented_control("Text size", Settings.type.choices, key=Settings.type.key, required=True)
            st.segmented_control("Presenter's notes", Settings.notes.choices, key=Settings.notes.key, required=True)
        if setting(Settings.type) == "large":
            st.html(LARGE)
        with row:
            choose_model(lesson)
        scene = begin_story(lesson)
        show_step(scene, step)
        if setting(Settings.notes) == "yes":
            show_notes(lesson.steps[step])
