"""``mha-viz attention``: a map of one head."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mha_viz.cli.shared.input import add_input, captured
from mha_viz.cli.shared.terminal import integer, save_page
from mha_viz.disk import write_whole
from mha_viz.errors import InputError
from mha_viz.wording import head_name, listed

if TYPE_CHECKING:
    import pandas as pd

    from mha_viz.attention.shown import Shown
    from mha_viz.cli.shared.terminal import Commands
    from mha_viz.objects import Capture
    from mha_viz.views.exports.frame import HtmlView

MAPS_OF_HEADS = ("Pattern", "Logits", "Value-weighted", "Contribution")  # of ``MAPS``, which would bring torch


def add_attention_command(commands: Commands) -> None:
    """Add ``mha-viz attention``."""
    attention = commands.add_parser("attention", help="the pattern, or another map, of one head")
    add_input(attention)
    attention.add_argument("--layer", type=integer, required=True, help="from 0")
    attention.add_argument("--head", type=integer, required=True, help="from 0")
    attention.add_argument(
        "--from",
        dest="query",
        metavar="PLACE",
        help="of a picture: row,column of the patch that looks, or CLS, reg 1, …; of one in a text, a word",
    )
    attention.add_argument(
        "--map", type=str.capitalize, choices=MAPS_OF_HEADS, default="Pattern", help="what is shown (default Pattern)"
    )
    attention.add_argument(
        "--hide", action="append", default=[], metavar="KEYS",
        help="leave out 'special tokens', 'first token', 'punctuation' or a part of the text; once for each",
    )  # fmt: skip
    attention.add_argument("--renormalise", action="store_true", help="scale the rows that are left to sum to 1")
    joined = attention.add_mutually_exclusive_group()
    joined.add_argument("--words", action="store_true", help="words instead of tokens")
    joined.add_argument("--parts", action="store_true", help="roles of a chat, two texts, … instead of tokens")
    form = attention.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="every digit, as JSON")
    form.add_argument("--csv", action="store_true", help="every digit, as CSV")
    form.add_argument("--png", metavar="FILE", help="write a still picture instead")
    attention.set_defaults(run=_attention)


def _attention(options: argparse.Namespace) -> None:
    if options.html and options.png:
        raise InputError("Give --html or --png: one command writes one picture.")
    if options.query is not None and not options.picture:
        raise InputError(
            "Of attention, --from is a place of a --picture; of a text every word is a row. "
            "What one word gives another in every head: mha-viz heads TEXT --from WORD --to WORD."
        )
    capture = captured(options)
    if options.html or options.png:
        _save(_view(capture, options), options)
        return
    if options.query is not None or (capture.picture and not options.json):
        from mha_viz.cli.media.picture import print_patch

        print_patch(capture, options)
        return
    if capture.sound and not (options.json or options.csv) and options.kind != "decoder":
        from mha_viz.cli.media.sound import print_listening

        print_listening(capture, options)
        return
    shown, table = _table(capture, options)
    if options.json:
        print(json.dumps(_as_json(capture, table, options), ensure_ascii=False, allow_nan=False))
    elif options.csv:
        print(table.to_csv(lineterminator="\n"), end="")
    else:
        from mha_viz.cli.shared.labels import as_text, axes_of

        names, sentence = axes_of(shown)
        of_head = head_name(options.layer, options.head)
        print(f"{capture.model_name} {of_head}: queries down, keys across; {_what(shown)}{_written(shown)}{sentence}")
        print(as_text(table.round(2).rename(index=names[0], columns=names[1])))


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    """What somebody wants to see, as views in a notebook take it."""
    chosen = {"kind": options.kind, "words": options.words, "parts": options.parts, "map": options.map}
    return {**chosen, "hidden": options.hide, "renormalise": options.renormalise}


def _view(capture: Capture, options: argparse.Namespace) -> HtmlView:
    if capture.picture:
        from mha_viz.views.exports.notebook_more import patch_view

        return patch_view(capture, options.query, options.layer, options.head, kind=options.kind)
    from mha_viz.views.exports.notebook import head_view

    return head_view(capture, layer=options.layer, heads=[options.head], **_settings(options))


def _save(view: HtmlView, options: argparse.Namespace) -> None:
    if options.html:
        save_page(view, options)
        return
    try:
        write_whole(Path(options.png), view.picture)
    except OSError as error:
        raise InputError(f"{options.png} cannot be written: {error.strerror}.") from error
    print(options.png)


def _table(capture: Capture, options: argparse.Namespace) -> tuple[Shown, pd.DataFrame]:
    """The map of the head as a table, and how it was chosen."""
    from mha_viz.attention.shown import rows_of
    from mha_viz.attention.tables import label_map, pattern_frame
    from mha_viz.views.exports.notebook_settings import shown_of

    shown = shown_of(capture, None, None, _settings(options))
    joined = {"words": options.words, "parts": options.parts}
    table = pattern_frame(capture, options.layer, options.head, kind=options.kind, **joined)  # refuses other heads
    if options.map != "Pattern" or options.hide or options.renormalise:
        values, _ = rows_of(shown, options.layer, heads=[options.head])
        table = label_map(values[0], shown.query.positions, shown.key.positions)
    return shown, table


def _what(shown: Shown) -> str:
    """What a number is, and what rows sum to."""
    from mha_viz.attention.selection import MAPS

    hidden = f"; hidden: {listed(shown.hidden)}" if shown.hidden else ""
    if shown.selection.map != "Pattern":
        return f"{shown.selection.map}, {MAPS[shown.selection.map].unit}{hidden}"
    rest = "rows sum to what is left of 1" if hidden and not shown.selection.renormalise else "rows sum to 1"
    return f"{rest}{hidden}"


def _written(shown: Shown) -> str:
    """Where to read what the model looked at when it wrote a token."""
    if not shown.capture.n_generated or not any(shown.query.positions.segments):
        return ""
    return "; what the model looked at to write a token stands in the row before it"


def _as_json(capture: Capture, table: pd.DataFrame, options: argparse.Namespace) -> dict[str, Any]:
    """A pattern under its name, another map as ``values``; where a query may not look null."""
    rows = [[value if math.isfinite(value) else None for value in row] for row in table.to_numpy().tolist()]
    place = {"model": capture.model_name, "layer": options.layer, "head": options.head}
    axes = {"query": list(table.index), "key": list(table.columns)}
    if options.map == "Pattern":
        return {**place, **axes, "pattern": rows}
    return {**place, "map": options.map, **axes, "values": rows}
