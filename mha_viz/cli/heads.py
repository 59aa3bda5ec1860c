"""``mha-viz heads``: all heads, between two words or each with its strongest pair."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from mha_viz.cli.input import add_input, captured
from mha_viz.cli.terminal import save_page
from mha_viz.errors import InputError

if TYPE_CHECKING:
    from mha_viz.cli.terminal import Commands
    from mha_viz.objects import Capture


def add_heads_command(commands: Commands) -> None:
    """Add ``mha-viz heads``."""
    heads = commands.add_parser("heads", help="all heads: between two words, or each one's strongest pair")
    add_input(heads)
    heads.add_argument("--from", dest="query", metavar="WORD", help="the word that looks; the#2 is the second")
    heads.add_argument("--to", dest="key", metavar="WORD", help="the word looked at")
    heads.add_argument("--json", action="store_true")
    heads.set_defaults(run=_heads)


def _heads(options: argparse.Namespace) -> None:
    if (options.query is None) != (options.key is None):
        raise InputError("Give both --from and --to, or neither.")
    capture = captured(options)
    if options.html:
        from mha_viz.views.exports.notebook import model_view

        save_page(model_view(capture, kind=options.kind), options)
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
        from mha_viz.wording import isolated

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
