"""What a reader marks by hand in an annotation: arcs and links added or removed, as short text for an address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from mha_viz.language import N_, lazily, lazy_gettext
from mha_viz.wording import quoted

# The universal relations of Universal Dependencies v2 (https://universaldependencies.org/u/dep/), without root: a root
# has no arc.
RELATIONS = (
    "nsubj", "obj", "iobj", "csubj", "ccomp", "xcomp", "obl", "vocative", "expl", "dislocated", "advcl", "advmod",
    "discourse", "aux", "cop", "mark", "nmod", "appos", "nummod", "acl", "amod", "det", "clf", "case", "conj", "cc",
    "fixed", "flat", "list", "parataxis", "compound", "orphan", "goeswith", "reparandum", "punct", "dep",
)  # fmt: skip
NOT_UNDERSTOOD = N_(
    "The mark {mark} is not understood: 2>1:nsubj is an arc from head 2 to word 1, 7~1 a link, with - before what is "
    "removed; words are counted from 0."
)
ITEM = re.compile(r"(-?)([0-9]{1,6})(?:>([0-9]{1,6})(?::(.*))?|~([0-9]{1,6}))", re.DOTALL)
RELATION = re.compile(r"[^\s,<>~]{1,40}")


@dataclass(frozen=True)
class Mark:
    """An arc from the head ``start`` to the dependent ``end``, or a link from ``start`` to the word it stands for.

    Words are counted from 0. ``relation`` is that of the arc, also of one that is removed; links have none.
    """

    kind: str  # "arc" or "link"
    start: int
    end: int
    relation: str = ""
    removed: bool = False


def write_marks(marks: Sequence[Mark]) -> str:
    """Marks as text; ``read_marks`` reads it back.

    >>> write_marks([Mark("arc", 2, 1, "nsubj"), Mark("arc", 4, 5, "det", removed=True), Mark("link", 7, 1)])
    '2>1:nsubj,-4>5:det,7~1'
    """
    return ",".join(map(written, marks))


def read_marks(text: str) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """The marks that a text holds, and one sentence for each of its items that is none.

    >>> read_marks("2>1:nsubj,-4>5:det,7~1")[0][2]
    Mark(kind='link', start=7, end=1, relation='', removed=False)
    >>> read_marks("2>2:nsubj")[1]
    ('The mark “2>2:nsubj” links a word to itself.',)
    """
    marks: list[Mark] = []
    refused: list[str] = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        match = ITEM.fullmatch(item)
        if match is None:
            refused.append(lazy_gettext(NOT_UNDERSTOOD, mark=lazy_quoted(short(item))))
            continue
        minus, start, dependent, relation, target = match.groups()
        kind, end = ("arc", dependent) if target is None else ("link", target)
        mark = Mark(kind, int(start), int(end), relation or "", bool(minus))
        wrong = wrong_in_itself(mark)
        if wrong:
            refused.append(refused_mark(item, wrong))
        else:
            marks.append(mark)
    return tuple(marks), tuple(refused)


def written(mark: Mark) -> str:
    """One mark as text."""
    minus, sign = "-" * mark.removed, ">" if mark.kind == "arc" else "~"
    return f"{minus}{mark.start}{sign}{mark.end}" + (f":{mark.relation}" if mark.relation else "")


def refused_mark(written: str, wrong: str) -> str:
    """The sentence about a mark that cannot be taken, whose end is ``wrong``."""
    # TRANSLATORS: what is wrong with a mark, such as "links a word to itself."
    return lazy_gettext("The mark {mark} {wrong}", mark=lazy_quoted(short(written)), wrong=wrong)


def lazy_quoted(text: str) -> str:
    """A text in the quotation marks of whoever reads the sentence."""
    return lazily(partial(quoted, text))


def wrong_in_itself(mark: Mark) -> str:
    """What is wrong with a mark whatever the text, as the end of a sentence; "" for nothing."""
    if mark.start == mark.end:
        return lazy_gettext("links a word to itself.")
    if mark.kind == "arc" and not mark.relation and not mark.removed:
        return lazy_gettext("is an arc without a relation: write 2>1:nsubj.")
    if mark.relation and not (RELATION.fullmatch(mark.relation) and mark.relation.isprintable()):
        return lazy_gettext("has no relation that can be kept: up to 40 characters without spaces, commas, <, > and ~.")
    return ""


def short(text: str) -> str:
    """At most 40 characters of what somebody typed, for a sentence about it."""
    text = "".join(character if character.isprintable() else "?" for character in text[:41])
    return text if len(text) <= 40 else text[:39] + "…"
