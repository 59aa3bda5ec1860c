"""Code → its words, as Python's own tokenizer cuts them, each with its kind, and the lines that they stand in."""

from __future__ import annotations

import io
import keyword
import tokenize
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from mha_viz.errors import InputError, in_one_line
from mha_viz.language import N_, lazy_gettext

# Kinds of words, in place of the tags of natural language.
NAME, KEYWORD, OPENING, CLOSING, OPERATOR = "NAME", "KEYWORD", "OPENING", "CLOSING", "OPERATOR"
NUMBER, STRING, COMMENT = "NUMBER", "STRING", "COMMENT"
CLOSED_BY = {"(": ")", "[": "]", "{": "}"}
_KINDS = {tokenize.NAME: NAME, tokenize.NUMBER: NUMBER, tokenize.STRING: STRING, tokenize.COMMENT: COMMENT}
Span = tuple[int, int]
Place = tuple[int, int]  # line from 1, and column in bytes of UTF-8 from 0, as syntax trees say it


@dataclass(frozen=True)
class Line:
    """A logical line: its first word, and the line that opens the block it stands in (None: the outermost)."""

    first: int
    opener: int | None


@dataclass(frozen=True)
class Words:
    """The words of a code: where each stands in the text, its kind, and the place by which a syntax tree finds it."""

    spans: tuple[Span, ...]
    kinds: tuple[str, ...]
    at: dict[Place, int]
    lines: tuple[Line, ...]


def words_of(text: str) -> Words:
    """The words of a code that can be parsed: names, keywords, signs, numbers, strings and comments.

    A string is one word, an f-string too; line breaks and indentation are none, as many tokenizers never show them to
    their model. What they say is in ``lines``.

    Raises
    ------
    InputError
        If the text cannot be cut.
    """
    begins = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
    cutter = _Cutter(text, begins)
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            cutter.take(token)
    except (tokenize.TokenError, SyntaxError) as error:
        message = N_("This is no Python that can be cut into words: {why}.")
        raise InputError(lazy_gettext(message, why=in_one_line(error))) from None
    return cutter.words()


class _Cutter:
    """Tokens one after the other → words, and the lines with their blocks."""

    def __init__(self, text: str, begins: list[int]) -> None:
        self.text, self.begins = text, begins
        self.spans: list[Span] = []
        self.kinds: list[str] = []
        self.lines: list[Line] = []
        self.openers: list[int] = []  # the lines whose blocks are open here
        self.is_new = True  # whether the next word begins a logical line
        self.f_strings: list[int] = []  # where those begin that are open

    def take(self, token: tokenize.TokenInfo) -> None:
        name = tokenize.tok_name[token.type]
        begin, end = (self.begins[row - 1] + column for row, column in (token.start, token.end))
        if name == "INDENT":
            self.openers.append(len(self.lines) - 1)
        elif name == "DEDENT":
            self.openers.pop()
        elif name == "NEWLINE":
            self.is_new = True
        elif name.endswith("STRING_START"):  # since Python 3.12 f-strings come in pieces
            self.f_strings.append(begin)
        elif name.endswith("STRING_END"):
            begin = self.f_strings.pop()
            if not self.f_strings:
                self._add(begin, end, STRING)
        elif not self.f_strings and (token.type in _KINDS or token.type == tokenize.OP):
            self._add(begin, end, _kind(token))

    def words(self) -> Words:
        at = {self._place(begin): i for i, (begin, _) in enumerate(self.spans)}
        return Words(tuple(self.spans), tuple(self.kinds), at, tuple(self.lines))

    def _add(self, begin: int, end: int, kind: str) -> None:
        if self.is_new and kind != COMMENT:
            self.lines.append(Line(len(self.spans), self.openers[-1] if self.openers else None))
            self.is_new = False
        self.spans.append((begin, end))
        self.kinds.append(kind)

    def _place(self, begin: int) -> Place:
        row = bisect_right(self.begins, begin)
        return row, len(self.text[self.begins[row - 1] : begin].encode())


def _kind(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.OP:
        return OPENING if token.string in CLOSED_BY else CLOSING if token.string in CLOSED_BY.values() else OPERATOR
    return KEYWORD if keyword.iskeyword(token.string) else _KINDS[token.type]
