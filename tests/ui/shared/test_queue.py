"""Work in line: in order, some of it in one go, shared by who waits for it, and gone with whoever asked."""

import gc
import threading
import weakref

import pytest

from mha_viz import language
from mha_viz.errors import MhaVizError
from mha_viz.ui.shared.job import Cancelled, State
from mha_viz.ui.shared.queue import Batch, Queue

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


def one_by_one(**settings):
    """A queue with one thread, which is a new one whenever there is something to do."""
    return Queue(1, lambda work: threading.Thread(target=work, daemon=True).start(), **settings)


def wait_until(check):
    for _ in range(SOON * 100):
        if check():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never was")


def over(job):
    wait_until(lambda: job.state.is_over)
    return job.state


def test_work_in_a_thread_asks_no_page_for_its_language(monkeypatch):
    """There is none in a thread: Streamlit would warn that its context is missing."""
    asked = []
    monkeypatch.setattr(language, "_asked", [lambda: asked.append(threading.current_thread().name) or "en"])
    job = one_by_one().join(lambda _job: language.language())
    assert job.future.result(SOON) == "en"
    assert asked == []


def test_one_runs_and_the_next_waits_its_turn():
    line, first, second = one_by_one(), Held(), Held()
    one, two = line.join(first, owner="a"), line.join(second, owner="b")
    assert first.begun.wait(SOON)
    assert (line.place(one), line.place(two)) == (0, 1)
    assert (one.state, two.state) == (State.RUNNING, State.WAITING)
    assert not second.begun.is_set()
    first.go_on.set()
    assert second.begun.wait(SOON)
    assert (over(one), one.future.result(), one.progress.share) == (State.FINISHED, "made", 1.0)
    assert line.place(two) == 0
    second.go_on.set()
    assert over(two) is State.FINISHED


def test_cancelling_ends_what_runs_and_what_waits():
    line, first, second, third = one_by_one(), Held(), Held(), Held()
    one, two, three = line.join(first, owner="a"), line.join(second, owner="b"), line.join(third, owner="c")
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
    line, before, now = one_by_one(), Held(), Held()
    old = line.join(before, owner="a")
    assert before.begun.wait(SOON)
    new = line.join(now, owner="a")
    assert over(old) is State.CANCELLED
    now.go_on.set()
    assert over(new) is State.FINISHED


def test_work_ends_with_its_owner():
    there = {"a", "b", "c"}
    line, first, second, third = one_by_one(is_there=there.__contains__), Held(), Held(), Held()
    one, two, three = line.join(first, owner="a"), line.join(second, owner="b"), line.join(third, owner="c")
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
    line, second = one_by_one(), Held()

    def broken(_job):
        raise ValueError("no")

    one, two = line.join(broken, owner="a"), line.join(second, owner="b")
    assert over(one) is State.FAILED
    assert str(one.error) == "no"
    second.go_on.set()
    assert over(two) is State.FINISHED


def test_a_full_line_refuses_and_takes_again_when_there_is_room():
    line, works = one_by_one(most=2), [Held(), Held(), Held()]
    one, two = line.join(works[0], owner="a"), line.join(works[1], owner="b")
    with pytest.raises(MhaVizError, match="Busy: 2 long jobs"):
        line.join(works[2], owner="c")
    two.cancel()
    three = line.join(works[2], owner="c")
    for work in works:
        work.go_on.set()
    assert (over(one), over(three)) == (State.FINISHED, State.FINISHED)


def test_telling_is_bounded_and_ends_the_cancelled():
    line, seen = one_by_one(), []

    def work(job):
        job.progress(7.0, "a")
        seen.append((job.progress.share, job.progress.what))
        job.progress(-1.0)
        seen.append((job.progress.share, job.progress.what))
        job.cancel()
        with pytest.raises(Cancelled):
            job.progress(0.5)
        raise Cancelled

    assert over(line.join(work, owner="a")) is State.CANCELLED
    assert seen == [(1.0, "a"), (0.0, "a")]


# ---- in one go, and with several threads -------------------------------------------------------------------------


def doubled(done):
    """Work of a batch that notes what it was asked for, and cannot do 13."""

    def double(of, numbers, progress):
        done.append((of, numbers))
        progress(1, "doubling", total=4)
        if 13 in numbers:
            raise ValueError("13")
        return [2 * number for number in numbers]

    return double


def held_up(line):
    """Keeps a line with one thread until its event is set."""
    held = Held()
    line.join(held)
    assert held.begun.wait(SOON)
    return held.go_on


def test_what_waits_with_equal_things_is_done_in_one_go_when_the_first_has_its_turn():
    done, line = [], one_by_one()
    double, other = Batch(doubled(done), "a", 3), Batch(doubled(done), "b", 3)
    go_on = held_up(line)
    first = line.join_batch(double, 2)
    between = line.join(lambda _job: done.append("alone"))
    rest = [line.join_batch(batch, item) for batch, item in ((double, 3), (other, 5), (double, 7), (double, 11))]
    go_on.set()
    assert [job.future.result(SOON) for job in (first, *rest)] == [4, 6, 10, 14, 22]
    assert done == [("a", [2, 3, 7]), "alone", ("b", [5]), ("a", [11])]
    assert between.state is State.FINISHED


def test_equal_things_of_another_batch_that_is_equal_go_together():
    done, line = [], one_by_one()
    work, go_on = doubled(done), held_up(line)
    jobs = [line.join_batch(Batch(work, "a", 16), item) for item in (2, 3)]
    go_on.set()
    assert [job.future.result(SOON) for job in jobs] == [4, 6]
    assert done == [("a", [2, 3])]


def test_what_cannot_be_done_in_a_batch_is_no_trouble_to_the_others():
    done, line = [], one_by_one()
    batch, go_on = Batch(doubled(done), "a", 16), held_up(line)
    two, bad, three = (line.join_batch(batch, item) for item in (2, 13, 3))
    go_on.set()
    assert (two.future.result(SOON), three.future.result(SOON)) == (4, 6)
    assert (over(bad), str(bad.error)) == (State.FAILED, "13")
    assert done == [("a", [2, 13, 3]), ("a", [2]), ("a", [13]), ("a", [3])]
    assert (two.progress.share, two.progress.what) == (0.25, "doubling")


def test_as_many_run_as_there_are_threads():
    line, works = Queue(2, lambda work: threading.Thread(target=work, daemon=True).start()), [Held(), Held(), Held()]
    jobs = [line.join(work) for work in works]
    assert works[0].begun.wait(SOON)
    assert works[1].begun.wait(SOON)
    assert not works[2].begun.wait(0.1)
    assert [line.place(job) for job in jobs] == [0, 0, 2]
    works[1].go_on.set()
    assert works[2].begun.wait(SOON)
    for work in works:
        work.go_on.set()
    assert [over(job) for job in jobs] == [State.FINISHED] * 3
    assert line.join(lambda _job: 7).future.result(SOON) == 7  # its threads have ended, and begin again


def test_what_nobody_waits_for_is_given_up_unless_it_has_begun():
    line, first = one_by_one(), Held()
    running = line.join(first)
    assert first.begun.wait(SOON)
    waiting = line.join(lambda _job: pytest.fail("nobody waits"))
    with running.waited_for(), waiting.waited_for():
        with waiting.waited_for():
            pass
        assert waiting.state is State.WAITING  # somebody else does
    assert (running.state, waiting.state) == (State.RUNNING, State.CANCELLED)
    first.go_on.set()
    assert over(running) is State.FINISHED


def test_the_time_ahead_counts_pieces_of_work():
    line = Queue(2, lambda work: threading.Thread(target=work, daemon=True).start())
    line.join(lambda _job: threading.Event().wait(0.05)).future.result(SOON)
    wait_until(lambda: not line._running)
    seconds = line._seconds
    assert seconds >= 0.05
    assert line.wait_ahead() == 0
    works = [Held(), Held()]
    for work in works:
        line.join(work)
        assert work.begun.wait(SOON)
    assert line.wait_ahead() == seconds  # both threads are busy
    batch = Batch(doubled([]), "a", 16)
    last = [line.join_batch(batch, item) for item in (2, 3, 5)][-1]  # one piece
    assert line.wait_ahead() == seconds
    line.join(lambda _job: None)
    assert line.wait_ahead() == 2 * seconds
    for work in works:
        work.go_on.set()
    assert last.future.result(SOON) == 10


def test_results_are_let_go_of_with_their_job():
    """Nothing in a job leads back to it: of large results a class would keep those that caches have dropped."""

    class Large:
        pass

    line = one_by_one()
    job = line.join(lambda _job: Large())
    large = weakref.ref(job.future.result(SOON))
    wait_until(lambda: not line._running)
    gc.disable()
    try:
        del job
        wait_until(lambda: large() is None)
    finally:
        gc.enable()
