"""Sentences with what people, or a parser, say about them: arcs, mentions, entities, pronouns with candidates.

Words are counted from 0 and ranges end before their end, as everywhere in Python.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, TypeVar

from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.inputs.words import gathered, word_spans
from mha_viz.objects import Positions
from mha_viz.reprs import beginning, one_line
from mha_viz.wording import counted

Span = tuple[int, int]
Ranged = TypeVar("Ranged", "Mention", "Entity")


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
    le*) share a range. ``tags`` (UPOS), ``features`` (UD FEATS, such as ``Number=Sing|Person=3``) and ``lemmas`` have
    one entry a word, "" where nothing is said, or are empty as a whole. ``source`` names file and line, for messages;
    ``is_gold`` is False for what a program guessed. ``n_mentions_left_out`` mentions of the source are no run of words.
    ``language`` is that of code ("Python"), whose tags are kinds of tokens, and whose arcs are no dependencies.
    """

    text: str
    words: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    arcs: tuple[Arc, ...] = ()
    mentions: tuple[Mention, ...] = ()
    entities: tuple[Entity, ...] = ()
    links: tuple[Link, ...] = ()
    tags: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    lemmas: tuple[str, ...] = ()
    document: str = ""
    sentence_id: str = ""
    is_gold: bool = True
    source: str = ""
    n_mentions_left_out: int = 0
    language: str = ""
    __repr__ = one_line(lambda a: f"{counted(len(a), 'word')}, {('parsed', 'gold')[a.is_gold]}; {beginning(a.text)!r}")

    def __len__(self) -> int:
        return len(self.words)


def join_sentences(sentences: Sequence[Annotated]) -> Annotated:
    """Several sentences of one document as one text, with a space between them; their annotation moves along.

    Gold if all of them are. It keeps the document, and the id and the source of the first.

    Raises
    ------
    InputError
        If they are of several documents, where the same cluster is another thing.
    """
    documents = list(dict.fromkeys(sentence.document for sentence in sentences))
    if len(documents) > 1:
        raise InputError(f"Sentences of several documents cannot be joined: {', '.join(map(repr, documents[:5]))}.")
    begins = accumulate((len(sentence.text) + 1 for sentence in sentences), initial=0)
    return placed(" ".join(sentence.text for sentence in sentences), list(zip(begins, sentences, strict=False)))


def placed(text: str, parts: Sequence[tuple[int, Annotated]]) -> Annotated:
    """Sentences that stand in a text, each from the character given, as its annotation; what lies between is no word.

    Gold if all of them are. It keeps the document, the id and the source of the first.
    """
    if not parts:
        return Annotated(text)
    sentences, moved, n_words = [sentence for _, sentence in parts], [], 0
    for begin, sentence in parts:
        moved.append(_moved(sentence, n_words, begin))
        n_words += len(sentence)
    together: dict[str, Any] = {f: tuple(item for part in moved for item in getattr(part, f)) for f in _IN_A_TEXT}
    for name in ("tags", "features", "lemmas"):
        if together[name]:  # where only some sentences have them, the words of the others have ""
            together[name] = tuple(item for part in moved for item in getattr(part, name) or ("",) * len(part))
    is_gold = all(sentence.is_gold for sentence in sentences)
    n_left_out = sum(sentence.n_mentions_left_out for sentence in sentences)
    return replace(sentences[0], text=text, is_gold=is_gold, n_mentions_left_out=n_left_out, **together)


_IN_A_TEXT = ("words", "spans", "arcs", "mentions", "entities", "links", "tags", "features", "lemmas")


def _moved(sentence: Annotated, n_words: int, n_characters: int) -> Annotated:
    """The same annotation in a text that has so many words and characters before it."""

    def moved(span: Span) -> Span:
        return span[0] + n_characters, span[1] + n_characters

    def ranges(items: tuple[Ranged, ...]) -> tuple[Ranged, ...]:
        return tuple(replace(item, begin=item.begin + n_words, end=item.end + n_words) for item in items)

    return replace(
        sentence,
        spans=tuple(map(moved, sentence.spans)),
        arcs=tuple(Arc(arc.dependent + n_words, arc.head + n_words, arc.relation) for arc in sentence.arcs),
        mentions=ranges(sentence.mentions),
        entities=ranges(sentence.entities),
        links=tuple(
            replace(link, pronoun=moved(link.pronoun), candidates=tuple(map(moved, link.candidates)))
            for link in sentence.links
        ),
    )


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
        first = span[1] - len(tokens.text[slice(*span)].lstrip())
        word = bisect_right(begins, first) - 1
        while word > 0 and begins[word - 1] == begins[word]:
            word -= 1  # words written as one: the first of them owns the pieces
        if word >= 0 and first < min(annotated.spans[word][1], span[1]):
            owned[word].append(i)
    return tuple(map(tuple, owned))


def annotated_word_map(
    pattern: Tensor, pieces: tuple[tuple[int, ...], ...], queries: Sequence[int] | None = None
) -> Tensor:
    """A token map on annotated words: attention *to* a word is the sum over its pieces, *from* a word the mean.

    What goes to special tokens, and to characters outside every word, is left out and not shared among the rest.

    Parameters
    ----------
    pattern : Tensor of shape (..., n_token, n_token)
    pieces : of ``pieces_of_words``
    queries : sequence of int, optional
        The words whose rows are wanted; the others stay empty. Of a document few words are asked.

    Returns
    -------
    Tensor of shape (..., n_word, n_word)
        Rows sum to at most 1. A word that owns no piece has an empty row and an empty column.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 4.1.
    """
    rows = range(len(pieces)) if queries is None else list(queries)
    from_words = gathered(pattern, [pieces[word] for word in rows], dim=-2, mean=True)  # (..., row, n_token)
    # As a product with who owns what: on long texts several times faster than adding up along the last axis.
    owned = from_words.new_zeros(from_words.shape[-1], len(pieces))
    owned[[i for group in pieces for i in group], [word for word, group in enumerate(pieces) for _ in group]] = 1.0
    between = from_words @ owned  # (..., row, n_word)
    if queries is None:
        return between
    word_map = between.new_zeros(*between.shape[:-2], len(pieces), len(pieces))
    word_map[..., rows, :] = between
    return word_map  # (..., n_word, n_word)


def head_word(mention: Mention, head_of: Mapping[int, int]) -> int:
    """The word that the others of a mention hang on: the first whose own head lies outside; without arcs the last."""
    words = range(mention.begin, mention.end)
    if not any(word in head_of for word in words):
        return mention.end - 1
    return next((word for word in words if head_of.get(word, -1) not in words), mention.end - 1)


def with_words(annotated: Annotated) -> Annotated:
    """The same text with words, made from its characters (``word_spans``), where it has none."""
    if annotated.words:
        return annotated
    spans = tuple(word_spans(annotated.text))
    return replace(annotated, words=tuple(annotated.text[a:b] for a, b in spans), spans=spans)


def words_inside(annotated: Annotated, span: Span) -> tuple[int, ...]:
    """The words that share a character with a range: ``he`` of *he's* is the whole word."""
    return tuple(i for i, (begin, end) in enumerate(annotated.spans) if begin < span[1] and end > span[0])
