"""`mha-viz train --compare-heads` and `--induction`: the tables that the page *Training* replays.

What is shipped was made by ``mha-viz train --compare-heads --out assets/classroom`` and
``mha-viz train --induction --out assets/induction``, the latter with seed 0.
"""

from __future__ import annotations

import argparse
import datetime
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mha_viz.cli.shared.terminal import TRAINING_NEEDS
from mha_viz.disk import kept_in, write_whole
from mha_viz.errors import InputError
from mha_viz.paths import cache_folder
from mha_viz.progress import progress_bar
from mha_viz.table_files import to_parquet
from mha_viz.training.head_counts import HEADS, SEEDS, head_counts
from mha_viz.training.induction import InductionPlan
from mha_viz.training.records import CHECKPOINTS, PATTERNS, Record, patterns_file, texts_of, watch
from mha_viz.training.train import Schedule, TrainingPlan, use_one_thread

if TYPE_CHECKING:
    import pandas as pd

HEAD_COUNTS = "head_counts.parquet"
SETTINGS = ("steps", "layers", "heads")


def compare_heads(options: argparse.Namespace) -> None:
    """Train with each number of heads and each of ``SEEDS``; one table."""
    if options.heads is not None or options.seed or options.profile:
        raise InputError("--compare-heads trains all numbers of heads with seeds of its own: leave the others out.")
    use_one_thread()
    plan = TrainingPlan(**_settings(options, "steps", "layers"), feed_forward=0 if options.no_feed_forward else 64)
    folder = _folder(options, "head-counts")
    with progress_bar() as progress:
        table = head_counts(plan, progress=progress)
    facts = _facts(plan, "--compare-heads", options, *SETTINGS) | {"heads": list(HEADS), "seeds": list(SEEDS)}
    _keep(folder, {HEAD_COUNTS: to_parquet(table, facts)})
    ends = table[table["step"] == table["step"].max()]
    names = ["heads", "seed", "parameters", "loss", "unread_loss", "accuracy", "low", "high", "learned", "best"]
    print("accuracy on the last verb of held-out twins, and with learned nouns; pairs that the best head finds")
    print(ends.sort_values(["heads", "seed"])[names].round(3).to_string(index=False))
    print(f"Kept in {folder / HEAD_COUNTS}")


def train_to_repeat(options: argparse.Namespace) -> None:
    """Train the model that repeats random words; its table and the patterns of its heads."""
    if options.no_feed_forward or options.profile:
        raise InputError("--induction has no feed-forward part and writes no profile: leave these options out.")
    use_one_thread()
    plan = InductionPlan(seed=options.seed, **_settings(options, *SETTINGS))
    folder = _folder(options, f"induction-seed-{plan.seed}")
    with progress_bar() as progress:
        record = Record(texts_of(plan), tuple(snapshot for _, snapshot in watch(plan, progress=progress)))
    table = to_parquet(record.table, _facts(plan, "--induction", options, "seed", *SETTINGS))
    _keep(folder, {CHECKPOINTS: table, PATTERNS: patterns_file(record)})
    print("loss on words for the first time and on repeated ones; the head with the highest induction score")
    print(_way(record.table).round(3).to_string(index=False))
    print(f"Kept in {folder}")


def _way(table: pd.DataFrame) -> pd.DataFrame:
    scores = table[table["score"] == "induction on random tokens"]
    names = ["step", "new_loss", "repeated_loss", "accuracy", "layer", "head", "value", "low", "high"]
    return scores.loc[scores.groupby("step")["value"].idxmax(), names]


def _settings(options: argparse.Namespace, *names: str) -> dict[str, int]:
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def _folder(options: argparse.Namespace, name: str) -> Path:
    """Where the files of a training will lie; refused before it begins if they cannot."""
    folder = Path(options.out) if options.out else cache_folder() / "trained" / name
    with kept_in(folder.parent, *TRAINING_NEEDS):
        return folder


def _keep(folder: Path, files: dict[str, bytes]) -> None:
    with kept_in(folder, *TRAINING_NEEDS):
        for name, data in files.items():
            write_whole(folder / name, data)


def _facts(plan: Schedule, which: str, options: argparse.Namespace, *names: str) -> dict[str, Any]:
    """How it was made: the same command makes it again."""
    settings = [f"--{name} {value}" for name, value in _settings(options, *names).items()]
    without = ["--no-feed-forward"] if options.no_feed_forward else []
    return {
        "command": " ".join(["mha-viz train", which, *settings, *without]), "lesson": asdict(plan),
        "made": datetime.datetime.now(datetime.UTC).date().isoformat(), "with": f"mha-viz {version('mha-viz')}",
    }  # fmt: skip
