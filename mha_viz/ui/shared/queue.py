"""Work with a place in line: threads take what comes first, and with it what can be done in one go.

Long jobs, batches of texts, and everything that sessions wait for together are uses of it. Equal requests share one job
where a cache keeps it (``waiting.result_of``). A page's turn to compute is no job: see ``shell.turns``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from mha_viz.errors import MhaVizError
from mha_viz.language import ENGLISH, N_, lazy_gettext, spoken
from mha_viz.progress import Progress
from mha_viz.ui.shared.job import Job, State

Item = TypeVar("Item")
Result = TypeVar("Result")

BUSY = N_("Busy: {n} long jobs are waiting or running. Try again in a minute.")


@dataclass(frozen=True)
class Batch(Generic[Item, Result]):
    """Work that can be done to several things in one go: what waits with equal ones is done together.

    Attributes
    ----------
    work : callable
        Called with ``of``, a list of things and a ``Progress``; one result for each thing. Where it fails, it is
        called with each thing alone, so that one that cannot be done is no trouble to the others.
    of : object
        What it is done with, such as a model.
    most : int
        Things in one go.
    """

    work: Callable[[Any, list[Item], Progress], Sequence[Result]]
    of: Any  # whatever the work takes
    most: int


class _Place(NamedTuple):
    """A job in line, and its work: a batch and a thing, or what is called with the job."""

    job: Job[Any]
    batch: Batch[Any, Any] | None
    work: Any


class Queue:
    """A line of jobs, worked off in its order by a number of threads.

    Parameters
    ----------
    n_threads : int
        How many pieces of work are done at a time.
    start : callable
        Runs what it is given in a thread: ``submit`` of an executor whose threads last, or one that starts a new one.
    most : int, optional
        How many jobs there may be, with those that run.
    is_there : callable
        Whether an owner is still there; the work of those who have gone ends.
    """

    def __init__(
        self, n_threads: int, start: Callable[[Callable[[], None]], object], *, most: int | None = None,
        is_there: Callable[[str], bool] = lambda _owner: True,
    ) -> None:  # fmt: skip
        self.n_threads, self._start, self._most, self._is_there = n_threads, start, most, is_there
        self._waiting: list[_Place] = []
        self._running: list[list[_Place]] = []  # what is done in one go, in a list of its own
        self._lock, self._n_busy, self._seconds = threading.RLock(), 0, 0.0

    def join(self, work: Callable[[Job[Result]], Result], what: str = "", *, owner: str | None = None) -> Job[Result]:
        """Ask for ``work``, which is called with its job when it is its turn; ``what`` it does, in a few words.
        Whatever the owner asked for before ends.

        Raises
        ------
        MhaVizError
            If the line is full.
        """
        return self._join(_Place(Job(what, owner, self._is_there), None, work))

    def join_batch(self, batch: Batch[Item, Result], item: Item, what: str = "") -> Job[Result]:
        """Ask for one thing of a batch: it goes with the first of its kind whose turn it is."""
        return self._join(_Place(Job(what, None, self._is_there, is_gathered=True), batch, item))

    def leave(self, owner: str) -> None:
        """End what an owner has asked for."""
        with self._lock:
            for job in self._jobs():
                if job.owner == owner:
                    job.cancel()

    def place(self, job: Job[Any]) -> int:
        """How many jobs are before this one: 0 where it is next, runs, or is over."""
        with self._lock:
            self._forget_those_gone()
            return self._jobs().index(job) if job.state is State.WAITING else 0

    def wait_ahead(self) -> float:
        """Seconds until a thread is free, if everything takes as long as the last pieces of work did. Of what waits for
        a batch, one piece is counted.
        """
        with self._lock:
            alone = sum(place.batch is None for place in self._waiting)
            together = len({place.batch for place in self._waiting if place.batch is not None})
            return (len(self._running) + alone + together) // self.n_threads * self._seconds

    def _join(self, place: _Place) -> Job[Any]:
        with self._lock:
            if place.job.owner is not None:
                self.leave(place.job.owner)
            self._forget_those_gone()
            if self._most is not None and len(self._jobs()) >= self._most:
                raise MhaVizError(lazy_gettext(BUSY, n=len(self._jobs())))
            self._waiting.append(place)
            if self._n_busy < self.n_threads:
                self._n_busy += 1
                self._start(self._work_off)
        return place.job

    def _jobs(self) -> list[Job[Any]]:
        """Those that are not over, in their order."""
        places = [place for piece in self._running for place in piece] + self._waiting
        return [place.job for place in places if not place.job.state.is_over]

    def _forget_those_gone(self) -> None:
        for place in self._waiting:
            if place.job.is_cancelled():
                place.job.cancel()
        gone = [place for place in self._waiting if place.job.state.is_over]
        self._waiting = [place for place in self._waiting if place not in gone]
        for place in gone:
            place.job.future.set_running_or_notify_cancel()  # it wakes who waits

    def _work_off(self) -> None:
        piece: list[_Place] = []
        with spoken(ENGLISH):  # for readers of several languages; and no thread of ours asks a page for its own
            while piece := self._next_after(piece):
                begin = time.monotonic()
                _do(piece)
                self._note_seconds(time.monotonic() - begin)

    def _next_after(self, piece: list[_Place]) -> list[_Place]:
        """After a piece that is done: the first that waits, with what can be done in one go; else nothing."""
        with self._lock:
            self._running = [other for other in self._running if other is not piece]
            self._forget_those_gone()
            if not self._waiting:
                self._n_busy -= 1
                return []
            batch = self._waiting[0].batch
            together = self._waiting[:1]
            if batch is not None:
                together = [place for place in self._waiting if place.batch == batch][: batch.most]
            self._waiting = [place for place in self._waiting if place not in together]
            self._running.append(together)
            return together

    def _note_seconds(self, seconds: float) -> None:
        with self._lock:
            self._seconds = 0.8 * self._seconds + 0.2 * seconds if self._seconds else seconds


def _do(piece: list[_Place]) -> None:
    begun = [place for place in piece if place.job.future.set_running_or_notify_cancel()]
    if begun:
        _do_together(begun)


def _do_together(places: list[_Place]) -> None:
    try:
        results = _results(places)
    except BaseException as error:  # noqa: BLE001 - raised where somebody waits for it
        if len(places) == 1:
            places[0].job.future.set_exception(error)
            return
        for place in places:
            _do_together([place])
    else:
        for place, result in zip(places, results, strict=True):
            place.job.future.set_result(result)


def _results(places: list[_Place]) -> Sequence[Any]:
    job, batch, work = places[0]
    if batch is None:
        result = work(job)
        job.progress(1.0)  # raises where it was cancelled since
        return [result]

    def tell(share: float, what: str) -> None:
        for place in places:
            place.job.progress(share, what)

    return batch.work(batch.of, [place.work for place in places], Progress(report=tell))
