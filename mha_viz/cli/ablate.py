"""`mha-viz ablate`: what a model predicts without some of its heads."""

from __future__ import annotations

import argparse
from pathlib import Path
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
from mha_viz.cli.shared.terminal import loaded
from mha_viz.errors import InputError
from mha_viz.models.catalogue import SEES

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
    ablate.add_argument("--picture", metavar="FILE", help=f"in place of the text (by default {SEES} sees it)")
    ablate.add_argument(
        "--class", dest="label", metavar="NAME",
        help="of a picture or sound that a model classifies: this class (by default the likeliest)",
    )  # fmt: skip
    add_grammar(ablate)
    ablate.add_argument("--heads", required=True, metavar="L.H,…", help="layer and head, from 0: 18.6,17.4")
    ablate.add_argument(
        "--how", choices=("zero", "mean", "uniform"), default="zero",
        help="they hand on nothing (default), their mean over the text, or what they find when they look evenly",
    )  # fmt: skip
    ablate.set_defaults(run=_ablate)


def _ablate(options: argparse.Namespace) -> None:
    if options.picture is not None:
        _ablate_picture(options)
        return
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


def _ablate_picture(options: argparse.Namespace) -> None:
    """Its classes, or how far its vectors turn where the model does not classify."""
    from mha_viz.recording.again import read_for_changes

    if options.text is not None or options.sound or options.grammar:
        raise InputError("Give either a text, --picture, --sound or --grammar.")
    if (options.target, options.against, options.decoder) != (None, None, None):
        raise InputError("A picture has no tokens: leave --target, --against and --decoder out.")
    if options.how == "mean":
        raise InputError("A mean is taken over texts or sounds: of a picture choose --how zero or --how uniform.")
    model = loaded(options.model or SEES, options.dtype)
    read = read_for_changes(model, Path(options.picture))
    heads, kind, of, others = chosen_heads(options, read[0])
    change, *changes = (_change(options.how, (), some, kind) for some in (heads, *others))
    tell_effect(options, model, read, change, changes, of, how=options.how, heads=heads)


def _change(how: str, texts: Sequence[str | Sound], heads: Sequence[Head], kind: str) -> Change:
    from mha_viz.recording.interventions.changes import Mean, Pattern, Zero

    if how == "mean":
        return Mean(heads, texts, kind=kind)
    return Zero(heads, kind=kind) if how == "zero" else Pattern(heads, "uniform", kind=kind)
