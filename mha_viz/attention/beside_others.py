"""Two words → what the one gives the other in every head, beside what the other words give it."""

from __future__ import annotations

import math

import pandas as pd

from mha_viz.attention.maps import chosen_kind
from mha_viz.attention.tables import attention_between
from mha_viz.attention.word_pairs import from_others
from mha_viz.inputs.words import find_word, word_axes
from mha_viz.objects import Capture


def beside_others(capture: Capture, query: str, key: str, *, kind: str | None = None) -> pd.DataFrame:
    """Attention between two words in every head, and what the other words give the same key on average.

    Returns
    -------
    DataFrame with columns layer, head, attention, others
        ``others`` is nan where no other word can look there. The heads that give most above others first; heads
        without any last, by attention. The index has the heads by attention, the one that gives most at 0.

    Raises
    ------
    InputError
        If a word is missing or ambiguous.
    """
    kind = chosen_kind(capture, kind)
    table = attention_between(capture, query, key, kind=kind)
    query_words, key_words = word_axes(capture, kind)
    at, to = find_word(query_words, query), find_word(key_words, key)
    heads = list(zip(table["layer"], table["head"], strict=True))
    others = from_others(capture, heads, query_words, key_words, at, to, kind)
    return most_above_first(table.assign(others=[math.nan if share is None else share for share in others]))


def most_above_first(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``beside_others``, also of several layers that were told one by one, in its order."""
    by_place = table.sort_values(["layer", "head"], kind="stable")
    table = by_place.sort_values("attention", ascending=False, kind="stable", ignore_index=True)
    above = (table["attention"] - table["others"]).sort_values(ascending=False, kind="stable")
    return table.loc[above.index]
