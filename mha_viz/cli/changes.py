"""What the commands that change heads share: how heads are typed, what is asked, and how an effect is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mha_viz.errors import InputError
from mha_viz.models.catalogue import CATALOGUE, DEFAULT
from mha_viz.outside import whole_number
from mha_viz.progress import progress_bar

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    import pandas as pd

    from mha_viz.comparison.asks import Ask
    from mha_viz.objects import Head, Model
    from mha_viz.recording.interventions.changes import Change

PLAIN = {"before": 4, "after": 4, "difference": 4}  # decimals in the terminal


def add_question(parser: argparse.ArgumentParser) -> None:
    """The model, what is asked of it, and how it is told."""
    parser.add_argument("--model", default=DEFAULT, help=f"{', '.join(CATALOGUE)}, a folder or a hub id")
    parser.add_argument("--target", metavar="TOKEN", help='the logit of this token, as in a text: " cat"')
    parser.add_argument("--against", metavar="TOKEN", help="minus that of this one")
    parser.add_argument("--decoder", metavar="TEXT", help="what the decoder of an encoder-decoder reads")
    parser.add_argument("--kind", choices=("encoder", "decoder", "cross"), help="needed where a model has several")
    parser.add_argument("--json", action="store_true")


def heads_of(typed: str) -> list[Head]:
    """``18.6,17.4`` → layer 18, head 6, and layer 17, head 4.

    Raises
    ------
    InputError
        If it is written otherwise.
    """
    heads = []
    for part in typed.split(","):
        numbers = [whole_number(number) for number in part.strip().split(".")]
        if len(numbers) != 2 or numbers[0] is None or numbers[1] is None:
            raise InputError(f"{part.strip()!r} is no head: write layers and heads as in 18.6,17.4.")
        heads.append((numbers[0], numbers[1]))
    return list(dict.fromkeys(heads))


def chosen_heads(options: argparse.Namespace, model: Model) -> tuple[list[Head], str, str, list[tuple[Head, ...]]]:
    """The heads that are named, of which attention they are, and the others of their layers to hold beside them: what
    these are, and each set of them.
    """
    from mha_viz.attention.maps import chosen_kind
    from mha_viz.evidence.set_control import others_of
    from mha_viz.recording.capture import capture
    from mha_viz.recording.interventions.edits import refuse_unknown_heads

    heads = heads_of(options.heads)
    read = capture(model, options.text, target=options.decoder)
    kind = chosen_kind(read, options.kind)
    refuse_unknown_heads(read, kind, heads)
    return heads, kind, *others_of(read, kind, heads)


def ask_of(model: Model, options: argparse.Namespace) -> Ask:
    """A logit difference where tokens are named; else the loss, or how far the words' vectors turn."""
    from mha_viz.comparison.asks import LogitDifference, Loss, Vectors

    if (options.target is None) != (options.against is None):
        raise InputError("Give both --target and --against, or neither.")
    if options.target is not None:
        return LogitDifference(options.target, options.against)
    network = model.network
    writes = network.can_generate() and network.get_output_embeddings() is not None
    return Loss() if writes and (options.decoder or not network.config.is_encoder_decoder) else Vectors()


def tell_effect(
    options: argparse.Namespace, model: Model, text: str, change: Change, others: Sequence[Change], of: str, **more: Any
) -> None:
    """Print what a change does, beside what others do."""
    from mha_viz.comparison.effects import effect
    from mha_viz.evidence.set_control import control_of, control_sentence

    ask = ask_of(model, options)
    table = effect(model, text, change, ask, target=options.decoder)
    before, after, difference = (float(table[name].mean()) for name in PLAIN)
    with progress_bar() as progress:
        control = control_of(
            difference, of, others,
            lambda other: float(effect(model, text, other, ask, target=options.decoder)["difference"].mean()), progress,
        )  # fmt: skip
    row = {"model": model.name, "ask": table["ask"][0], "before": before, "after": after, "difference": difference}
    if options.json:
        told = {"control": control.as_dict(), "change": table["change"][0], "way": table["way"][0], **more}
        print(json.dumps({**row, **told}, ensure_ascii=False))
        return
    print(f"{model.name}, {row['ask']}: {table['change'][0]}")
    print(f"before {before:.4f}, after {after:.4f}, difference {difference:+.4f}")
    _tell_words(table)
    print(control_sentence(control))


def _tell_words(table: pd.DataFrame) -> None:
    if len(table) > 1:
        print(table[["what", *PLAIN]].round(PLAIN).to_string(index=False))
