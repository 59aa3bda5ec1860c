"""A task of a lesson: whoever plays it names a head, and the page says how right that is."""

from __future__ import annotations

from functools import partial

import streamlit as st

from mha_viz.errors import InputError
from mha_viz.language import apart, gettext
from mha_viz.lessons.lesson import Lesson, Task
from mha_viz.objects import Head
from mha_viz.playing.named_head import every_head, judge, judged_strips, of_task, source_sentence
from mha_viz.playing.scene import Scene
from mha_viz.ui.pages.story.answers import answer_to, note_answer
from mha_viz.ui.pages.story.scene import begin_story
from mha_viz.ui.parts.view import mount
from mha_viz.ui.several.board import Note
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.led.wall import put_on_wall
from mha_viz.ui.shell.memory import widget_value
from mha_viz.wording import head_name

FIELD = "named_head"


def show_task(lesson: Lesson, number: int) -> None:
    """The task and its sentence; what was named, and how right it is; every head, to name one by a click."""
    task = lesson.tasks[number]
    st.markdown(f"**{task.task}**")
    st.markdown(f"#### {apart(frame.plain(task.text))}")
    scene = begin_story(of_task(lesson, task))
    st.text_input(
        gettext("Type a head, and Enter, or click its picture"),
        key=f"{FIELD}_{number}",
        on_change=_take_typed,
        args=(number,),
        placeholder="L3 H1",
        width=320,
    )
    answer = answer_to("task", number)
    named = _say_how_right(lesson.title, task, scene, answer) if isinstance(answer, str) else None
    mount(every_head(scene, named), "grid", open=partial(_take_clicked, number))


def _say_how_right(title: str, task: Task, scene: Scene, answer: str) -> Head | None:
    """The head that was named, if it is one."""
    try:
        judged = judge(scene, answer)
    except InputError as error:
        frame.say(error)
        return None
    put_on_wall(Note("task", title, task.task, head_name(*judged.named), judged.is_right))
    mount(judged_strips(scene, judged), "judged")
    st.caption(frame.told(source_sentence(scene, judged)))
    return judged.named


def _take_typed(number: int) -> None:
    name = str(widget_value(f"{FIELD}_{number}") or "").strip()
    if name:
        note_answer("task", number, name)


def _take_clicked(number: int, head: tuple[int, int]) -> None:
    note_answer("task", number, head_name(*head))
