"""What one position of a picture looks at in one head, on the grid of patches, in the terminal."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from mha_viz.errors import InputError
from mha_viz.wording import head_name, in_percent

if TYPE_CHECKING:
    import argparse

    import pandas as pd

    from mha_viz.objects import Capture

PATTERN_ALONE = (
    "Of one position of a picture the pattern is shown: leave --map, --hide, --renormalise, --words and --parts out."
)


def print_patch(capture: Capture, options: argparse.Namespace) -> None:
    """Shares of attention in percent, a row of patches a line; as CSV one row a position, as JSON all of it.

    Raises
    ------
    InputError
        If there is no such head or position, or it is not of a picture.
    """
    from mha_viz.attention.maps import call_at, chosen_kind
    from mha_viz.attention.media.patches import patch_frame
    from mha_viz.attention.media.words_on_picture import KIND, axis_of, is_in_text, word_on_picture_frame
    from mha_viz.attention.tables import refuse_removed
    from mha_viz.inputs.words import unique_labels

    if options.map != "Pattern" or options.hide or options.renormalise or options.words or options.parts:
        raise InputError(PATTERN_ALONE)
    in_text = is_in_text(capture) and options.kind in (None, KIND)
    kind = KIND if in_text else chosen_kind(capture, options.kind)
    call = call_at(capture, options.layer, kind)
    if not 0 <= options.head < call.n_heads:
        raise InputError(f"Head {options.head} does not exist: {capture.model_name} has heads 0 to {call.n_heads - 1}.")
    refuse_removed(capture, call, [options.head])
    if in_text:
        last = unique_labels(axis_of(capture).labels)[-1]
        table = word_on_picture_frame(capture, last if options.query is None else options.query)
    else:
        first = capture.query_positions[kind].labels[0]
        table = patch_frame(capture, first if options.query is None else options.query, kind=kind)
    table = table[(table["layer"] == options.layer) & (table["head"] == options.head)]
    if options.json:
        print(json.dumps(_as_json(capture, options, table), ensure_ascii=False))
    elif options.csv:
        print(table.to_csv(index=False, lineterminator="\n"), end="")
    else:
        _print_grid(capture, options, table)


def _as_json(capture: Capture, options: argparse.Namespace, table: pd.DataFrame) -> dict[str, Any]:
    rows = [
        {"key": key, "row": None if row is None else int(row), "column": None if column is None else int(column),
         "attention": value}
        for key, row, column, value in zip(
            table["key"], table["row"].astype(object).where(table["row"].notna(), None),
            table["column"].astype(object).where(table["column"].notna(), None), table["attention"].tolist(),
            strict=True,
        )
    ]  # fmt: skip
    place = {"model": capture.model_name, "layer": options.layer, "head": options.head}
    return {**place, "query": table["query"].iloc[0], "keys": rows}


def _print_grid(capture: Capture, options: argparse.Namespace, table: pd.DataFrame) -> None:
    of_head = head_name(options.layer, options.head)
    print(
        f"{capture.model_name} {of_head}: what {table['query'].iloc[0]} looks at, percent of its attention; "
        "rows and columns of patches"
    )
    patches, others = table[table["row"].notna()], table[table["row"].isna()]
    pieces = list(patches.groupby("piece")) if "piece" in table else [(1, patches)]
    for number, piece in pieces:
        if len(pieces) > 1:
            print(f"tile {number}:")
        grid = piece.pivot_table(index="row", columns="column", values="attention")
        shown = (100 * grid).map(lambda value: "." if math.isnan(value) or value < 0.05 else f"{value:.1f}")
        print(shown.rename_axis(index=None, columns=None).to_string())
    if "piece" in table:
        print(f"To the picture in all {in_percent(patches['attention'].sum())}; to words:")
        others = others[others["attention"] > 0]
    if len(others):
        print(
            ", ".join(
                f"{key} {in_percent(value)}" for key, value in zip(others["key"], others["attention"], strict=True)
            )
        )
