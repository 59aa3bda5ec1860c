"""`mha-viz profile`: what every head does in general, over annotated files."""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mha_viz.cli.corpus import OURS, SOURCES, corpus_of, n_sentences
from mha_viz.cli.scores import json_rows, print_best
from mha_viz.cli.terminal import loaded
from mha_viz.disk import ELSEWHERE, kept_in
from mha_viz.errors import InputError, MhaVizError
from mha_viz.models.catalogue import CATALOGUE, DEFAULT
from mha_viz.paths import cache_folder
from mha_viz.progress import Progress, progress_bar

if TYPE_CHECKING:
    import pandas as pd

    from mha_viz.cli.terminal import Commands
    from mha_viz.objects import Model

ROOM = 5  # MB: what the counts of our own sentences take, with some to spare
WORTH_IT = 256  # passages from which a second process saves more than its start costs


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
    from mha_viz.evidence.corpus.reading import attending_layers

    sums = {source: _checksum(getattr(options, source)) for source in SOURCES if getattr(options, source)}
    _tell_left_out(options)
    model = loaded(options.model)
    work = _work_file(model, sums)
    if options.restart:
        with suppress(OSError):
            _forget(work)
    with _counts_in(work) as store:
        with progress_bar() as progress, _one_thread():
            _read(options, model, store, work, progress.part(0.0, 0.9))
            progress(0.9, "weighing")
            table = pd.concat(
                [weigh_corpus(store, attending_layers(model)), *_rated(options, model)], ignore_index=True
            )
        facts = _facts(options, model, sums, store)
    profile = Profile(table, facts)
    paths = [save_profile(profile, path) for path in (profile_path(model.name, model.identity), _out(options)) if path]
    _forget(work)
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


@contextmanager
def _one_thread() -> Iterator[None]:
    """Texts are short: several threads for one of them cost more than they save."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _read(options: argparse.Namespace, model: Model, store: sqlite3.Connection, work: Path, progress: Progress) -> None:
    """The model reads the corpus; beside it, in a process of their own, its random twins read a smaller one."""
    from mha_viz.evidence.corpus.controls import read_controls
    from mha_viz.evidence.corpus.reading import read_corpus
    from mha_viz.evidence.corpus.store import add_store, names_kept, open_store

    passages, beside = corpus_of(options, model), None
    is_worth_it = (os.cpu_count() or 1) > 1 and sum(1 for _ in islice(passages(), WORTH_IT)) == WORTH_IT
    if is_worth_it and not names_kept(store, random=1):
        open_store(_beside(work)).close()  # there, whenever that process ends
        beside = get_context("spawn").Process(target=_controls, args=(options, _beside(work)), daemon=True)
        beside.start()
    read_corpus(model, passages, store, progress=progress.part(0.0, 0.8))
    if beside is not None:
        progress(0.8, "random weights")
        beside.join()
        add_store(store, _beside(work))
    # What the other process has read is done; whatever stopped it is said here.
    read_controls(model, passages, store, progress=progress.part(0.8, 1.0))


def _controls(options: argparse.Namespace, path: Path) -> None:
    """What the process of the random twins does."""
    import torch

    from mha_viz.evidence.corpus.controls import read_controls
    from mha_viz.evidence.corpus.store import open_store
    from mha_viz.models.load import load_model

    torch.set_num_threads(1)
    model, store = load_model(options.model), open_store(path)
    try:
        read_controls(model, corpus_of(options, model), store)
    finally:
        store.close()


def _beside(work: Path) -> Path:
    """Where the process of the random twins keeps its counts."""
    return work.with_suffix(".controls.sqlite")


def _forget(work: Path) -> None:
    for path in (work, _beside(work)):
        path.unlink(missing_ok=True)


def _tell_left_out(options: argparse.Namespace) -> None:
    """Read the treebanks once before anything that takes long: what is wrong in them, or left out, is told first."""
    from mha_viz.annotation.files.mentions import left_out_sentence
    from mha_viz.annotation.files.treebanks import read_conllu

    for path in (options.conllu, options.select, options.documents):
        if path and (sentence := left_out_sentence(read_conllu(path))):
            print(f"mha-viz: {Path(path).name}: {sentence}", file=sys.stderr)


def _rated(options: argparse.Namespace, model: Model) -> Iterator[pd.DataFrame]:
    from mha_viz.annotation.files.ratings import read_ratings
    from mha_viz.evidence.corpus.word_ratings import rating_table
    from mha_viz.models.load import random_twin

    if options.ratings:
        yield rating_table(model, random_twin(model), list(read_ratings(options.ratings)))


def _facts(
    options: argparse.Namespace, model: Model, sums: dict[str, str], store: sqlite3.Connection
) -> dict[str, Any]:
    """How a profile was made."""
    from mha_viz.evidence.corpus.alone import heads_alone
    from mha_viz.evidence.corpus.controls import SPREADS
    from mha_viz.evidence.corpus.reading import attending_layers
    from mha_viz.evidence.corpus.store import n_kept, n_left_out

    corpora = [
        {
            "what": Path(getattr(options, source)).name, "source": source, "sha256": sums[source],
            "sentences": n_sentences(source, getattr(options, source)), "is_gold": True,
        }
        for source in sums
    ]  # fmt: skip
    if not sums:
        n = n_kept(store, OURS)
        corpora.append({"what": "example sentences of mha_viz", "source": OURS, "sentences": n, "is_gold": False})
    return {
        "model": model.name, "identity": model.identity, "corpora": corpora, "left_out": n_left_out(store),
        "alone": heads_alone(store, attending_layers(model)),
        "controls": [{"seed": seed, "spread": spread} for seed, spread in enumerate(SPREADS)],
        "made": datetime.datetime.now(datetime.UTC).date().isoformat(), "with": f"mha-viz {version('mha-viz')}",
    }  # fmt: skip


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
