"""`mha-viz importance`: what every head alone is worth to a prediction."""

from __future__ import annotations

import argparse
import json
import math
import sys
from typing import TYPE_CHECKING

from mha_viz.cli.shared.changes import (
    add_grammar,
    add_question,
    ask_of,
    given,
    model_of,
    refuse_no_or_both,
    tell_written,
    verbs_of,
)
from mha_viz.errors import InputError
from mha_viz.outside import cut
from mha_viz.progress import progress_bar

if TYPE_CHECKING:
    import pandas as pd

    from mha_viz.cli.shared.terminal import Commands
    from mha_viz.evidence.importance.published import Alike
    from mha_viz.objects import Model

SHOWN = 20  # heads in the terminal; --json and --csv give all


def add_importance_command(commands: Commands) -> None:
    """Add ``mha-viz importance``."""
    importance = commands.add_parser("importance", help="what every head alone is worth to a prediction")
    importance.add_argument("texts", nargs="*", metavar="TEXT", help="one text or several; all are asked the same")
    add_question(importance, sounds="+", of="texts, sounds")
    add_grammar(importance)
    importance.add_argument(
        "--how", choices=("zero", "mean"), default="zero",
        help="a head hands on nothing (default), or its mean over the texts",
    )  # fmt: skip
    importance.add_argument(
        "--attribution", action="store_true",
        help="also what each head itself adds to the logit difference: exact, where it is a sum of what heads add",
    )  # fmt: skip
    importance.add_argument(
        "--published", metavar="FILE",
        help="what others found heads to be worth (a graph of MIB, or layer, head and value as CSV or JSON): how alike "
        "both rank them",
    )  # fmt: skip
    importance.add_argument("--csv", action="store_true")
    importance.set_defaults(run=_importance)


def _importance(options: argparse.Namespace) -> None:
    refuse_no_or_both(options, options.texts)
    if options.published and options.csv:
        raise InputError("--csv is one table: leave --published out, or take --json.")
    from mha_viz.evidence.importance.published import alike, read_published

    published = read_published(options.published) if options.published else None
    model = model_of(options)
    from mha_viz.comparison.asks import Loss, Vectors
    from mha_viz.evidence.importance.importance import ATTRIBUTION, EFFECTS, importance
    from mha_viz.recording.capture import capture

    texts, ask, units = (
        verbs_of(model) if options.grammar else (given(options, options.texts), ask_of(model, options), None)
    )
    for sound in texts if options.sound else ():
        tell_written(options, capture(model, sound, target=options.decoder))
    with progress_bar() as progress:
        table = importance(
            model, texts, ask, how=options.how, kind=options.kind, target=options.decoder, units=units,
            effects=(*EFFECTS, ATTRIBUTION) if options.attribution else EFFECTS, progress=progress,
        )  # fmt: skip
    less_is_better = isinstance(ask, Loss | Vectors)
    both = alike(published, table, less_is_better=less_is_better) if published else None
    beside = _looks_beside(model, table) if options.grammar else None
    if beside is not None:
        looks = [name for name in beside if name.startswith("looks")]
        table = table.merge(beside[["layer", "head", *looks]], on=["layer", "head"], how="left")
    if options.json:
        told = {"published": both.as_dict()} if both else {}
        print(json.dumps({"model": model.name, "heads": [_plain(row) for row in table.to_dict("records")], **told}))
    elif options.csv:
        table.to_csv(sys.stdout, index=False)
    else:
        _tell(model.name, table)
        if beside is not None:
            print(_mattering(beside))
        if both is not None:
            print(_alike(options.published, both))


def _tell(name: str, table: pd.DataFrame) -> None:
    from mha_viz.evidence.importance.importance import where_effects_part

    order = table["total"].abs().sort_values(ascending=False, kind="stable").index
    ask, how = table["ask"][0], table["how"][0]
    print(f"{name}, {ask}: {len(table)} heads, each taken out alone ({how}), largest effect first")
    shown = table.loc[order[:SHOWN]].drop(columns=["how", "ask", "kind", "n_texts", "n_units"])
    shown = shown.dropna(axis="columns", how="all")
    print(shown.round(3).to_string(index=False))
    if len(table) > SHOWN:
        print(f"… and {len(table) - SHOWN} more; --json and --csv give all.")
    print(where_effects_part(table))


def _alike(path: str, both: Alike) -> str:
    def said(value: float, ends: tuple[float, float]) -> str:
        return (
            "undefined, as all are equal on one side"
            if value != value
            else f"{value:+.2f} [{ends[0]:+.2f}, {ends[1]:+.2f}]"
        )

    left_out = f" Left out: {', '.join(both.left_out)}." if both.left_out else ""
    return (
        f"Beside {cut(path)} ({both.told_by}), {both.n:,} heads: rank correlation with the total effect "
        f"{said(both.sizes, both.sizes_interval)} by size, {said(both.values, both.values_interval)} with signs "
        f"(95 % over heads).{left_out}"
    )


def _looks_beside(model: Model, table: pd.DataFrame) -> pd.DataFrame | None:
    """What each head finds in the twins of the grammar, beside what it costs; None without a profile of the model."""
    from mha_viz.evidence.corpus.profiles import profile_of
    from mha_viz.training.verbs import looks_beside

    profile = profile_of(model.name, model.identity, dtype=model.dtype)
    return None if profile is None else looks_beside(table, profile.table)


def _mattering(beside: pd.DataFrame) -> str:
    from mha_viz.training.findings import mattering_sentence

    return mattering_sentence(beside)


def _plain(row: dict[str, object]) -> dict[str, object]:
    return {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in row.items()}
