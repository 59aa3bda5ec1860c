"""The panel of specialists: heads that are established for something, each with its own reading of a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from mha_viz.annotation.english.agreement import PRONOUNS
from mha_viz.attention.calls import call_pattern, part_of
from mha_viz.attention.maps import call_at
from mha_viz.evidence.cards import share_of
from mha_viz.evidence.ranking import rows_of, rows_of_twins
from mha_viz.evidence.score_names import unit_of, what_it_does
from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.inputs.words import Words, merge_pattern, word_axes
from mha_viz.objects import Capture
from mha_viz.scores.table import ScoreKey
from mha_viz.scores.twins import TWINS
from mha_viz.wording import head_name, in_percent

# What a class understands at once, in the order in which it is told. The first that is established speaks.
PANEL = (
    (("positional", "previous token", None), ("positional", "next token", None)),
    (("syntactic", "obj", "dep→head"), ("syntactic", "nsubj", "dep→head"), ("syntactic", "obj", "head→dep")),
    (("syntactic", "det", "dep→head"), ("syntactic", "case", "dep→head")),
    (
        ("coreference", TWINS, None),
        ("coreference", "pronoun → name", None),
        ("coreference", "pronoun → antecedent", None),
    ),
    (("sinks", "delimiters", None), ("sinks", "first token", None)),
)


@dataclass(frozen=True)
class Specialist:
    """A head, what it does in general, and what it looks at here."""

    layer: int
    head: int
    sentence: str


def specialists(profile: pd.DataFrame, capture: Capture, kind: str) -> list[Specialist]:
    """The best established head of each thing that a class can follow, at most one for each, no head twice.

    Parameters
    ----------
    profile : DataFrame
        Of the capture's model.
    """
    words = word_axes(capture, kind)[0]
    chosen: list[Specialist] = []
    for keys in PANEL:
        chosen_heads = {(specialist.layer, specialist.head) for specialist in chosen}
        row = next((row for key in keys if (row := _best(profile, key, chosen_heads)) is not None), None)
        if row is not None:
            chosen.append(Specialist(int(row.layer), int(row.head), _sentence(row, capture, words, kind)))
    return chosen


def _best(profile: pd.DataFrame, key: ScoreKey, chosen_heads: set[tuple[int, int]]) -> Any | None:
    rows = rows_of_twins(profile) if key[1] == TWINS else rows_of(profile, key)
    rows = rows[rows["said"] == ESTABLISHED].sort_values("value", ascending=False, kind="stable")
    free = (row for row in rows.itertuples(index=False) if (int(row.layer), int(row.head)) not in chosen_heads)
    return next(free, None)


def _sentence(row: Any, capture: Capture, words: Words, kind: str) -> str:
    """What the head does in general, and the clearest look that it has in this sentence."""
    unit = unit_of(row.family, row.score)
    does = what_it_does(row.family, row.score, row.direction)
    general = does.format(in_percent(row.value)) if "{}" in does else f"{does} in {share_of(row)}"
    if unit.startswith("share of attention"):
        general += " on average"
    call = part_of(call_at(capture, int(row.layer), kind), heads=[int(row.head)])
    weights = merge_pattern(call_pattern(call)[0], words, words)  # (word, word)
    ordinary = [i for i, special in enumerate(words.positions.is_special) if not special]
    if row.family != "sinks":
        weights = weights.clone()
        weights[:, [i for i in range(len(words)) if i not in ordinary]] = 0.0
        weights.fill_diagonal_(0.0)
    labels = words.positions.labels
    pronouns = [i for i in ordinary if labels[i].casefold() in PRONOUNS and row.family == "coreference"]
    best = max(pronouns or ordinary, key=lambda i: weights[i].max().item())
    at = int(weights[best].argmax())
    return (
        f"{head_name(row.layer, row.head)} {general}. Here its clearest look goes from “{labels[best]}” to "
        f"“{labels[at]}”, {in_percent(weights[best, at].item())}."
    )
