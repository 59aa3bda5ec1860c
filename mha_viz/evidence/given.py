"""What one text shows of scores that point from word to word: the share of attention that goes to the right words."""

from __future__ import annotations

from math import nan

import pandas as pd

from mha_viz.annotation.annotated import Annotated, annotated_word_map, pieces_of_words
from mha_viz.attention.calls import call_pattern
from mha_viz.objects import Capture
from mha_viz.scores.counting import even_spread
from mha_viz.scores.pointing import given_to_right
from mha_viz.scores.tallies import items_of, self_attention

OWN = ["family", "score", "direction", "layer", "head"]


def with_given(table: pd.DataFrame, capture: Capture, annotated: Annotated | None, *, kind: str) -> pd.DataFrame:
    """The table of one text (``score_table``) with two more columns.

    Returns
    -------
    DataFrame
        With ``given``, the share of its attention that a query gives to its right words, mean over the cases, and
        ``even``, what an even spread over the tokens gives them. Both nan for scores that point at nothing.
    """
    if annotated is None:
        return table.assign(given=nan, even=nan)
    calls, positions, is_causal = self_attention(capture, kind)
    pieces, items = pieces_of_words(positions, annotated), items_of(annotated, with_rules=False)
    missing = [i for i, own in enumerate(pieces) if not own]
    n = len(positions)
    even_map = annotated_word_map(even_spread(n, n, is_causal=is_causal)[None], pieces)
    even = given_to_right(even_map, items, is_causal=is_causal, missing=missing)
    rows = []
    for call in calls:
        word_map = annotated_word_map(call_pattern(call), pieces)
        given = given_to_right(word_map, items, is_causal=is_causal, missing=missing)
        rows += [
            (*key, call.layer, head, share, even[key].item())
            for key, shares in given.items()
            for head, share in enumerate(shares.tolist())
        ]
    return table.merge(pd.DataFrame(rows, columns=[*OWN, "given", "even"]), on=OWN, how="left")


def shown_as_shares(rows: pd.DataFrame) -> pd.DataFrame:
    """Ranked rows of one text, whose value is the share that is given wherever there is one, the largest first.

    How often a head hits stays beside it as ``hits``; verdicts stay what the hits allow. What belongs to hits alone
    (interval, simple rules, random weights, p) is left out.
    """
    if "given" not in rows or rows["given"].isna().all():
        return rows.drop(columns=["given", "even"], errors="ignore")
    is_given = rows["given"].notna()
    shown = rows.assign(
        hits=(rows["value"] * rows["n"]).round().where(is_given), chance=rows["even"].where(is_given, rows["chance"])
    )
    for name in ("low", "high", "baseline", "control", "p"):
        shown[name] = rows[name].mask(is_given)
    shown["rule"] = [None if given else rule for given, rule in zip(is_given, rows["rule"], strict=True)]
    shown["value"] = rows["given"].where(is_given, rows["value"])
    shown["gain"] = shown["value"] - shown["chance"]
    shown = shown.drop(columns=["given", "even"])
    if rows["score"].nunique() > 1:  # of a whole family heads go by what can be said of them
        return shown
    return shown.sort_values(
        ["value", "layer", "head"], ascending=[False, True, True], kind="stable", ignore_index=True
    )
