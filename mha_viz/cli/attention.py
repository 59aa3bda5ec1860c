"""``mha-viz attention``: the pattern of one head."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from mha_viz.cli.input import add_input, captured
from mha_viz.cli.terminal import integer, save_page
from mha_viz.wording import head_name

if TYPE_CHECKING:
    from mha_viz.cli.terminal import Commands


def add_attention_command(commands: Commands) -> None:
    """Add ``mha-viz attention``."""
    attention = commands.add_parser("attention", help="the pattern of one head")
    add_input(attention)
    attention.add_argument("--layer", type=integer, required=True, help="from 0")
    attention.add_argument("--head", type=integer, required=True, help="from 0")
    joined = attention.add_mutually_exclusive_group()
    joined.add_argument("--words", action="store_true", help="words instead of tokens")
    joined.add_argument("--parts", action="store_true", help="roles of a chat, two texts, … instead of tokens")
    form = attention.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true")
    form.add_argument("--csv", action="store_true")
    attention.set_defaults(run=_attention)


def _attention(options: argparse.Namespace) -> None:
    from mha_viz.attention.tables import pattern_frame
    from mha_viz.views.exports.notebook import head_view

    capture = captured(options)
    if options.html:
        chosen = {"kind": options.kind, "words": options.words, "parts": options.parts}
        save_page(head_view(capture, layer=options.layer, heads=[options.head], **chosen), options)
        return
    joined = {"words": options.words, "parts": options.parts}
    table = pattern_frame(capture, options.layer, options.head, kind=options.kind, **joined)
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

        names, sentence = axes_of(capture, options.kind, **joined)
        of_head = head_name(options.layer, options.head)
        print(f"{capture.model_name} {of_head}: queries down, keys across; rows sum to 1{sentence}")
        print(as_text(table.round(2).rename(index=names[0], columns=names[1])))
