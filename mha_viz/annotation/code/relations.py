"""The words of a code → arcs between them: brackets, identifiers, definitions, blocks, indentation."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mha_viz.annotation.annotated import Arc
from mha_viz.annotation.code.scopes import definitions
from mha_viz.annotation.code.words import CLOSING, NAME, OPENING, Words

BRACKET, IDENTIFIER, DEFINITION, BLOCK, INDENTATION = (
    "bracket", "identifier", "definition", "block", "indentation",
)  # fmt: skip


def relations_of(tree: ast.Module, text: str, words: Words) -> tuple[Arc, ...]:
    """Every relation of a code, each from the word that is asked about (dependent) to what it belongs to (head).

    - bracket: a closing bracket → the one that it closes;
    - identifier: a name → the last place before where the same name stands;
    - definition: a use of a name → its definition (``scopes.definitions``);
    - block: the first word of a line in a block → the first word of the line that opens the block, its keyword;
    - indentation: the first word of a line → that of the line before it in the same block.

    Lines are logical ones: what stands in brackets goes on with its line, comments alone are none, and what follows a
    colon on the same line is no block.
    """
    found = [*_brackets(words), *_identifiers(text, words), *_lines(words)]
    found += [Arc(use, place, DEFINITION) for use, place in definitions(tree, text, words)]
    return tuple(sorted(found, key=lambda arc: (arc.dependent, arc.head)))


def _brackets(words: Words) -> Iterator[Arc]:
    opened: list[int] = []
    for word, kind in enumerate(words.kinds):
        if kind == OPENING:
            opened.append(word)
        elif kind == CLOSING:
            yield Arc(word, opened.pop(), BRACKET)


def _identifiers(text: str, words: Words) -> Iterator[Arc]:
    last: dict[str, int] = {}
    for word, (span, kind) in enumerate(zip(words.spans, words.kinds, strict=True)):
        if kind == NAME:
            name = text[slice(*span)]
            if name in last:
                yield Arc(word, last[name], IDENTIFIER)
            last[name] = word


def _lines(words: Words) -> Iterator[Arc]:
    before: dict[int | None, int] = {}  # the line that opens a block → the first word of its last line so far
    for line in words.lines:
        if line.opener is not None:
            yield Arc(line.first, words.lines[line.opener].first, BLOCK)
        if line.opener in before:
            yield Arc(line.first, before[line.opener], INDENTATION)
        before[line.opener] = line.first
