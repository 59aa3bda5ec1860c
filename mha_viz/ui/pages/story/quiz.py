"""The questions of a lesson, one a page, each answered once; and at the end how many were right."""

from __future__ import annotations

import streamlit as st

from mha_viz.errors import InputError
from mha_viz.language import N_, gettext, ngettext
from mha_viz.lessons.lesson import Lesson, Quiz
from mha_viz.playing.named_head import judge, of_task
from mha_viz.ui.pages.story.answers import answer_to, forget_answers, note_answer
from mha_viz.ui.pages.story.scene import begin_story
from mha_viz.ui.several.board import Note
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.led.wall import put_on_wall, writes_on_wall
from mha_viz.ui.shell.settings import Settings, set_setting
from mha_viz.wording import quoted

ALONE = N_("Only this page knows: nothing is sent or kept anywhere, and it is gone when the page is closed.")
ON_THE_WALL = N_("The teacher sees what the class answered, without names; it is gone when the class ends.")
RIGHT, WRONG, OPEN = ":material/check:", ":material/close:", ":material/more_horiz:"


def show_question(lesson: Lesson, number: int) -> None:
    """The question with its choices, by click or by the key of their number; then which is right, and why."""
    quiz = lesson.quiz[number]
    st.markdown(f"**{quiz.question}**")
    answer = _choice(quiz, number)
    if answer is None:
        for i, choice in enumerate(quiz.choices):
            st.button(
                choice, key=f"choice_{number}_{i}", on_click=note_answer, args=("quiz", number, i),
                shortcut=str(i + 1) if i < 9 else None,
            )  # fmt: skip
        return
    put_on_wall(Note("question", lesson.title, quiz.question, quiz.choices[answer], answer == quiz.right))
    for i, choice in enumerate(quiz.choices):
        mark = RIGHT if i == quiz.right else WRONG if i == answer else ":material/remove:"
        st.markdown(f"{mark} {choice}")
    if answer == quiz.right:
        said = gettext("**Right.**")
    else:
        said = gettext("**Not right:** right is {answer}.", answer=quoted(quiz.choices[quiz.right]))
    st.markdown(f"{said} {quiz.why}")


def _choice(quiz: Quiz, number: int) -> int | None:
    """What was chosen, as far as the question still has that choice: the file may have been changed."""
    answer = answer_to("quiz", number)
    return answer if isinstance(answer, int) and answer < len(quiz.choices) else None


def show_answers(lesson: Lesson) -> None:
    """How it went: of each task the head that was named, of each question whether it was answered right."""
    for i, task in enumerate(lesson.tasks):
        mark, said = _how_right(lesson, i)
        st.markdown(f"{mark} {task.task} {frame.plain(said)}")
    answers = [_choice(quiz, i) for i, quiz in enumerate(lesson.quiz)]
    for quiz, answer in zip(lesson.quiz, answers, strict=True):
        mark = OPEN if answer is None else RIGHT if answer == quiz.right else WRONG
        st.markdown(f"{mark} {quiz.question}")
    if lesson.quiz:
        n_right = [answer == quiz.right for quiz, answer in zip(lesson.quiz, answers, strict=True)].count(True)
        n_open = answers.count(None)
        left = ngettext("{n} question not answered yet.", "{n} questions not answered yet.", n_open) if n_open else ""
        right = ngettext(
            "**{right} of {n} question right.**", "**{right} of {n} questions right.**", len(answers), right=n_right
        )
        st.markdown(f"{right} {left}".rstrip())
    st.caption(gettext(ON_THE_WALL if writes_on_wall() else ALONE))
    st.button(gettext("Answer again"), on_click=_begin_again, args=(len(lesson.steps),))


def _how_right(lesson: Lesson, number: int) -> tuple[str, str]:
    name = answer_to("task", number)
    if not isinstance(name, str):
        return OPEN, ""
    try:
        judged = judge(begin_story(of_task(lesson, lesson.tasks[number])), name)
    except InputError as error:
        return OPEN, str(error)
    return RIGHT if judged.is_right else WRONG, f"{judged.in_short}."


def _begin_again(step: int) -> None:
    forget_answers()
    set_setting(Settings.story, step)
