"""What positions of a picture are called on a page: the place of a patch keeps its order, row before column."""

from __future__ import annotations

import re

from mha_viz.language import apart, gettext

_PLACE = re.compile(r"(?:image |tile (\d+) )?(\d+, \d+)")
_PART = re.compile(r"picture|tile (\d+)")


def said_place(label: str) -> str:
    """A label of an axis in the language of the run; a word stays as it is. In text from the right a place would be
    read with its column first, so it keeps to itself.

    >>> said_place("7, 4"), said_place("image 7, 4"), said_place("tile 2 7, 4"), said_place("cat")
    ('7, 4', 'image 7, 4', 'tile 2 7, 4', 'cat')
    """
    found = _PLACE.fullmatch(label)
    if found is None:
        return label
    tile, at = found.groups()
    if tile:
        return gettext("tile {n} {at}", n=tile, at=at)
    return str(apart(at)) if label == at else gettext("image {at}", at=at)


def said_part(name: str) -> str:
    """A part of an axis: a picture in one piece, or one of its tiles; others stay as they are."""
    found = _PART.fullmatch(name)
    if found is None:
        return name
    return gettext("tile {n}", n=found[1]) if found[1] else gettext("picture")
