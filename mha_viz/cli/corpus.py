"""The files that `mha-viz profile` is given → passages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from mha_viz.evidence.corpus.passages import Passage
    from mha_viz.objects import Model

SOURCES = ("conllu", "select", "documents", "pairs", "gap", "entities", "ratings")
OURS = "ours"  # where nothing is given


def corpus_of(options: argparse.Namespace, model: Model) -> Callable[[], Iterator[Passage]]:
    """Everything that was given, as passages; each call reads the files anew."""
    from mha_viz.annotation.examples import example_sentences
    from mha_viz.annotation.files.gap import read_gap
    from mha_viz.annotation.files.name_tags import read_iob2
    from mha_viz.annotation.files.pronoun_pairs import read_twins
    from mha_viz.annotation.files.treebanks import read_conllu
    from mha_viz.evidence.corpus.passages import (
        REPORT,
        SELECT,
        document_passages,
        pronoun_passages,
        random_passages,
        sentence_passages,
        twin_passages,
    )
    from mha_viz.evidence.corpus.reading import document_limit, random_vocabulary, token_counter

    window = token_counter(model), document_limit(model)

    def passages() -> Iterator[Passage]:
        yield from random_passages(*random_vocabulary(model), window[1])
        for source, path, part in _treebanks(options, REPORT, SELECT):
            if source != "documents":
                yield from sentence_passages(read_conllu(path), source, part)
            if any(sentence.mentions for sentence in read_conllu(path)):
                yield from document_passages(read_conllu(path), source, *window, part)
        if not any(getattr(options, source) for source in SOURCES):
            yield from sentence_passages(example_sentences(), OURS)
        if options.pairs:
            yield from twin_passages(read_twins(options.pairs), "pairs", Path(options.pairs).stem)
        if options.gap:
            yield from pronoun_passages(read_gap(options.gap), "gap")
        if options.entities:
            yield from document_passages(read_iob2(options.entities), "entities", *window)

    return passages


def n_sentences(source: str, path: str) -> int:
    """How many sentences, or texts, a file holds; 0 for pairs of words. What is read at once may be a part of these."""
    from mha_viz.annotation.files.gap import read_gap
    from mha_viz.annotation.files.name_tags import read_iob2
    from mha_viz.annotation.files.pronoun_pairs import read_twins
    from mha_viz.annotation.files.treebanks import read_conllu

    if source == "ratings":
        return 0
    readers = {"pairs": read_twins, "gap": read_gap, "entities": read_iob2}
    return len(list(readers.get(source, read_conllu)(path)))


def _treebanks(options: argparse.Namespace, report: int, select: int) -> Iterator[tuple[str, str, int | None]]:
    """CoNLL-U files and the part that each is; with a file for choosing, the rest is for reporting."""
    part = report if options.select else None
    for source, its_part in (("conllu", part), ("documents", None), ("select", select)):
        if path := getattr(options, source):
            yield source, path, its_part
