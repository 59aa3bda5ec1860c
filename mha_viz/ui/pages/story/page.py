"""The page of a lesson: the shelf, a step, and what whoever presents may choose."""

from __future__ import annotations

import streamlit as st

from mha_viz.lessons.lesson import Lesson
from mha_viz.ui.pages.story.chooser import choose_lesson, title_of_page
from mha_viz.ui.pages.story.paper import offer_paper, show_paper
from mha_viz.ui.pages.story.quiz import show_answers, show_question
from mha_viz.ui.pages.story.scene import begin_story, choose_model
from mha_viz.ui.pages.story.story import show_notes, show_step
from mha_viz.ui.pages.story.tasks import show_task
from mha_viz.ui.parts import controls
from mha_viz.ui.shell.frame import page
from mha_viz.ui.shell.settings import Settings, fit_setting, setting

LARGE = "<style>.stMainBlockContainer{zoom:1.25}</style>"


def show_page() -> None:
    """All of it."""
    with page(title_of_page(), is_titled=False):  # the menu of lessons shows the title
        fit_setting(Settings.notes)
        fit_setting(Settings.type)
        fit_setting(Settings.level)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="story_row"):
            lesson = choose_lesson()
            step = _choose_step(lesson)
            with st.container(horizontal=True, vertical_alignment="center", width="content", key="story_settings"):
                st.segmented_control(
                    "For whom", Settings.level.choices, key=Settings.level.key, required=True,
                    format_func=str.capitalize, label_visibility="collapsed",
                )  # fmt: skip
                choose_model(lesson)
                _more()
        if setting(Settings.type) == "large":
            st.html(LARGE)
        paper = st.container()
        _show(lesson, step)
        with paper:
            show_paper(lesson)


def _show(lesson: Lesson, number: int) -> None:
    """A step; after the last one the tasks, the questions, and how it went."""
    if number < len(lesson.steps):
        show_step(begin_story(lesson), number)
        if setting(Settings.notes) == "yes":
            show_notes(lesson.steps[number])
        return
    st.subheader(f"{number + 1}. {titles_after(lesson)[number - len(lesson.steps)]}", anchor=False)
    at = number - len(lesson.steps) - len(lesson.tasks)
    if at < 0:
        show_task(lesson, number - len(lesson.steps))
    elif at < len(lesson.quiz):
        show_question(lesson, at)
    else:
        show_answers(lesson)


def _choose_step(lesson: Lesson) -> int:
    asking = [number for number, step in enumerate(lesson.steps) if step.question]
    titles = [step.title for step in lesson.steps] + titles_after(lesson)
    return controls.choose_step(titles, Settings.story, asking)


def titles_after(lesson: Lesson) -> list[str]:
    """What comes after the last step: each task, each question, and what was answered."""
    titles = _numbered("Task", len(lesson.tasks)) + _numbered("Question", len(lesson.quiz))
    return [*titles, *(["Your answers"] if titles else [])]


def _numbered(name: str, n: int) -> list[str]:
    return [name if n == 1 else f"{name} {i} of {n}" for i in range(1, n + 1)]


def _more() -> None:
    """What is rarely changed."""
    with st.popover("More", key="story_more"):
        st.segmented_control("Text size", Settings.type.choices, key=Settings.type.key, required=True)
        st.segmented_control("Presenter's notes", Settings.notes.choices, key=Settings.notes.key, required=True)
        offer_paper()
