"""What the JavaScript of a kind of view says → the same in the language of the run, to be sent along with the view."""

from __future__ import annotations

import json
import re
from functools import cache

from mha_viz.language import ENGLISH, gettext, language
from mha_viz.views.style.scripts import kinds, script

_MESSAGE = re.compile(r'\bgettext\(\s*("(?:[^"\\]|\\.)*")')


def texts_of(kind: str, entry: str = "streamlit") -> dict[str, str]:
    """Its messages, each with what the catalogue has for it; none in English. ``entry`` is "standalone" where the view
    goes into a page of its own, which says more.
    """
    return {} if language() == ENGLISH else {message: gettext(message) for message in _messages(kind, entry)}


@cache
def _messages(kind: str, entry: str) -> tuple[str, ...]:
    drawn = (kind,) if kind in kinds() else ()
    return tuple(dict.fromkeys(json.loads(found) for found in _MESSAGE.findall(script(entry, *drawn))))
