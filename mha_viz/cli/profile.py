"""`mha-viz profile`: what every head does in general, over annotated files."""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mha_viz.cli.scores import json_rows, print_best
from mha_viz.cli.terminal import loaded
from mha_viz.disk import ELSEWHERE, kept_in
from mha_viz.errors import InputError, MhaVizError
from mha_viz.models.catalogue import CATALOGUE, DEFAULT
from mha_viz.paths import cache_folder
from mha_viz.progress import progress_bar

if TYPE_CHECKING:
    import pandas as pd

    from mha_viz.cli.terminal import Commands
    from mha_viz.evidence.corpus.passages import Passage
    from mha_viz.objects import Model

SOURCES = ("conllu", "select", "documents", "pairs", "gap", "entities", "ratings")
OURS = "ours"  # where nothing is given
ROOM = 5  # MB: what the counts of our own sentences take, with some to spare


def add_profile_command(commands: Commands) -> None:
    """Add ``mha-viz profile``."""
    profile = commands.add_parser(
        "profile",
        help="what every head does in general, over annotated files; over our few example sentences without any",
    )
    profile.add_argument("--model", default=DEFAULT, help=f"{', '.join(CATALOGUE)}, a folder or a hub id")
    profile.add_argument("--conllu", metavar="F", help="sentences with dependencies; with Entity=, also coreference")
    profile.add_argument("--select", metavar="F2", help="choose heads on this CoNLL-U file and report on the other")
    profile.add_argument("--documents", metavar="F", help="CoNLL-U with Entity=, for coreference and names alone")
    profile.add_argument("--pairs", metavar="F", help="twins as JSON lines; the file names the set")
    profile.add_argument("--gap", metavar="F", help="pronouns and names in GAP's tab-separated format")
    profile.add_argument("--entities", metavar="F", help="names in IOB2")
    profile.add_argument("--ratings", metavar="F", help="two words and how similar people find them, between tabs")
    profile.add_argument("--out", metavar="F", help="write the profile to this Parquet file")
    profile.add_argument("--json", action="store_true", help="print every row as JSON")
    profile.add_argument("--restart", action="store_true", help="forget what an interrupted run has counted")
    profile.set_defaults(run=_profile)


def _profile(options: argparse.Namespace) -> None:
    import pandas as pd

    from mha_viz.evidence.corpus.profile import Profile, profile_path, save_profile, weigh_corpus
    from mha_viz.evidence.corpus.reading import attending_layers, read_corpus
    from mha_viz.models.load import random_twin

    sums = {source: _checksum(getattr(options, source)) for source in SOURCES if getattr(options, source)}
    _tell_left_out(options)
    model = loaded(options.model)
    work = _work_file(model, sums)
    if options.restart:
        with suppress(OSError):
            work.unlink()
    with _counts_in(work) as store:
        passages = _corpus(options, model)
        with progress_bar() as progress:
            read_corpus(model, passages, store, progress=progress.part(0.0, 0.45))
            twin = random_twin(model)
            read_corpus(twin, passages, store, random=True, progress=progress.part(0.45, 0.9))
            progress(0.9, "weighing")
            table = pd.concat(
                [weigh_corpus(store, attending_layers(model)), *_rated(options, model, twin)], ignore_index=True
            )
        facts = _facts(options, model, sums, store)
    profile = Profile(table, facts)
    paths = [save_profile(profile, path) for path in (profile_path(model.name, model.identity), _out(options)) if path]
    work.unlink(missing_ok=True)
    if options.json:
        print(json.dumps(json_rows(table), ensure_ascii=False))
        return
    print(f"{model.name}: best head of each score, established first")
    print_best(table)
    print("\n".join(f"Kept in {path}" for path in paths))


@contextmanager
def _counts_in(work: Path) -> Iterator[sqlite3.Connection]:
    """Where counts are kept: a refusal leaves none of them; what interrupts this leaves those of whole passages."""
    from mha_viz.evidence.corpus.store import names_kept, open_store

    with kept_in(work.parent, "a profile", ROOM, f"{ELSEWHERE}; the same command then goes on where it stopped"):
        store, goes = None, not work.exists()
        try:
            store = open_store(work)
            goes = False
            yield store
        except BaseException as error:
            goes |= store is not None and (isinstance(error, MhaVizError) or not names_kept(store, random=False))
            raise
        finally:
            if store is not None:
                store.close()
            for path in work.parent.glob(f"{work.stem}*") if goes else ():
                path.unlink(missing_ok=True)


def _tell_left_out(options: argparse.Namespace) -> None:
    """Read the treebanks once before anything that takes long: what is wrong in them, or left out, is told first."""
    from mha_viz.annotation.files.mentions import left_out_sentence
    from mha_viz.annotation.files.treebanks import read_conllu

    for path in (options.conllu, options.select, options.documents):
        if path and (sentence := left_out_sentence(read_conllu(path))):
            print(f"mha-viz: {Path(path).name}: {sentence}", file=sys.stderr)


def _rated(options: argparse.Namespace, model: Model, twin: Model) -> Iterator[pd.DataFrame]:
    from mha_viz.annotation.files.ratings import read_ratings
    from mha_viz.evidence.corpus.word_ratings import rating_table

    if options.ratings:
        yield rating_table(model, twin, list(read_ratings(options.ratings)))


def _facts(
    options: argparse.Namespace, model: Model, sums: dict[str, str], store: sqlite3.Connection
) -> dict[str, Any]:
    """How a profile was made."""
    from mha_viz.evidence.corpus.store import n_kept, n_left_out

    corpora = [
        {
            "what": Path(getattr(options, source)).name, "source": source, "sha256": sums[source],
            "sentences": n_kept(store, source), "is_gold": True,
        }
        for source in sums
    ]  # fmt: skip
    if not sums:
        n = n_kept(store, OURS)
        corpora.append({"what": "example sentences of mha_viz", "source": OURS, "sentences": n, "is_gold": False})
    return {
        "model": model.name, "identity": model.identity, "corpora": corpora, "left_out": n_left_out(store),
        "made": datetime.datetime.now(datetime.UTC).date().isoformat(), "with": f"mha-viz {version('mha-viz')}",
    }  # fmt: skip


def _corpus(options: argparse.Namespace, model: Model) -> Callable[[], Iterator[Passage]]:
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


def _treebanks(options: argparse.Namespace, report: int, select: int) -> Iterator[tuple[str, str, int | None]]:
    """CoNLL-U files and the part that each is; with a file for choosing, the rest is for reporting."""
    part = report if options.select else None
    for source, its_part in (("conllu", part), ("documents", None), ("select", select)):
        if path := getattr(options, source):
            yield source, path, its_part


def _work_file(model: Model, sums: dict[str, str]) -> Path:
    """Where the counts of just this work are kept until it is done."""
    named = json.dumps([model.name, model.identity, sums, version("mha-viz")], sort_keys=True)
    return cache_folder() / "profiles" / "unfinished" / f"{hashlib.sha256(named.encode()).hexdigest()[:16]}.sqlite"


def _checksum(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None


def _out(options: argparse.Namespace) -> Path | None:
    return Path(options.out) if options.out else None
