"""What all of a class share, whichever server they are at: where the teacher is, and what stands on the wall.

A class with one server has its board in that server. Several servers ask for one that the command holds which started
them: so the class is led, and its wall stands, while one of them is started anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing.managers import BaseManager, BaseProxy
from typing import Any

from mha_viz.ui.addresses import LOOPBACK
from mha_viz.ui.several.seat import Seat, seat

MOST_NOTES = 20_000  # of a class: some two hundred students who answer a hundred questions
MOST_SENTENCES = 20  # of one student
SENTENCE = "sentence"
WALL_FULL, STUDENT_FULL = "the wall is full", "the student's part of it is full"


@dataclass(frozen=True)
class Lead:
    """What the teacher shows: the file of the page, and the settings that its link would hold."""

    page: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Note:
    """What a student put on the wall: the answer to a task or a question, or a sentence.

    ``asked`` is the task or question; ``right`` is None where nothing can be right or wrong.
    """

    kind: str  # "task", "question" or "sentence"
    lesson: str
    asked: str
    answer: str
    right: bool | None = None


class Board:
    """Of one class; gone with the process that holds it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._lead: Lead | None = None
        self._number = 0
        self._notes: dict[tuple[str, ...], tuple[int, Note]] = {}
        self._students: dict[str, int] = {}  # a secret of a browser → a number that says nothing of it

    def go(self, lead: Lead | None) -> tuple[int, Lead | None]:
        """The teacher is there now, or leads no more: how often that changed so far, and where the teacher is."""
        with self._changed:
            if lead != self._lead:
                self._lead, self._number = lead, self._number + 1
                self._changed.notify_all()
            return self._number, self._lead

    def lead_after(self, number: int, seconds: float) -> tuple[int, Lead | None]:
        """The same, once it changed more often than ``number`` times, or ``seconds`` later."""
        with self._changed:
            self._changed.wait_for(lambda: self._number > number, seconds)
            return self._number, self._lead

    def put(self, student: str, note: Note) -> str:
        """Take a note; of an answer that is given again, the last. Else why not: ``WALL_FULL``, ``STUDENT_FULL``."""
        key: tuple[str, ...] = (student, note.kind, note.lesson, note.asked)
        if note.kind == SENTENCE:
            key = (*key, note.answer)
        with self._changed:
            number = self._students.setdefault(student, len(self._students) + 1)
            if key not in self._notes and len(self._notes) >= MOST_NOTES:
                return WALL_FULL
            own = sum(note.kind == SENTENCE and of == number for of, note in self._notes.values())
            if note.kind == SENTENCE and key not in self._notes and own >= MOST_SENTENCES:
                return STUDENT_FULL
            self._notes[key] = number, note
        return ""

    def notes(self) -> list[tuple[int, Note]]:
        """Every note and the number of its student, in the order in which they came."""
        with self._changed:
            return list(self._notes.values())

    def take_down(self, answer: str) -> None:
        """A sentence, whoever put it there."""
        with self._changed:
            self._notes = {
                key: held for key, held in self._notes.items() if held[1].kind != SENTENCE or held[1].answer != answer
            }

    def clear(self) -> None:
        """Everything that stands on the wall."""
        with self._changed:
            self._notes, self._students = {}, {}


class _Asked(BaseProxy):
    """The board of another process, as a ``Board``."""

    _callmethod: Callable[..., Any]  # what it returns, it returns of the other process

    def go(self, lead: Lead | None) -> tuple[int, Lead | None]:
        found: tuple[int, Lead | None] = self._callmethod("go", (lead,))
        return found

    def lead_after(self, number: int, seconds: float) -> tuple[int, Lead | None]:
        found: tuple[int, Lead | None] = self._callmethod("lead_after", (number, seconds))
        return found

    def put(self, student: str, note: Note) -> str:
        found: str = self._callmethod("put", (student, note))
        return found

    def notes(self) -> list[tuple[int, Note]]:
        found: list[tuple[int, Note]] = self._callmethod("notes")
        return found

    def take_down(self, answer: str) -> None:
        self._callmethod("take_down", (answer,))

    def clear(self) -> None:
        self._callmethod("clear")


class _Door(BaseManager):
    """To the board of another process; whoever does not know the secret is not let in."""


def shared_board(secret: str) -> int:
    """A board that other processes reach as long as this one lives: the port at which they ask for it."""
    held = Board()

    class Door(_Door):
        pass

    Door.register("board", lambda: held, proxytype=_Asked)
    server = Door((LOOPBACK, 0), secret.encode()).get_server()
    threading.Thread(target=_let_in, args=(server,), name="board", daemon=True).start()
    return int(server.address[1])  # type: ignore[index]  # it is a host and a port


@lru_cache(maxsize=1)
def the_board() -> Board:
    """Of the class that this process serves; it can be asked from any thread."""
    own = seat()
    return Board() if own is None else board_at(own)


def board_at(of: Seat) -> Board:
    """The board of several servers."""
    door = _Door((LOOPBACK, of.board), of.secret.encode())
    door.connect()
    return door.board()  # type: ignore[attr-defined, no-any-return]  # it was registered


_Door.register("board", proxytype=_Asked)


def _let_in(server: Any) -> None:
    with suppress(SystemExit):  # how it ends
        server.serve_forever()
