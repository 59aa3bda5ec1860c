"""What taking out each head alone does → the picture of all heads, with the sentence on what one sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from mha_viz.comparison.asks import said_of_number
from mha_viz.comparison.trials import Hows
from mha_viz.evidence.importance.importance import EFFECTS
from mha_viz.language import N_, gettext
from mha_viz.objects import Head
from mha_viz.views.captions.facts import fact_lines
from mha_viz.views.scores.scores import NUMBERS, scores_view
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_digits, safe_name


def importance_picture(
    table: pd.DataFrame, effect: str, *, chosen: Head, asked: str, how: str, facts: dict[str, Any], note: str = ""
) -> View:
    """What taking out each head alone does: layers down, heads across.

    Parameters
    ----------
    table : DataFrame
        From ``importance``, or as much of it as is measured: nan where it is not yet.
    effect : str
        The column that is drawn.
    """
    layers = sorted({int(layer) for layer in table["layer"]})
    shape = len(layers), int(table["head"].max()) + 1
    values = np.full(shape, np.nan)
    for layer, head, value in table[["layer", "head", effect]].itertuples(index=False):
        values[layers.index(layer), head] = value
    numbers = {name: np.full(values.size, np.nan) for name in NUMBERS} | {"n": np.zeros(values.size)}
    numbers["value"] = values.ravel()
    told = _side_by_side(table, layers, shape)
    title = gettext("Every head alone, {how}: {asked}", how=gettext(how), asked=said_of_number(asked))
    return scores_view(
        {name: list(column) for name, column in numbers.items()},
        [None] * values.size,
        shape,
        layers=layers,
        unit=N_("difference"),
        items="",
        rules=[None] * values.size,
        whats=told,
        told=True,
        chosen=layers.index(chosen[0]) * shape[1] + chosen[1] if chosen[0] in layers else None,
        label=gettext("{title}: layers down, heads across", title=title),
        caption=importance_sentence(table, effect, asked, how),
        note=note,
        title=f"{title}, {facts['model']}",
        facts=fact_lines(facts),
        file_name=safe_name(facts["model"], "importance", effect, how),
        identity=f"{facts['model']}|{facts.get('text', '')}|importance",
    )


def _side_by_side(table: pd.DataFrame, layers: Sequence[int], shape: tuple[int, int]) -> list[str]:
    """The effects of each head that are known, in its place."""
    effects = [name for name in EFFECTS if name in table]
    told = [""] * (shape[0] * shape[1])
    for row in table.to_dict("records"):
        known = [(name, row[name]) for name in effects if row[name] == row[name]]
        parts = [f"{gettext(name)} {in_digits(value, sign=True)}" for name, value in known]
        told[layers.index(row["layer"]) * shape[1] + int(row["head"])] = ", ".join(parts)
    return told


def importance_sentence(table: pd.DataFrame, effect: str, asked: str, how: str) -> str:
    """Which head alone does most."""
    known = table[table[effect].notna()]
    if known.empty:
        return gettext("Nothing is measured yet of {asked}.", asked=said_of_number(asked))
    row = known.loc[known[effect].abs().idxmax()]
    name = head_name(int(row["layer"]), int(row["head"]))
    so_far = gettext(" of the {n} of {all} heads that are done", n=len(known), all=len(table))
    done = N_("Setting {head} alone to its mean changes it most{so_far}: {asked} by {difference}.")
    out = N_("Taking out {head} alone changes it most{so_far}: {asked} by {difference}.")
    return gettext(
        done if how == Hows.mean else out, head=name, so_far="" if len(known) == len(table) else so_far,
        asked=said_of_number(asked), difference=in_digits(row[effect], sign=True),
    )  # fmt: skip
