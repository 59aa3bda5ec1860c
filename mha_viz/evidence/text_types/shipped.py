"""Scores on several types of text that come with the project, each of exactly the weights that were measured."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from mha_viz.disk import write_whole
from mha_viz.errors import InputError, StorageError, in_one_line
from mha_viz.evidence.text_types.measured import CHOSEN, GAIN, TYPE, TextTypeScores
from mha_viz.evidence.text_types.roles import ROLES
from mha_viz.evidence.verdict import RULES
from mha_viz.objects import Model
from mha_viz.outside import cut, open_file
from mha_viz.paths import app_folder
from mha_viz.precision import WHOLE, same_numbers
from mha_viz.table_files import to_parquet

WORDS = ("family", "score", "direction", "verdict", "rule", TYPE)


def text_types_of(model: Model) -> TextTypeScores | None:
    """What was measured of exactly these weights, computing in float32, on prose, code, JSON and repeats.

    Returns
    -------
    TextTypeScores with the rows of ``ROLES`` alone; None where nothing comes with the project, or by other rules.
    """
    shipped = _shipped().get(model.identity or "") if same_numbers(model.dtype, WHOLE) else None
    return shipped if shipped is not None and shipped.facts.get("rules") == RULES else None


@cache
def _shipped() -> dict[str, TextTypeScores]:
    """By the identity of the weights."""
    files = sorted((app_folder() / "assets" / "text_types").glob("*.parquet"))
    return {str(scores.facts["identity"]): scores for scores in map(load_text_types, files)}


def save_text_types(scores: TextTypeScores, path: Path) -> Path:
    """Write the shares of attention, of which roles are made, as Parquet, with the facts inside; numbers are rounded to
    a ten-thousandth.

    Raises
    ------
    StorageError
        If the file cannot be written.
    """
    table = scores.table[scores.table["score"].isin(ROLES)]
    numbers = table.select_dtypes("float").columns
    small = table.round(dict.fromkeys(numbers, 4)).astype(dict.fromkeys(numbers, "float32"))
    small = small.astype({**dict.fromkeys(WORDS, "category"), "layer": "int16", "head": "int16"})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, to_parquet(small, scores.facts))
    except OSError as error:
        raise StorageError(f"{cut(str(path))} cannot be written: {error.strerror}.") from error
    return path


def load_text_types(path: Path) -> TextTypeScores:
    """What ``save_text_types`` wrote.

    Raises
    ------
    InputError
        If the file is none of these.
    """
    with open_file(path) as file:
        try:
            table = pd.read_parquet(file)
        except (OSError, ValueError) as error:
            raise InputError(f"{cut(str(path))} holds no scores: {in_one_line(error)}") from error
    facts, table.attrs = dict(table.attrs), {}
    if not {*WORDS, CHOSEN, GAIN} <= set(table) or "identity" not in facts:
        raise InputError(f"{cut(str(path))} holds no scores on types of text: `mha-viz text-types --out` writes them.")
    table = table.astype(dict.fromkeys(WORDS, "object")).astype({"layer": "int64", "head": "int64"})
    floats = table.select_dtypes("float32").columns
    return TextTypeScores(table.astype(dict.fromkeys(floats, "float64")), facts)
