"""What no browser of ours sends, and what the terminal hears of it: one line, and each line once."""

from __future__ import annotations

import sys

MOST_SAID = 20  # lines: whoever visits can send any number of things
_SAID: set[str] = set()


def note_refused(what: str) -> None:
    """Say in the terminal that something a browser sent was not taken: ``what`` it is, in words of ours alone."""
    if what not in _SAID and len(_SAID) < MOST_SAID:
        _SAID.add(what)
        print(f"mha-viz: Refused what no page of ours sends: {what}.", file=sys.stderr, flush=True)
