"""`mha-viz scores`: what every head does in one text; and how score tables are printed."""

from __future__ import annotations

import argparse
import json
import math
from typing import TYPE_CHECKING, Any

from mha_viz.annotation.code.syntax import is_code, read_code, tree_of
from mha_viz.annotation.english.documents import read_ahead
from mha_viz.cli.shared.input import add_text_or_chat, messages_of, parsed, tell_notes_of
from mha_viz.cli.shared.terminal import add_dtype, loaded
from mha_viz.errors import InputError
from mha_viz.models.catalogue import CATALOGUE, DEFAULT

if TYPE_CHECKING:
    import pandas as pd

    from mha_viz.annotation.annotated import Annotated
    from mha_viz.cli.shared.terminal import Commands
    from mha_viz.objects import Positions

JSON_COLUMNS = (
    "family", "score", "direction", "layer", "head", "value", "n", "low", "high", "baseline", "chance", "control", "p",
    "verdict", "left_out",
)  # fmt: skip
SHOWN = 40  # rows in the terminal; --json and --out give all


def add_scores_command(commands: Commands) -> None:
    """Add ``mha-viz scores``."""
    scores = commands.add_parser("scores", help="what every head does in one text, with the evidence for it")
    read = add_text_or_chat(scores)
    read.add_argument("--code", metavar="FILE", help="in place of the text, a file of Python code")
    scores.add_argument("--model", default=DEFAULT, help=f"{', '.join(CATALOGUE)}, a folder or a hub id")
    add_dtype(scores)
    scores.add_argument("--family", help="only this family, such as syntactic")
    scores.add_argument("--no-parse", action="store_true", help="only the scores that need no annotation")
    scores.add_argument("--json", action="store_true")
    scores.set_defaults(run=_scores)


def _scores(options: argparse.Namespace) -> None:
    messages = messages_of(options.message)
    if options.code:
        options.text = _code(options)
    if not messages and not options.no_parse and not is_code(options.text):
        read_ahead(options.text)
    model = loaded(options.model, options.dtype)
    from mha_viz.annotation.code.parser import parse_code
    from mha_viz.evidence.text_scores import read_scores
    from mha_viz.models.load import random_twin

    def annotate(positions: Positions) -> Annotated | None:
        if messages:
            tell_notes_of([positions])
        if options.no_parse:
            return None
        return (
            parse_code(positions.text) if options.code else parsed(positions, "Scores that need no annotation follow.")
        )

    text = messages or options.text
    table = read_scores(model, random_twin(model), text, annotate, add_generation_prompt=options.add_generation_prompt)
    if options.family:
        if options.family not in set(table["family"]):
            raise InputError(f"No family {options.family!r} here; there are: {', '.join(table['family'].unique())}.")
        table = table[table["family"] == options.family]
    if options.json:
        print(json.dumps(json_rows(table), ensure_ascii=False))
        return
    one = "one chat" if messages else "one text"
    print(f"{model.name}, {one}: what a head does here, not what it is for. Best head of each score:")
    print_best(table)


def _code(options: argparse.Namespace) -> str:
    """The code of a file; what is no Python is refused before a model is loaded."""
    text = read_code(options.code)
    if not options.no_parse:
        tree_of(text)
    return text


def json_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a score table for JSON: missing is null."""
    return [{name: _plain(row[name]) for name in JSON_COLUMNS} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_best(table: pd.DataFrame) -> None:
    """The best head of each score that is defined, the best established first."""
    from mha_viz.evidence.verdict import VERDICTS

    claimed = table[table["verdict"].notna() & table["value"].notna()]
    rank = claimed["verdict"].map({verdict: i for i, verdict in enumerate(VERDICTS)})
    gain = claimed["value"] - claimed["baseline"].fillna(claimed["chance"])
    order = claimed.assign(rank=rank, gain=gain).sort_values(["rank", "gain"], ascending=False, kind="stable")
    best = order.drop_duplicates(["family", "score", "direction"])
    names = ["family", "score", "direction", "layer", "head", "value", "n", "low", "high", "baseline", "rule", "chance"]
    text = best[[*names, "control", "verdict"]].head(SHOWN).fillna({"direction": "", "rule": ""}).round(3)
    print(text.to_string(index=False))
    if len(best) > SHOWN:
        print(f"… and {len(best) - SHOWN} more scores; --json gives all, head by head.")
