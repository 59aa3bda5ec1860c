"""A class's wall: what students answered and the sentences that they chose, without names; gone with the server."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pandas as pd

from mha_viz.errors import InputError
from mha_viz.language import gettext
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.shell.led.join import is_teacher
from mha_viz.ui.shell.visitors import visitor

MOST_NOTES = 20_000  # of a class: some two hundred students who answer a hundred questions
MOST_SENTENCES = 20  # of one student
MOST_CHARACTERS = 500
SENTENCE = "sentence"
COLUMNS = ("student", "kind", "lesson", "asked", "answer", "right")


@dataclass(frozen=True)
class Note:
    """What a student put there: the answer to a task or a question, or a sentence.

    ``asked`` is the task or question; ``right`` is None where nothing can be right or wrong.
    """

    kind: str  # "task", "question" or "sentence"
    lesson: str
    asked: str
    answer: str
    right: bool | None = None


@dataclass(frozen=True)
class Answers:
    """What a class answered to one task or question: each answer, how many gave it and whether it is right, the most
    frequent first.
    """

    lesson: str
    asked: str
    n_right: int
    given: tuple[tuple[str, int, bool], ...]

    @property
    def n(self) -> int:
        return sum(n for _, n, _ in self.given)


class Wall:
    """All notes of a class, in the order in which they came; of an answer that was given again, the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notes: dict[tuple[str, ...], tuple[int, Note]] = {}
        self._students: dict[str, int] = {}  # a secret of a browser → a number that says nothing of it

    def put(self, student: str, note: Note) -> None:
        """
        Raises
        ------
        InputError
            If the wall, or the student's part of it, is full, or a sentence is too long.
        """
        key: tuple[str, ...] = (student, note.kind, note.lesson, note.asked)
        if note.kind == SENTENCE:
            key = (*key, note.answer)
            if len(note.answer) > MOST_CHARACTERS:
                raise InputError(gettext("The wall takes sentences of up to {most} characters.", most=MOST_CHARACTERS))
        with self._lock:
            number = self._students.setdefault(student, len(self._students) + 1)
            if key not in self._notes and len(self._notes) >= MOST_NOTES:
                raise InputError(gettext("The wall is full; the teacher can clear it."))
            own = sum(note.kind == SENTENCE and of == number for of, note in self._notes.values())
            if note.kind == SENTENCE and key not in self._notes and own >= MOST_SENTENCES:
                raise InputError(
                    gettext("You have put {most} sentences on the wall; that is all it takes.", most=MOST_SENTENCES)
                )
            self._notes[key] = number, note

    def table(self) -> pd.DataFrame:
        """Columns ``COLUMNS``; students are numbers, in the order in which they first wrote."""
        with self._lock:
            notes = list(self._notes.values())
        rows = [(number, note.kind, note.lesson, note.asked, note.answer, note.right) for number, note in notes]
        return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"right": object})

    def answers(self) -> list[Answers]:
        """All tasks and questions, those of a lesson together, in the order in which they were first answered."""
        table = self.table()
        table = table[table["kind"] != SENTENCE]
        found = []
        for _, of_lesson in table.groupby("lesson", sort=False):
            for (lesson, asked), notes in of_lesson.groupby(["lesson", "asked"], sort=False):
                counted = notes.groupby("answer", sort=False)["right"].agg(["size", "first"])
                rows = counted.sort_values("size", ascending=False, kind="stable").itertuples()
                given = tuple((str(row.Index), int(row.size), row.first is True) for row in rows)
                found.append(Answers(str(lesson), str(asked), sum(n for _, n, right in given if right), given))
        return found

    def sentences(self) -> list[str]:
        """Each once, the latest first."""
        with self._lock:
            texts = [note.answer for _, note in self._notes.values() if note.kind == SENTENCE]
        return list(dict.fromkeys(reversed(texts)))

    @property
    def n_students(self) -> int:
        """How many wrote something that still stands."""
        with self._lock:
            return len({number for number, _ in self._notes.values()})

    def take_down(self, answer: str) -> None:
        """A sentence, whoever put it there."""
        with self._lock:
            self._notes = {
                key: held for key, held in self._notes.items() if held[1].kind != SENTENCE or held[1].answer != answer
            }

    def clear(self) -> None:
        with self._lock:
            self._notes, self._students = {}, {}


WALL = Wall()


def writes_on_wall() -> bool:
    """Whether this session's answers stand on a wall: a student's, in a class."""
    return class_mode() is not None and not is_teacher()


def put_on_wall(note: Note) -> None:
    """By the student of this session; nothing where there is no class.

    Raises
    ------
    InputError
        As ``Wall.put``.
    """
    if writes_on_wall():
        WALL.put(visitor().name, note)
