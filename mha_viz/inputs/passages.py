"""A passage of a text, by its characters, its words or its part → the tokens that cover a character of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from mha_viz.errors import InputError
from mha_viz.inputs.chat import TEMPLATE
from mha_viz.inputs.function_words import says_little
from mha_viz.inputs.labels import shortened
from mha_viz.inputs.words import Words, ordinary
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Positions
from mha_viz.wording import listed, quoted

Characters = tuple[int, int]  # the first, and the one after the last
NO_TEXT = N_("No position here stands for characters of a text, so there is no passage to mark.")
SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+|(?<=[。！？])|\s*\n\s*")  # between two sentences, or two lines


def passage_tokens(
    positions: Positions, passage: Characters | str | None, part: str | None = None
) -> tuple[int, ...]:  # fmt: skip
    """The tokens of a passage, ascending; exactly one of both says which.

    Raises
    ------
    InputError
        If there is no such passage or part, or no token covers a character of it.
    """
    if (passage is None) == (part is None):
        raise InputError("Give a passage, by its characters or its words, or else a part of the text.")
    if not any(positions.spans):
        raise InputError(lazy_gettext(NO_TEXT))
    if part is not None:
        return _tokens_of_part(positions, part)
    begin, end = characters_of(positions.text, passage or "")
    tokens = covering(positions, (begin, end))
    if not tokens:
        message = N_("No token covers a character of {begin} to {end}, where the text has {words}.")
        words = quoted(shortened(positions.text[begin:end]))
        raise InputError(lazy_gettext(message, begin=begin, end=end, words=words))
    return tokens


def characters_of(text: str, passage: Characters | str) -> Characters:
    """Where a passage stands in a text; words are found where they come first, however white space parts them.

    >>> characters_of("The cat sat. The cat slept.", "cat  slept")
    (17, 26)

    Raises
    ------
    InputError
        If it is not there.
    """
    if isinstance(passage, str):
        words = r"\s+".join(map(re.escape, passage.split()))
        found = re.search(words, text) if words else None
        if found is None:
            message = N_("{words} does not stand in this text, letter by letter.")
            raise InputError(lazy_gettext(message, words=quoted(shortened(passage))))
        return found.span()
    begin, end = passage
    if begin >= end:
        message = N_("A passage from {begin} to {end} is empty: give its first character and the one after its last.")
        raise InputError(lazy_gettext(message, begin=begin, end=end))
    if begin < 0 or end > len(text):
        message = N_("A passage from {begin} to {end} is not in this text, whose characters go from 0 to {last}.")
        raise InputError(lazy_gettext(message, begin=begin, end=end, last=len(text) - 1))
    return begin, end


def typed_passage(typed: str) -> Characters | str:
    """What somebody types: characters, where it is two numbers, else words.

    >>> typed_passage("0:40"), typed_passage("the cat")
    ((0, 40), 'the cat')
    """
    numbers = re.fullmatch(r"\s*(\d{1,9})\s*:\s*(\d{1,9})\s*", typed)
    return (int(numbers[1]), int(numbers[2])) if numbers else typed


def covering(positions: Positions, characters: Characters) -> tuple[int, ...]:
    """The tokens that cover one of these characters."""
    begin, end = characters
    spans = enumerate(positions.spans)
    return tuple(i for i, span in spans if span is not None and span[0] < end and span[1] > begin)


def passage_text(positions: Positions, tokens: Sequence[int]) -> str:
    """What some tokens stand for, with what is written between them; "…" where other tokens stand between two."""
    runs: list[list[int]] = []
    for token in (i for i in tokens if positions.spans[i] is not None):
        if runs and runs[-1][-1] == token - 1:
            runs[-1].append(token)
        else:
            runs.append([token])
    spans = [[span for i in run if (span := positions.spans[i])] for run in runs]
    return " … ".join(positions.text[of[0][0] : max(end for _, end in of)].strip() for of in spans)


def stretches(positions: Positions) -> list[tuple[str, Characters]]:
    """Passages that a text itself offers, each with its characters, in their order: the messages of a chat, the two
    texts of a pair, what was typed and what the model went on with, each with what its part is called; else its lines
    and sentences, without a name.
    """
    if positions.parts:
        return [(name, where) for i, name in enumerate(positions.parts) if (where := _where(positions, i, name))]
    text = positions.text
    cuts = [(0, 0), *(match.span() for match in SENTENCE.finditer(text)), (len(text), len(text))]
    between = [(after, before) for (_, after), (before, _) in pairwise(cuts)]
    return [("", (begin, end)) for begin, end in between if covering(positions, (begin, end))]


def first_passage(positions: Positions, words: Words) -> Characters:
    """What a page begins with: the first passage that the text offers, where there are several, else its first half,
    up to a word that says something.
    """
    offered = stretches(positions)
    if len(offered) > 1:
        return offered[0][1]
    spans = [span for span in words.positions.spans if span is not None]
    half = spans[: max(1, len(spans) // 2)]
    telling = [end for begin, end in half if not says_little(positions.text[begin:end])]
    return half[0][0], (telling or [half[-1][1]])[-1]


def markable(words: Words) -> dict[int, Characters]:
    """The words at which a passage can begin or end, each with its characters: all but special tokens."""
    return {i: span for i in ordinary(words) if (span := words.positions.spans[i]) is not None}


def within(spans: Sequence[Characters], characters: Characters) -> list[int]:
    """Which of some spans hold one of these characters."""
    begin, end = characters
    return [i for i, span in enumerate(spans) if span[0] < end and span[1] > begin]


def _where(positions: Positions, segment: int, name: str) -> Characters | None:
    """The characters of one part; None of what a template writes around others, which is no passage."""
    at = zip(positions.segments, positions.spans, strict=True)
    spans = [span for of, span in at if of == segment and span is not None]
    return (spans[0][0], max(end for _, end in spans)) if spans and name != TEMPLATE else None


def _tokens_of_part(positions: Positions, part: str) -> tuple[int, ...]:
    if part not in positions.parts:
        there = f"it has {listed(list(dict.fromkeys(positions.parts)))}" if positions.parts else "it has one part only"
        raise InputError(f"{shortened(part)!r} is no part of this text: {there}.")
    return tuple(i for i, segment in enumerate(positions.segments) if positions.parts[segment] == part)
