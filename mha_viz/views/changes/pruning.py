"""Heads taken out one after the other, in several orders → curves of what is left of a prediction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from mha_viz.comparison.asks import said_of_number
from mha_viz.language import N_, gettext
from mha_viz.views.captions.facts import fact_lines
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.style.theme import HEADS_DARK, HEADS_LIGHT
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_a_row, in_clauses, safe_name

ORDERS = {
    "greedy": N_("ranked anew after every step"),
    "exact": N_("ranked once, by exact effects"),
    "estimate": N_("ranked once, by the estimate"),
}
NOTE = N_(
    "The least important heads go first. Heads stand in for each other: what a head is worth changes once others are "
    "gone, so a ranking of the whole model soon misleads. Far to the right the model is broken in any order."
)
NAMED = 4  # heads of a step that are named


def pruning_picture(table: pd.DataFrame, *, asked: str, n_heads: int, facts: dict[str, Any]) -> View:
    """A curve for each order, as far as it is known.

    Parameters
    ----------
    table : DataFrame
        From ``pruning_curve``, or its points so far.
    asked : str
        What the numbers are.
    n_heads : int
        How many heads there are to take out.
    """
    orders = [order for order in ORDERS if (table["order"] == order).any()]
    curves = [table[table["order"] == order] for order in orders]
    n_points = max(map(len, curves))
    places, values = np.full((len(curves), n_points), np.nan), np.full((len(curves), n_points), np.nan)
    for i, curve in enumerate(curves):
        places[i, : len(curve)] = n_heads - curve["n_left"].to_numpy()
        values[i, : len(curve)] = curve["value"].to_numpy()
    asked = said_of_number(asked)
    title = gettext("Heads taken out one after the other: {asked}", asked=asked)
    return View(
        "pruning",
        {
            "curves": [gettext(ORDERS[order]) for order in orders],
            "points": n_points,
            "n_heads": n_heads,
            "asked": asked,
            "removed": [[_names(heads) for heads in curve["removed"]] for curve in curves],
            "colours": {"light": HEADS_LIGHT[: len(ORDERS)], "dark": HEADS_DARK[: len(ORDERS)]},
            **said_hint(Hints.pruning),
            "label": gettext("{title}: curves down, steps across", title=title),
            "caption": pruning_sentence(table, asked, n_heads),
            "note": gettext(NOTE),
            "title": f"{title}, {facts['model']}",
            "facts": fact_lines(facts),
            "file_name": safe_name(facts["model"], "one_after_the_other"),
            "identity": f"{facts['model']}|{facts.get('text', '')}|pruning",
        },
        {"places": places.astype("<f4").ravel(), "values": values.astype("<f4").ravel()},
    )


def pruning_sentence(table: pd.DataFrame, asked: str, n_heads: int) -> str:
    """How many heads can go before the number is half-way to what it is without any head."""
    whole = table[(table["n_left"] == 0)]
    if whole.empty:
        return gettext("{n} heads are being taken out, the least important first.", n=n_heads)
    plain, end = table["value"].iloc[0], whole["value"].iloc[0]
    known = [order for order in ORDERS if (whole["order"] == order).any()]
    gone = {order: _half_way(table[table["order"] == order], plain, end, n_heads) for order in known}
    parts = [gettext("{n} when {ranked}", n=n, ranked=gettext(ORDERS[order])) for order, n in gone.items()]
    return gettext(
        "Without any head, {asked} goes from {before} to {after}. Half-way there, so many of {n} heads are out: "
        "{orders}.",
        asked=asked, before=f"{plain:.3f}", after=f"{end:.3f}", n=n_heads, orders=in_clauses(parts),
    )  # fmt: skip


def _half_way(curve: pd.DataFrame, plain: float, end: float, n_heads: int) -> int:
    """How many heads are gone at the first point at least half as far from the beginning as the end is."""
    far = (curve["value"] - plain).abs() >= abs(end - plain) / 2
    return int(n_heads - curve["n_left"][far].iloc[0])


def _names(heads: tuple[tuple[int, int], ...]) -> str:
    names = [head_name(*head) for head in heads]
    more = len(names) - NAMED
    first = in_a_row(names[:NAMED])
    return gettext("{names} and {n} more", names=first, n=more) if more > 0 else first
