"""The files that `mha-viz profile` is given → passages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mha_viz.cli.shared.terminal import tell
from mha_viz.errors import InputError
from mha_viz.outside import cut, open_file

if TYPE_CHECKING:
    import argparse

    from mha_viz.annotation.annotated import Annotated
    from mha_viz.evidence.corpus.passages import Passage
    from mha_viz.objects import Model

SOURCES = ("conllu", "select", "documents", "pairs", "gap", "entities", "ratings", "code")
OURS = "ours"  # where nothing is given
# What a file holds, if not sentences.
ITEMS = {"pairs": "twins", "gap": "text", "ratings": "pair of words", "code": "function of 24 to 128 words"}


def corpus_of(options: argparse.Namespace, model: Model) -> Callable[[], Iterator[Passage]]:
    """Everything that was given, as passages; each call reads the files anew, unless they are short."""
    from mha_viz.annotation.examples import example_sentences
    from mha_viz.annotation.files.treebanks import read_conllu
    from mha_viz.evidence.corpus.passages import (
        REPORT,
        SELECT,
        FirstWith,
        document_passages,
        random_passages,
        read_once,
        sentence_passages,
    )
    from mha_viz.evidence.corpus.reading import document_limit, random_vocabulary, token_counter

    window = token_counter(model), document_limit(model)

    def passages() -> Iterator[Passage]:
        yield from random_passages(*random_vocabulary(model), window[1])
        first, first_document = FirstWith(), FirstWith()
        for source, path, part in _treebanks(options, REPORT, SELECT):
            has_mentions = source == "documents"  # without any it is refused (``refuse_empty``)
            for passage in () if has_mentions else sentence_passages(read_conllu(path), source, part, first=first):
                has_mentions = has_mentions or bool(passage.texts[0].mentions)
                yield passage
            if has_mentions:
                yield from document_passages(read_conllu(path), source, *window, part, first=first_document)
        if not any(getattr(options, source) for source in SOURCES):
            yield from sentence_passages(example_sentences(), OURS)
        yield from _of_other_files(options, window)

    return read_once(passages)


def _of_other_files(options: argparse.Namespace, window: tuple[Callable[[str], int], int]) -> Iterator[Passage]:
    """Of everything that is no treebank: pairs of sentences, pronouns, names and code."""
    from mha_viz.annotation.files.gap import read_gap
    from mha_viz.annotation.files.name_tags import read_iob2
    from mha_viz.annotation.files.pronoun_pairs import read_twins
    from mha_viz.evidence.corpus.passages import code_passages, document_passages, pronoun_passages, twin_passages

    if options.pairs:
        yield from twin_passages(read_twins(options.pairs), "pairs", Path(options.pairs).stem)
    if options.gap:
        yield from pronoun_passages(read_gap(options.gap), "gap")
    if options.entities:
        yield from document_passages(read_iob2(options.entities), "entities", *window)
    if options.code:
        yield from code_passages(_functions_in(options.code), "code")


def checksum(source: str, path: str) -> str:
    """The sha256 of a file, or of the functions that are taken from a folder.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if source == "code":
        texts = (function.text.encode() for function in _functions_in(path))
        return hashlib.sha256(b"\0".join(texts)).hexdigest()
    with open_file(path) as file:
        try:
            return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}.") from None


def n_sentences(source: str, path: str) -> int:
    """How many sentences, texts or functions there are; 0 for pairs of words. What is read at once may be a part."""
    return 0 if source == "ratings" else sum(1 for _ in _items(source, path))


def refuse_empty(options: argparse.Namespace) -> None:
    """
    Raises
    ------
    InputError
        If a file holds nothing of what it is given for, or heads would be chosen on what they are reported on.
    """
    for source in SOURCES:
        if path := getattr(options, source):
            items = _items(source, path)
            if source == "documents":
                items = (sentence for sentence in items if sentence.mentions)
            if next(items, None) is None:
                what = "mention (Entity=)" if source == "documents" else ITEMS.get(source, "sentence")
                raise InputError(f"{cut(path)} holds no {what}: there is nothing to measure.")
    if options.select and not any(_chosen_on(options)):
        raise InputError(
            f"Every sentence of {cut(options.select)} is among those that heads are reported on: they have to be "
            "chosen on other sentences. Without --select one half chooses and the other reports."
        )


def _chosen_on(options: argparse.Namespace) -> Iterator[Passage]:
    """The sentences on which heads are chosen: those that no other file has."""
    from mha_viz.annotation.files.treebanks import read_conllu
    from mha_viz.evidence.corpus.passages import SELECT, FirstWith, sentence_passages

    first = FirstWith()
    for source, path, part in _treebanks(options, 0, SELECT):
        of_file = sentence_passages(read_conllu(path), source, part, first=first)
        yield from (passage for passage in of_file if part == SELECT)


def tell_left_out(options: argparse.Namespace) -> dict[str, int]:
    """Read the treebanks once before anything that takes long: what is wrong in them, or left out, is told first.

    How many sentences they hold, by source.
    """
    from mha_viz.annotation.files.mentions import left_out_sentence
    from mha_viz.annotation.files.treebanks import read_conllu

    numbers = {}
    for source in ("conllu", "select", "documents"):
        if path := getattr(options, source):
            n = count()
            if sentence := left_out_sentence(one for one, _ in zip(read_conllu(path), n, strict=False)):
                tell(f"{Path(path).name}: {sentence}")
            numbers[source] = next(n)
    return numbers


def _items(source: str, path: str) -> Iterator[Any]:
    """What a file holds, as its reader gives it."""
    from mha_viz.annotation.files.gap import read_gap
    from mha_viz.annotation.files.name_tags import read_iob2
    from mha_viz.annotation.files.pronoun_pairs import read_twins
    from mha_viz.annotation.files.ratings import read_ratings
    from mha_viz.annotation.files.treebanks import read_conllu

    readers: dict[str, Callable[[str], Iterable[Any]]] = {
        "pairs": read_twins, "gap": read_gap, "entities": read_iob2, "ratings": read_ratings,
        "code": _functions_in,
    }  # fmt: skip
    return iter(readers.get(source, read_conllu)(path))


@cache
def _functions_in(folder: str) -> tuple[Annotated, ...]:
    """Read once: it takes some seconds, and they are asked for several times."""
    from mha_viz.annotation.code.folder import read_functions

    return tuple(read_functions(folder))


def _treebanks(options: argparse.Namespace, report: int, select: int) -> Iterator[tuple[str, str, int | None]]:
    """CoNLL-U files and the part that each is; with a file for choosing, the rest is for reporting."""
    part = report if options.select else None
    for source, its_part in (("conllu", part), ("documents", None), ("select", select)):
        if path := getattr(options, source):
            yield source, path, its_part
