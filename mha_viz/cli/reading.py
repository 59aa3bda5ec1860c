"""The options that say what is read, and by which model → its capture."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from mha_viz.cli.terminal import loaded
from mha_viz.errors import InputError
from mha_viz.models.catalogue import CATALOGUE, DEFAULT

if TYPE_CHECKING:
    from mha_viz.objects import Capture, Model
    from mha_viz.views.notebook import HtmlView


def add_input(parser: argparse.ArgumentParser) -> None:
    """What the text and the model are said with."""
    parser.add_argument("text")
    parser.add_argument("--model", default=DEFAULT, help=f"{', '.join(CATALOGUE)}, a folder or a hub id")
    parser.add_argument("--target", help="what the decoder of an encoder-decoder reads")
    parser.add_argument(
        "--source-language",
        metavar="CODE",
        help="of the text, for translation models that put its tag beside it: eng_Latn, en_XX, en",
    )
    parser.add_argument("--target-language", metavar="CODE", help="of the target: fra_Latn, fr_XX, fr")
    parser.add_argument("--pair", help="a second text, read together with the first")
    parser.add_argument("--new-tokens", type=int, default=0, metavar="N", help="a causal model goes on by N tokens")
    ends = parser.add_mutually_exclusive_group()
    ends.add_argument("--start-token", action="store_true", help="begin with it, where the tokenizer puts none there")
    ends.add_argument("--single-ends", action="store_true", help="leave out typed ones that it puts there too")
    parser.add_argument("--kind", choices=("encoder", "decoder", "cross"), help="needed where a model has several")
    parser.add_argument("--html", metavar="FILE", help="write the interactive picture as one page instead")


def _with_ends(model: Model, options: argparse.Namespace) -> str:
    """The text as it is to be read, with as many start and end tokens as were asked for."""
    from mha_viz.inputs.ends import with_start_token, without_doubled_ends
    from mha_viz.inputs.text import tokenizer_of

    text: str = options.text
    if options.start_token:
        return with_start_token(tokenizer_of(model.processor), text)
    return without_doubled_ends(tokenizer_of(model.processor), text) if options.single_ends else text


def capture_of(options: argparse.Namespace) -> Capture:
    """What the model reads of the text; its notes go to stderr."""
    from mha_viz.recording.capture import capture

    model = loaded(options.model)
    text_capture: Capture = capture(
        model, _with_ends(model, options), target=options.target, pair=options.pair, new_tokens=options.new_tokens,
        source_language=options.source_language, target_language=options.target_language,
    )  # fmt: skip
    sides = (*text_capture.query_positions.values(), *text_capture.key_positions.values())
    for note in dict.fromkeys(note for side in sides for note in side.notes):
        print(f"mha-viz: {note}", file=sys.stderr)
    return text_capture


def save_page(view: HtmlView, options: argparse.Namespace) -> None:
    """The interactive picture, as one page."""
    try:
        print(view.save(options.html))
    except OSError as error:
        raise InputError(f"{options.html} cannot be written: {error.strerror}.") from error
