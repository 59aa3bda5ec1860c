"""Texts that sessions ask for in the same moment, read as one batch: a class that types at once waits less for it."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import NamedTuple

from mha_viz.objects import Capture, Model
from mha_viz.progress import Progress
from mha_viz.recording.capture import capture
from mha_viz.ui.shared.pool import Pool

AT_ONCE = 16  # texts a batch; a longer one costs no less a text


class _Asked(NamedTuple):
    model: Model
    text: str
    progress: Progress
    future: Future[Capture]


class Readings:
    """A pool of threads for short texts alone: one that is free reads at once, and what comes in while none is free
    is the next batch. The padding is cut away, so a text has the capture that it has alone, to rounding.
    """

    gathers = True

    def __init__(self, pool: Pool) -> None:
        self._pool, self._lock = pool, threading.Lock()
        self._waiting: list[_Asked] = []
        self._is_called = False  # whether a thread is on its way to what waits

    def wait_ahead(self) -> float:
        """Seconds until a thread is free (``Pool.wait_ahead``)."""
        return self._pool.wait_ahead()

    def submit(self, read: tuple[Model, str], progress: Progress) -> Future[Capture]:
        """The capture of a text, which may be cancelled until it is read."""
        asked = _Asked(*read, progress, Future())
        with self._lock:
            self._waiting.append(asked)
            self._call()
        return asked.future

    def _call(self) -> None:
        if self._waiting and not self._is_called:
            self._is_called = True
            self._pool.submit(self._read_next)

    def _read_next(self) -> None:
        with self._lock:
            model = self._waiting[0].model
            taken: list[_Asked] = []
            left: list[_Asked] = []
            for asked in self._waiting:
                (taken if asked.model is model and len(taken) < AT_ONCE else left).append(asked)
            self._waiting, self._is_called = left, False
            self._call()
        wanted = [asked for asked in taken if asked.future.set_running_or_notify_cancel()]
        if wanted:
            _read(model, wanted)


def _read(model: Model, together: list[_Asked]) -> None:
    def tell(share: float, what: str) -> None:
        for asked in together:
            asked.progress(share, what)

    try:
        texts, progress = [asked.text for asked in together], Progress(report=tell)
        captures = capture(model, texts, batch_size=len(texts), progress=progress)
    except Exception as error:  # noqa: BLE001 - raised where somebody waits for it
        if len(together) == 1:
            together[0].future.set_exception(error)
            return
        for asked in together:  # one that cannot be read is no trouble to the others
            _read(model, [asked])
        return
    for asked, found in zip(together, captures, strict=True):
        asked.future.set_result(found)
