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
from mha_viz.wording import head_name

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
        help="when each word is said, one file a sound: JSON, or lines of start, end and word between "
        "tabs or commas, or a TextGrid",
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
    name = model.name
    print(linked_as_json(name, linked, model.identity) if options.json else linked_as_text(name, linked))


def _as_lines(name: str, found: Alignment) -> str:
    from mha_viz.views.media.followers import alignment_sentences

    return "\n".join([*alignment_sentences(name, found), "", _as_text(found)])


def _as_json(name: str, found: Alignment) -> dict[str, Any]:
    rows = [{key: _plain(value) for key, value in row.items()} for row in found.table.to_dict("records")]
    facts = {key: _plain(value) for key, value in found.facts.items()}
    sizes = {"sounds": found.n_sounds, "words": found.n_words}
    return {"model": name, **sizes, "listed": [list(head) for head in found.listed], **facts, "heads": rows}


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _as_text(found: Alignment) -> str:
    """A row a head: how times rise, and how far off they are while a word is written and once it was read."""
    from mha_viz.views.media.followers import ENDINGS, interval_text

    rows = []
    for row in found.table.to_dict("records"):
        errors = [interval_text(row, ending) for ending in ENDINGS] if found.is_timed else []
        mark = "in its list" if row["listed"] else ""
        rows.append((head_name(row["layer"], row["head"]), f"{row['monotonicity']:.2f}", *errors, mark))
    titles = [f"off by, {reading}" for reading in ENDINGS.values()] if found.is_timed else []
    return in_columns([("head", "rises", *titles, ""), *rows])
