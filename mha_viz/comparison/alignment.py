"""Two token axes → the words that both have: what lets two models, or two sentences, be compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain

import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.inputs.chat import TEMPLATE, writes_around
from mha_viz.inputs.labels import drawn, shortened
from mha_viz.inputs.words import Words, find_word, gathered, unique_labels
from mha_viz.language import N_, lazy_gettext

JOINED = 3  # words; longer stretches that differ in length have no counterpart

Pair = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Alignment:
    """Which words of one axis stand for which of another."""

    first: Words
    second: Words
    pairs: tuple[Pair, ...]  # indices of words on both sides, ascending; no word stands in two pairs

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def changed(self) -> tuple[bool, ...]:
        """Which pairs are spelled differently on the two sides; other code points of the same letters are none."""
        return tuple(composed(a) != composed(b) for a, b in self._in_full())

    @property
    def recoded(self) -> tuple[int, ...]:
        """Pairs of the same letters in other code points, for example with accents apart."""
        return tuple(i for i, (a, b) in enumerate(self._in_full()) if a != b and composed(a) == composed(b))

    @property
    def only_first(self) -> tuple[int, ...]:
        """Words of the first axis that have no counterpart."""
        return _left_over(self.first, [pair[0] for pair in self.pairs])

    @property
    def only_second(self) -> tuple[int, ...]:
        return _left_over(self.second, [pair[1] for pair in self.pairs])

    def spelled(self, side: int) -> tuple[str, ...]:
        """The words of each pair, as the first (0) or the second (1) axis has them."""
        words = (self.first, self.second)[side]
        return tuple(shortened(_spelled(words, pair[side])) for pair in self.pairs)

    def _in_full(self) -> list[tuple[str, str]]:
        return [(_spelled(self.first, pair[0]), _spelled(self.second, pair[1])) for pair in self.pairs]

    def labels(self) -> list[str]:
        """One name a pair, told apart: ``tired → dirty`` where the two sides differ."""
        both = zip(self.spelled(0), self.spelled(1), self.changed, strict=True)
        return unique_labels(tuple(f"{a} → {b}" if changed else a for a, b, changed in both))

    def alone(self, side: int) -> list[str]:
        """The words of one side that have no counterpart, by name."""
        words, indices = (self.first, self.second)[side], (self.only_first, self.only_second)[side]
        return [words.positions.labels[i] for i in indices]

    def tokens(self, side: int) -> list[tuple[int, ...]]:
        """The token positions of each pair on one side."""
        words = (self.first, self.second)[side]
        return [tuple(token for word in pair[side] for token in words.groups[word]) for pair in self.pairs]

    def find(self, wanted: str) -> int:
        """The pair that holds a word of either side.

        Raises
        ------
        InputError
            If the word is missing, ambiguous, or has no counterpart.
        """
        try:
            side, word = 0, find_word(self.first, wanted)
        except InputError as error:
            try:
                side, word = 1, find_word(self.second, wanted)
            except InputError:
                raise error from None
        for i, pair in enumerate(self.pairs):
            if word in pair[side]:
                return i
        message = N_("{word} has no counterpart on the other side, so nothing can be compared there.")
        raise InputError(lazy_gettext(message, word=repr(wanted)))


def composed(word: str) -> str:
    """A word in the one form that Unicode gives to equal letters (NFC)."""
    return unicodedata.normalize("NFC", word)


def align(first: Words, second: Words) -> Alignment:
    """Words of two axes matched: by the characters they cover where the text is the same, else by their spelling.

    Of the same text, words that overlap are joined until both sides agree where they end, so that each pair covers the
    same stretch of text, whatever the tokenizers. Of two texts, the longest runs of equal words are matched (case and
    the code points of equal letters ignored); between them, as many words on one side as on the other are matched one
    by one, and up to ``JOINED`` against another number are matched together. Of two chats that is done message by
    message where they have as many of them, else in what all messages of each say. Special tokens, and what the
    template of a chat writes, are matched by name.

    Returns
    -------
    Alignment
        What stands in no pair is listed by ``only_first`` and ``only_second``.
    """
    if first.positions.text == second.positions.text:
        pairs = _by_characters(first, second) + _specials(first, second)
    else:
        pairs = [pair for texts in _texts(first, second) for pair in _by_spelling(*texts)] + _specials(first, second)
    return Alignment(first, second, tuple(sorted(pairs)))


def on_common(maps: Tensor, queries: Sequence[tuple[int, ...]], keys: Sequence[tuple[int, ...]]) -> Tensor:
    """Patterns of one side on the words that both sides have, and what is left over.

    Parameters
    ----------
    maps : Tensor of shape (..., n_query, n_key)
        On the tokens of this side.
    queries, keys : lists of tuples of int
        Rows and columns of ``maps`` that each pair covers (``Alignment.tokens``).

    Returns
    -------
    Tensor of shape (..., n_pairs, n_pairs + 1)
        Attention *to* a pair is summed over its tokens, *from* it averaged. The last column is what goes to positions
        without a counterpart; rows keep their sum.
    """
    rows = gathered(maps, queries, dim=-2, mean=True)
    common = gathered(rows, keys, dim=-1)
    elsewhere = (rows.sum(dim=-1, keepdim=True) - common.sum(dim=-1, keepdim=True)).clamp_min(0.0)
    return torch.cat([common, elsewhere], dim=-1)


def _by_characters(first: Words, second: Words) -> list[Pair]:
    """Stretches of text on which both sides begin and end a word."""
    spans = [
        (*span, side, i)
        for side, words in enumerate((first, second))
        for i, span in enumerate(words.positions.spans)
        if span is not None and span[0] < span[1] and not words.positions.is_special[i]
    ]
    pairs: list[Pair] = []
    members: tuple[list[int], list[int]] = ([], [])
    end = -1
    for begin, stop, side, i in sorted(spans):
        if begin >= end:
            pairs.append((tuple(members[0]), tuple(members[1])))
            members = ([], [])
        members[side].append(i)
        end = max(end, stop)
    pairs.append((tuple(members[0]), tuple(members[1])))
    return [pair for pair in pairs if pair[0] and pair[1]]


def _by_spelling(first: Sequence[tuple[int, str]], second: Sequence[tuple[int, str]]) -> list[Pair]:
    """Numbered words of two texts; what differs is matched in its place."""
    a, b = [label for _, label in first], [label for _, label in second]
    pairs: list[Pair] = []
    for what, i0, i1, j0, j1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        here, there = [i for i, _ in first[i0:i1]], [j for j, _ in second[j0:j1]]
        if len(here) == len(there):
            pairs += [((i,), (j,)) for i, j in zip(here, there, strict=True)]
        elif what == "replace" and max(len(here), len(there)) <= JOINED:
            pairs.append((tuple(here), tuple(there)))
    return pairs


def _specials(first: Words, second: Words) -> list[Pair]:
    """Special tokens, positions without text and words of a template that bear the same name in the same order."""
    sides = [
        [
            (i, label)
            for i, label in enumerate(words.positions.labels)
            if words.positions.is_special[i] or words.positions.spans[i] is None or writes_around(words.positions, i)
        ]
        for words in (first, second)
    ]
    first_labels, second_labels = ([label for _, label in side] for side in sides)
    matcher = SequenceMatcher(None, first_labels, second_labels, autojunk=False)
    return [
        ((sides[0][block.a + k][0],), (sides[1][block.b + k][0],))
        for block in matcher.get_matching_blocks()
        for k in range(block.size)
    ]


def _texts(first: Words, second: Words) -> list[tuple[list[tuple[int, str]], list[tuple[int, str]]]]:
    """What is matched by spelling: message beside message, an answer last; of other texts the whole."""
    messages = _messages(first), _messages(second)
    if len(messages[0]) == len(messages[1]):
        return list(zip(*messages, strict=True))
    return [(list(chain(*messages[0])), list(chain(*messages[1])))]


def _messages(words: Words) -> list[list[tuple[int, str]]]:
    positions, ordinary = words.positions, _ordinary(words)
    if not positions.contents:
        return [ordinary]
    parts = [part for part, name in enumerate(positions.parts) if name != TEMPLATE]
    return [[word for word in ordinary if positions.segments[word[0]] == part] for part in parts]


def _ordinary(words: Words) -> list[tuple[int, str]]:
    positions = words.positions
    return [
        (i, composed(drawn(positions.text[slice(*span)])).casefold())
        for i, span in enumerate(positions.spans)
        if not positions.is_special[i] and span is not None
    ]


def _spelled(words: Words, members: Sequence[int]) -> str:
    """The text that some words cover; their names where they cover none."""
    spans = [span for i in members if (span := words.positions.spans[i]) is not None]
    if len(spans) < len(members):
        return " ".join(words.positions.labels[i] for i in members)
    return drawn(words.positions.text[spans[0][0] : spans[-1][1]]).replace("␣", " ")


def _left_over(words: Words, groups: Sequence[Sequence[int]]) -> tuple[int, ...]:
    in_pairs = {i for members in groups for i in members}
    return tuple(i for i in range(len(words)) if i not in in_pairs)
