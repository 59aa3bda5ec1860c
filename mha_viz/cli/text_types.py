"""`mha-viz text-types`: what every head does in prose, code, JSON and repeats, and where that differs."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mha_viz.cli.shared.terminal import add_dtype, integer, loaded
from mha_viz.cli.shared.threads import one_thread
from mha_viz.errors import InputError
from mha_viz.models.catalogue import CATALOGUE, DEFAULT
from mha_viz.progress import progress_bar
from mha_viz.wording import head_name

if TYPE_CHECKING:
    import pandas as pd

    from mha_viz.cli.shared.terminal import Commands
    from mha_viz.evidence.text_types.measured import TextTypeScores
    from mha_viz.objects import Model

MOST = 8  # heads that are told in a sentence
COLUMNS = (
    "text_type", "family", "score", "layer", "head", "value", "n", "n_units", "low", "high", "baseline", "rule",
    "chance", "control", "p", "verdict", "chosen", "gain_where_chosen",
)  # fmt: skip


def add_text_types_command(commands: Commands) -> None:
    """Add ``mha-viz text-types``."""
    types = commands.add_parser("text-types", help="what every head does in prose, code, JSON and repeats")
    types.add_argument("--model", default=DEFAULT, help=f"{', '.join(CATALOGUE)}, a folder or a hub id")
    add_dtype(types)
    types.add_argument(
        "--type", dest="own", metavar="NAME=PATH", action="append", default=[],
        help="a type of your own: a folder with a text in each file, or a file with empty lines between texts",
    )  # fmt: skip
    types.add_argument("--layer", type=integer, help="with --head: this head alone, in every type")
    types.add_argument("--head", type=integer)
    form = types.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="every score of every head and type, as JSON")
    form.add_argument("--csv", action="store_true", help="the same as CSV")
    types.add_argument("--out", metavar="FILE", help="write the shares of attention to this Parquet file too")
    types.set_defaults(run=_text_types)


def _text_types(options: argparse.Namespace) -> None:
    if (options.layer is None) != (options.head is None):
        raise InputError("Give both --layer and --head, or neither.")
    own = _own_types(options.own)
    model = loaded(options.model, options.dtype)
    if options.layer is not None:
        _refuse_no_head(model, options.layer, options.head)
    from mha_viz.evidence.text_types.measured import text_type_scores
    from mha_viz.evidence.text_types.shipped import save_text_types

    with progress_bar() as progress, one_thread():
        scores = text_type_scores(model, own, progress=progress)
    table = _of_one_head(scores.table, options) if options.layer is not None else scores.table
    if options.out is not None:
        save_text_types(scores, Path(options.out))
    if options.json:
        print(json.dumps({"facts": scores.facts, "rows": _rows(table)}, ensure_ascii=False))
    elif options.csv:
        from mha_viz.table_files import to_csv

        sys.stdout.write(to_csv(table[list(COLUMNS)], scores.facts).decode())
    elif options.layer is not None:
        _print_head(scores, table)
    else:
        _print_heads(scores)


def _own_types(given: list[str]) -> dict[str, str | Path]:
    """What was typed as ``NAME=PATH``, read once before a model is loaded."""
    from mha_viz.evidence.text_types.material import own_type

    own: dict[str, str | Path] = {}
    for one in given:
        name, sign, path = one.partition("=")
        if not name.strip() or not sign or not path:
            raise InputError(f"{one!r} is no type of text: give a name, = and a file or folder, as mail=letters.txt.")
        own_type(name, path)
        own[name.strip()] = path
    return own


def _refuse_no_head(model: Model, layer: int, head: int) -> None:
    """Before anything is measured."""
    from mha_viz.recording.capture import capture

    any_text = capture(model, "The")
    calls = any_text.calls_of(any_text.kinds[0])
    layers, n_heads = [call.layer for call in calls], calls[0].n_heads
    if layer not in layers or not 0 <= head < n_heads:
        raise InputError(
            f"There is no head {head_name(layer, head)}: layers go from {min(layers)} to {max(layers)}, "
            f"heads from 0 to {n_heads - 1}."
        )


def _of_one_head(table: pd.DataFrame, options: argparse.Namespace) -> pd.DataFrame:
    return table[(table["layer"] == options.layer) & (table["head"] == options.head)]


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON: missing is null."""
    return [
        {name: None if row[name] != row[name] else row[name] for name in COLUMNS} for row in table.to_dict("records")
    ]


def _print_heads(scores: TextTypeScores) -> None:
    from mha_viz.evidence.cards.types_card import in_both_types
    from mha_viz.evidence.text_types.roles import differences, how_roles_vary

    _print_types(scores)
    numbers, found = how_roles_vary(scores.table), differences(scores.table)
    print(
        f"Of {sum(numbers.values())} heads, {numbers['same']} have the same role established in every type, "
        f"{numbers['differs']} have another one in another type with intervals apart, {numbers['in some']} have one "
        f"in some types, {numbers['none']} in none."
    )
    for one in found[:MOST]:
        print(f"{head_name(one.layer, one.head)}: {in_both_types(one)}")
    if len(found) > MOST:
        print(f"… and {len(found) - MOST} more; --json gives every head, score and type.")


def _print_head(scores: TextTypeScores, table: pd.DataFrame) -> None:
    from mha_viz.evidence.cards.types_card import types_card
    from mha_viz.evidence.text_types.roles import ROLES

    place = int(table["layer"].iloc[0]), int(table["head"].iloc[0])
    _print_types(scores)
    card = types_card(scores.table, *place)
    if card is not None:
        print(f"{head_name(*place)}: {card.sentence}")
    shown = table[table["score"].isin(ROLES)].copy()
    shown["value"] = [f"{row.value:.2f} [{row.low:.2f}, {row.high:.2f}]" for row in shown.itertuples()]
    names = ["score", "text_type", "value", "n", "n_units", "baseline", "chance", "control", "verdict"]
    text = shown.sort_values("score", kind="stable")[names].round(3).astype({"baseline": object})
    print(text.fillna({"baseline": ""}).to_string(index=False))


def _print_types(scores: TextTypeScores) -> None:
    types = [f"{one['name']} ({one['texts']} texts: {one['about']})" for one in scores.facts["types"]]
    print(f"{scores.facts['model']} on {', '.join(types)}. Half of each type chooses heads, half reports.")
    for one in scores.facts["types"]:
        if one["left_out"]:
            print(f"{one['left_out']} texts of {one['name']} are longer than the model reads, and left out.")
