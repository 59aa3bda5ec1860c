"""Weights whose alignment error rates come with the project, as ``mha-viz alignment-heads`` measured them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from mha_viz.evidence.alignment.translation import Translated
from mha_viz.objects import Model
from mha_viz.paths import app_folder


def linked_words_of(model: Model) -> Translated | None:
    """What was measured of the cross-attention heads of exactly these weights; None where nothing was.

    The pairs are the 24 English sentences with a German translation that come with the project.
    """
    return _measured().get(model.identity or "")


@cache
def _measured() -> dict[str, Translated]:
    """By the identity of the weights."""
    files = sorted((app_folder() / "assets" / "translation").glob("*.json"))
    return dict(_read(path) for path in files)


def _read(path: Path) -> tuple[str, Translated]:
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    identity, table = told.pop("identity"), pd.DataFrame(told.pop("heads"))
    n_pairs, n_links = told.pop("pairs"), told.pop("sure_links")
    return identity, Translated(table, n_pairs, n_links, {**told, "chosen": tuple(told["chosen"])})
