"""What was answered to the tasks and questions of a lesson: kept in the session, and nowhere else."""

from __future__ import annotations

from mha_viz.ui.shell.memory import Memory, recall, remember
from mha_viz.ui.shell.settings import Settings, setting


def answer_to(kind: str, number: int) -> str | int | None:
    """The head that was named for a task, or the place of the choice of a question; None where nothing was answered."""
    return recall(Memory.answers).get((setting(Settings.lesson), kind, number))


def note_answer(kind: str, number: int, answer: str | int) -> None:
    """An answer takes the place of the one before."""
    answers = recall(Memory.answers)
    remember(Memory.answers, {**answers, (setting(Settings.lesson), kind, number): answer})


def forget_answers() -> None:
    """Of this lesson."""
    played = setting(Settings.lesson)
    remember(Memory.answers, {key: said for key, said in recall(Memory.answers).items() if key[0] != played})
