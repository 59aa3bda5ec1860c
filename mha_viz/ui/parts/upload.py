"""A file that a reader hands over: one that takes the place of another, and nothing is shown for between."""

from __future__ import annotations

import time
from typing import TypeVar

from mha_viz.ui.shell.memory import Memory, recall, remember
from mha_viz.ui.shell.turns import without_turn

BETWEEN = 0.5  # seconds in which a file of usual size has come
Given = TypeVar("Given")


def settled(given: Given | None, uploader: str) -> Given | None:
    """What an uploader holds. A browser replaces a file in two steps: the page runs without the old one, and again once
    the new one is there. The first of these runs waits for the second, which ends it; else an example would be computed
    and drawn that nobody has asked for, and the new file would wait for that.
    """
    had = recall(Memory.had_file)
    remember(Memory.had_file, had - {uploader} if given is None else had | {uploader})
    if given is None and uploader in had:
        end = time.monotonic() + BETWEEN
        with without_turn():
            while time.monotonic() < end:
                time.sleep(0.02)
                recall(Memory.had_file)  # Streamlit ends a run where the run asks it for something
    return given
