"""What heads do, as a school class reads it: shares in percent beside a simple rule; no p, no intervals, no bits."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from mha_viz.evidence.cards.cards import MOST, in_unit, share_of, simple_rival, strongest
from mha_viz.evidence.ranking import are_strong, of_head, rows_of_twins
from mha_viz.evidence.score_names import unit_of, what_it_does
from mha_viz.evidence.verdict import CONSISTENT, ESTABLISHED, MOSTLY
from mha_viz.scores.twins import is_twins, set_of_twins
from mha_viz.wording import head_name, in_words

SURE = {
    ESTABLISHED: "We checked it on other sentences, and it held.",
    CONSISTENT: "That may be so, but we cannot be sure.",
    MOSTLY: "A simple rule does nearly as well, or better.",
}
OFFSET = re.compile(r"the best fixed offset \(([−-])?\+?(\d+)\)")
UNSURE = "That is too little to say more."


def school_claim(row: Any) -> str:
    """One row of a score table as what follows "it", for a class: the value, what the best simple rule or guessing
    gets, and how sure it is.
    """
    unit = unit_of(row.family, row.score)
    named = set_of_twins(row.score)
    does = what_it_does(row.family, row.score, row.direction).replace(f" ({named})", "")
    said = does.format(in_unit(row.value, unit)) if "{}" in does else f"{does} in {share_of(row)}"
    return f"{said}{_beside(row, unit)}. {SURE.get(row.said, UNSURE)}"


def _beside(row: Any, unit: str) -> str:
    """What a simple rule gets; one that always looks as many words away says so."""
    rival = simple_rival(row, unit)
    if rival and (offset := OFFSET.search(rival)):
        n, side = int(offset[2]), "before" if offset[1] else "after"
        where = f"just {side}" if n == 1 else f"{n} places {side}"
        rival = f"always looking at the word {where}{rival[offset.end() :]}"
    return f"; {rival}" if rival else ""


def school_card(table: pd.DataFrame, layer: int, head: int) -> list[str]:
    """The strongest things that a head does over a corpus beside what is said of twins, as far as they are shares."""
    rows = of_head(table, layer, head)
    shares = [row for row in strongest(rows[are_strong(rows)], len(rows)) if _is_share(row) and not is_twins(row.score)]
    lines = [f"It {school_claim(row)}" for row in shares[:MOST]]
    return lines or ["Of what else it does, nothing is sure."]


def _is_share(row: Any) -> bool:
    return unit_of(row.family, row.score).startswith("share")


def school_twins(table: pd.DataFrame, model_name: str) -> str:
    """How many of a model's heads pass a test with pairs of sentences, and how often the best is right."""
    rows = rows_of_twins(table).dropna(subset="value")
    if rows.empty:
        return ""
    best = max(rows.itertuples(index=False), key=lambda row: (row.said == ESTABLISHED, row.value))
    n = int((rows["said"] == ESTABLISHED).sum())
    passes = "passes" if n in (0, 1) else "pass"
    return (
        "One sentence can be luck, so we tried many pairs of sentences in which one word changes the answer. "
        f"{in_words(n).capitalize() if n else 'None'} of {model_name}'s heads {passes} that test. The best, "
        f"{head_name(best.layer, best.head)}, is right in both sentences in {share_of(best)}"
        f"{_beside(best, 'share of items')}."
    )


def school_twins_of_head(table: pd.DataFrame, layer: int, head: int) -> str:
    """What these pairs say of one head; "" where none were read."""
    rows = rows_of_twins(table).dropna(subset="value")
    rows = rows[(rows["layer"] == layer) & (rows["head"] == head)]
    return " ".join(f"{head_name(layer, head)} {school_claim(row)}" for row in rows.itertuples(index=False))
