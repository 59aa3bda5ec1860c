"""Long work, one piece at a time: whoever comes second waits in line, sees where, and may leave it again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import Enum
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mha_viz.errors import MhaVizError
from mha_viz.progress import Progress

MAY_NOT = "Training is for the teacher here. What you can do: replay the shipped checkpoints."


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


class LongJob:
    """One piece of work and what is known of it. Made by ``Line.join``, which hands it to the work.

    Attributes
    ----------
    state : State
    progress : Progress
        How far it is; a call raises ``Cancelled`` where the work is to end.
    result : object
        What the work returned; None until then.
    error : Exception or None
        Why it failed.
    """

    def __init__(self, owner: str, work: Callable[[LongJob], Any], is_alive: Callable[[str], bool]) -> None:
        self.owner, self.state = owner, State.WAITING
        self.progress = Progress(report=self._end_if_cancelled)
        self.result: Any = None  # until the work has returned
        self.error: Exception | None = None
        self._work, self._is_alive, self._stop = work, is_alive, threading.Event()

    def cancel(self) -> None:
        """Let it end: at once where it waits, else at the next call of its progress."""
        self._stop.set()
        if self.state is State.WAITING:
            self.state = State.CANCELLED

    def is_cancelled(self) -> bool:
        """Whether it is to end: it was cancelled, or whoever asked for it has gone."""
        return self._stop.is_set() or not self._is_alive(self.owner)

    def _end_if_cancelled(self, _share: float = 1.0, _what: str = "") -> None:
        if self.is_cancelled():
            raise Cancelled

    def _run(self) -> None:
        try:
            self._end_if_cancelled()
            self.state = State.RUNNING
            self.result = self._work(self)
            self.progress(1.0)
        except Cancelled:
            self.state = State.CANCELLED
        except Exception as error:  # noqa: BLE001 - told to whoever asked for the work, wherever it failed
            self.error, self.state = error, State.FAILED
        else:
            self.state = State.FINISHED


class Line:
    """A line of long jobs: the first runs, the others wait; an owner has one of them at most.

    Parameters
    ----------
    is_alive : callable
        Whether an owner is still there; the work of those who have gone ends.
    most : int
        How many there may be, with the one that runs.
    """

    def __init__(self, is_alive: Callable[[str], bool] = lambda _owner: True, *, most: int = 8) -> None:
        self._is_alive, self._most = is_alive, most
        self._jobs: list[LongJob] = []
        self._changed = threading.Condition()
        self._worker: threading.Thread | None = None

    def join(self, owner: str, work: Callable[[LongJob], Any]) -> LongJob:
        """Ask for ``work``, which is called with its job when it is its turn. What the owner asked for before ends.

        Raises
        ------
        MhaVizError
            If the line is full.
        """
        with self._changed:
            self.leave(owner)
            self._forget_those_gone()
            if len(self._jobs) >= self._most:
                raise MhaVizError(f"Busy: {len(self._jobs)} long jobs are waiting or running. Try again in a minute.")
            job = LongJob(owner, work, self._is_alive)
            self._jobs.append(job)
            if self._worker is None:
                self._worker = threading.Thread(target=self._work_off, name="long-jobs", daemon=True)
                self._worker.start()
            self._changed.notify_all()
        return job

    def leave(self, owner: str) -> None:
        """End what an owner has asked for."""
        with self._changed:
            for job in self._jobs:
                if job.owner == owner:
                    job.cancel()

    def place(self, job: LongJob) -> int:
        """How many are before a job: 0 where it runs, is next to nobody, or is over."""
        with self._changed:
            self._forget_those_gone()
            return self._jobs.index(job) if job in self._jobs else 0

    def _forget_those_gone(self) -> None:
        for job in self._jobs:
            if job.state is State.WAITING and job.is_cancelled():
                job.cancel()
        self._jobs = [job for job in self._jobs if not job.state.is_over]

    def _has_work(self) -> bool:
        self._forget_those_gone()
        return bool(self._jobs)

    def _work_off(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._has_work)
                job = self._jobs[0]
            job._run()


@st.cache_resource(max_entries=1, show_spinner=False)
def line() -> Line:
    """One for the whole app: one long job runs, the others wait."""
    return Line(_is_here)


def owner() -> str:
    """This session: its jobs end with it, and it has one at most."""
    context = get_script_run_ctx()
    return context.session_id if context else ""  # outside a page there is no session


def place_sentence(job: LongJob) -> str:
    """What a job is at, or how many are before it."""
    if job.state is not State.WAITING:
        return job.progress.what or "starting"
    before = line().place(job)
    return f"waiting: {before} {'is' if before == 1 else 'are'} before you"


def _is_here(session: str) -> bool:
    return not runtime.exists() or runtime.get_instance().is_active_session(session)
