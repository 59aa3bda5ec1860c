"""Annotated files → passages: what a model reads at once, what is independent of it, and which half it belongs to.

Heads are chosen on one part of a corpus and reported on the other, so a passage knows its part: ``CHOOSE`` and
``REPORT`` are the halves, ``SELECT`` is a corpus that was given for choosing alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from mha_viz.annotation.annotated import Annotated, join_sentences, with_words
from mha_viz.scores.copying import random_repeats
from mha_viz.scores.twins import TWINS, twin_units

CHOOSE, REPORT, SELECT = 0, 1, 2
MOST_WORDS = 200_000  # of a corpus that is kept in memory: about 100 MB
CountTokens = Callable[[str], int]


@dataclass(frozen=True)
class Passage:
    """What a model reads at once, and how it counts.

    ``name`` is unique in a corpus. ``unit`` is what is independent of the other units: a sentence, a document, twins
    about the same. ``texts`` are one text, or those of a group of twins; ``scopes`` say which scores are taken of them
    (``tallies.SCOPES``), and only of items whose query is word ``new_from`` or later. ``ids`` are tokens that are no
    text. ``set_name`` is what twins are of.
    """

    name: str
    unit: str
    part: int
    texts: tuple[Annotated, ...] = ()
    scopes: tuple[str, ...] = ()
    new_from: int = 0
    ids: tuple[int, ...] = ()
    set_name: str = ""


def sentence_passages(sentences: Iterable[Annotated], source: str, part: int | None = None) -> Iterator[Passage]:
    """Each sentence alone. Documents go to the halves by turns; without documents sentences do.

    Sentences of the same text are one unit, in the half of the first: a corpus of copies tells no more than one.
    """
    documents: dict[str, int] = {}
    first = FirstWith()
    for i, sentence in enumerate(sentences):
        name = f"{source} sentence {i}"
        turn = documents.setdefault(sentence.document, len(documents)) if sentence.document else i
        unit, half = first.with_text(sentence.text, name, turn % 2)
        yield Passage(name, unit, half if part is None else part, (sentence,), ("tokens", "sentence"))


class FirstWith:
    """Which unit first had a text, and in which half: texts are the same but for case and white space."""

    def __init__(self) -> None:
        self.units: dict[bytes, tuple[str, int]] = {}  # by checksum, so that a long corpus takes little memory

    def with_text(self, text: str, unit: str, half: int) -> tuple[str, int]:
        """The unit and the half of the first that had this text: this one, if it is new."""
        checksum = hashlib.blake2b(" ".join(text.casefold().split()).encode(), digest_size=16).digest()
        return self.units.setdefault(checksum, (unit, half))


def read_once(passages: Callable[[], Iterable[Passage]], most: int = MOST_WORDS) -> Callable[[], Iterator[Passage]]:
    """The same passages, of which a corpus of at most so many words is read once and then kept in memory."""
    kept: list[Passage] = []

    def again() -> Iterator[Passage]:
        if kept:
            yield from kept
            return
        some, n_words = list[Passage](), 0
        for passage in passages():
            n_words += sum(len(text) for text in passage.texts)
            if n_words <= most:
                some.append(passage)
            else:
                some.clear()
            yield passage
        kept[:] = some

    return again


RANDOM_ROWS = 40  # half of them report: with five no p could fall below .03, and nothing be established of 72 heads


def random_passages(vocabulary: Sequence[int], bos: int | None, limit: int = 101) -> Iterator[Passage]:
    """Random tokens, repeated (``random_repeats``): a row is a unit.

    Rows are shorter where the vocabulary is one of letters, or the model reads fewer than ``limit`` tokens.
    """
    n = min(25, len(set(vocabulary) - {bos}), (limit - 1) // 4)
    for i, row in enumerate(random_repeats(vocabulary, n=n, samples=RANDOM_ROWS, bos=bos).tolist() if n > 1 else ()):
        yield Passage(f"random tokens {i}", f"random tokens {i}", i % 2, ids=tuple(row))


def document_passages(
    sentences: Iterable[Annotated], source: str, count_tokens: CountTokens, limit: int, part: int | None = None
) -> Iterator[Passage]:
    """Each document, in windows of whole sentences where it is longer than ``limit`` tokens.

    A window repeats about the second half of the one before it, so that a mention can be asked about what came before;
    ``new_from`` keeps every item from being counted twice. A sentence of more than ``limit`` tokens is left out.
    Documents go to the halves by turns; a file without documents is one document. Documents of the same text are one
    unit, in the half of the first.
    """
    first = FirstWith()
    for turn, (document, group) in enumerate(groupby(sentences, key=lambda sentence: sentence.document)):
        of_document, name = list(group), f"{source} document {document or turn}"
        unit, half = first.with_text(_text(of_document), name, turn % 2)
        for number, (window, new_from) in enumerate(windows_of(of_document, count_tokens, limit)):
            joined = join_sentences(window)
            its_half = half if part is None else part
            yield Passage(f"{name} {turn} window {number}", unit, its_half, (joined,), ("document",), new_from)


def twin_passages(texts: Iterable[Annotated], source: str, set_name: str = "") -> Iterator[Passage]:
    """Each group of twins at once. Groups about the same are one unit (``twin_units``); the halves are the first units
    and the last, so that what a file keeps together stays together.
    """
    groups: dict[str, list[Annotated]] = {}
    for text in texts:
        groups.setdefault(text.links[0].group, []).append(with_words(text))
    unit_of = twin_units(groups)
    turn = {unit: i for i, unit in enumerate(dict.fromkeys(unit_of.values()))}
    for name, group in groups.items():
        half = int(turn[unit_of[name]] >= len(turn) / 2)
        unit = f"{source} {unit_of[name]}"
        yield Passage(f"{source} group {name}", unit, half, tuple(group), (TWINS,), set_name=set_name)


def pronoun_passages(texts: Iterable[Annotated], source: str) -> Iterator[Passage]:
    """Each text with a pronoun and its candidates alone; texts go to the halves by turns, the same texts together."""
    first = FirstWith()
    for i, text in enumerate(texts):
        name = f"{source} text {i}"
        yield Passage(name, *first.with_text(text.text, name, i % 2), (with_words(text),), ("document",))


def code_passages(functions: Iterable[Annotated], source: str) -> Iterator[Passage]:
    """Each function alone. The functions of a file are one unit, and files go to the halves by turns; a function that
    stands in several files is of the first.
    """
    files: dict[str, int] = {}
    first = FirstWith()
    for i, function in enumerate(functions):
        turn = files.setdefault(function.document, len(files))
        unit, half = first.with_text(function.text, f"{source} {function.document}", turn % 2)
        yield Passage(f"{source} function {i}", unit, half, (function,), ("tokens", "document"))


def windows_of(
    sentences: Sequence[Annotated], count_tokens: CountTokens, limit: int
) -> Iterator[tuple[list[Annotated], int]]:
    """Windows of consecutive sentences that hold at most ``limit`` tokens, and the first word that is new in each."""
    sizes = [count_tokens(sentence.text) for sentence in sentences]
    begin = done = 0  # the first sentence of the window, and the first that no window has held
    while done < len(sentences):
        if sizes[done] > limit:
            done = begin = done + 1
            continue
        end = _end_of_window(sentences, sizes, count_tokens, limit, begin, done)
        if end == done:  # what is repeated leaves no room for the next sentence
            begin += 1
            continue
        yield list(sentences[begin:end]), sum(len(sentence) for sentence in sentences[begin:done])
        done = end
        half, begin = 0, end
        while begin > 0 and sizes[begin - 1] <= limit and half + sizes[begin - 1] <= limit // 2:
            begin -= 1
            half += sizes[begin]


def _end_of_window(
    sentences: Sequence[Annotated], sizes: Sequence[int], count_tokens: CountTokens, limit: int, begin: int, done: int
) -> int:
    """Where the window from ``begin`` on is full: after as many sentences as fit, counted where it is near."""

    def fits(end: int) -> bool:
        return sizes[end - 1] <= limit and count_tokens(_text(sentences[begin:end])) <= limit

    # Special tokens, which each size has, and the window has once.
    added = max(0, sum(sizes[:2]) - count_tokens(_text(sentences[:2])))
    end, about = done, added + sum(size - added for size in sizes[begin:done])
    while end < len(sentences) and sizes[end] <= limit and about + sizes[end] - added <= limit:
        about += sizes[end] - added
        end += 1
    while end > done and not fits(end):
        end -= 1
    while end < len(sentences) and fits(end + 1):
        end += 1
    return end


def _text(sentences: Sequence[Annotated]) -> str:
    return " ".join(sentence.text for sentence in sentences)
