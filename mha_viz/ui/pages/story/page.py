"""The page of a lesson: the shelf, a step, and what whoever presents may choose."""

from __future__ import annotations

import streamlit as st

from mha_viz.lessons.lesson import Lesson, fill
from mha_viz.ui.pages.story.chooser import choose_lesson, title_of_page
from mha_viz.ui.pages.story.paper import offer_paper, show_paper
from mha_viz.ui.pages.story.presenter import clear_the_page, draw_presenter, is_presented, offer_presenting
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
        fit_setting(Settings.present)
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
                offer_presenting()
        if setting(Settings.type) == "large" and not is_presented():
            st.html(LARGE)
        paper = st.container()
        clear_the_page()
        with st.container(gap="small", key="lesson"):
            question = _show(lesson, step)
        draw_presenter(lesson, step, _titles(lesson)[step], question)
        with paper:
            show_paper(lesson)


def _show(lesson: Lesson, number: int) -> str:
    """A step; after the last one the tasks, the questions, and how it went. Gives what is asked there."""
    if number < len(lesson.steps):
        scene = begin_story(lesson)
        show_step(scene, number)
        if setting(Settings.notes) == "yes" and not is_presented():
            show_notes(lesson.steps[number])
        return fill(lesson.steps[number].question, scene.numbers)
    st.subheader(f"{number + 1}. {_titles(lesson)[number]}", anchor=False)
    at = number - len(lesson.steps) - len(lesson.tasks)
    if at < 0:
        show_task(lesson, at + len(lesson.tasks))
        return lesson.tasks[at].task
    if at < len(lesson.quiz):
        show_question(lesson, at)
        return lesson.quiz[at].question
    show_answers(lesson)
    return ""


def _choose_step(lesson: Lesson) -> int:
    asking = [number for number, step in enumerate(lesson.steps) if step.question]
    return controls.choose_step(_titles(lesson), Settings.story, asking)


def _titles(lesson: Lesson) -> list[str]:
    return [step.title for step in lesson.steps] + titles_after(lesson)


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
        st.button("Notes in a window of their own", key="notes_window", help="It follows the step.")
        offer_paper()
