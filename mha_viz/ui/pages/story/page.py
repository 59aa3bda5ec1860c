"""The page of a lesson: the shelf, a step, and what whoever presents may choose."""

from __future__ import annotations

import streamlit as st

from mha_viz.language import FROM_RIGHT, N_, gettext, language
from mha_viz.lessons.lesson import Lesson, fill
from mha_viz.lessons.shelf import is_translated
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

LEVELS = {"school": N_("School"), "university": N_("University")}
CHOICES = (N_("ordinary"), N_("large"), N_("no"), N_("yes"))  # of settings, as they are shown
FROM_LEFT = "<style>.st-key-lesson{direction:ltr}</style>"  # of a lesson in English on a page read from the right
LARGE = "<style>.stMainBlockContainer{zoom:1.25}</style>"


def show_page() -> None:
    """All of it."""
    with page(title_of_page(), is_titled=False, is_translated=True):  # the menu of lessons shows the title
        fit_setting(Settings.notes)
        fit_setting(Settings.type)
        fit_setting(Settings.level)
        fit_setting(Settings.present)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="story_row"):
            lesson = choose_lesson()
            step = _choose_step(lesson)
            with st.container(horizontal=True, vertical_alignment="center", width="content", key="story_settings"):
                st.segmented_control(
                    gettext("For whom"), Settings.level.choices, key=Settings.level.key, required=True,
                    format_func=lambda level: gettext(LEVELS[level]), label_visibility="collapsed",
                )  # fmt: skip
                choose_model(lesson)
                _more()
                offer_presenting()
        if setting(Settings.type) == "large" and not is_presented():
            st.html(LARGE)
        paper = st.container()
        clear_the_page()
        if language() in FROM_RIGHT and not is_translated(setting(Settings.lesson)):
            st.html(FROM_LEFT)
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
    n, of = len(lesson.tasks), len(lesson.quiz)
    tasks = [gettext("Task")] if n == 1 else [gettext("Task {i} of {n}", i=i, n=n) for i in range(1, n + 1)]
    quiz = [gettext("Question")] if of == 1 else [gettext("Question {i} of {n}", i=i, n=of) for i in range(1, of + 1)]
    return [*tasks, *quiz, *([gettext("Your answers")] if tasks or quiz else [])]


def _more() -> None:
    """What is rarely changed."""
    with st.popover(gettext("More"), key="story_more"):
        st.segmented_control(
            gettext("Text size"), Settings.type.choices, key=Settings.type.key, required=True, format_func=gettext
        )
        st.segmented_control(
            gettext("Presenter's notes"), Settings.notes.choices, key=Settings.notes.key, required=True,
            format_func=gettext,
        )  # fmt: skip
        st.button(gettext("Notes in a window of their own"), key="notes_window", help=gettext("It follows the step."))
        offer_paper()
