"""`mha-viz find`: heads of all models whose profiles are at hand."""

from __future__ import annotations

import argparse
import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mha_viz.errors import InputError

if TYPE_CHECKING:
    from mha_viz.cli.shared.terminal import Commands
    from mha_viz.evidence.corpus.profile import Profile

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
    from mha_viz.evidence.corpus.find import find_in_profiles, profiles_below

    profiles = _at_hand() if options.profiles is None else profiles_below(Path(options.profiles))
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


def _at_hand() -> list[Profile]:
    """The profiles that come with the app, and one's own; of the latter those that can be read."""
    from mha_viz.evidence.corpus.profile import load_profile
    from mha_viz.paths import app_folder, cache_folder

    profiles = [load_profile(path) for path in sorted((app_folder() / "assets" / "profiles").glob("*.parquet"))]
    for path in sorted((cache_folder() / "profiles").glob("*.parquet")):
        with suppress(InputError):  # the pages say of which, and why
            profiles.append(load_profile(path))
    return profiles
