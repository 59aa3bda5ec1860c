"""The minutes of a plan: cases by hand."""

from dataclasses import replace

import pytest

from mha_viz.lessons.lesson import Lesson, Quiz, Sentence, Step, Task
from mha_viz.printing.timetable import QUIZ, ROOM, SENTENCES, TASKS, timetable

TASK = Task("Find it.", "a b", "a", "b")
CHOICE = Quiz("Which?", ("a", "b"), 0)


def lesson(*minutes, **more):
    steps = tuple(Step(f"Step {i}", "nothing", minutes=n) for i, n in enumerate(minutes))
    return Lesson("Minutes", Sentence("a b", "a", {"": "b"}), steps, **more)


def told(lesson, minutes):
    times = timetable(lesson, minutes)
    return [(slot.title, slot.minutes) for slot in times.slots], " ".join(times.sentences)


def test_steps_that_fit_stay_as_they_are():
    slots, said = told(lesson(20, 25), 45)
    assert slots == [("Step 0", 20), ("Step 1", 25)]
    assert said == "The steps take the 45 minutes that the lesson gives them."


def test_steps_that_are_too_long_are_shortened_alike_and_that_is_said():
    slots, said = told(lesson(30, 60), 45)
    assert slots == [("Step 0", 15), ("Step 1", 30)]
    assert said == "The lesson gives its steps 90 minutes; here they have 45."


def test_tasks_and_quiz_come_where_there_is_time_and_else_are_homework():
    whole = lesson(20, 10, tasks=(TASK, TASK), quiz=(CHOICE,))  # 30, and 10 and 2 for tasks and quiz
    slots, said = told(whole, 45)
    assert slots == [("Step 0", 22), ("Step 1", 11), (TASKS, 10), (QUIZ, 2)]
    assert said == "The lesson gives its steps 30 minutes; here they have 33, with room to discuss."
    slots, said = told(replace(whole, steps=lesson(20, 14).steps), 45)
    assert slots == [("Step 0", 26), ("Step 1", 19)]
    assert "Tasks and Quiz: homework, on the worksheet." in said


def test_no_step_is_stretched_to_more_than_half_as_long_again():
    slots, _ = told(lesson(10, 20), 90)
    assert slots == [("Step 0", 15), ("Step 1", 30), (SENTENCES, 45)]
    slots, _ = told(lesson(14, 14), 45)
    assert slots == [("Step 0", 21), ("Step 1", 21), (ROOM, 3)]


def test_a_step_without_minutes_is_taken_for_four_and_that_is_said():
    slots, said = told(lesson(41, 0), 45)
    assert slots == [("Step 0", 41), ("Step 1", 4)]
    assert "1 step gives no minutes: 4 are taken." in said


def test_more_steps_than_minutes_are_not_made_to_fit():
    slots, said = told(lesson(*[1] * 47), 45)
    assert [n for _, n in slots] == [1] * 47
    assert "There are more steps than minutes: this takes 47 minutes. Leave some out." in said


@pytest.mark.parametrize("minutes", [45, 90])
def test_whole_minutes_add_up(minutes):
    slots, _ = told(lesson(7, 11, 13, 3, 5, 17, 19, 2), minutes)
    assert sum(n for _, n in slots) == minutes
    assert min(n for _, n in slots) >= 1
