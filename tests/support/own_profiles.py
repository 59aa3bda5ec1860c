"""A profile of one's own of the model that comes with the app, beside the shipped one."""

from __future__ import annotations

from pathlib import Path

from mha_viz.evidence.corpus.profile import Profile, save_profile
from mha_viz.evidence.corpus.profiles import SHIPPED, profile_of, profile_path
from mha_viz.models.load import load_model

NAME = "classroom"
FACTS = {"model": NAME, "made": "2026-01-07", "corpora": [{"what": "mine.conllu", "sentences": 7, "is_gold": True}]}


def identity() -> str:
    return str(load_model(NAME).identity)


def keep_own(value: float = 0.03125, **facts) -> Path:
    """One in which every score of every head is the same; in the cache of the test."""
    of = identity()
    table = profile_of(NAME, of, SHIPPED).table.assign(value=value)
    return save_profile(Profile(table, {**FACTS, "identity": of, **facts}), profile_path(NAME, of))


def damage(path: Path, how: str) -> None:
    """What becomes of files: cut, no Parquet, another table, other rules, of other weights."""
    import pandas as pd

    table = pd.read_parquet(path)
    if how == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    elif how == "no Parquet":
        path.write_bytes(b"PAR1 seventeen by")
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "a folder":
        path.unlink()
        path.mkdir()
    else:
        changes = {
            "a column less": lambda: table.drop(columns="baseline"),
            "words for numbers": lambda: table.assign(value="high"),
            "no row": lambda: table.head(0),
        }
        table = changes[how]() if how in changes else table
        table.attrs = dict(table.attrs) | {
            "of other weights": {"identity": "0" * 64}, "without facts": {"identity": None},
            "older rules": {"rules": 1}, "newer rules": {"rules": 99}, "odd corpora": {"corpora": ["a file"]},
        }.get(how, {})  # fmt: skip
        table.to_parquet(path)
