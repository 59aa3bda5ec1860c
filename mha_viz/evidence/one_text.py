"""A capture and its annotation → the table of every head score on one text, and the cases behind a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from torch import Tensor

from mha_viz.annotation.annotated import Annotated, annotated_word_map, pieces_of_words
from mha_viz.arguments import refuse_outside
from mha_viz.attention.calls import call_pattern
from mha_viz.attention.maps import call_at
from mha_viz.attention.tables import attention_between
from mha_viz.errors import InputError
from mha_viz.evidence.score_names import WORDS
from mha_viz.evidence.text_evidence import best_heads, text_evidence
from mha_viz.evidence.verdict import Evidence, Units, weigh
from mha_viz.inputs.words import ordinary, word_axes
from mha_viz.objects import Capture
from mha_viz.scores.counting import Tally
from mha_viz.scores.items import Key
from mha_viz.scores.pointing import points_at, tally_items
from mha_viz.scores.table import HEAD_SCORES, ScoreKey, row_of
from mha_viz.scores.tallies import items_of, self_attention, tallies_of
from mha_viz.wording import quoted

COLUMNS = (
    "family", "score", "direction", "layer", "head", "value", "n", "low", "high", "baseline", "chance", "control", "p",
    "verdict", "rule", "n_units", "left_out",
)  # fmt: skip


def score_table(
    capture: Capture, annotated: Annotated | None = None, *, kind: str | None = None, control: Capture | None = None,
    similarity: Tensor | None = None,
) -> pd.DataFrame:  # fmt: skip
    """What every score says of every head on this one text.

    Parameters
    ----------
    capture, annotated, kind, similarity
        As for ``tallies_of``.
    control : Capture, optional
        Of the same text, by the same architecture with random weights (``random_twin``).

    Returns
    -------
    DataFrame with the columns ``COLUMNS``
        One row a score and head. A text is one unit: its intervals take the items as independent, means have none, p
        is missing, and no verdict goes beyond "consistent with". ``left_out`` items could not be asked of this model:
        they are not in ``n``. Missing numbers are nan, missing words None.

    Raises
    ------
    InputError
        If the annotation, or the control, is of another text.
    """
    if control is not None and (control.text, control.pair) != (capture.text, capture.pair):
        raise InputError("The control is of another text.")
    random = {} if control is None else tallies_of(control, annotated, kind=kind, similarity=similarity)
    tallies = tallies_of(capture, annotated, kind=kind, similarity=similarity)
    return table_of_tallies(tallies, random, [call.layer for call in self_attention(capture, kind)[0]])


def table_of_tallies(
    tallies: Mapping[ScoreKey, Tally], random: Mapping[ScoreKey, Tally], layers: Sequence[int]
) -> pd.DataFrame:
    """The counts of one text, and of the control, as a score table; ``layers`` are the numbers of those counted."""
    columns = text_evidence(tallies, best_heads({key: random[key] for key in tallies if key in random}))
    return numbered_as_in_model(pd.DataFrame({name: columns[name] for name in COLUMNS}), layers)


def numbered_as_in_model(table: pd.DataFrame, layers: Sequence[int]) -> pd.DataFrame:
    """A table whose layers count those that attend, with the numbers that the model gives to these."""
    return table.assign(layer=np.asarray(layers, dtype=np.int64)[table["layer"]])


def evidence_rows(key: ScoreKey, units: Units, **numbers: Any) -> pd.DataFrame:
    """One score → its rows of the table, a head each; ``numbers`` as for ``weigh``."""
    row = row_of(*key[:2])
    evidence = weigh(units, is_share=row.is_share, bar=row.bar, **numbers)
    return table_of([score_columns(key, evidence, units.counts.hits.shape[2], units.best_rule[0], units.left_out)])


def score_columns(
    key: ScoreKey, evidence: Sequence[Evidence], n_heads: int, rule: str | None, left_out: int
) -> dict[str, list[Any]]:
    """The evidence of heads for one score, layer by layer of ``n_heads`` heads, as columns of a score table."""
    family, score, direction = key
    claims = row_of(family, score).claims
    same = {"family": family, "score": score, "direction": direction, "rule": rule, "left_out": left_out}
    own = ("value", "n", "low", "high", "baseline", "chance", "control", "p", "n_units")
    return {
        **{name: [value] * len(evidence) for name, value in same.items()},
        **{name: [getattr(head, name) for head in evidence] for name in own},
        "layer": [i // n_heads for i in range(len(evidence))],
        "head": [i % n_heads for i in range(len(evidence))],
        "verdict": [head.verdict if claims or not head.n else None for head in evidence],
    }


def table_of(parts: Sequence[dict[str, list[Any]]]) -> pd.DataFrame:
    """Columns of several scores, one under the other, as one table."""
    words = ("direction", "verdict", "rule")  # where a missing word is None
    columns = {name: list(chain.from_iterable(part[name] for part in parts)) for name in COLUMNS}
    return pd.DataFrame({name: pd.Series(columns[name], dtype="object" if name in words else None) for name in COLUMNS})


def points(
    capture: Capture, annotated: Annotated, layer: int, head: int, family: str, score: str,
    direction: str | None = None, *, kind: str | None = None,
) -> pd.DataFrame:  # fmt: skip
    """What one head points at in every item of one score: the cases behind a number.

    Returns
    -------
    DataFrame with columns query, query_word, points_at (-1: no word), points_at_word, attention, right, right_words
        In the order of the text; words count from 0. Items that this model cannot be asked are left out.

    Raises
    ------
    InputError
        If the score does not point from word to word, or the annotation is of another text.
    """
    if family not in {one.family for one in HEAD_SCORES.values()} or row_of(family, score).on != "items":
        raise InputError(f"{quoted(score)} of the family {quoted(family)} is no score that points from word to word.")
    calls, positions, is_causal = self_attention(capture, kind)
    patterns = call_pattern(call_at(capture, layer, calls[0].kind))
    refuse_outside("head", head, 0, len(patterns) - 1)
    pattern = patterns[head]
    pieces = pieces_of_words(positions, annotated)
    word_map = annotated_word_map(pattern, pieces)
    missing = [i for i, owned in enumerate(pieces) if not owned]
    key: Key = (score, direction)
    rows = []
    for item in items_of(annotated).get((family, *key), []):
        if not tally_items(word_map[None], {key: [item]}, is_causal=is_causal, missing=missing)[key].counts.n.any():
            continue
        among = range(len(annotated)) if item.among is None else item.among
        seen = [word for word in among if word != item.query and word not in missing]
        candidates = [word for word in seen if not is_causal or word < item.query]
        at = int(points_at(word_map, [(item.query, candidates)]))
        rows.append(
            {
                "query": item.query, "query_word": annotated.words[item.query],
                "points_at": at, "points_at_word": annotated.words[at] if at >= 0 else "",
                "attention": word_map[item.query, at].item() if at >= 0 else 0.0,
                "right": at in item.right, "right_words": list(item.right),
            }
        )  # fmt: skip
    names = ["query", "query_word", "points_at", "points_at_word", "attention", "right", "right_words"]
    return pd.DataFrame(rows, columns=names)


def attention_rows(capture: Capture, query: str, key: str, *, kind: str, score: str | None) -> pd.DataFrame:
    """Attention from one word to another (``attention_between``) as rows of a score table: it describes, and claims
    nothing. ``score`` is how the two words are told.
    """
    heads = attention_between(capture, query, key, kind=kind)
    n_words = len(ordinary(word_axes(capture, kind)[1]))
    unknown = dict.fromkeys(("low", "high", "baseline", "control", "p"), nan)
    nothing = dict.fromkeys(("direction", "verdict", "rule", "said"))
    values = {"family": WORDS, "score": score, "value": heads["attention"], "n": 1, "n_units": 1, "left_out": 0}
    rows = heads[["layer", "head"]].assign(**values, **unknown, chance=1 / n_words, **nothing)
    return rows.assign(gain=rows["value"] - rows["chance"])
