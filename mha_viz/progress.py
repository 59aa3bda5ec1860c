"""How far a piece of work has come: the work says it, whoever waits reads it or hears it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

Report = Callable[[float, str], None]  # takes the share that is done, from 0 to 1, and what is being done


class Progress:
    """How far a piece of work has come. The work calls it; it is a ``Report`` with a memory.

    Parameters
    ----------
    what : str
        What is being done, in a few words, until the work says something else.
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

    def __call__(self, done: float, what: str = "", *, total: float = 1.0) -> None:
        """Say how far the work is; without ``what`` it is still doing the same."""
        share = min(max(done / total, 0.0), 1.0)
        if self._report is not None:
            self._report(share, what or self.what)
        self.done, self.total, self.share, self.what = done, total, share, what or self.what
        self._last = time.monotonic()
        self._first = self._first or (share, self._last)

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes after the last call, at the pace since the first; None while there is no pace."""
        if self._first is None or self.share <= self._first[0]:
            return None
        share, begin = self._first
        return (self._last - begin) / (self.share - share) * (1 - self.share)

    def part(self, begin: float, end: float, name: str = "") -> Progress:
        """The progress of a part of this work, from one share of it to another; ``name`` goes before its words."""
        return Progress(report=lambda share, what: self(begin + share * (end - begin), name + what))


def progress_of(report: Report | None) -> Progress:
    """What somebody gave who wants to hear how far it is, or does not, as a Progress."""
    return report if isinstance(report, Progress) else Progress(report=report)


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar on stderr that appears when the work takes a moment."""
    with tqdm(total=100, unit="%", bar_format="{desc} {bar} {n:.0f} %", leave=False, delay=0.2) as bar:

        def draw(share: float, what: str) -> None:
            bar.set_description_str(what, refresh=False)
            bar.n = round(share * 100)
            bar.refresh()

        yield Progress(report=draw)
