"""How far a piece of work has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

Progress = Callable[[float, str], None]  # share done from 0 to 1, what is being done


@contextmanager
def progress_bar() -> Iterator[Callable[[float, str], None]]:
    """A bar on stderr that appears when the work takes a moment; call it with the share done and a few words."""
    with tqdm(total=100, unit="%", bar_format="{desc} {bar} {n:.0f} %", leave=False, delay=0.2) as bar:

        def progress(share: float, what: str = "") -> None:
            bar.set_description_str(what, refresh=False)
            bar.n = round(share * 100)
            bar.refresh()

        yield progress
