"""The line of long jobs: one at a time, in order, and gone with whoever asked."""

import threading

import pytest

from mha_viz.errors import MhaVizError
from mha_viz.ui.shared.long_jobs import Cancelled, Line, State

SOON = 20  # seconds that no test should need


class Held:
    """Work that begins, and goes on when it is let."""

    def __init__(self):
        self.begun, self.go_on, self.ended = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, job):
        self.begun.set()
        try:
            while not self.go_on.wait(0.01):
                job.progress(0.5, "half way")
            return "made"
        finally:
            self.ended.set()


def over(job):
    for _ in range(SOON * 100):
        if job.state.is_over:
            return job.state
        threading.Event().wait(0.01)
    raise AssertionError(f"still {job.state}")


def test_one_runs_and_the_next_waits_its_turn():
    line, first, second = Line(), Held(), Held()
    one, two = line.join("a", first), line.join("b", second)
    assert first.begun.wait(SOON)
    assert (line.place(one), line.place(two)) == (0, 1)
    assert (one.state, two.state) == (State.RUNNING, State.WAITING)
    assert not second.begun.is_set()
    first.go_on.set()
    assert second.begun.wait(SOON)
    assert (over(one), one.result, one.progress.share) == (State.FINISHED, "made", 1.0)
    assert line.place(two) == 0
    second.go_on.set()
    assert over(two) is State.FINISHED


def test_cancelling_ends_what_runs_and_what_waits():
    line, first, second, third = Line(), Held(), Held(), Held()
    one, two, three = line.join("a", first), line.join("b", second), line.join("c", third)
    assert first.begun.wait(SOON)
    two.cancel()
    assert two.state is State.CANCELLED
    assert line.place(three) == 1
    one.cancel()
    assert over(one) is State.CANCELLED
    assert third.begun.wait(SOON)
    assert not second.begun.is_set()
    third.go_on.set()
    assert over(three) is State.FINISHED


def test_who_asks_again_gives_up_what_ran_before():
    line, before, now = Line(), Held(), Held()
    old = line.join("a", before)
    assert before.begun.wait(SOON)
    new = line.join("a", now)
    assert over(old) is State.CANCELLED
    now.go_on.set()
    assert over(new) is State.FINISHED


def test_work_ends_with_its_owner():
    there = {"a", "b", "c"}
    line, first, second, third = Line(there.__contains__), Held(), Held(), Held()
    one, two, three = line.join("a", first), line.join("b", second), line.join("c", third)
    assert first.begun.wait(SOON)
    there.remove("b")
    assert line.place(three) == 1
    assert two.state is State.CANCELLED
    there.remove("a")
    assert over(one) is State.CANCELLED
    assert first.ended.is_set()
    third.go_on.set()
    assert over(three) is State.FINISHED


def test_what_fails_says_why_and_holds_up_nobody():
    line, second = Line(), Held()

    def broken(_job):
        raise ValueError("no")

    one, two = line.join("a", broken), line.join("b", second)
    assert over(one) is State.FAILED
    assert str(one.error) == "no"
    second.go_on.set()
    assert over(two) is State.FINISHED


def test_a_full_line_refuses_and_takes_again_when_there_is_room():
    line, works = Line(most=2), [Held(), Held(), Held()]
    one, two = line.join("a", works[0]), line.join("b", works[1])
    with pytest.raises(MhaVizError, match="Busy: 2 long jobs"):
        line.join("c", works[2])
    two.cancel()
    three = line.join("c", works[2])
    for work in works:
        work.go_on.set()
    assert (over(one), over(three)) == (State.FINISHED, State.FINISHED)


def test_telling_is_bounded_and_ends_the_cancelled():
    line, seen = Line(), []

    def work(job):
        job.progress(7.0, "a")
        seen.append((job.progress.share, job.progress.what))
        job.progress(-1.0)
        seen.append((job.progress.share, job.progress.what))
        job.cancel()
        with pytest.raises(Cancelled):
            job.progress(0.5)
        raise Cancelled

    assert over(line.join("a", work)) is State.CANCELLED
    assert seen == [(1.0, "a"), (0.0, "a")]
