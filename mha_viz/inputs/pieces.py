"""What labels cannot hold: which tokens continue a word, how each is written, of which message, which way it runs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import regex

from mha_viz.inputs.chat import TEMPLATE
from mha_viz.inputs.labels import shortened, visible
from mha_viz.inputs.words import Words, words_of
from mha_viz.kept import kept
from mha_viz.language import gettext, ngettext
from mha_viz.objects import Positions
from mha_viz.wording import LISTED, in_a_row, isolated, quoted

CONTINUES = "·"  # before the label of a token that goes on with the word before it
FROM_RIGHT = regex.compile(r"\S*[\p{Bidi_Class=R}\p{Bidi_Class=AL}]\S*")


def isolated_in(table: str) -> str:
    """A table of the terminal: each of its words that runs from the right isolated. The signs take no room."""
    return str(FROM_RIGHT.sub(lambda match: isolated(match[0]), table))


@kept
def pieces_of(tokens: Positions) -> frozenset[int]:
    """The tokens that continue a word which an earlier one began. A mere word boundary begins none."""
    found = set()
    for group in words_of(tokens).groups:
        begin = next((n for n, i in enumerate(group) if tokens.labels[i] != "␣"), 0)
        found |= set(group[begin + 1 :])
    return frozenset(found)


def drawn_labels(tokens: Positions, words: Words, labels: Sequence[str]) -> list[str]:
    """Labels as pictures have them: pieces marked, what runs from the right isolated.

    Parameters
    ----------
    words : Words
        Whose labels these are, as groups of ``tokens``; a word that is whole is no piece.
    """
    pieces = pieces_of(tokens)
    marked = (CONTINUES * (group[0] in pieces) + label for group, label in zip(words.groups, labels, strict=True))
    return [isolated(label) for label in marked]


def said_of(tokens: Positions, words: Words) -> list[str]:
    """What the model reads in each place: how its tokenizer writes it, the number, and the characters if they differ.

    In a chat also of which message it is. Empty where nothing is known of the tokens.
    """
    if not tokens.tokens:
        return []
    reads = words.positions.reads or ("",) * len(words)
    return [said_of_tokens(tokens, group, read) for group, read in zip(words.groups, reads, strict=True)]


def said_of_spans(tokens: Positions, spans: Sequence[tuple[int, int]]) -> list[str]:
    """The same of the tokens that stand for some stretches of the text, "" where none does."""
    own = [i for i, span in enumerate(tokens.spans) if span is not None]
    begins, ends = ([_of(tokens, i)[side] for i in own] for side in (0, 1))
    groups = [own[bisect_right(ends, begin) : bisect_left(begins, end)] for begin, end in spans]
    return [said_of_tokens(tokens, group) for group in groups]


def _of(tokens: Positions, i: int) -> tuple[int, int]:
    return tokens.spans[i] or (0, 0)


def said_of_tokens(tokens: Positions, group: Sequence[int], read: str = "") -> str:
    """The same of some tokens that stand together, read as ``read``; "" where nothing is known of them."""
    if not tokens.tokens or not group:
        return ""
    of_chat = message_of(tokens, group[0])
    as_read = gettext("read as {word}", word=quoted(shortened(read))) if read else ""
    return in_a_row([*filter(None, (*_written(tokens, group), as_read, of_chat))])


def message_of(tokens: Positions, i: int) -> str:
    """Which message of a chat a token is of, by number and role, or who else wrote it; "" where there is no chat."""
    if TEMPLATE not in tokens.parts:
        return ""
    segment, n_messages = tokens.segments[i], tokens.parts.index(TEMPLATE)
    if segment < n_messages:
        return gettext("message {n} ({whose})", n=segment + 1, whose=tokens.parts[segment])
    return gettext("written by the chat template") if segment == n_messages else gettext("written by the model")


def _written(tokens: Positions, group: Sequence[int]) -> list[str]:
    written = [shortened(visible(tokens.tokens[i])) for i in group[:LISTED]]
    ids = " ".join(str(tokens.ids[i]) for i in group[:LISTED])
    is_known = all(tokens.ids[i] >= 0 for i in group)
    if len(group) == 1:
        return [gettext("token {word}", word=quoted(written[0])), *([gettext("id {id}", id=ids)] if is_known else [])]
    more = "" if len(group) <= LISTED else " …"
    told = " ".join(map(isolated, written)) + more
    pieces = ngettext("{n} piece {pieces}", "{n} pieces {pieces}", len(group), pieces=told)
    return [pieces, *([gettext("ids {ids}", ids=f"{ids}{more}")] if is_known else [])]
