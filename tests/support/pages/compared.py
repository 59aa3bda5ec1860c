"""What the page of comparisons shows and says."""

from __future__ import annotations

from tests.support.pages.pages import view

PAGE = "pages/Compare.py"
FIRST, SECOND = "the cat sat on a mat", "the dog sat on a mat"


def ranking(test):
    """The table of all heads."""
    return next(frame.value for frame in test.dataframe if {"rank", "distance"} <= set(frame.value))


def said(test):
    return "\n".join(part.value.replace("\\", "") for part in [*test.markdown, *test.caption, *test.info])


def pair(test):
    """Header of the picture of two heads, and which these are."""
    header = view(test, "compare")
    return header, tuple(side["title"][:5] for side in header["sides"])
