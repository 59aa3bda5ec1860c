"""How pages wait for work: whoever asks for the same waits for the same, with a bar; and a class that asks for too much
at once is told so.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from contextlib import nullcontext
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mha_viz.errors import BusyError
from mha_viz.language import gettext, in_this_language, said
from mha_viz.progress import Progress
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.several.seat import own_cores
from mha_viz.ui.shared.job import Cancelled, Job
from mha_viz.ui.shared.queue import Batch, Queue
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.memory import Memory, recall, remember
from mha_viz.ui.shell.turns import BUSY, without_turn

if TYPE_CHECKING:
    from streamlit.runtime.caching.cache_utils import CachedFunc

MOMENT = 0.4  # seconds of waiting without a word
PATIENCE = 1.0  # seconds of waiting after which Cancel is offered
Arguments = ParamSpec("Arguments")
Item = TypeVar("Item")
Result = TypeVar("Result")


def put_in_line(queue: Queue, what: str, work: Callable[[Progress], Result]) -> Job[Result]:
    """A job that does ``work``, called with the job's progress; ``what`` is said to whoever waits for it, in
    each one's language where it is lazy.

    Raises
    ------
    BusyError
        Where a class would have to wait for it longer than its patience.
    """
    _refuse_long_wait(queue)
    work = in_this_language(work)
    return queue.join(lambda job: work(job.progress), what)


def put_in_batch(queue: Queue, what: str, batch: Batch[Item, Result], item: Item) -> Job[Result]:
    """The same for one thing of a batch."""
    _refuse_long_wait(queue)
    return queue.join_batch(batch, item, what)


def result_of(cached: CachedFunc[Arguments, Job[Result]], *of: Arguments.args, **named: Arguments.kwargs) -> Result:
    """The result of a job that a cache shares; what failed is forgotten, so that it can be tried again, and what goes
    on is not.

    Raises
    ------
    BusyError
        After the patience of a class; the work goes on if it has begun. After *Cancel*, which ends it unless others
        wait for it.
    """
    while True:
        job = cached(*of, **named)
        try:
            return wait_for(job)
        except (CancelledError, Cancelled):  # given up by others in the moment in which it was asked for here
            cached.clear(*of, **named)
        except BusyError:
            if job.is_cancelled():
                cached.clear(*of, **named)
            raise
        except Exception:
            cached.clear(*of, **named)
            raise


def wait_for(job: Job[Result]) -> Result:
    """The result of a job; after a moment of waiting, with a progress bar. It is given up where it has not begun and
    nobody waits for it any longer.

    Raises
    ------
    BusyError
        After the patience of a class, or *Cancel*.
    """
    if recall(Memory.given_up) is job:
        remember(Memory.given_up, None)
        raise BusyError(gettext("Cancelled: {what}.", what=said(job.progress.what)))
    with job.waited_for():
        if not _comes_within(MOMENT, job):
            frame.draw_rest()
            with without_turn():
                _show_progress(job)
        return job.future.result()


@st.cache_resource(max_entries=1, show_spinner=False)
def loader() -> Queue:
    """For what there is one of: loading a model, the parser."""
    return _queue(1, "load")


@st.cache_resource(max_entries=1, show_spinner=False)
def workers() -> Queue:
    """For what takes a moment."""
    return _queue(own_cores(), "read")


@st.cache_resource(max_entries=1, show_spinner=False)
def slow_worker() -> Queue:
    """For what takes many seconds, so that nobody else waits for it."""
    return _queue(1, "slow")


def _queue(n_threads: int, name: str) -> Queue:
    """Its threads last: each run of a page is a new thread, in which torch would start up anew (0.1 s)."""
    return Queue(n_threads, ThreadPoolExecutor(n_threads, name).submit)


def _refuse_long_wait(queue: Queue) -> None:
    mode = class_mode()
    if mode is not None and queue.wait_ahead() > mode.patience:
        raise BusyError(gettext(BUSY))


def _comes_within(seconds: float, job: Job[Result]) -> bool:
    """Whether it is done by then. Where work is gathered, others have their turn meanwhile and bring theirs; else a
    page that goes on before others begin is done sooner, and so are they.
    """
    if not job.future.done():
        with without_turn() if job.is_gathered else nullcontext():
            wait([job.future], timeout=seconds)
    return job.future.done()


def _show_progress(job: Job[Result]) -> None:
    mode, begin, place, shown = class_mode(), time.monotonic(), st.empty(), None
    button: DeltaGenerator | None = None
    while not job.future.done():
        if mode is not None and time.monotonic() - begin > mode.patience:
            place.empty()
            raise BusyError(gettext(BUSY))
        if shown != (shown := (job.progress.share, job.progress.sentence)):  # a class need not be sent the same twice
            place.progress(shown[0], text=frame.plain(shown[1]))
        if button is None and not job.is_gathered and time.monotonic() - begin > PATIENCE - MOMENT:
            button = st.empty()
            button.button(gettext("Cancel"), key=f"cancel_{id(job)}", on_click=_give_up, args=(job,))
        recall(Memory.given_up)  # Streamlit ends a run, for that button, where the run asks it for something
        wait([job.future], timeout=0.1)
    for drawn in filter(None, (place, button)):
        drawn.empty()


def _give_up(job: Job[Result]) -> None:
    remember(Memory.given_up, job)
    job.give_up()
