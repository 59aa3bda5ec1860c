"""Work that sessions share: it runs in threads that last, whoever asks for the same waits for the same; and a class
that asks for too much at once is told so.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Protocol, TypeVar, overload

import streamlit as st

from mha_viz.errors import BusyError
from mha_viz.progress import Progress
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.turns import BUSY, without_turn

if TYPE_CHECKING:
    from streamlit.runtime.caching.cache_utils import CachedFunc

MOMENT = 0.4  # seconds of waiting without a word
Key = tuple[Hashable, ...]  # what a cache tells things apart by
Given = ParamSpec("Given")
Result = TypeVar("Result")
Asked = TypeVar("Asked", contravariant=True)


class Gathering(Protocol[Asked, Result]):
    """What does in one go what comes in together, and shares the threads of a pool."""

    gathers: bool

    def wait_ahead(self) -> float: ...

    def submit(self, work: Asked, progress: Progress, /) -> Future[Result]: ...


class Pool(ThreadPoolExecutor):
    """Threads, and how long whoever comes next would wait for one of them."""

    gathers = False  # whether it does in one go what comes in together

    def __init__(self, n_threads: int, name: str) -> None:
        super().__init__(max_workers=n_threads, thread_name_prefix=name)
        self.n_threads, self._counting = n_threads, threading.Lock()
        self._n_open, self._seconds = 0, 0.0

    def submit(self, work: Callable[Given, Result], /, *given: Given.args, **named: Given.kwargs) -> Future[Result]:
        with self._counting:
            self._n_open += 1
        future = super().submit(self._timed, work, *given, **named)
        future.add_done_callback(self._forget)
        return future

    def wait_ahead(self) -> float:
        """Seconds until a thread is free, if everything takes as long as the last pieces of work did."""
        with self._counting:
            return self._n_open // self.n_threads * self._seconds

    def _timed(self, work: Callable[Given, Result], /, *given: Given.args, **named: Given.kwargs) -> Result:
        begin = time.monotonic()
        try:
            return work(*given, **named)
        finally:
            took = time.monotonic() - begin
            with self._counting:
                self._seconds = 0.8 * self._seconds + 0.2 * took if self._seconds else took

    def _forget(self, _future: Future[Result]) -> None:
        with self._counting:
            self._n_open -= 1


class Job(Generic[Result]):
    """Work on its way, shared by all who wait for it; it is given up where it has not begun and nobody waits any more.

    It runs in threads that last: each run of a page is a new thread, in which torch would start up anew (0.1 s).

    Parameters
    ----------
    pool : Pool, or what shares its threads
        Where it runs.
    what : str
        What is said while somebody waits for it.
    work : callable, or what else the pool takes
        Called with the job's ``Progress``.

    Raises
    ------
    BusyError
        Where a class would have to wait for it longer than its patience.
    """

    @overload
    def __init__(self, pool: Pool, what: str, work: Callable[[Progress], Result]) -> None: ...

    @overload
    def __init__(self, pool: Gathering[Asked, Result], what: str, work: Asked) -> None: ...

    def __init__(self, pool: Any, what: str, work: Any) -> None:  # Any: one of the two above
        mode = class_mode()
        if mode is not None and pool.wait_ahead() > mode.patience:
            raise BusyError(BUSY)
        self.progress, self._gathers = Progress(what), pool.gathers
        self._n_waiting, self._counting = 0, threading.Lock()
        self.result: Future[Result] = pool.submit(work, self.progress)

    def wait(self) -> Result:
        """The result; after a moment of waiting, with a progress bar.

        Raises
        ------
        BusyError
            After the patience of a class; the work goes on if it has begun.
        """
        with self._counting:
            self._n_waiting += 1
        try:
            return self._wait()
        finally:
            with self._counting:
                self._n_waiting -= 1
                if not self._n_waiting:
                    self.result.cancel()

    def _wait(self) -> Result:
        if not self._comes_within(MOMENT):
            frame.draw_rest()
            with without_turn():
                self._show_progress()
        return self.result.result()

    def _comes_within(self, seconds: float) -> bool:
        """Whether it is done by then. Where work is gathered, others have their turn meanwhile and bring theirs; else
        a page that goes on before others begin is done sooner, and so are they.
        """
        with without_turn() if self._gathers and not self.result.done() else nullcontext():
            wait([self.result], timeout=seconds)
        return self.result.done()

    def _show_progress(self) -> None:
        mode, begin, place = class_mode(), time.monotonic(), st.empty()
        while not self.result.done():
            if mode is not None and time.monotonic() - begin > mode.patience:
                place.empty()
                raise BusyError(BUSY)
            place.progress(self.progress.share, text=frame.plain(self.progress.what))
            time.sleep(0.1)
        place.empty()


def result_of(kept: CachedFunc[Given, Job[Result]], *of: Given.args, **named: Given.kwargs) -> Result:
    """The result of cached work; what failed is forgotten, so that it can be tried again, and what goes on is not."""
    while True:
        try:
            return kept(*of, **named).wait()
        except CancelledError:  # given up by others in the moment in which it was asked for here
            kept.clear(*of, **named)
        except BusyError:
            raise
        except Exception:
            kept.clear(*of, **named)
            raise


@st.cache_resource(max_entries=1, show_spinner=False)
def loader() -> Pool:
    """For what there is one of: loading a model, the parser."""
    return Pool(1, "load")


@st.cache_resource(max_entries=1, show_spinner=False)
def workers() -> Pool:
    """For what takes a moment."""
    return Pool(os.cpu_count() or 1, "read")


@st.cache_resource(max_entries=1, show_spinner=False)
def slow_worker() -> Pool:
    """For what takes many seconds, so that nobody else waits for it."""
    return Pool(1, "slow")
