"""``mha-viz alignment-heads``: which cross-attention heads follow the words, of speech or of a translation."""

from __future__ import annotations

import argparse
import json
import math
from typing import TYPE_CHECKING, Any

from mha_viz.cli.media.linked_words import in_columns, linked_as_json, linked_as_text, refuse_for_sound
from mha_viz.cli.shared.terminal import add_dtype, loaded
from mha_viz.cli.shared.threads import one_thread
from mha_viz.errors import InputError
from mha_viz.models.catalogue import HEARS, TWO_SIDED
from mha_viz.progress import progress_bar
from mha_viz.wording import counted, head_name, head_names, listed

if TYPE_CHECKING:
    from mha_viz.cli.shared.terminal import Commands
    from mha_viz.evidence.alignment.speech import Alignment


def add_alignment_heads_command(commands: Commands) -> None:
    """Add ``mha-viz alignment-heads``."""
    command = commands.add_parser(
        "alignment-heads", help="which heads follow the words of what a model hears or translates"
    )
    command.add_argument(
        "model", nargs="?", metavar="MODEL",
        help=f"{HEARS}, {TWO_SIDED}, a folder or a hub id (default {HEARS}; with --pairs {TWO_SIDED})",
    )  # fmt: skip
    add_dtype(command)
    command.add_argument(
        "--audio", nargs="+", default=[], metavar="FILE",
        help="WAV, FLAC, OGG or MP3, 30 s at most; by default eight sentences that come with mha-viz",
    )  # fmt: skip
    command.add_argument(
        "--timings", nargs="+", default=[], metavar="FILE",
        help="when each word is said, one file a sound: JSON, or lines of start, end and word between tabs",
    )  # fmt: skip
    command.add_argument(
        "--pairs", metavar="FILE",
        help="of a model that translates: lines of source ||| target; by default 24 that come with mha-viz",
    )  # fmt: skip
    command.add_argument("--gold", metavar="FILE", help="the links of their words: 0-1 for sure, 0?1 or 0p1 possible")
    command.add_argument("--prompt", metavar="TEXT", help="before each source text, for models that are told by it")
    command.add_argument("--source-language", metavar="CODE", help="for models told by tags: eng_Latn, en_XX, en")
    command.add_argument("--target-language", metavar="CODE", help="of the target: deu_Latn, de_DE, de")
    command.add_argument("--json", action="store_true", help="every digit, as JSON")
    command.set_defaults(run=_alignment_heads)


def _alignment_heads(options: argparse.Namespace) -> None:
    if options.timings and not options.audio:
        raise InputError("--timings belong to sounds: give --audio as well.")
    if (options.pairs is None) != (options.gold is None):
        raise InputError("--pairs and --gold belong together: give both, or neither.")
    model = loaded(options.model or (HEARS if options.pairs is None else TWO_SIDED), options.dtype)
    from mha_viz.evidence.alignment.heads import of_speech, of_translations
    from mha_viz.recording.media.sounds import hears

    if hears(model):
        refuse_for_sound(model.name, options)
        with progress_bar() as progress, one_thread():
            heard = of_speech(model, options.audio, options.timings, progress)
        print(
            json.dumps(_as_json(model.name, heard), allow_nan=False) if options.json else _as_lines(model.name, heard)
        )
        return
    if options.audio:
        raise InputError(f"{model.name} does not hear: give --pairs and --gold, or neither.")
    languages = (options.source_language, options.target_language)
    with progress_bar() as progress, one_thread():
        linked = of_translations(model, options.pairs, options.gold, options.prompt, languages, progress)
    print((linked_as_json if options.json else linked_as_text)(model.name, linked))


def _as_lines(name: str, found: Alignment) -> str:
    return "\n".join([*_sentences(name, found), "", _as_text(found)])


def _as_json(name: str, found: Alignment) -> dict[str, Any]:
    rows = [{key: _plain(value) for key, value in row.items()} for row in found.table.to_dict("records")]
    facts = {key: _plain(value) for key, value in found.facts.items()}
    sizes = {"sounds": found.n_sounds, "words": found.n_words}
    return {"model": name, **sizes, "listed": [list(head) for head in found.listed], **facts, "heads": rows}


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _sentences(name: str, found: Alignment) -> list[str]:
    """What the table says, and what it is held against."""
    facts, n = found.facts, counted(found.n_sounds, "sound")
    first = f"{name}: {len(found.table)} heads of its cross-attention, {counted(found.n_words, 'word')} of {n}."
    lines = [first + ("" if found.is_timed else " No times are given, so that errors are not known.")]
    if found.listed:
        names = listed([head_name(*head) for head in sorted(found.listed)])
        lines.append(f"The model's own list: {names}.")
        lines.append(
            f"Of the {facts['n_listed']} heads with the {_best(facts)}, {facts['n_both']} are in that list; "
            f"drawn at random at least as many would be in {facts['p']:.2g} of cases (hypergeometric)."
        )
    else:
        lines.append("The model's file lists no heads for alignment.")
    if "chosen" in facts:
        chosen = head_names([facts["chosen"]])
        lines.append(
            f"{chosen} is best on every other sound; on the rest it is off by {facts['chosen_error']:.0f} ms, "
            f"all heads by {facts['all_heads_error']:.0f} ms in the mean."
        )
    control = f"With random weights the best head rises by {facts['random_weights_monotonicity']:.2f}"
    off = f" and is off by {facts['random_weights_error']:.0f} ms" if found.is_timed else ""
    return [*lines, f"{control}{off}."]


def _best(facts: dict[str, Any]) -> str:
    return "smallest error" if facts["by"] == "error" else "largest monotonicity"


def _as_text(found: Alignment) -> str:
    """A row a head: how times rise, and how far off they are while a word is written and once it was read."""
    rows = []
    for row in found.table.to_dict("records"):
        errors = [_error(row, ending) for ending in ("", "_read")] if found.is_timed else []
        mark = "in its list" if row["listed"] else ""
        rows.append((head_name(row["layer"], row["head"]), f"{row['monotonicity']:.2f}", *errors, mark))
    titles = ("off by, as it writes", "off by, once read") if found.is_timed else ()
    return in_columns([("head", "rises", *titles, ""), *rows])


def _error(row: dict[str, Any], ending: str) -> str:
    low, high = row[f"low{ending}"], row[f"high{ending}"]
    interval = "" if math.isnan(low) else f" [{max(low, 0):.0f}, {high:.0f}]"
    return f"{row[f'error{ending}']:.0f} ms{interval}"
