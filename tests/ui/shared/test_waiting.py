"""What is said to those who wait for a job: what it does, and about how long it still takes."""

import pytest

from mha_viz import progress as progress_module
from mha_viz.ui.shared import long_jobs, waiting
from mha_viz.ui.shared.job import Job


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
