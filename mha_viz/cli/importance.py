"""`mha-viz importance`: what every head alone is worth to a prediction."""

from __future__ import annotations

import argparse
import json
import math
import sys
from typing import TYPE_CHECKING

from mha_viz.cli.changes import add_question, ask_of
from mha_viz.cli.terminal import loaded
from mha_viz.progress import progress_bar

if TYPE_CHECKING:
    import pandas as pd

    from mha_viz.cli.terminal import Commands

SHOWN = 20  # heads in the terminal; --json and --csv give all


def add_importance_command(commands: Commands) -> None:
    """Add ``mha-viz importance``."""
    importance = commands.add_parser("importance", help="what every head alone is worth to a prediction")
    importance.add_argument("texts", nargs="+", metavar="TEXT", help="one text or several; all are asked the same")
    add_question(importance)
    importance.add_argument(
        "--how", choices=("zero", "mean"), default="zero",
        help="a head hands on nothing (default), or its mean over the texts",
    )  # fmt: skip
    importance.add_argument("--csv", action="store_true")
    importance.set_defaults(run=_importance)


def _importance(options: argparse.Namespace) -> None:
    from mha_viz.evidence.importance import importance

    model = loaded(options.model)
    with progress_bar() as progress:
        table = importance(
            model, options.texts, ask_of(model, options), how=options.how, kind=options.kind, target=options.decoder,
            progress=progress,
        )  # fmt: skip
    if options.json:
        print(json.dumps({"model": model.name, "heads": [_plain(row) for row in table.to_dict("records")]}))
    elif options.csv:
        table.to_csv(sys.stdout, index=False)
    else:
        _tell(model.name, table)


def _tell(name: str, table: pd.DataFrame) -> None:
    from mha_viz.evidence.importance import total_and_direct

    order = table["total"].abs().sort_values(ascending=False, kind="stable").index
    ask, how = table["ask"][0], table["how"][0]
    print(f"{name}, {ask}: {len(table)} heads, each taken out alone ({how}), largest effect first")
    shown = table.loc[order[:SHOWN]].drop(columns=["how", "ask", "kind", "n_texts"]).dropna(axis="columns", how="all")
    print(shown.round(3).to_string(index=False))
    if len(table) > SHOWN:
        print(f"… and {len(table) - SHOWN} more; --json and --csv give all.")
    print(total_and_direct(table))


def _plain(row: dict[str, object]) -> dict[str, object]:
    return {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in row.items()}
