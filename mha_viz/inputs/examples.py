"""The sentences that come with the project."""

from __future__ import annotations

import json
from functools import cache

from mha_viz.paths import app_folder

FILE = "sentences.txt"
FIRST_TEXT = "The cat sat on the mat because it was tired."  # what is read where nobody has given a text


def sentence_lines() -> tuple[str, ...]:
    """A few dozen sentences of everyday English."""
    lines = (app_folder() / "assets" / FILE).read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line.strip())


@cache
def examples() -> list[dict[str, str]]:
    entries: list[dict[str, str]] = json.loads((app_folder() / "assets" / "examples.json").read_text(encoding="utf-8"))
    return entries


@cache
def long_example() -> str:
    """A short story in which four people and a place return, for the page of names."""
    return (app_folder() / "assets" / "long_example.txt").read_text(encoding="utf-8").strip()
