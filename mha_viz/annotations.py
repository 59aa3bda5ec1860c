"""Sentences with what people, or a parser, say about them: arcs, mentions, entities, pronouns with candidates.

Words are counted from 0 and ranges end before their end, as everywhere in Python.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.objects import Positions
from mha_viz.words import gathered

Span = tuple[int, int]


@dataclass(frozen=True)
class Arc:
    """One dependency: both ends are words; ``relation`` with its subtype (``nmod:poss``). A root has no arc."""

    dependent: int
    head: int
    relation: str


@dataclass(frozen=True)
class Mention:
    """Words ``begin`` to ``end`` speak of the thing ``cluster``, which is the same in all of a document.

    ``link`` is how it refers back, in the words of the source (``coref``, ``ana``, ``appos``, ``sgl`` …), "" where
    the source does not say.
    """

    begin: int
    end: int
    cluster: str
    entity_type: str = ""
    link: str = ""


@dataclass(frozen=True)
class Entity:
    """Words ``begin`` to ``end`` name a person, a place, …: ``entity_type`` as the source calls it."""

    begin: int
    end: int
    entity_type: str


@dataclass(frozen=True)
class Link:
    """A pronoun and what it may stand for, as character ranges; ``answer`` indexes the candidates, None: neither.

    ``group`` is shared by twins: texts that differ in little and turn the answer round.
    """

    pronoun: Span
    candidates: tuple[Span, ...]
    answer: int | None
    group: str


@dataclass(frozen=True)
class Annotated:
    """One sentence (or short text) and its annotation.

    ``spans`` are the character ranges of ``words`` in ``text``; words that a text writes as one (French *du*, for *de
    le*) share a range. ``source`` names file and line, for messages; ``is_gold`` is False for what a program guessed.
    """

    text: str
    words: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    arcs: tuple[Arc, ...] = ()
    mentions: tuple[Mention, ...] = ()
    entities: tuple[Entity, ...] = ()
    links: tuple[Link, ...] = ()
    document: str = ""
    sentence_id: str = ""
    is_gold: bool = True
    source: str = ""

    def __len__(self) -> int:
        return len(self.words)


def pieces_of_words(tokens: Positions, annotated: Annotated) -> tuple[tuple[int, ...], ...]:
    """The token positions that each annotated word owns, ascending; empty where it owns none.

    A token belongs to the word in which its first character stands (a space before it not counted), so none is
    counted twice: where one token covers two words (``cannot``, annotated as *can* and *not*) the second owns none.
    Special tokens belong to no word, also those that somebody typed.

    Raises
    ------
    InputError
        If the tokens are of another text.
    """
    if tokens.text != annotated.text:
        raise InputError(f"The tokens are of {tokens.text[:40]!r}, the annotation is of {annotated.text[:40]!r}.")
    begins = [begin for begin, _ in annotated.spans]
    owned: list[list[int]] = [[] for _ in begins]
    for i, (span, is_special) in enumerate(zip(tokens.spans, tokens.is_special, strict=True)):
        if span is None or is_special:
            continue
        covered = tokens.text[slice(*span)]
        first = span[0] + len(covered) - len(covered.lstrip())
        word = bisect_right(begins, first) - 1
        while word > 0 and begins[word - 1] == begins[word]:
            word -= 1  # words written as one: the first of them owns the pieces
        if word >= 0 and first < min(annotated.spans[word][1], span[1]):
            owned[word].append(i)
    return tuple(map(tuple, owned))


def annotated_word_map(pattern: Tensor, pieces: tuple[tuple[int, ...], ...]) -> Tensor:
    """A token map on annotated words: attention *to* a word is the sum over its pieces, *from* a word the mean.

    What goes to special tokens, and to characters outside every word, is left out and not shared among the rest.

    Parameters
    ----------
    pattern : Tensor of shape (..., n_token, n_token)
    pieces : of ``pieces_of_words``

    Returns
    -------
    Tensor of shape (..., n_word, n_word)
        Rows sum to at most 1. A word that owns no piece has an empty row and an empty column.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 4.1.
    """
    from_words = gathered(pattern, pieces, dim=-2, mean=True)  # (..., n_word, n_token)
    return gathered(from_words, pieces, dim=-1)  # (..., n_word, n_word)
