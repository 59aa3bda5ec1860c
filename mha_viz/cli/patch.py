"""`mha-viz patch`: some heads hand on in one text what they hand on in another."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mha_viz.cli.shared.changes import add_question, chosen_heads, given, model_of, read_once, tell_effect
from mha_viz.errors import InputError

if TYPE_CHECKING:
    from mha_viz.cli.shared.terminal import Commands


def add_patch_command(commands: Commands) -> None:
    """Add ``mha-viz patch``."""
    patch = commands.add_parser("patch", help="some heads hand on in one text what they hand on in another")
    patch.add_argument("text", nargs="?", metavar="TEXT1", help="the text that is read")
    patch.add_argument("other", nargs="?", metavar="TEXT2", help="the text that the heads take from")
    add_question(patch, sounds=2, of="texts, two sounds: each moment stands for the same moment")
    patch.add_argument("--heads", required=True, metavar="L.H,…", help="layer and head, from 0: 18.6,17.4")
    patch.add_argument("--align", choices=("words", "tokens"), help="what stands for what (default words)")
    patch.set_defaults(run=_patch)


def _patch(options: argparse.Namespace) -> None:
    texts = [text for text in (options.text, options.other) if text is not None]
    if bool(options.sound) == bool(texts) or len(texts) == 1 or (options.sound and options.align):
        raise InputError("Give either two texts, or --sound with two files, which are aligned moment by moment.")
    model = model_of(options)
    from mha_viz.recording.interventions.changes import From

    here, there = given(options, texts)
    read = read_once(options, model, here)
    heads, kind, of, others = chosen_heads(options, read[0])
    align = "tokens" if options.sound else options.align or "words"
    change, *changes = (From(some, there, align, kind=kind) for some in (heads, *others))  # type: ignore[arg-type]
    tell_effect(options, model, read, change, changes, of, heads=heads)
