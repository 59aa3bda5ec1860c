"""`mha-viz profile`: what every head does in general, over annotated files."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mha_viz.cli.corpus import OURS, SOURCES, checksum, corpus_of, n_sentences, refuse_empty, tell_left_out
from mha_viz.cli.profile_work import beside, counts_in, process_beside, work_file
from mha_viz.cli.profiles.forget import forget_profile
from mha_viz.cli.profiles.runner import runner
from mha_viz.cli.profiles.several import Measure, models_in, profile_each, refuse_folder
from mha_viz.cli.scores import json_rows, print_best
from mha_viz.cli.shared.terminal import add_dtype, loaded
from mha_viz.cli.shared.threads import one_thread
from mha_viz.disk import kept_in
from mha_viz.errors import InputError
from mha_viz.models.catalogue import CATALOGUE, DEFAULT
from mha_viz.progress import Progress, progress_bar

if TYPE_CHECKING:
    import pandas as pd

    from mha_viz.cli.shared.terminal import Commands
    from mha_viz.evidence.corpus.reading import Run
    from mha_viz.objects import Model

WORTH_IT = 256  # passages from which a second process saves more than its start costs


def add_profile_command(commands: Commands) -> None:
    """Add ``mha-viz profile``."""
    profile = commands.add_parser(
        "profile",
        help="what every head does in general, over annotated files; over our few example sentences without any",
    )
    profile.add_argument("--model", default=DEFAULT, help=f"{', '.join(CATALOGUE)}, a folder or a hub id")
    add_dtype(profile)
    profile.add_argument("--conllu", metavar="F", help="sentences with dependencies; with Entity=, also coreference")
    profile.add_argument("--select", metavar="F2", help="choose heads on this CoNLL-U file and report on the other")
    profile.add_argument("--documents", metavar="F", help="CoNLL-U with Entity=, for coreference and names alone")
    profile.add_argument("--pairs", metavar="F", help="twins as JSON lines; the file names the set")
    profile.add_argument("--gap", metavar="F", help="pronouns and names in GAP's tab-separated format")
    profile.add_argument("--entities", metavar="F", help="names in IOB2")
    profile.add_argument("--ratings", metavar="F", help="two words and how similar people find them, between tabs")
    profile.add_argument("--code", metavar="DIR", help="functions of the Python files below a folder")
    profile.add_argument("--message", metavar="ROLE:TEXT", action="append", help="refused: `scores` reads a chat")
    profile.add_argument("--models", metavar="F", help="instead of --model: the models of a file, one a line")
    profile.add_argument(
        "--ray", metavar="ADDRESS", nargs="?", const="", help="read on a Ray cluster; without address, on this machine"
    )
    profile.add_argument("--out", metavar="F", help="write the profile to this Parquet file; of --models, to a folder")
    profile.add_argument("--json", action="store_true", help="print every row as JSON")
    profile.add_argument("--restart", action="store_true", help="forget what an interrupted run has counted")
    profile.add_argument("--forget", metavar="MODEL", help="instead: delete your own profile of this model")
    profile.set_defaults(run=_profile)


def _profile(options: argparse.Namespace) -> None:
    if options.forget is not None:
        forget_profile(options)
        return
    if options.message:
        raise InputError(
            "A profile says what heads do over many annotated texts, and one chat is none of them: `mha-viz scores "
            "--message …` says what they do in it."
        )
    sums = {source: checksum(source, getattr(options, source)) for source in SOURCES if getattr(options, source)}
    names = models_in(options.models) if options.models is not None else []
    (refuse_folder if names else _refuse_out)(options.out)
    numbers = tell_left_out(options)
    refuse_empty(options)
    with runner(options) as run:
        measure = partial(_measured, sums, numbers, run)
        if names:
            profile_each(options, names, measure)
        else:
            _profile_one(options, measure)


def _profile_one(options: argparse.Namespace, measure: Measure) -> None:
    model = loaded(options.model, options.dtype)
    table, paths = measure(options, model, None if options.out is None else Path(options.out))
    if options.json:
        print(json.dumps(json_rows(table), ensure_ascii=False))
        return
    print(f"{model.name}: best head of each score, established first")
    print_best(table)
    print("\n".join(f"Kept in {path}" for path in paths))
    if sentence := _beside_shipped(model):
        print(sentence)


def _measured(
    sums: dict[str, str], numbers: dict[str, int], run: Run | None, options: argparse.Namespace, model: Model,
    out: Path | None,
) -> tuple[pd.DataFrame, list[Path]]:  # fmt: skip
    """The table of the profile, and where the profile is kept."""
    import pandas as pd

    from mha_viz.evidence.corpus.profile import Profile, save_profile, weigh_corpus
    from mha_viz.evidence.corpus.profiles import profile_path
    from mha_viz.evidence.corpus.reading import attending_layers

    work = work_file(model, sums)
    with counts_in(work, restart=options.restart) as store:
        with progress_bar() as progress, one_thread():
            if run is None:
                _read(options, model, store, work, progress.part(0.0, 0.9))
            else:
                _read_elsewhere(options, model, store, run, progress.part(0.0, 0.9))
            progress(0.9, "weighing")
            table = pd.concat(
                [weigh_corpus(store, attending_layers(model)), *_rated(options, model)], ignore_index=True
            )
        _refuse_nothing(table)
        profile = Profile(table, _facts(options, model, sums, numbers, store))
        paths = [
            save_profile(profile, path)
            for path in filter(None, (profile_path(model.name, model.identity, model.dtype), out))
        ]
    return table, paths


def _beside_shipped(model: Model) -> str:
    """How one's own profile is seen where another one comes with the app; "" where none does."""
    from mha_viz.evidence.corpus.profiles import SHIPPED, profile_of

    if profile_of(model.name, model.identity, SHIPPED, dtype=model.dtype) is None:
        return ""
    return f"Pages show the one that comes with mha_viz until you choose yours; --forget {model.name} deletes it."


def _refuse_out(name: str | None) -> None:
    """Before anything that takes long: where the profile goes has to take it."""
    if name is None or ((out := Path(name)).exists() and not out.is_dir()):
        return
    if name == "" or out.is_dir():
        raise InputError(f"{name!r} is a folder: give --out a file.")
    with kept_in(out.parent, "a profile", way_out="name another file with --out"):
        tempfile.TemporaryFile(dir=out.parent).close()


def _refuse_nothing(table: pd.DataFrame) -> None:
    """Random tokens are read whatever is given: what they say alone is no profile."""
    from mha_viz.scores.table import HEAD_SCORES

    of_random = [name for name, row in HEAD_SCORES.items() if row.on == "random tokens"]
    if not (table.loc[~table["score"].isin(of_random), "n"] > 0).any():
        raise InputError(
            "Nothing was measured: no score has an item in these files that the model can be asked. Nothing is kept."
        )


def _read(options: argparse.Namespace, model: Model, store: sqlite3.Connection, work: Path, progress: Progress) -> None:
    """The model reads the corpus; beside it, in a process of their own, its random twins read a smaller one."""
    from mha_viz.evidence.corpus.controls import SPREADS, read_controls
    from mha_viz.evidence.corpus.reading import read_corpus
    from mha_viz.evidence.corpus.store import add_store, names_kept, open_store

    passages, controls = corpus_of(options, model), None
    is_worth_it = (os.cpu_count() or 1) > 1 and sum(1 for _ in islice(passages(), WORTH_IT)) == WORTH_IT
    if is_worth_it and not names_kept(store, random=1):
        open_store(beside(work)).close()  # there, whenever that process ends
        controls = process_beside(options, work)
        controls.start()
    read_corpus(model, passages, store, progress=progress.part(0.0, 0.8))
    if controls is not None:
        progress(0.8, "random weights")
        controls.join()
        add_store(store, beside(work))
        if controls.exitcode == 0 and names_kept(store, random=len(SPREADS)):
            return
    # What the other process has read is done; whatever stopped it is said here.
    read_controls(model, passages, store, progress=progress.part(0.8, 1.0))


def _read_elsewhere(
    options: argparse.Namespace, model: Model, store: sqlite3.Connection, run: Run, progress: Progress
) -> None:
    """The model, and then its random twins, read wherever ``run`` reads."""
    from mha_viz.evidence.corpus.controls import read_controls
    from mha_viz.evidence.corpus.reading import read_corpus

    passages = corpus_of(options, model)
    read_corpus(model, passages, store, progress=progress.part(0.0, 0.8), run=run)
    read_controls(model, passages, store, progress=progress.part(0.8, 1.0), run=run)


def _rated(options: argparse.Namespace, model: Model) -> Iterator[pd.DataFrame]:
    from mha_viz.annotation.files.ratings import read_ratings
    from mha_viz.evidence.corpus.word_ratings import rating_table
    from mha_viz.models.load import random_twin

    if options.ratings:
        yield rating_table(model, random_twin(model), list(read_ratings(options.ratings)))


def _facts(
    options: argparse.Namespace, model: Model, sums: dict[str, str], numbers: dict[str, int], store: sqlite3.Connection
) -> dict[str, Any]:
    """How a profile was made."""
    from mha_viz.evidence.corpus.alone import heads_alone
    from mha_viz.evidence.corpus.controls import controls_told
    from mha_viz.evidence.corpus.groups import OF_A_HALF, n_units_merged
    from mha_viz.evidence.corpus.reading import attending_layers
    from mha_viz.evidence.corpus.store import n_kept, n_left_out, names_lost

    corpora = [
        {
            "what": Path(getattr(options, source)).resolve().name, "source": source, "sha256": sums[source],
            "sentences": numbers.get(source) or n_sentences(source, getattr(options, source)), "is_gold": True,
        }
        for source in sums
    ]  # fmt: skip
    if not sums:
        n = n_kept(store, OURS)
        corpora.append({"what": "example sentences of mha_viz", "source": OURS, "sentences": n, "is_gold": False})
    lost, n_units = names_lost(store), n_units_merged(store)
    return {
        "model": model.name, "identity": model.identity, "dtype": model.dtype, "corpora": corpora,
        "left_out": n_left_out(store),
        "alone": heads_alone(store, attending_layers(model)),
        "controls": controls_told(),
        "made": datetime.datetime.now(datetime.UTC).date().isoformat(), "with": f"mha-viz {version('mha-viz')}",
        **({"lost": lost} if lost else {}),
        **({"groups": {"units": n_units, "most": 2 * OF_A_HALF}} if n_units else {}),
    }  # fmt: skip
