"""Nodes of a syntax tree → the words at which they stand."""

from __future__ import annotations

import ast
from bisect import bisect_left

from mha_viz.annotation.code.words import NAME, Words


class Places:
    """Where the names of a tree stand among the words of its text; None where no word is this name: in an f-string."""

    def __init__(self, text: str, words: Words) -> None:
        self.text, self.words, self.places = text, words, list(words.at)

    def word(self, node: ast.expr | ast.arg, name: str) -> int | None:
        """The word at which a node stands, if it is this name."""
        word = self.words.at.get((node.lineno, node.col_offset))
        return word if word is not None and self._is(word, name) else None

    def following(self, node: ast.stmt | ast.ExceptHandler, name: str, after: str) -> int | None:
        """The first word of this name from a node on that comes after a keyword."""
        first = self.words.at.get((node.lineno, node.col_offset))
        later = () if first is None else range(first + 1, len(self.words.spans))
        return next((word for word in later if self._is(word, name) and self._written(word - 1) == after), None)

    def inside(self, node: ast.alias | ast.pattern, name: str, *, last: bool) -> int | None:
        """The first or the last word of this name inside a node."""
        begin, end = (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)
        between = range(bisect_left(self.places, begin), bisect_left(self.places, end))
        found = [word for word in between if self._is(word, name)]
        return found[-1 if last else 0] if found else None

    def end(self, node: ast.expr) -> int:
        """The last word of an expression."""
        return bisect_left(self.places, (node.end_lineno or 0, node.end_col_offset or 0)) - 1

    def _is(self, word: int, name: str) -> bool:
        return self.words.kinds[word] == NAME and self._written(word) == name

    def _written(self, word: int) -> str:
        return self.text[slice(*self.words.spans[word])]
