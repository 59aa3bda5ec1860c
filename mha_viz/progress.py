"""How far a piece of work has come: the work says it, whoever waits reads it or hears it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

from mha_viz.language import gettext, lazy_joined, said
from mha_viz.wording import time_left

MEASURED, SHORT = 2.0, 5.0  # seconds until there is a pace to speak of; work that takes less says no time
BAR, MOMENT = "{desc} {bar} {n:.0f} %{postfix}", 0.2  # in the terminal, once the work took this many seconds
CALM = 5.0  # seconds: after so long an estimate has gone half of the way to a new one
AS_LINES = "MHA_VIZ_PROGRESS"  # tells a command that another process reads how far it is, from lines
LINE = "\x1e"  # with which such a line begins
Report = Callable[[float, str], None]  # takes the share that is done, from 0 to 1, and what is being done


class Progress:
    """How far a piece of work has come. The work calls it; it is a ``Report`` with a memory.

    Parameters
    ----------
    what : str
        What is being done, in a few words, until the work says something else; lazy where readers of several languages
        may wait for it (``language.lazy_gettext``).
    report : callable, optional
        Called whenever the work says how far it is, before that is noted; what it raises ends the work.

    Attributes
    ----------
    done, total : float
        How much is done of how much, in whatever the work counts: steps, passages, bytes.
    share : float
        The share that is done, from 0 to 1.
    what : str
        What is being done.
    """

    def __init__(self, what: str = "", report: Report | None = None) -> None:
        self.done, self.total, self.share, self.what = 0.0, 1.0, 0.0, what
        self._report = report
        self._first: tuple[float, float] | None = None  # share and moment of the first call: the work may have waited
        self._last = 0.0  # the moment of the last one
        self._end: float | None = None  # the moment at which the work is expected to end

    def __call__(self, done: float, what: str = "", *, total: float = 1.0) -> None:
        """Say how far the work is; without ``what`` it is still doing the same."""
        share = min(max(done / total, 0.0), 1.0)
        if self._report is not None:
            self._report(share, what or self.what)
        self.done, self.total, self.share, self.what = done, total, share, what or self.what
        before, self._last = self._last, time.monotonic()
        self._first = self._first or (share, self._last)
        self._end = self._expect_end(self._last - before)

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes after the last call, at the pace since the first; None while there is no pace."""
        if self._first is None or self.share <= self._first[0]:
            return None
        share, begin = self._first
        return (self._last - begin) / (self.share - share) * (1 - self.share)

    @property
    def sentence(self) -> str:
        """What is being done and, where it takes more than a few seconds, about how long it still takes; a lazy text is
        said to whoever asks.
        """
        what, left = said(self.what), self.time_left
        return gettext("{what}, {left}", what=what, left=left) if what and left else what or left

    @property
    def time_left(self) -> str:
        """About how long it still takes, in words; empty where that is not known, or hardly worth saying."""
        now = time.monotonic()
        if self._first is None or self._end is None or self.share == 1.0 or now > self._end:
            return ""
        begin = self._first[1]
        return time_left(self._end - now) if self._end - begin >= SHORT and self._last - begin >= MEASURED else ""

    def _expect_end(self, passed: float) -> float | None:
        """The end that is expected after a call, ``passed`` seconds after the one before: new paces are taken over bit
        by bit. So that what is said does not jump, the time left never grows, unless by more than a half; where work
        outruns it by a third, nobody is kept waiting for the words.
        """
        left = self.seconds_left
        if self._first is None or left is None:
            return None
        if self._end is None or self._last >= self._end or self._last - self._first[1] <= MEASURED:
            return self._last + left
        if left < (self._end - self._last) / 1.5:
            return self._last + left
        step = (self._last + left - self._end) * passed / (passed + CALM)
        has_slowed_down = left > 1.5 * (self._end - self._last)
        return self._end + (step if has_slowed_down else min(step, passed))

    def part(self, begin: float, end: float, name: str = "") -> Progress:
        """The progress of a part of this work, from one share of it to another; ``name`` goes before its words."""
        return Progress(report=lambda share, what: self(begin + share * (end - begin), lazy_joined(name, what)))


def progress_of(report: Report | None) -> Progress:
    """What somebody gave who wants to hear how far it is, or does not, as a Progress."""
    return report if isinstance(report, Progress) else Progress(report=report)


def part_of(
    progress: Callable[[float], None] | None, begin: float, end: float
) -> Callable[[float], None] | None:  # fmt: skip
    """A callback that takes a share alone, for a part of the work, which lasts from one share of it to another."""
    return None if progress is None else lambda share: progress(min(end, begin + share * (end - begin)))


def share_in_line(line: str) -> tuple[float, str] | None:
    """How far a command is and what it does, as it says to another process; None of any other line."""
    if not line.startswith(LINE):
        return None
    share, _, what = line.removeprefix(LINE).strip().partition(" ")
    return float(share), what


def _say_line(share: float, what: str) -> None:
    print(f"{LINE}{share:.4f} {what}", file=sys.stderr, flush=True)


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar on stderr that appears when the work takes a moment, and is gone when it ends; none in a file, and lines
    for another process that asks for them.
    """
    if os.environ.get(AS_LINES):
        yield Progress(report=_say_line)
        return
    begin = time.monotonic()
    with tqdm(total=100, bar_format=BAR, leave=False, delay=MOMENT, disable=None) as bar:

        def draw(share: float, what: str) -> None:
            bar.set_description_str(what, refresh=False)
            bar.set_postfix_str(progress.time_left, refresh=False)
            bar.n = round(share * 100)
            if time.monotonic() - begin >= MOMENT:
                bar.refresh()

        progress = Progress(report=draw)
        try:
            yield progress
        finally:
            bar.clear()  # tqdm itself does so only for a bar that it was told to update
