"""``mha-viz heads``: all heads, between two words, by what goes to a passage, or each with its strongest pair."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from mha_viz.cli.shared.input import add_input, captured, told_by_layer
from mha_viz.cli.shared.terminal import save_page
from mha_viz.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from mha_viz.cli.shared.terminal import Commands
    from mha_viz.objects import Capture


SHOWN = 20  # heads that are listed unless all are asked for


def add_heads_command(commands: Commands) -> None:
    """Add ``mha-viz heads``."""
    heads = commands.add_parser(
        "heads", help="all heads: between two words, by what goes to a passage, or each one's strongest pair"
    )
    add_input(heads)
    heads.add_argument("--from", dest="query", metavar="WORD", help="the word that looks; the#2 is the second")
    heads.add_argument("--to", dest="key", metavar="WORD", help="the word looked at")
    heads.add_argument(
        "--passage", metavar="BEGIN:END",
        help="how much goes to these characters of the text (0:40 are the first forty), or to these words of it",
    )  # fmt: skip
    heads.add_argument(
        "--part", metavar="NAME", help="the same of a part of the text: a role of a chat, A or B of a pair"
    )
    form = heads.add_mutually_exclusive_group()
    form.add_argument("--all", action="store_true", help=f"list all heads, not only the first {SHOWN}")
    form.add_argument("--json", action="store_true", help="all heads, with every digit")
    form.add_argument("--csv", action="store_true", help="the same as CSV; of a passage a row for each head and token")
    heads.set_defaults(run=_heads)


def _heads(options: argparse.Namespace) -> None:
    if (options.query is None) != (options.key is None):
        raise InputError("Give both --from and --to, or neither.")
    if options.passage is not None or options.part is not None:
        _print_passage(options)
    elif options.html:
        from mha_viz.views.exports.notebook import model_view

        save_page(model_view(captured(options), kind=options.kind), options)
    elif options.query is not None:
        _print_ranking(options)
    else:
        _print_descriptions(options)


def _print_ranking(options: argparse.Namespace) -> None:
    from mha_viz.attention.beside_others import beside_others, most_above_first
    from mha_viz.attention.maps import chosen_kind
    from mha_viz.outside import cut
    from mha_viz.wording import isolated, quoted

    capture, table = told_by_layer(
        options, lambda layer: beside_others(layer, options.query, options.key, kind=options.kind)
    )
    table = most_above_first(table)
    if options.csv:
        return _print_csv(table)
    if not options.json and not table["attention"].any() and chosen_kind(capture, options.kind) == "decoder":
        pair = f"from {quoted(cut(options.query))} to {quoted(cut(options.key))}"
        raise InputError(f"In {capture.model_name} no head can look {pair}: it reads left to right.")
    if options.json:
        rows = table.astype({"others": object}).where(table.notna(), None).to_dict("records")
        _print_heads_json(capture, options, rows)
    else:
        pair = f"from {isolated(cut(options.query))} to {isolated(cut(options.key))}"
        others = "what the other words give it on average as others, the heads that give it most above these first"
        print(f"{capture.model_name}: attention {pair}, {others}")
        _print_first(options, table.round(3).astype({"others": object}).fillna({"others": ""}))
    return None


def _print_descriptions(options: argparse.Namespace) -> None:
    from mha_viz.attention.tables import describe_heads

    capture, table = told_by_layer(options, lambda layer: describe_heads(layer, kind=options.kind))
    if options.csv:
        _print_csv(table)
    elif options.json:
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
        from mha_viz.attention.maps import chosen_kind
        from mha_viz.attention.selection import Selection
        from mha_viz.attention.shown import choose
        from mha_viz.cli.shared.labels import axes_of

        names, sentence = axes_of(choose(capture, Selection(chosen_kind(capture, options.kind))))
        far = table["mean_distance"].notna().any()  # between two sides there is no distance
        numbers = "entropy (nats) and mean distance (tokens)" if far else "and entropy (nats)"
        what = f"strongest pair of tokens{', ' if far else ' '}{numbers} of each head"
        table = table if far else table.drop(columns="mean_distance")
        print(f"{capture.model_name}: {what}, the strongest first{sentence}")
        table = table.assign(query=table["query"].map(names[0]), key=table["key"].map(names[1]))
        _print_first(options, table.sort_values("value", ascending=False, kind="stable").round(3))


def _print_passage(options: argparse.Namespace) -> None:
    """Heads by what later tokens give to a passage; as CSV and JSON what every token gives."""
    if options.query is not None or (options.passage is not None and options.part is not None):
        raise InputError("Give one of --from with --to, --passage and --part: each ranks the heads by something else.")
    from mha_viz.inputs.passages import typed_passage

    passage = None if options.passage is None else typed_passage(options.passage)
    if options.html:
        from mha_viz.views.exports.notebook_passage import passage_view

        return save_page(passage_view(captured(options), passage, part=options.part, kind=options.kind), options)
    from mha_viz.attention.passages import passage_heads

    capture, shares = told_by_layer(options, _shares_of_layers(options, passage))
    if options.csv:
        return _print_csv(shares)
    table = passage_heads(shares)
    if options.json:
        curves = dict(list(shares.groupby(["layer", "head"])))
        heads = [
            row | {f"{name}s": curves[row["layer"], row["head"]][name].tolist() for name in ("share", "even")}
            for row in table.to_dict("records")
        ]
        return _print_heads_json(capture, options, heads)
    print(f"{capture.model_name}: {_said_of_passage(capture, options, passage, shares)}")
    return _print_first(options, table.round(3))


def _shares_of_layers(
    options: argparse.Namespace, passage: tuple[int, int] | str | None
) -> Callable[[Capture], pd.DataFrame]:
    """What tokens give to a passage, layer after layer; nothing of a second kind of attention, where none was named:
    then it is refused that none was, once all layers are read.
    """
    import pandas as pd

    from mha_viz.attention.passages import passage_share

    kinds: list[str] = []

    def of_layer(layer: Capture) -> pd.DataFrame:
        kinds.extend(layer.kinds)
        if options.kind is None and len(layer.kinds) == 1 and len(set(kinds)) > 1:
            return pd.DataFrame()
        return passage_share(layer, passage, part=options.part, kind=options.kind)

    return of_layer


def _said_of_passage(
    capture: Capture, options: argparse.Namespace, passage: tuple[int, int] | str | None, shares: pd.DataFrame
) -> str:
    from mha_viz.attention.maps import chosen_kind
    from mha_viz.attention.passages import holds_sink
    from mha_viz.inputs.passages import passage_text, passage_tokens
    from mha_viz.outside import cut
    from mha_viz.wording import counted, quoted

    kind = chosen_kind(capture, options.kind)
    axis = capture.key_positions[kind]
    tokens = passage_tokens(axis, passage, options.part)
    n = counted(int(shares["counts"].sum() / shares.groupby(["layer", "head"]).ngroups), "token")
    whose = {"encoder": "outside of it", "decoder": "after it", "cross": "of the target"}[kind]
    what = f"{quoted(cut(passage_text(axis, tokens)))} ({counted(len(tokens), 'token')})"
    sink = "; it holds the first token, at which heads with nothing to look for look" * holds_sink(tokens, kind)
    return f"attention to {what}, mean over the {n} {whose}, beside an even spread, the most first{sink}"


def _print_first(options: argparse.Namespace, table: pd.DataFrame) -> None:
    """The first rows of a table, or all of them, and how many there are."""
    from mha_viz.cli.shared.labels import as_text

    print(as_text(table if options.all else table.head(SHOWN), index=False))
    if len(table) > SHOWN and not options.all:
        print(f"… and {len(table) - SHOWN} more heads; --all lists them, --json gives every digit.")


def _print_csv(table: pd.DataFrame) -> None:
    print(table.to_csv(index=False, lineterminator="\n"), end="")


def _print_heads_json(capture: Capture, options: argparse.Namespace, heads: list[dict[str, Any]]) -> None:
    from mha_viz.attention.maps import chosen_kind
    from mha_viz.inputs.words import unique_labels

    labels = capture.query_positions[chosen_kind(capture, options.kind)].labels
    result = {"model": capture.model_name, "tokens": unique_labels(labels), "heads": heads}
    print(json.dumps(result, ensure_ascii=False))
