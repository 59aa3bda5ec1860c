"""`mha-viz patch`: some heads hand on in one text what they hand on in another."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mha_viz.cli.shared.changes import add_question, chosen_heads, tell_effect
from mha_viz.cli.shared.terminal import loaded

if TYPE_CHECKING:
    from mha_viz.cli.shared.terminal import Commands


def add_patch_command(commands: Commands) -> None:
    """Add ``mha-viz patch``."""
    patch = commands.add_parser("patch", help="some heads hand on in one text what they hand on in another")
    patch.add_argument("text", metavar="TEXT1", help="the text that is read")
    patch.add_argument("other", metavar="TEXT2", help="the text that the heads take from")
    add_question(patch)
    patch.add_argument("--heads", required=True, metavar="L.H,…", help="layer and head, from 0: 18.6,17.4")
    patch.add_argument("--align", choices=("words", "tokens"), default="words", help="what stands for what")
    patch.set_defaults(run=_patch)


def _patch(options: argparse.Namespace) -> None:
    model = loaded(options.model, options.dtype)
    from mha_viz.recording.interventions.changes import From

    heads, kind, of, others = chosen_heads(options, model, options.text)
    change, *changes = (From(some, options.other, options.align, kind=kind) for some in (heads, *others))
    tell_effect(options, model, options.text, change, changes, of, heads=heads)
