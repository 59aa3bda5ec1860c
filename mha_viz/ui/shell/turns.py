"""Pages of a class in turns: a few at a time, first come first served.

Thirty pages that compute in the same moment keep interrupting each other, and all are ready last; one after another the
first is ready at once, and the last no later. Each run of a page is a thread that ends with it, so a turn is given back
however the run ends.

A turn is no job of a queue (``shared.queue``). A job is handed to a thread that is not the page's, has a result, may be
shared and given up; Streamlit runs a page in a thread of its own, and the page's widgets can be drawn in no other. So
what stands in line here is the thread itself, before and after it waits for jobs: there is no work to hand over, no
result, nothing to show, and nobody to share it with. A semaphore is that line, and wakes in its order.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mha_viz.errors import BusyError
from mha_viz.language import N_, gettext
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.several.seat import own_cores

BUSY = N_("Busy: many in this class have asked for something at once. Try again in a moment.")
_TURNS = threading.BoundedSemaphore(max(own_cores(), 2))  # with one alone, texts that wait are no batch
_RUN = threading.local()


class _Turn:
    """Held by a thread for as long as it lives; given back when it is forgotten."""

    def __init__(self, patience: float) -> None:
        self._has = _TURNS.acquire(timeout=patience)
        if not self._has:
            raise BusyError(gettext(BUSY))

    def __del__(self) -> None:
        if self._has:
            _TURNS.release()


def take_turn() -> None:
    """Wait until this run may compute; where no class is taught, at once.

    Raises
    ------
    BusyError
        After the patience of the class.
    """
    mode = class_mode()
    if mode is not None and getattr(_RUN, "turn", None) is None:
        _RUN.turn = _Turn(mode.patience)


@contextmanager
def without_turn() -> Iterator[None]:
    """Let others compute while this run only waits."""
    had = getattr(_RUN, "turn", None) is not None
    _RUN.turn = None
    try:
        yield
    finally:
        if had:
            take_turn()
