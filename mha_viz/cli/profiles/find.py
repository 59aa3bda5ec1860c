"""`mha-viz find`: heads of all models whose profiles are at hand."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mha_viz.cli.shared.terminal import Commands

SHOWN = ["model", "score", "direction", "layer", "head", "value", "low", "high", "n", "verdict"]
MOST = 50  # rows of a table in the terminal


def add_find_command(commands: Commands) -> None:
    """Add ``mha-viz find``."""
    find = commands.add_parser("find", help="heads of all models whose profiles are at hand")
    find.add_argument("expression", metavar="EXPRESSION", help="such as \"obj > .6 and verdict = 'established'\"")
    find.add_argument("--profiles", metavar="FOLDER", help="look in the profiles of this folder instead")
    find.add_argument("--json", action="store_true", help="print every row as JSON")
    find.set_defaults(run=_find)


def _find(options: argparse.Namespace) -> None:
    from mha_viz.cli.scores import json_rows
    from mha_viz.evidence.corpus.find import find_in_profiles, profiles_at_hand, profiles_below

    profiles = profiles_at_hand() if options.profiles is None else profiles_below(Path(options.profiles))
    found = find_in_profiles(profiles, options.expression)
    if options.json:
        rows = zip(found["model"], json_rows(found), strict=True)
        print(json.dumps([{"model": model, **row} for model, row in rows], ensure_ascii=False))
        return
    if found.empty:
        print(f"No head of {len(profiles)} profiles.")
        return
    found = found.sort_values("value", ascending=False, kind="stable")
    print(found[SHOWN].head(MOST).to_string(index=False, float_format="{:.2f}".format, na_rep="–"))
    if len(found) > MOST:
        print(f"… and {len(found) - MOST:,} more rows; --json prints all.")
