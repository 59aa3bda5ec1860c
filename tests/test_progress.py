"""How far a piece of work is: said by the work, read and heard by whoever waits."""

import io
import sys

import pytest

from mha_viz import language
from mha_viz import progress as progress_module
from mha_viz.language import lazy_gettext
from mha_viz.progress import Progress, progress_bar, progress_of
from tests.support.texts.pseudo import Bracketed


@pytest.fixture
def clock(monkeypatch):
    """What the time is, in seconds: the test sets it."""
    now = [100.0]
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: now[0])
    return now


def test_what_is_done_of_how_much_is_a_share_and_words_stay_until_there_are_others():
    progress = Progress("beginning")
    assert (progress.share, progress.what) == (0.0, "beginning")
    progress(3, total=12)
    assert (progress.done, progress.total, progress.share, progress.what) == (3, 12, 0.25, "beginning")
    progress(0.75, "later")
    assert (progress.total, progress.share, progress.what) == (1.0, 0.75, "later")


def test_a_share_is_between_nothing_and_all():
    progress = Progress()
    progress(17, total=13)
    assert progress.share == 1.0
    progress(-1)
    assert progress.share == 0.0


def test_whoever_listens_hears_every_call_and_may_end_the_work():
    heard = []

    def hear(share, what):
        heard.append((share, what))
        if share > 0.5:
            raise KeyboardInterrupt

    progress = Progress("reading", hear)
    progress(2, total=5)
    with pytest.raises(KeyboardInterrupt):
        progress(3, "weighing", total=5)
    assert heard == [(0.4, "reading"), (0.6, "weighing")]
    assert (progress.share, progress.what) == (0.4, "reading")  # it ended before it was so far


def test_what_is_done_is_said_in_the_language_of_whoever_waits(monkeypatch, clock):
    monkeypatch.setattr(language, "_catalogue", lambda _code: Bracketed())
    with language.spoken("de"):  # of whoever asked for it first
        progress = Progress(lazy_gettext("loading {model}", model="a_model"))
        part = progress.part(0.0, 0.5, lazy_gettext("{model}: ", model="b"))
        part(0.0, lazy_gettext("reading"))
        clock[0] += 5
        part(0.4)
    assert progress.sentence == "b: reading, about 20 s left"
    with language.spoken("fr"):
        assert progress.sentence == "⟦⟦b: ⟧⟦reading⟧, ⟦about 20 s left⟧⟧"


def test_a_part_says_how_far_the_whole_is():
    whole = Progress()
    part = whole.part(0.5, 0.9, "seed 7: ")
    part(1, "step 1 of 4", total=4)
    assert whole.share == pytest.approx(0.6)
    assert whole.what == "seed 7: step 1 of 4"
    assert part.share == 0.25


def test_the_time_left_goes_by_the_pace_since_the_work_began(clock):
    progress = Progress()
    assert progress.seconds_left is None
    clock[0] = 130.0  # it has waited for half a minute
    progress(10, total=100)
    assert progress.seconds_left is None
    clock[0] = 136.0
    progress(40, total=100)  # thirty in six seconds
    assert progress.seconds_left == pytest.approx(12.0)
    progress(100, total=100)
    assert progress.seconds_left == 0


def told(clock, progress, *calls):
    """What a progress says after each call: (moment, share)."""
    sentences = []
    for moment, share in calls:
        clock[0] = 100.0 + moment
        progress(share)
        sentences.append(progress.time_left)
    return sentences


def test_a_pace_is_looked_at_for_a_moment_before_it_is_spoken_of(clock):
    progress = Progress("reading")
    assert progress.sentence == "reading"
    assert told(clock, progress, (0, 0.0), (1, 0.05), (2, 0.1)) == ["", "", "about 20 s left"]
    assert progress.sentence == "reading, about 20 s left"


def test_of_work_that_is_done_in_a_few_seconds_no_time_is_said(clock):
    assert told(clock, Progress(), (0, 0.0), (2, 0.5), (3, 0.75)) == [""] * 3
    assert told(clock, Progress(), (0, 0.0), (3, 0.5)) == ["", "a few seconds left"]


def test_between_two_calls_the_time_left_goes_down_until_nobody_knows_it(clock):
    progress = Progress()
    told(clock, progress, (0, 0.0), (5, 0.2))  # twenty seconds more
    said = []
    for moment in (5.5, 11, 22, 24.5, 25.5):
        clock[0] = 100.0 + moment
        said.append(progress.time_left)
    assert said == ["about 20 s left", "about 15 s left", "a few seconds left", "a few seconds left", ""]
    assert told(clock, progress, (40, 0.5)) == ["about 40 s left"]  # long after that: half took 40 s
    assert told(clock, progress, (41, 1.0)) == [""]


def test_a_pace_that_falters_does_not_make_the_time_left_grow(clock):
    """After 10 s 30 are left. By 13 s the pace says 39, a little more: what is said stays at 30, until 16 s too."""
    progress = Progress()
    assert told(clock, progress, (0, 0.0), (10, 0.25), (13, 0.25), (16, 0.3)) == ["", *["about 30 s left"] * 3]


def test_work_that_really_slows_down_says_more_bit_by_bit(clock):
    """After 20 s 20 are left; at 35 s, with nothing done since, 35: of the 30 s by which the end is later, three
    quarters are believed, so 27.5 are left.
    """
    said = told(clock, Progress(), (0, 0.0), (20, 0.5), (35, 0.5))
    assert said == ["", "about 20 s left", "about 30 s left"]


def test_a_slightly_faster_pace_is_taken_over_bit_by_bit(clock):
    """After 5 s 45 are left; at 10 s, instead of 40, only 30: the end moves half of the way, from 50 s to 45 s."""
    assert told(clock, Progress(), (0, 0.0), (5, 0.1), (10, 0.25)) == ["", "about 45 s left", "about 35 s left"]


def test_what_work_outruns_is_not_said_any_longer(clock):
    """After 5 s 45 are left; at 10 s only 10, a quarter of the 40 that were expected."""
    assert told(clock, Progress(), (0, 0.0), (5, 0.1), (10, 0.5)) == ["", "about 45 s left", "about 10 s left"]


def test_what_a_caller_gives_is_called_and_nothing_need_be_given():
    heard = []
    progress_of(lambda share, what: heard.append((share, what)))(0.5, "half")
    assert heard == [(0.5, "half")]
    progress_of(None)(0.5, "half")
    given = Progress()
    assert progress_of(given) is given


def test_the_bar_shows_the_share_the_words_and_the_time_left(monkeypatch, clock):
    class Bar:
        def __init__(self, **_settings):
            self.shown = []

        def __enter__(self):
            return self

        def __exit__(self, *_error):
            bars.append(self)

        def set_description_str(self, text, **_when):
            self.text = text

        def set_postfix_str(self, text, **_when):
            self.left = text

        def refresh(self):
            self.shown.append((self.text, self.n, self.left))

        def clear(self):
            pass

    bars = []
    monkeypatch.setattr(progress_module, "tqdm", Bar)
    with progress_bar() as progress:
        for _ in range(3):
            progress(progress.done + 1, "a", total=8)
            clock[0] += 3.0
        progress(1.0)
    # A bar says what was expected after the call before: 6/8 at 3 s each were left, and 3 s have passed.
    # At the first call the work has not taken a moment yet.
    assert bars[0].shown == [("a", 25, ""), ("a", 38, "about 15 s left"), ("a", 100, "about 15 s left")]


# ---- the bar in a terminal -------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    encoding = "utf-8"

    def __init__(self, is_terminal):
        super().__init__()
        self.isatty = lambda: is_terminal

    @property
    def line(self):
        """What stands on the last line: after a return, what is written goes over what stood there."""
        line = ""
        for written in self.getvalue().rpartition("\n")[2].split("\r"):
            line = written + line[len(written) :]
        return line.rstrip()


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_bar_is_gone_when_work_ends_or_fails_and_is_never_written_into_a_file(monkeypatch, is_terminal):
    monkeypatch.setattr(progress_module, "MOMENT", 1e-6)
    terminal = Terminal(is_terminal)
    monkeypatch.setattr(sys, "stderr", terminal)
    drawn = []

    def weigh():
        with progress_bar() as progress:
            progress(0.9, "weighing")
            drawn.append("weighing" in terminal.line)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        weigh()
    assert drawn == [is_terminal]
    assert terminal.line == ""
    assert is_terminal or terminal.getvalue() == ""


def test_work_that_takes_no_moment_shows_no_bar(monkeypatch, clock):
    terminal = Terminal(is_terminal=True)
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress_bar() as progress:
        progress(0.5, "loading")
        assert "loading" not in terminal.getvalue()
        clock[0] += 1
        progress(0.6, "loading")
        assert "loading" in terminal.line
