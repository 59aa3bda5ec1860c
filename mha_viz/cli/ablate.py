"""`mha-viz ablate`: what a model predicts without some of its heads."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mha_viz.cli.shared.changes import (
    add_grammar,
    add_question,
    chosen_heads,
    given,
    model_of,
    read_once,
    refuse_no_or_both,
    tell_effect,
    tell_mean_effect,
    verbs_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mha_viz.cli.shared.terminal import Commands
    from mha_viz.media import Sound
    from mha_viz.objects import Head
    from mha_viz.recording.interventions.changes import Change


def add_ablate_command(commands: Commands) -> None:
    """Add ``mha-viz ablate``."""
    ablate = commands.add_parser("ablate", help="what a model predicts without some of its heads")
    ablate.add_argument("text", nargs="?")
    add_question(ablate, sounds=1, of="text, a sound")
    add_grammar(ablate)
    ablate.add_argument("--heads", required=True, metavar="L.H,…", help="layer and head, from 0: 18.6,17.4")
    ablate.add_argument(
        "--how", choices=("zero", "mean", "uniform"), default="zero",
        help="they hand on nothing (default), their mean over the text, or what they find when they look evenly",
    )  # fmt: skip
    ablate.set_defaults(run=_ablate)


def _ablate(options: argparse.Namespace) -> None:
    refuse_no_or_both(options, [options.text] if options.text is not None else [])
    model = model_of(options)
    texts = verbs_of(model)[0] if options.grammar else given(options, [options.text])
    read = read_once(options, model, texts[0])
    heads, kind, of, others = chosen_heads(options, read[0])
    change, *changes = (_change(options.how, texts, some, kind) for some in (heads, *others))
    if options.grammar:
        tell_mean_effect(options, model, change, changes, of, how=options.how, heads=heads)
    else:
        tell_effect(options, model, read, change, changes, of, how=options.how, heads=heads)


def _change(how: str, texts: Sequence[str | Sound], heads: Sequence[Head], kind: str) -> Change:
    from mha_viz.recording.interventions.changes import Mean, Pattern, Zero

    if how == "mean":
        return Mean(heads, texts, kind=kind)
    return Zero(heads, kind=kind) if how == "zero" else Pattern(heads, "uniform", kind=kind)
