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
from mha_viz.scores.families.copying import random_repeats
from mha_viz.scores.families.twins import TWINS, twin_units

CHOOSE, REPORT, SELECT = 0, 1, 2
MOST_WORDS = 200_000  # of a corpus that is kept in memory: about 100 MB
CountTokens = Callable[[str], int]


@dataclass(frozen=True)
class Passage:
    """What a model reads at once, and how it counts.

    ``name`` is unique in a corpus. ``unit`` is what is independent of the other units: a sentence, a document, twins
    about the same. ``texts`` are one text, or those of a group of twins; ``scopes`` say which scores are taken of them
    (``tallies.SCOPES``), and only of items whose query is word ``new_from`` or later. ``ids`` are tokens that are no
    text. ``set_name`` is what twins are of. ``is_copy``: an earlier passage is the same: this one tells nothing.
    """

    name: str
    unit: str
    part: int
    texts: tuple[Annotated, ...] = ()
    scopes: tuple[str, ...] = ()
    new_from: int = 0
    ids: tuple[int, ...] = ()
    set_name: str = ""
    is_copy: bool = False


class FirstWith:
    """Which unit first had a text, and in which half: texts are the same but for case and white space."""

    def __init__(self) -> None:
        self.units: dict[bytes, tuple[str, int]] = {}  # by checksum, so that a long corpus takes little memory
        self.seen: set[bytes] = set()
        self.turns: dict[str, int] = {}

    def with_text(self, text: str, unit: str, *, together: str = "", asked: str = "") -> tuple[str, int, bool]:
        """The unit and the half of the first that had this text, and whether the same was ``asked`` of it there.

        New texts go to the halves by turns, those that are kept ``together`` to the same; copies take no turn.
        """
        of_text, of_both = _checksum(text), _checksum(f"{text}\0{asked}")
        turn = self.turns.setdefault(together, len(self.turns)) if together and of_text not in self.units else None
        is_copy, turn = of_both in self.seen, len(self.seen) if turn is None else turn
        self.seen.add(of_both)
        return *self.units.setdefault(of_text, (unit, turn % 2)), is_copy


def _checksum(text: str) -> bytes:
    return hashlib.blake2b(" ".join(text.casefold().split()).encode(), digest_size=16).digest()


def sentence_passages(
    sentences: Iterable[Annotated], source: str, part: int | None = None, *, first: FirstWith | None = None
) -> Iterator[Passage]:
    """Each sentence alone. Documents go to the halves by turns; without documents sentences do.

    Sentences of the same text are one unit, in the half of the first: a corpus of copies tells no more than one.
    ``first`` knows the sentences of other files: what stands there is left out where heads are chosen (``SELECT``).
    """
    first = FirstWith() if first is None else first
    for i, sentence in enumerate(sentences):
        name = f"{source} sentence {i}"
        unit, half, is_copy = first.with_text(sentence.text, name, together=sentence.document)
        if part == SELECT and not unit.startswith(f"{source} "):
            continue
        its_part = half if part is None else part
        yield Passage(name, unit, its_part, (sentence,), ("tokens", "sentence"), is_copy=is_copy)


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
    sentences: Iterable[Annotated], source: str, count_tokens: CountTokens, limit: int, part: int | None = None, *,
    first: FirstWith | None = None,
) -> Iterator[Passage]:  # fmt: skip
    """Each document, in windows of whole sentences where it is longer than ``limit`` tokens.

    A window repeats about the second half of the one before it, so that a mention can be asked about what came before;
    ``new_from`` keeps every item from being counted twice. A sentence of more than ``limit`` tokens is left out.
    Documents go to the halves by turns; a file without documents is one document. Documents of the same text are one
    unit, in the half of the first; ``first`` is as for sentences.
    """
    first = FirstWith() if first is None else first
    for turn, (document, group) in enumerate(groupby(sentences, key=lambda sentence: sentence.document)):
        of_document, name = list(group), f"{source} document {document or turn}"
        unit, half, is_copy = first.with_text(_text(of_document), name)
        if part == SELECT and not unit.startswith(f"{source} "):
            continue
        for number, (window, new_from) in enumerate(windows_of(of_document, count_tokens, limit)):
            joined = join_sentences(window)
            its_half, its_name = half if part is None else part, f"{name} {turn} window {number}"
            yield Passage(its_name, unit, its_half, (joined,), ("document",), new_from, is_copy=is_copy)


def twin_passages(texts: Iterable[Annotated], source: str, set_name: str = "") -> Iterator[Passage]:
    """Each group of twins at once, a text that stands in it twice once. Groups about the same are one unit
    (``twin_units``); the halves are the first units and the last, so that what a file keeps together stays together.
    """
    groups: dict[str, dict[str, Annotated]] = {}
    for text in texts:
        groups.setdefault(text.links[0].group, {}).setdefault(_asked(text), with_words(text))
    unit_of = twin_units({name: [*group.values()] for name, group in groups.items()})
    turn = {unit: i for i, unit in enumerate(dict.fromkeys(unit_of.values()))}
    seen: set[frozenset[str]] = set()
    for name, group in groups.items():
        half = int(turn[unit_of[name]] >= len(turn) / 2)
        unit, its_texts, asked = f"{source} {unit_of[name]}", tuple(group.values()), frozenset(group)
        its_name, is_copy = f"{source} group {name}", asked in seen
        yield Passage(its_name, unit, half, its_texts, (TWINS,), set_name=set_name, is_copy=is_copy)
        seen.add(asked)


def _asked(text: Annotated) -> str:
    """A text and what is asked of its pronouns: the same for copies."""
    links = [(link.pronoun, link.candidates, link.answer) for link in text.links]
    return f"{' '.join(text.text.casefold().split())} {links}"


def pronoun_passages(texts: Iterable[Annotated], source: str) -> Iterator[Passage]:
    """Each text with a pronoun and its candidates alone; texts go to the halves by turns, the same texts together."""
    first = FirstWith()
    for i, text in enumerate(texts):
        name = f"{source} text {i}"
        unit, half, is_copy = first.with_text(text.text, name, asked=_asked(text))
        yield Passage(name, unit, half, (with_words(text),), ("document",), is_copy=is_copy)


def code_passages(functions: Iterable[Annotated], source: str) -> Iterator[Passage]:
    """Each function alone. The functions of a file are one unit, and files go to the halves by turns; a function that
    stands in several files is of the first.
    """
    first = FirstWith()
    for i, function in enumerate(functions):
        of_file = f"{source} {function.document}"
        unit, half, is_copy = first.with_text(function.text, of_file, together=of_file)
        yield Passage(f"{source} function {i}", unit, half, (function,), ("tokens", "document"), is_copy=is_copy)


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
