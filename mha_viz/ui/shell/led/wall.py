"""A class's wall: what students answered and the sentences that they chose, without names; gone with the server."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from mha_viz.errors import InputError
from mha_viz.language import gettext
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.several.board import MOST_SENTENCES, SENTENCE, WALL_FULL, Board, Note, the_board
from mha_viz.ui.shell.led.join import is_teacher
from mha_viz.ui.shell.visitors import visitor

MOST_CHARACTERS = 500
COLUMNS = ("student", "kind", "lesson", "asked", "answer", "right")


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

    def __init__(self, board: Board) -> None:
        self._board = board

    def put(self, student: str, note: Note) -> None:
        """
        Raises
        ------
        InputError
            If the wall, or the student's part of it, is full, or a sentence is too long.
        """
        if note.kind == SENTENCE and len(note.answer) > MOST_CHARACTERS:
            raise InputError(gettext("The wall takes sentences of up to {most} characters.", most=MOST_CHARACTERS))
        refused = self._board.put(student, note)
        if refused == WALL_FULL:
            raise InputError(gettext("The wall is full; the teacher can clear it."))
        if refused:
            raise InputError(
                gettext("You have put {most} sentences on the wall; that is all it takes.", most=MOST_SENTENCES)
            )

    def table(self) -> pd.DataFrame:
        """Columns ``COLUMNS``; students are numbers, in the order in which they first wrote."""
        rows = [
            (number, note.kind, note.lesson, note.asked, note.answer, note.right)
            for number, note in self._board.notes()
        ]
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
        texts = [note.answer for _, note in self._board.notes() if note.kind == SENTENCE]
        return list(dict.fromkeys(reversed(texts)))

    @property
    def n_students(self) -> int:
        """How many wrote something that still stands."""
        return len({number for number, _ in self._board.notes()})

    def take_down(self, answer: str) -> None:
        """A sentence, whoever put it there."""
        self._board.take_down(answer)

    def clear(self) -> None:
        """Everything."""
        self._board.clear()


WALL = Wall(the_board())


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
