"""Positions of a code → how it is laid out and of which kinds they are, so that it is drawn as an editor draws it."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType

from mha_viz.language import N_, gettext
from mha_viz.objects import Positions

# Kinds that have a colour of their own (``theme``); of two that both fit the first one says more.
KINDS: tuple[tuple[str, tuple[_TokenType, ...]], ...] = (
    ("comment", (Comment,)),
    ("string", (String,)),
    ("number", (Number,)),
    ("defined", (Name.Function, Name.Class, Name.Decorator)),
    ("builtin", (Name.Builtin, Name.Exception)),
    ("keyword", (Keyword, Operator.Word)),
)
UNSEEN = N_(" This model's tokenizer hands on no line breaks and no indentation: they are drawn, but no token.")
SEEN = N_(" ⏎ is a line break that is a token, or part of one; spaces in front of a word are the token's.")


def drawn_pieces(positions: Positions) -> tuple[list[str], list[str]]:
    """What is drawn of each position, and what stands between it and the next: together every character of the text.

    A line break that is part of a token is drawn as ⏎ and a new line. What stands for no characters, or for those of
    the position before it, is drawn by its label.
    """
    drawn, end = [], 0
    for span, label in zip(positions.spans, positions.labels, strict=True):
        own = "" if span is None else positions.text[max(span[0], end) : span[1]]
        drawn.append(own.replace("\n", "⏎\n") or label)
        end = end if span is None else max(end, span[1])
    return drawn, [_between(positions.text, *spans) for spans in pairwise([*positions.spans, None])]


def kinds_of_code(positions: Positions) -> list[str]:
    """The kind of each position (``KINDS``), that of its first visible character; "" for any other."""
    begins, kinds = [], []
    for begin, kind, _ in PythonLexer(stripnl=False, ensurenl=False).get_tokens_unprocessed(positions.text):
        begins.append(begin)
        kinds.append(next((name for name, types in KINDS if any(kind in one for one in types)), ""))
    found = []
    for span in positions.spans:
        own = "" if span is None else positions.text[slice(*span)]
        first = -1 if span is None or not own.strip() else span[1] - len(own.lstrip())
        found.append(kinds[bisect_right(begins, first) - 1] if first >= 0 and begins else "")
    return found


def layout_sentence(positions: Positions) -> str:
    """Whether the model sees how the code is laid out; "" where it stands in one line."""
    if "\n" not in positions.text:
        return ""
    texts = (positions.text[slice(*span)] for span in positions.spans if span is not None)
    return gettext(SEEN if any("\n" in text for text in texts) else UNSEEN)


def _between(text: str, one: tuple[int, int] | None, after: tuple[int, int] | None) -> str:
    """What is no token's; a special token stands on a line of its own, so that those of the code keep their columns."""
    return "\n" if one is None or after is None else text[one[1] : after[0]]
