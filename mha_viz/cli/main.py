"""mha-viz: the app, the models, and the numbers of the pages in the terminal."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence

from mha_viz.cli.ablate import add_ablate_command
from mha_viz.cli.attention import add_attention_command
from mha_viz.cli.classroom import add_class_options, serve_class
from mha_viz.cli.compare import add_compare_command
from mha_viz.cli.heads import add_heads_command
from mha_viz.cli.importance import add_importance_command
from mha_viz.cli.lesson import add_lesson_command
from mha_viz.cli.media.alignment_heads import add_alignment_heads_command
from mha_viz.cli.models import add_models_command
from mha_viz.cli.patch import add_patch_command
from mha_viz.cli.profile import add_profile_command
from mha_viz.cli.profiles.find import add_find_command
from mha_viz.cli.reproduce import add_reproduce_command
from mha_viz.cli.scan import add_scan_command
from mha_viz.cli.scores import add_scores_command
from mha_viz.cli.shared.terminal import (
    DISK_ERRORS,
    drop_output,
    fetched,
    integer,
    offloading,
    parsed,
    say_of_disk,
    signals_unwind,
    tell,
)
from mha_viz.cli.text_types import add_text_types_command
from mha_viz.cli.train import add_train_command
from mha_viz.errors import MhaVizError
from mha_viz.models.catalogue import DEFAULT, WITHOUT_NETWORK
from mha_viz.models.light import allow_light_imports
from mha_viz.ui.addresses import LOOPBACK, add_address_options, address_of
from mha_viz.ui.serve import refuse_taken_port, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a refusal is one sentence on stderr and exit status 1."""
    for stream in (sys.stdout, sys.stderr):  # a pipe on Windows would refuse what its code page does not hold
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    if arguments is None:  # not called by a program of somebody's
        allow_light_imports()
    options = parsed(build_parser(), sys.argv[1:] if arguments is None else arguments)
    try:
        with signals_unwind(), offloading(options):
            options.run(options)
        sys.stdout.flush()  # here, and not when Python ends: a reader that has gone away would be an error there
    except MhaVizError as error:
        tell(error)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader (head, less) has seen enough
        drop_output()
    except DISK_ERRORS as error:
        return say_of_disk(error)
    return 0


def build_parser() -> argparse.ArgumentParser:
    """Every command, with its options."""
    parser = argparse.ArgumentParser(
        prog="mha-viz",
        description="See what every attention head of a transformer looks at. Alone: starts the app.",
    )
    _add_server_options(parser)
    parser.set_defaults(run=_start_app)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    add_models_command(commands)
    add_scan_command(commands)
    add_attention_command(commands)
    add_heads_command(commands)
    add_compare_command(commands)
    add_scores_command(commands)
    add_text_types_command(commands)
    add_ablate_command(commands)
    add_importance_command(commands)
    add_patch_command(commands)
    add_alignment_heads_command(commands)
    add_profile_command(commands)
    add_find_command(commands)
    add_reproduce_command(commands)
    add_train_command(commands)
    add_lesson_command(commands, _add_server_options, _start_app)
    return parser


def _add_server_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=integer, default=8501, help="of the app (default 8501)")
    parser.add_argument(
        "--host",
        help="address the app listens on (default: this machine only; of a class without --origin, all of it)",
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    add_address_options(parser)
    add_class_options(parser)


def _start_app(options: argparse.Namespace) -> None:
    """Fetch the default model if need be, then serve the app until interrupted."""
    address = address_of(options.origin, options.path)
    if options.classroom:
        serve_class(options, address)
        return
    host = options.host or LOOPBACK
    refuse_taken_port(host, options.port)
    try:
        fetched(DEFAULT)
    except MhaVizError as error:  # the app opens all the same, with what it has
        tell(f"{error} The app opens with {WITHOUT_NETWORK}, which comes with it.")
    serve(host, options.port, open_browser=not options.no_browser, address=address)
