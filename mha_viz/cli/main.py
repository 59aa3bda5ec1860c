"""mha-viz: the app, the models, and the numbers of the pages in the terminal."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mha_viz.cli.classroom import add_class_options, serve_class
from mha_viz.cli.compare import add_compare_command
from mha_viz.cli.models import add_models_command
from mha_viz.cli.profile import add_profile_command
from mha_viz.cli.scores import add_scores_command
from mha_viz.cli.terminal import drop_output, fetched, loaded, signals_unwind, sweep_cache
from mha_viz.cli.train import add_train_command
from mha_viz.errors import InputError, MhaVizError
from mha_viz.models.catalogue import CATALOGUE, DEFAULT, WITHOUT_NETWORK
from mha_viz.ui.addresses import add_address_options, address_of
from mha_viz.ui.serve import LOOPBACK, refuse_taken_port, serve
from mha_viz.wording import head_name

if TYPE_CHECKING:
    from mha_viz.objects import Capture, Model
    from mha_viz.views.notebook import HtmlView


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a refusal is one sentence on stderr and exit status 1."""
    for stream in (sys.stdout, sys.stderr):  # a pipe on Windows would refuse what its code page does not hold
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    options = build_parser().parse_args(arguments)
    try:
        with signals_unwind():
            options.run(options)
        sys.stdout.flush()  # here, and not when Python ends: a reader that has gone away would be an error there
    except MhaVizError as error:
        print(f"mha-viz: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader (head, less) has seen enough
        drop_output()
    return 0


def build_parser() -> argparse.ArgumentParser:
    """Every command, with its options."""
    parser = argparse.ArgumentParser(
        prog="mha-viz",
        description="See what every attention head of a transformer looks at. Alone: starts the app.",
    )
    _add_server_options(parser)
    parser.set_defaults(run=_start_app)
    commands = parser.add_subparsers(title="commands", metavar="")

    add_models_command(commands)

    attention = commands.add_parser("attention", help="the pattern of one head")
    _add_input(attention)
    attention.add_argument("--layer", type=int, required=True, help="from 0")
    attention.add_argument("--head", type=int, required=True, help="from 0")
    attention.add_argument("--words", action="store_true", help="words instead of tokens")
    form = attention.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true")
    form.add_argument("--csv", action="store_true")
    attention.set_defaults(run=_attention)

    heads = commands.add_parser("heads", help="all heads: between two words, or each one's strongest pair")
    _add_input(heads)
    heads.add_argument("--from", dest="query", metavar="WORD", help="the word that looks; the#2 is the second")
    heads.add_argument("--to", dest="key", metavar="WORD", help="the word looked at")
    heads.add_argument("--json", action="store_true")
    heads.set_defaults(run=_heads)
    add_compare_command(commands)
    add_scores_command(commands)
    add_profile_command(commands)
    add_train_command(commands)
    return parser


def _add_server_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8501, help="of the app (default 8501)")
    parser.add_argument(
        "--host",
        help="address the app listens on (default: this machine only; of a class without --origin, all of it)",
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    add_address_options(parser)
    add_class_options(parser)


def _add_input(parser: argparse.ArgumentParser) -> None:
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


# ---- commands --------------------------------------------------------------------------------------------------


def _attention(options: argparse.Namespace) -> None:
    from mha_viz.attention.tables import pattern_frame
    from mha_viz.views.notebook import head_view

    capture = _capture(options)
    if options.html:
        chosen = {"kind": options.kind, "words": options.words}
        _save(head_view(capture, layer=options.layer, heads=[options.head], **chosen), options)
        return
    table = pattern_frame(capture, options.layer, options.head, kind=options.kind, words=options.words)
    if options.json:
        result = {
            "model": capture.model_name,
            "layer": options.layer,
            "head": options.head,
            "query": list(table.index),
            "key": list(table.columns),
            "pattern": table.to_numpy().tolist(),
        }
        print(json.dumps(result, ensure_ascii=False))
    elif options.csv:
        print(table.to_csv(lineterminator="\n"), end="")
    else:
        from mha_viz.cli.labels import as_text, axes_of

        names, sentence = axes_of(capture, options.kind, words=options.words)
        of_head = head_name(options.layer, options.head)
        print(f"{capture.model_name} {of_head}: queries down, keys across; rows sum to 1{sentence}")
        print(as_text(table.round(2).rename(index=names[0], columns=names[1])))


def _save(view: HtmlView, options: argparse.Namespace) -> None:
    try:
        print(view.save(options.html))
    except OSError as error:
        raise InputError(f"{options.html} cannot be written: {error.strerror}.") from error


def _heads(options: argparse.Namespace) -> None:
    if (options.query is None) != (options.key is None):
        raise InputError("Give both --from and --to, or neither.")
    capture = _capture(options)
    if options.html:
        from mha_viz.views.notebook import model_view

        _save(model_view(capture, kind=options.kind), options)
    elif options.query is not None:
        _print_ranking(options, capture)
    else:
        _print_descriptions(options, capture)


def _print_ranking(options: argparse.Namespace, capture: Capture) -> None:
    from mha_viz.attention.tables import attention_between

    table = attention_between(capture, options.query, options.key, kind=options.kind)
    if options.json:
        _print_heads_json(capture, options, table.to_dict("records"))
    else:
        from mha_viz.inputs.pieces import isolated

        pair = f"from {isolated(options.query)} to {isolated(options.key)}"
        print(f"{capture.model_name}: attention {pair}, best head first")
        print(table.round(3).to_string(index=False))


def _print_descriptions(options: argparse.Namespace, capture: Capture) -> None:
    from mha_viz.attention.tables import describe_heads

    table = describe_heads(capture, kind=options.kind)
    if options.json:
        heads = [
            {
                "layer": row["layer"],
                "head": row["head"],
                "strongest": [row["query"], row["key"], row["value"]],
                "entropy": row["entropy"],
                "mean_distance": row["mean_distance"],
            }
            for row in table.to_dict("records")
        ]
        _print_heads_json(capture, options, heads)
    else:
        from mha_viz.cli.labels import as_text, axes_of

        names, sentence = axes_of(capture, options.kind)
        what = "strongest pair of tokens, entropy (nats) and mean distance (tokens) of each head"
        print(f"{capture.model_name}: {what}{sentence}")
        table = table.assign(query=table["query"].map(names[0]), key=table["key"].map(names[1]))
        print(as_text(table.round(3), index=False))


def _print_heads_json(capture: Capture, options: argparse.Namespace, heads: list[dict[str, Any]]) -> None:
    from mha_viz.attention.maps import chosen_kind
    from mha_viz.inputs.words import unique_labels

    labels = capture.query_positions[chosen_kind(capture, options.kind)].labels
    result = {"model": capture.model_name, "tokens": unique_labels(labels), "heads": heads}
    print(json.dumps(result, ensure_ascii=False))


def _start_app(options: argparse.Namespace) -> None:
    """Fetch the default model if need be, then serve the app until interrupted."""
    address = address_of(options.origin, options.path)
    sweep_cache()
    if options.classroom:
        serve_class(options, address)
        return
    host = options.host or LOOPBACK
    refuse_taken_port(host, options.port)
    try:
        fetched(DEFAULT)
    except MhaVizError as error:  # the app opens all the same, with what it has
        print(f"mha-viz: {error} The app opens with {WITHOUT_NETWORK}, which comes with it.", file=sys.stderr)
    serve(host, options.port, open_browser=not options.no_browser, address=address)


# ---- parts -----------------------------------------------------------------------------------------------------


def _with_ends(model: Model, options: argparse.Namespace) -> str:
    """The text as it is to be read, with as many start and end tokens as were asked for."""
    from mha_viz.inputs.ends import with_start_token, without_doubled_ends
    from mha_viz.inputs.text import tokenizer_of

    text: str = options.text
    if options.start_token:
        return with_start_token(tokenizer_of(model.processor), text)
    return without_doubled_ends(tokenizer_of(model.processor), text) if options.single_ends else text


def _capture(options: argparse.Namespace) -> Capture:
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
