"""Texts in which mentions are marked word by word → ``Annotated``: the heads of mentions, and what each speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mha_viz.annotation.annotated import Annotated, Mention
from mha_viz.annotation.files.lines import lines_of

MARKED = re.compile(r"(?P<word>[^\W_]+)_(?P<cluster>\d+)(?P<kind>[Nnp])")
TAGS = {"N": "PROPN", "n": "NOUN", "p": "PRON"}
BEFORE_SIGNS = re.compile(r" (?=[.,;?!])")


def read_marked_mentions(path: str | Path) -> Iterator[Annotated]:
    """Texts, one a line: ``The cat_1n slept until Anna_2N woke it_1p .``

    The head word of a mention carries the number of what it speaks of, and whether it is a name (N), a noun (n) or a
    pronoun (p); signs stand alone.

    Raises
    ------
    InputError
        If the file cannot be read, or a line marks no mention.
    """
    for line in lines_of(path):
        if line.text.strip():
            marks = [MARKED.fullmatch(word) for word in line.text.split()]
            if not any(marks):
                raise line.refuse("no word is marked as a mention, such as cat_1n, Anna_2N or it_1p.")
            pairs = zip(line.text.split(), marks, strict=True)
            yield _annotated([(mark["word"], mark) if mark else (word, None) for word, mark in pairs], line.place)


def _annotated(words: list[tuple[str, re.Match[str] | None]], source: str) -> Annotated:
    text = BEFORE_SIGNS.sub("", " ".join(word for word, _ in words))
    spans, at = [], 0
    for word, _ in words:
        at = text.index(word, at)
        spans.append((at, at + len(word)))
        at += len(word)
    return Annotated(
        text,
        tuple(word for word, _ in words),
        tuple(spans),
        mentions=tuple(Mention(i, i + 1, mark["cluster"]) for i, (_, mark) in enumerate(words) if mark),
        tags=tuple(TAGS[mark["kind"]] if mark else "X" for _, mark in words),
        source=source,
    )
