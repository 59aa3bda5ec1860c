"""Model + texts of several types → every score that needs no annotation, of every head on each type."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from math import isnan, nan
from pathlib import Path
from typing import Any

import pandas as pd

from mha_viz.annotation.annotated import Annotated
from mha_viz.arguments import with_checked_fields
from mha_viz.errors import InputError
from mha_viz.evidence.corpus.controls import SHUFFLED, SPREADS, against_chance, controls_told
from mha_viz.evidence.corpus.passages import CHOOSE, REPORT, Passage
from mha_viz.evidence.corpus.profile import chosen_heads, weigh_corpus
from mha_viz.evidence.corpus.reading import attending_layers, read_corpus
from mha_viz.evidence.corpus.store import control_kept, n_left_out, open_store, parts_kept, scores_kept
from mha_viz.evidence.text_types.material import TextType, own_type, text_types
from mha_viz.evidence.verdict import RULES
from mha_viz.models.load import random_twin
from mha_viz.models.shuffled import shuffled_twins
from mha_viz.objects import Model
from mha_viz.progress import Progress, progress_of
from mha_viz.reprs import one_line
from mha_viz.scores.table import row_of
from mha_viz.wording import counted

EVERY = 4  # of the texts of a type, one in so many is read by random weights, by each of their seeds
EVERY_SHUFFLED = 8  # and by each network of the model's own numbers in random places
TYPE, CHOSEN, GAIN = "text_type", "chosen", "gain_where_chosen"  # columns beside those of a score table


@with_checked_fields
@dataclass(frozen=True, eq=False)
class TextTypeScores:
    """A score table for each type of text, one under the other, and how it was made.

    ``table`` has the columns of a profile's, "text_type" before them; "chosen": whether the head does enough on the
    half that chooses; "gain_where_chosen": how far it is there above the best rule, or an even choice.
    """

    table: pd.DataFrame
    facts: dict[str, Any]
    __repr__ = one_line(
        lambda of: (
            f"{of.facts.get('model', 'of a model')} on {', '.join(of.table[TYPE].unique())}: "
            f"{counted(len(of.table), 'row')}"
        )
    )


def text_type_scores(
    model: Model, own: dict[str, str | Path] | None = None, *, progress: Progress | None = None
) -> TextTypeScores:
    """Every score that needs no annotation, of every head, on prose, code, JSON and repeats, and on types of one's own.

    Parameters
    ----------
    model : Model
        One that reads text.
    own : dict of name to file or folder, optional
        Types of one's own (``own_type``); under a name of ours, in its place.
    progress : Progress, optional

    Returns
    -------
    TextTypeScores
        Half of the texts of a type choose heads, the other half reports: value, n, 95 % interval over texts, chance,
        control (the best head of networks that have learned nothing) and verdict as in a profile, each type by itself.

    Raises
    ------
    InputError
        If a type of one's own cannot be read, or the model reads no text.

    References
    ----------
    The scores name theirs (``HEAD_SCORES``).
    """
    types = {one.name: one for one in text_types()}
    types |= {name: own_type(name, path) for name, path in (own or {}).items()}
    return scores_on(model, list(types.values()), progress=progress)


def scores_on(model: Model, types: Sequence[TextType], *, progress: Progress | None = None) -> TextTypeScores:
    """``text_type_scores`` on these types."""
    every = progress_of(progress)
    stores = [open_store(Path(":memory:")) for _ in types]
    try:
        _read(model, types, stores, every)
        layers, left_out = attending_layers(model), [n_left_out(store) for store in stores]
        tables = [
            weigh_type(one.name, store, layers)
            for one, store, n in zip(types, stores, left_out, strict=True)
            if n < len(one)
        ]
    finally:
        for store in stores:
            store.close()
    if not tables:
        raise InputError(f"Every text is longer than {model.name} reads.")
    table = pd.concat(tables, ignore_index=True)
    facts = {
        "model": model.name, "identity": model.identity, "dtype": model.dtype,
        "types": [
            {"name": one.name, "about": one.about, "texts": len(one), "left_out": n}
            for one, n in zip(types, left_out, strict=True)
        ],
        "controls": controls_told(), "rules": RULES,
        "made": datetime.datetime.now(datetime.UTC).date().isoformat(), "with": f"mha-viz {version('mha-viz')}",
    }  # fmt: skip
    return TextTypeScores(table, facts)


def weigh_type(name: str, store: sqlite3.Connection, layers: Sequence[int] | None = None) -> pd.DataFrame:
    """The counts of the texts of one type → their part of the table of ``TextTypeScores``; ``layers`` as for
    ``weigh_corpus``.
    """
    table = pd.concat([weigh_corpus(store, layers), _where_chosen(store)], axis=1).assign(**{TYPE: name})
    return table[[TYPE, *(column for column in table if column != TYPE)]]


def passages_of(one: TextType) -> list[Passage]:
    """Texts as a corpus has them: each is a unit, and every other one reports."""
    name = one.name
    return [
        Passage(f"{name} {i}", f"{name} {i}", i % 2, (Annotated(text),), ("tokens",))
        for i, text in enumerate(one.texts)
    ]


def _read(model: Model, types: Sequence[TextType], stores: Sequence[sqlite3.Connection], progress: Progress) -> None:
    """The model reads everything, and then the controls, each kept under its number from 1, some texts: others for
    each number.
    """
    n_parts = len(types) * 3
    for i, (one, store) in enumerate(zip(types, stores, strict=True)):
        passages = passages_of(one)
        read_corpus(model, partial(iter, passages), store, progress=progress.part(i / n_parts, (i + 1) / n_parts))
    for number, (twin, step) in enumerate(_controls(model), 1):
        progress((1 + 2 * (number - 1) / (len(SPREADS) + SHUFFLED)) / 3, "random weights")
        for one, store in zip(types, stores, strict=True):
            some, run = passages_of(one)[number % step :: step], map if number <= len(SPREADS) else against_chance
            read_corpus(twin, partial(iter, some), store, random=number, run=run)
    progress(1.0, "random weights")


def _controls(model: Model) -> Iterator[tuple[Model, int]]:
    """The networks that have learned nothing, and one in how many texts each of them reads."""
    yield from ((random_twin(model, seed=seed, spread=spread), EVERY) for seed, spread in enumerate(SPREADS))
    yield from ((twin, EVERY_SHUFFLED) for twin in shuffled_twins(model, SHUFFLED))


def _where_chosen(store: sqlite3.Connection) -> pd.DataFrame:
    """Of each score and head, in the order of ``weigh_corpus``, what the half that chooses says."""
    of_scores = []
    for key in scores_kept(store):
        row, parts = row_of(*key[:2]), parts_kept(store, key)
        units = parts[CHOOSE if CHOOSE in parts else REPORT]
        rival = max((number for number in (units.baseline, units.by_chance) if not isnan(number)), default=nan)
        if CHOOSE in parts and row.claims:
            chosen = chosen_heads(units, control_kept(store, key), row.bar)
            of_scores.append(pd.DataFrame({CHOSEN: chosen.tolist(), GAIN: (units.share.flatten() - rival).tolist()}))
        else:
            of_scores.append(pd.DataFrame({CHOSEN: False, GAIN: [nan] * units.share.numel()}))
    return pd.concat(of_scores, ignore_index=True)
