"""`mha-viz train`: a small model learns a few sentences, and is looked at on the way.

What is shipped was made by
``mha-viz train --seed 0 --out assets/classroom --profile assets/profiles/classroom.parquet``
(the folder's own copy of the profile is not shipped). On the same machine and versions the same command gives the same
weights. Elsewhere sums round otherwise, and a training of a thousand steps can carry that far: what to expect there is
the spread between seeds, which docs/training.md gives.

``mha-viz train --compare-heads`` and ``mha-viz train --induction`` are the two other trainings (``train_tables``).
"""

from __future__ import annotations

import argparse
import datetime
import json
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mha_viz.cli.shared.terminal import TRAINING_NEEDS, integer
from mha_viz.disk import being_made, kept_in
from mha_viz.errors import InputError
from mha_viz.models.light import import_lightly
from mha_viz.paths import cache_folder
from mha_viz.progress import Progress, progress_bar
from mha_viz.training.limits import MOST, SEEDS

if TYPE_CHECKING:
    import pandas as pd

    from mha_viz.cli.shared.terminal import Commands
    from mha_viz.evidence.corpus.profile import Profile
    from mha_viz.objects import Model
    from mha_viz.training.train import TrainingPlan

PROFILE = "profile.parquet"
TRAINING, WEIGHING = 0.8, 0.97  # of the time


def add_train_command(commands: Commands) -> None:
    """Add ``mha-viz train``."""
    train = commands.add_parser(
        "train", help="train the small classroom model on its own grammar; --model FOLDER then shows it"
    )

    def up_to(name: str) -> Callable[[str], int]:
        return partial(integer, most=MOST[name])

    train.add_argument(
        "--seed", type=partial(integer, most=SEEDS - 1), default=0, help="of weights and sentences (default 0)"
    )
    train.add_argument("--steps", type=up_to("steps"), metavar="N", help="of training")
    train.add_argument("--layers", type=up_to("layers"), metavar="L")
    train.add_argument("--heads", type=up_to("heads"), metavar="H", help="of each layer; they share a width of 64")
    train.add_argument("--no-feed-forward", action="store_true", help="attention alone")
    train.add_argument("--out", metavar="FOLDER", help="where the model goes, with its checkpoints and its profile")
    train.add_argument("--profile", metavar="F", help="write the profile to this Parquet file too")
    others = train.add_mutually_exclusive_group()
    others.add_argument(
        "--compare-heads", action="store_true", help="1, 2, 4 and 8 heads at the same parameters, 8 seeds each"
    )
    others.add_argument("--induction", action="store_true", help="two layers of attention learn to repeat random words")
    train.set_defaults(run=_train)


def _train(options: argparse.Namespace) -> None:
    import_lightly()
    from mha_viz.evidence.corpus.profile import save_profile
    from mha_viz.evidence.corpus.profiles import profile_path
    from mha_viz.models.load import hush_transformers
    from mha_viz.training.train import use_one_thread

    hush_transformers()
    if options.compare_heads or options.induction:
        from mha_viz.cli.train_tables import compare_heads, train_to_repeat

        (compare_heads if options.compare_heads else train_to_repeat)(options)
        return
    plan = _plan(options)
    folder = Path(options.out) if options.out else cache_folder() / "trained" / f"classroom-seed-{plan.seed}"
    _refuse_other_folder(folder)
    with kept_in(folder.parent, *TRAINING_NEEDS):  # not after all the work
        use_one_thread()
    with progress_bar() as progress:
        model, table, profile = trained(plan, folder, progress)
    for path in (profile_path(model.name, model.identity), *([Path(options.profile)] if options.profile else [])):
        save_profile(profile, path)
    _print_way(table)
    print(f"Kept in {folder}: mha-viz heads … --model {folder}")


def _plan(options: argparse.Namespace) -> TrainingPlan:
    from mha_viz.training.train import TrainingPlan

    settings = {"seed": options.seed, "steps": options.steps, "layers": options.layers, "heads": options.heads}
    if options.no_feed_forward:
        settings["feed_forward"] = 0
    return TrainingPlan(**{name: value for name, value in settings.items() if value is not None})


def trained(plan: TrainingPlan, folder: Path, progress: Progress) -> tuple[Model, pd.DataFrame, Profile]:
    """Train, look at every checkpoint, weigh the finished model, and only then give the folder its name.

    Whatever interrupts this leaves the folder as it was.
    """
    from mha_viz.evidence.corpus.profile import save_profile
    from mha_viz.table_files import to_parquet
    from mha_viz.training.records import CHECKPOINTS, PATTERNS, Record, patterns_file, texts_of, watch
    from mha_viz.training.train import save_model

    snapshots = []
    for checkpoint, snapshot in watch(plan, progress=progress.part(0.0, TRAINING)):
        snapshots.append(snapshot)
        model = checkpoint.model
    record = Record(texts_of(plan), tuple(snapshots))
    table = record.table
    with being_made(folder, *TRAINING_NEEDS) as temporary:
        new = temporary / folder.name
        model = save_model(model, new, name=str(folder))
        (new / CHECKPOINTS).write_bytes(to_parquet(table, _facts(model, plan)))
        (new / PATTERNS).write_bytes(patterns_file(record))
        progress(TRAINING, "weighing")
        profile = _weighed(model, plan)
        save_profile(profile, new / PROFILE)
        progress(WEIGHING, "keeping")
        if folder.exists():
            folder.rename(temporary / "old")
        new.rename(folder)
    return model, table, profile


def _weighed(model: Model, plan: TrainingPlan) -> Profile:
    from mha_viz.evidence.corpus.passages import REPORT
    from mha_viz.evidence.corpus.profile import Profile
    from mha_viz.training.measures import ablated, classroom_passages, closing_accuracy, head_scores

    passages = classroom_passages(model)
    table = head_scores(model, passages)
    n_twins = sum(len(passage.texts) for passage in passages if "twins" in passage.scopes and passage.part == REPORT)
    n_plain = sum("tokens" in passage.scopes for passage in passages)
    corpora = [
        {"what": "held-out twins of the classroom grammar", "source": "pairs", "sentences": n_twins, "is_gold": True},
        {"what": "classroom grammar, drawn anew", "source": "grammar", "sentences": n_plain, "is_gold": True},
    ]
    measured = {
        "accuracy": closing_accuracy(model).to_dict("records"), "without": ablated(model).to_dict("records"),
    }  # fmt: skip
    return Profile(table, {**_facts(model, plan), "corpora": corpora, "left_out": 0, **measured})


def _facts(model: Model, plan: TrainingPlan) -> dict[str, Any]:
    """How it was made: the same command makes it again."""
    from dataclasses import asdict

    from mha_viz.training.train import NAME

    words = [f"--seed {plan.seed} --steps {plan.steps} --layers {plan.layers} --heads {plan.heads}"]
    words += [] if plan.feed_forward else ["--no-feed-forward"]
    return {
        "model": NAME, "identity": model.identity, "command": " ".join(["mha-viz train", *words]),
        "lesson": asdict(plan), "made": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "with": f"mha-viz {version('mha-viz')}",
    }  # fmt: skip


def _refuse_other_folder(folder: Path) -> None:
    """Only what an earlier training wrote is ever replaced."""
    from mha_viz.models.classroom import ClassroomConfig

    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    try:
        kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    except (OSError, ValueError, AttributeError):
        kind = None
    if kind != ClassroomConfig.model_type:
        raise InputError(f"{folder} is there already and is no classroom model: give --out another folder.")


def _print_way(table: pd.DataFrame) -> None:
    """What happened on the way: loss, accuracy and the best head for twins, a line a checkpoint."""
    of_twins = table[table["score"] == "twins"]
    best = of_twins.loc[of_twins.groupby("step")["value"].idxmax()]
    names = ["step", "loss", "accuracy", "accuracy_low", "accuracy_high", "layer", "head", "value", "n", "low", "high"]
    print("held-out sentences: accuracy on the last verb; the head whose pronoun finds the right noun in both twins")
    print(best[names].round(3).to_string(index=False))
