"""`mha-viz ablate`: what a model predicts without some of its heads."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mha_viz.cli.changes import add_question, chosen_heads, tell_effect
from mha_viz.cli.terminal import loaded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mha_viz.cli.terminal import Commands
    from mha_viz.objects import Head
    from mha_viz.recording.interventions.changes import Change


def add_ablate_command(commands: Commands) -> None:
    """Add ``mha-viz ablate``."""
    ablate = commands.add_parser("ablate", help="what a model predicts without some of its heads")
    ablate.add_argument("text")
    add_question(ablate)
    ablate.add_argument("--heads", required=True, metavar="L.H,…", help="layer and head, from 0: 18.6,17.4")
    ablate.add_argument(
        "--how", choices=("zero", "mean", "uniform"), default="zero",
        help="they hand on nothing (default), their mean over the text, or what they find when they look evenly",
    )  # fmt: skip
    ablate.set_defaults(run=_ablate)


def _ablate(options: argparse.Namespace) -> None:
    model = loaded(options.model)
    heads, kind, of, others = chosen_heads(options, model)

    def without(some: Sequence[Head]) -> Change:
        return _change(options, some, kind)

    changes = [without(some) for some in others]
    tell_effect(options, model, options.text, without(heads), changes, of, how=options.how, heads=heads)


def _change(options: argparse.Namespace, heads: Sequence[Head], kind: str) -> Change:
    from mha_viz.recording.interventions.changes import Mean, Pattern, Zero

    if options.how == "mean":
        return Mean(heads, [options.text], kind=kind)
    return Zero(heads, kind=kind) if options.how == "zero" else Pattern(heads, "uniform", kind=kind)
