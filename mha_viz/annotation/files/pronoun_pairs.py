"""Texts with one pronoun and what it may stand for → ``Annotated``: twin pairs as JSON lines.

Empty lines are passed over; nothing is mended: a line that breaks its format is refused, with file and line.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mha_viz.annotation.annotated import Annotated, Link, Span
from mha_viz.annotation.files.lines import Line, lines_of
from mha_viz.outside import json_in


def read_twins(path: str | Path) -> Iterator[Annotated]:
    """Texts of a file with one JSON object a line: text, pronoun, candidates, answer, group, and perhaps id.

    ``pronoun`` is ``[begin, end]`` in characters, ``candidates`` a list of such ranges, ``answer`` the index of the
    right one, ``group`` what twins share (Winograd schemas, Winogender, WinoBias). Each text is a document of its own.

    Raises
    ------
    InputError
        If a line is not such an object, or a range is not in its text.
    """
    for line in lines_of(path):
        if not line.text.strip():
            continue
        try:
            held = json_in(line.text)
        except ValueError:
            raise line.refuse("this is not JSON.") from None
        needed = ("text", "pronoun", "candidates", "answer", "group")
        if not isinstance(held, dict) or not all(name in held for name in needed):
            raise line.refuse(f"this is not an object with {', '.join(needed)}.")
        text, candidates = held["text"], held["candidates"]
        if not isinstance(text, str) or not isinstance(held["group"], str) or not isinstance(candidates, list):
            raise line.refuse("text and group are strings, candidates is a list.")
        spans = tuple(_range(line, text, "candidate", candidate) for candidate in candidates)
        if type(held["answer"]) is not int or not 0 <= held["answer"] < len(spans):
            raise line.refuse(f"the answer {held['answer']!r} is none of the {len(spans)} candidates, counted from 0.")
        link = Link(_range(line, text, "pronoun", held["pronoun"]), spans, held["answer"], held["group"])
        name = str(held.get("id", line.number))
        yield Annotated(text, links=(link,), document=name, sentence_id=name, source=line.place)


def _range(line: Line, text: str, what: str, span: Any) -> Span:
    """A character range of a JSON line, checked."""
    is_pair = isinstance(span, list) and len(span) == 2 and all(type(end) is int for end in span)
    if not is_pair or not 0 <= span[0] < span[1] <= len(text):
        raise line.refuse(f"the {what} {span!r} is not [begin, end] in this text of {len(text)} characters.")
    return span[0], span[1]
