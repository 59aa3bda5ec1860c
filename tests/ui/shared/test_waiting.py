"""What is said to those who wait for a job: what it does, and about how long it still takes."""

import threading

import pytest
from streamlit.runtime.scriptrunner import StopException

from mha_viz import progress as progress_module
from mha_viz.errors import BusyError
from mha_viz.language import lazy_gettext, spoken
from mha_viz.ui.shared import long_jobs, waiting
from mha_viz.ui.shared.job import Job, State
from mha_viz.ui.shared.queue import Queue
from mha_viz.ui.shell.memory import Memory, remember


@pytest.fixture
def job(monkeypatch):
    """One that has done a fifth in five seconds."""
    now = [100.0]
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: now[0])
    job = Job("reading", None, lambda _owner: True)
    job.future.set_running_or_notify_cancel()
    job.progress(0.0)
    now[0] = 105.0
    job.progress(0.2)
    return job


def test_a_long_job_says_how_long_it_still_takes(job):
    assert long_jobs.place_sentence(job) == "reading, about 20 s left"


def test_so_does_the_bar_of_a_page(job, monkeypatch):
    drawn = []

    class Place:
        def progress(self, share, text):
            drawn.append((share, text))
            job.future.set_result(None)

        def empty(self):
            drawn.append("empty")

    monkeypatch.setattr(waiting.st, "empty", Place)
    monkeypatch.setattr(waiting, "class_mode", lambda: None)
    waiting._show_progress(job)
    assert drawn == [(0.2, "reading, about 20 s left"), "empty"]


class Work:
    """In place of a cache: the work is begun anew once it was forgotten."""

    def __init__(self):
        self.jobs, self.n_forgotten = [Job("reading", None, lambda _owner: True)], 0

    def __call__(self):
        return self.jobs[-1]

    def clear(self):
        self.n_forgotten += 1
        self.jobs.append(Job("reading", None, lambda _owner: True))
        self.jobs[-1].future.set_result(29)


def test_what_was_cancelled_is_said_and_done_when_it_is_asked_for_again():
    work = Work()
    waiting._give_up(work())
    with pytest.raises(BusyError, match=r"^Cancelled: reading\.$"):
        waiting.result_of(work)
    assert (work.jobs[0].state, work.n_forgotten) == (State.CANCELLED, 1)
    assert waiting.result_of(work) == 29


def test_what_others_wait_for_goes_on():
    work = Work()
    with work().waited_for():
        waiting._give_up(work())
        with pytest.raises(BusyError):
            waiting.result_of(work)
        assert (work.jobs[0].state, work.n_forgotten) == (State.WAITING, 0)
        work().future.set_result(31)
        assert waiting.result_of(work) == 31


def test_what_another_page_cancels_in_that_moment_is_begun_anew():
    work = Work()
    work().future.set_running_or_notify_cancel()
    work().cancel()
    with pytest.raises(waiting.Cancelled) as ended:
        work().progress(0.5)
    work().future.set_exception(ended.value)
    assert waiting.result_of(work) == 29


CASES = [(0.3, "de", None), (1.3, "en", "Cancel"), (1.3, "de", "Abbrechen")]


@pytest.mark.parametrize(("waits", "code", "offers"), CASES)
def test_cancel_is_offered_after_a_second_in_the_language_of_the_page(monkeypatch, waits, code, offers):
    job, now, offered = Job("reading", None, lambda _owner: True), [100.0], []

    class Place:
        def progress(self, *_, **__):
            now[0] += waits

        def button(self, label, *, key, on_click, args):
            assert key
            offered.append((label, on_click, args))

        def empty(self):
            pass

    def later(*_, **__):
        if now[0] > 100.0 and not job.future.done():
            job.future.set_result(None)

    monkeypatch.setattr(waiting.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(waiting.st, "empty", Place)
    monkeypatch.setattr(waiting, "class_mode", lambda: None)
    monkeypatch.setattr(waiting, "wait", later)
    with spoken(code):
        waiting._show_progress(job)
    assert offered == ([(offers, waiting._give_up, (job,))] if offers else [])


def test_what_one_session_waited_for_goes_on_once_it_has_gone():
    """A load that has begun ends with nobody's visit: Streamlit ends a run by an exception where its browser has left,
    and whoever comes next waits for the same job.
    """
    begun, may_end, n_done = threading.Event(), threading.Event(), []

    def load(job):
        begun.set()
        assert may_end.wait(10)
        job.progress(0.5)  # raises where the work is to end
        n_done.append(1)
        return 37

    job = Queue(1, lambda work: threading.Thread(target=work, daemon=True).start()).join(load, "loading")
    assert begun.wait(10)
    with pytest.raises(StopException), job.waited_for():
        raise StopException
    may_end.set()
    assert waiting.wait_for(job) == 37
    assert n_done == [1]


def test_what_was_cancelled_is_said_in_the_language_of_whoever_cancelled_it():
    job = Job(lazy_gettext("loading {model}", model="a_model"), None, lambda _owner: True)
    waiting._give_up(job)
    with spoken("de"), pytest.raises(BusyError, match=r"^Abgebrochen: a_model wird geladen\.$"):
        waiting.wait_for(job)


@pytest.fixture(autouse=True)
def nothing_given_up():
    yield
    remember(Memory.given_up, None)
