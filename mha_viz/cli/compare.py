"""`mha-viz compare`: one text in two models, or two texts in one, head by head."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mha_viz.cli.shared.input import messages_of
from mha_viz.cli.shared.terminal import add_dtype, loaded
from mha_viz.errors import InputError
from mha_viz.models.catalogue import CATALOGUE, DEFAULT, HEARS, SEES
from mha_viz.progress import progress_bar

if TYPE_CHECKING:
    from mha_viz.cli.shared.terminal import Commands
    from mha_viz.comparison.comparison import Comparison, Pairing
    from mha_viz.objects import Capture, Model

SHOWN = 30  # heads in the terminal; --json gives all
RANDOM = "random"


def add_compare_command(commands: Commands) -> None:
    """Add ``mha-viz compare``."""
    compare = commands.add_parser("compare", help="one text in two models, or two texts in one, head by head")
    compare.add_argument("texts", nargs="*", metavar="TEXT", help="one text for --models, two for --model")
    compare.add_argument(
        "--message", action="append", default=[], metavar="ROLE:TEXT",
        help="in place of the texts, once for each message of a chat, which each model's own template joins",
    )  # fmt: skip
    compare.add_argument(
        "--other-message", action="append", default=[], metavar="ROLE:TEXT", help="the same of a second chat"
    )
    files = compare.add_mutually_exclusive_group()
    files.add_argument(
        "--picture",
        nargs="+",
        default=[],
        metavar="FILE",
        help=f"in place of the texts, pictures (by default for {SEES})",
    )
    files.add_argument(
        "--sound", nargs="+", default=[], metavar="FILE", help=f"in place of the texts, sounds (by default for {HEARS})"
    )
    compare.add_argument("--model", default=None, help=f"{', '.join(CATALOGUE)}, a folder or a hub id")
    add_dtype(compare)
    compare.add_argument(
        "--models", metavar="A,B", help="two of these; `random` as the second: the first one with random weights"
    )
    compare.add_argument("--kind", choices=("encoder", "decoder", "cross"), help="needed where a model has several")
    compare.add_argument("--from", dest="looks", metavar="WORD", help="the word that looks; the#2 is the second")
    compare.add_argument("--to", metavar="WORD", help="the word looked at")
    compare.add_argument("--against", metavar="WORD", help="take what goes to this word from what goes to --to")
    compare.add_argument(
        "--pair", choices=("place", "nearest"),
        help="heads of two models: at the same place, or nearest relatives, one to one (default: nearest; place for "
        "two texts and for random weights)",
    )  # fmt: skip
    compare.add_argument("--json", action="store_true")
    compare.set_defaults(run=_compare)


def _compare(options: argparse.Namespace) -> None:
    from mha_viz.cli.shared.labels import as_text
    from mha_viz.comparison.changes import head_changes
    from mha_viz.views.compare.alignment import alignment_sentence

    if options.against is not None and None in (options.looks, options.to):
        raise InputError("--against needs --from and --to: the difference is between two words that one word looks at.")
    comparison = _comparison(options)
    pairing = _pairing(options, comparison)
    axes = {"looks": comparison.queries, "to": comparison.keys, "against": comparison.keys}
    given = {name: getattr(options, name) for name in axes}
    words = {name: axes[name].find(_as_labelled(word)) for name, word in given.items() if word is not None}
    changes = head_changes(comparison, pairing, **words)
    if options.json:
        print(json.dumps(_as_json(comparison, pairing, changes), ensure_ascii=False))
        return
    first, second = comparison.names
    models = f"{first} and {second}" if first != second else f"{first}, two {_what(options)}"
    print(f"{models}: {len(changes)} heads, most changed first")
    print(alignment_sentence(comparison), file=sys.stderr)
    print(as_text(changes.head(SHOWN).round(3), index=False))
    if len(changes) > SHOWN:
        print(f"… and {len(changes) - SHOWN} more; --json gives all.")


def _what(options: argparse.Namespace) -> str:
    return "chats" if options.message else "pictures" if options.picture else "sounds" if options.sound else "texts"


def _as_labelled(word: str) -> str:
    """The name of a patch as its axis has it: 3,7 is 3, 7."""
    return re.sub(r"^(\d+),(\d+)$", r"\1, \2", word)


def _comparison(options: argparse.Namespace) -> Comparison:
    """Two captures side by side: of two models, or of two texts or chats."""
    names = [name.strip() for name in (options.models or "").split(",") if name.strip()]
    if options.models is not None and (len(names) != 2 or options.model is not None):
        raise InputError("--models takes two names with a comma between them, such as minilm,mpnet, and no --model.")
    inputs = _inputs(options, has_models=bool(names))
    usual = SEES if options.picture else HEARS if options.sound else DEFAULT
    model = loaded(names[0] if names else options.model or usual, options.dtype)
    from mha_viz.comparison.comparison import comparison_of
    from mha_viz.models.load import random_twin
    from mha_viz.recording.capture import capture

    second = model
    if names:
        second = random_twin(model) if names[1] == RANDOM else loaded(names[1], options.dtype)
    kinds = None if options.kind is None else (options.kind,) * 2
    with progress_bar() as progress:
        first = capture(model, inputs[0])
        sides = first, capture(second, inputs[1] if inputs[1:] else _for_second(options, second, first, inputs[0]))
        comparison = comparison_of(*sides, kinds=kinds, progress=lambda done: progress(done, "reading every head"))
        row = None if options.looks is None else comparison.queries.find(_as_labelled(options.looks))
        if row in (None, *comparison.rows):
            return comparison
        return comparison_of(*sides, kinds=kinds, row=row)  # of a long text not every row is compared, but this one is


def _for_second(options: argparse.Namespace, second: Model, first: Capture, given: Any) -> Any:
    """What the second model reads: the same."""
    from mha_viz.inputs.chat import for_another
    from mha_viz.inputs.text import tokenizer_of

    return given if options.picture or options.sound else for_another(tokenizer_of(second.processor), first)


def _inputs(options: argparse.Namespace, *, has_models: bool) -> list[Any]:
    """The texts or chats that are compared: one for two models, two for one."""
    chats = [messages_of(given) for given in (options.message, options.other_message)]
    if any(chats) and options.texts:
        raise InputError("compare takes texts or chats: leave the text out, or give it as --message 'user:…'.")
    files = _files(options)
    if files and (any(chats) or options.texts):
        raise InputError("compare takes texts, pictures or sounds: leave the others out.")
    inputs = files or [chat for chat in chats if chat] or options.texts
    if len(inputs) != (1 if has_models else 2) or (chats[1] and not chats[0]):
        kind = "chat" if any(chats) else "picture" if options.picture else "sound" if options.sound else "text"
        second = "--message and --other-message" if any(chats) else f"two {kind}s"
        wanted = f"one {kind} with --models" if has_models else f"{second}, or one {kind} with --models A,B"
        raise InputError(f"compare takes {wanted}; found {len(inputs)}.")
    return inputs


def _files(options: argparse.Namespace) -> list[Any]:
    """The pictures or sounds that are compared."""
    from mha_viz.inputs.media.sound import read_sound

    return [Path(name) for name in options.picture] or [read_sound(name) for name in options.sound]


def _pairing(options: argparse.Namespace, comparison: Comparison) -> Pairing:
    from mha_viz.comparison.comparison import by_nearest, by_place, distances_between

    two_texts = options.models is None
    is_random = options.models is not None and options.models.rpartition(",")[2].strip() == RANDOM
    default = "place" if two_texts or is_random else "nearest"
    if (options.pair or default) == "place":
        return by_place(comparison)
    with progress_bar() as progress:
        return by_nearest(
            comparison,
            distances_between(comparison, lambda done: progress(done, "comparing every head with every other")),
        )


def _as_json(comparison: Comparison, pairing: Pairing, changes: Any) -> dict[str, Any]:
    from mha_viz.comparison.comparison import left_over

    queries = comparison.queries
    return {
        "models": list(comparison.names),
        "texts": [capture.text for capture in comparison.captures],
        "words": queries.labels(),
        "without_counterpart": [queries.alone(side) for side in (0, 1)],
        "rows_equal_by_construction": comparison.n_equal,
        "n": len(comparison.rows),
        "heads": changes.to_dict("records"),
        "left_over": [[list(head) for head in left_over(comparison, pairing, side)] for side in (0, 1)],
    }
