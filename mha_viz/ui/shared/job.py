"""One piece of work that waits, runs or is over: what comes of it, how far it is, and how it ends before its time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from enum import Enum
from typing import Generic, TypeVar

from mha_viz.progress import Progress

Result = TypeVar("Result")


class State(Enum):
    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        return self in (State.FINISHED, State.FAILED, State.CANCELLED)


class Cancelled(Exception):  # noqa: N818 - no error: somebody asked for it
    """Raised inside the work when it is to end."""


class Job(Generic[Result]):
    """One piece of work and what is known of it. Made by a ``Queue``, which hands it to the work.

    Attributes
    ----------
    future : Future
        What the work returns or raises.
    progress : Progress
        How far it is; a call raises ``Cancelled`` where the work is to end.
    owner : str or None
        Who alone asked for it; None where whoever asks for the same shares it.
    is_gathered : bool
        Whether it is done together with what others bring meanwhile.
    """

    def __init__(
        self, what: str, owner: str | None, is_there: Callable[[str], bool], *, is_gathered: bool = False
    ) -> None:
        stop = threading.Event()

        def end_if_cancelled(_share: float, _what: str) -> None:  # of no self: in a circle large results would last
            if _is_cancelled(stop, owner, is_there):
                raise Cancelled

        self.future: Future[Result] = Future()
        self.progress = Progress(what, end_if_cancelled)
        self.owner, self.is_gathered = owner, is_gathered
        self._stop, self._is_there = stop, is_there
        self._n_waiting, self._counting = 0, threading.Lock()

    @property
    def state(self) -> State:
        if not self.future.done():
            return State.RUNNING if self.future.running() else State.WAITING
        if self.future.cancelled() or isinstance(self.future.exception(), Cancelled):
            return State.CANCELLED
        return State.FINISHED if self.future.exception() is None else State.FAILED

    @property
    def error(self) -> BaseException | None:
        """Why it failed."""
        return self.future.exception() if self.state is State.FAILED else None

    def cancel(self) -> None:
        """Let it end: at once where it waits, else at the next call of its progress."""
        self._stop.set()
        self.future.cancel()

    def give_up(self) -> None:
        """Cancel it, unless somebody waits for it."""
        with self._counting:
            if not self._n_waiting:
                self.cancel()

    def is_cancelled(self) -> bool:
        """Whether it is to end: it was cancelled, or whoever asked for it has gone."""
        return _is_cancelled(self._stop, self.owner, self._is_there)

    @contextmanager
    def waited_for(self) -> Iterator[None]:
        """While somebody waits; when nobody does any longer, it is given up unless it has begun."""
        with self._counting:
            self._n_waiting += 1
        try:
            yield
        finally:
            with self._counting:
                self._n_waiting -= 1
                if not self._n_waiting:
                    self.future.cancel()


def _is_cancelled(stop: threading.Event, owner: str | None, is_there: Callable[[str], bool]) -> bool:
    return stop.is_set() or (owner is not None and not is_there(owner))
