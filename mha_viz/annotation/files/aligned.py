"""Sentences and their translations, and which words stand for each other (Pharaoh format) → pairs with their links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mha_viz.annotation.files.lines import Line, lines_of
from mha_viz.errors import InputError
from mha_viz.paths import app_folder

Links = frozenset[tuple[int, int]]  # (word of the source, word of the target), both from 0
LINK = re.compile(r"(\d{1,5})([-?p])(\d{1,5})")
SIDES = re.compile(r" \|\|\| |\t")
MOST = 5_000  # pairs


@dataclass(frozen=True)
class AlignedPair:
    """A sentence and its translation as words, and which of them people linked: surely, or at least possibly."""

    source: tuple[str, ...]
    target: tuple[str, ...]
    sure: Links
    possible: Links  # the sure ones among them
    place: str = ""


def aligned_examples() -> list[AlignedPair]:
    """24 English sentences with a German translation each, written and linked for this project."""
    folder = app_folder() / "assets" / "translation"
    return read_aligned(folder / "en-de.txt", folder / "en-de.gold")


def read_aligned(pairs: str | Path, gold: str | Path) -> list[AlignedPair]:
    """Pairs of sentences, and in the same order the links of their words.

    A line of ``pairs`` is ``source ||| target``, or has a tab between; words stand between spaces. A line of ``gold``
    has links in Pharaoh format, counted from 0: ``0-1`` is sure, ``0?1`` or ``0p1`` possible.

    Raises
    ------
    InputError
        If a line is something else, links a word that is not there, or the files differ in length.

    References
    ----------
    .. [1] Koehn (2004), "Pharaoh: a beam search decoder for phrase-based SMT models", for the format.
    """
    sentences, links = _filled(pairs), _filled(gold)
    if len(sentences) != len(links):
        raise InputError(
            f"{Path(pairs).name} has {len(sentences):,} pairs but {Path(gold).name} {len(links):,} lines of links: "
            "give one line of links a pair."
        )
    if not 0 < len(sentences) <= MOST:
        raise InputError(f"{Path(pairs).name} holds {len(sentences):,} pairs: give 1 to {MOST:,}.")
    return [_pair(*lines) for lines in zip(sentences, links, strict=True)]


def _filled(path: str | Path) -> list[Line]:
    lines: list[Line] = []
    for line in lines_of(path):
        lines += [line] if line.text.strip() else []
        if len(lines) > MOST:
            raise line.refuse(f"up to {MOST:,} pairs are read, and here is one more.")
    return lines


def _pair(sentences: Line, links: Line) -> AlignedPair:
    sides = [tuple(side.split()) for side in SIDES.split(sentences.text)]
    if len(sides) != 2 or not all(sides):
        raise sentences.refuse("this is not a sentence and its translation, with ' ||| ' or a tab between.")
    source, target = sides
    found = dict(_links(links, len(source), len(target)))
    sure = frozenset(link for link, is_sure in found.items() if is_sure)
    return AlignedPair(source, target, sure, frozenset(found), sentences.place)


def _links(line: Line, n_source: int, n_target: int) -> Iterator[tuple[tuple[int, int], bool]]:
    for one in line.text.split():
        if not (link := LINK.fullmatch(one)):
            raise line.refuse(f"{one!r} is no link: write 0-1 for a sure one, 0?1 or 0p1 for a possible one.")
        i, j = int(link[1]), int(link[3])
        if i >= n_source or j >= n_target:
            raise line.refuse(
                f"{one} links a word that is not there: the pair has {n_source} and {n_target} words, counted from 0."
            )
        yield (i, j), link[2] == "-"
