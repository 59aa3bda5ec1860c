"""The bars that transformers draws while it loads: none, as whoever loads is told how far that is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from transformers import logging


@contextmanager
def without_bars() -> Iterator[None]:
    """Meanwhile transformers draws none; afterwards it does as before."""
    are_drawn = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if are_drawn:
            logging.enable_progress_bar()
