"""A picture that comes with the app, in English → what it says in the language of the page, before torch is here."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
from safetensors.numpy import load, save

from mha_viz.language import ENGLISH, gettext, language
from mha_viz.views.style.texts import texts_of

HEADER = "header"  # as in views.view, which comes with torch
SAID = {"hint", "tap", "note", "unit_label", "label", "links", "swatches", "others"}  # of a header, what readers see
_SENTENCE = re.compile(r"(?<=[.:!?]) (?=[A-Z])")


def in_page_language(content: bytes, kind: str) -> bytes:
    """A view in bytes, with what readers see beside its numbers as the catalogue has it; what is no message of its own,
    as it came.
    """
    if language() == ENGLISH:
        return content
    arrays = load(content)
    header = json.loads(arrays[HEADER].tobytes())
    said = {name: _said(part) if name in SAID else part for name, part in header.items()}
    text = json.dumps({"texts": texts_of(kind), **said}, ensure_ascii=False, allow_nan=False).encode()
    return save({**arrays, HEADER: np.frombuffer(text, dtype=np.uint8)})


def _said(part: Any) -> Any:
    """Every text of a header's part, whole or sentence by sentence."""
    if isinstance(part, dict):
        return {name: _said(inner) for name, inner in part.items()}
    if isinstance(part, list):
        return [_said(inner) for inner in part]
    return _text(part) if isinstance(part, str) and part else part


def _text(text: str) -> str:
    """A text that is a message, or one message after the other, the longest first; as it is where some is none."""
    gaps = [end for found in _SENTENCE.finditer(text) for end in found.span()]  # messages may begin with their space
    for end in (len(text), *reversed(gaps)):
        first, rest = text[:end], text[end:]
        for message in (first, first.rstrip()):
            here, after = gettext(message), _text(rest) if rest else ""
            if here != message and (not rest or after != rest):
                return f"{here}{first[len(message) :]}{after}"
    return text
