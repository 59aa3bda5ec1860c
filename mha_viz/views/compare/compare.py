"""A comparison → its three maps, with the sentences and facts that belong to them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from torch import Tensor

from mha_viz.comparison.comparison import Comparison
from mha_viz.comparison.nearest import typical_distance
from mha_viz.inputs.chat import last_typed
from mha_viz.objects import Head
from mha_viz.views.captions.facts import fact_lines, input_facts, second_language_facts
from mha_viz.views.captions.labels import Labels, labels_sentence, said_header
from mha_viz.views.compare.alignment import ELSEWHERE, alignment_sentence, drawn_pairs, of_rows, said_of_pairs
from mha_viz.views.style import theme
from mha_viz.views.style.scales import palette
from mha_viz.views.view import View
from mha_viz.wording import counted, head_name, in_percent, isolated, quoted, safe_name

HINT = "Point at a cell: all three show it. A click, or Enter, {} that cell. Keys: arrows."


def comparison_picture(
    comparison: Comparison,
    heads: tuple[Head, Head],
    *,
    caption: str,
    note: str,
    facts: dict[str, Any],
    click: str = "ranks the heads by",
) -> View:
    """Two heads on the words that both sides have, and their difference; a last column where some have none.
    ``click`` says what a click on a cell does with it.
    """
    queries, keys = comparison.queries, comparison.keys
    maps = [comparison.pattern(side, head) for side, head in enumerate(heads)]  # (row, pair + 1)
    rest = bool(keys.only_first or keys.only_second)
    maps = [rows if rest else rows[:, :-1] for rows in maps]
    titles = names_of(comparison, heads)
    return View(
        "compare",
        {
            "sides": _sides(comparison, titles, rest),
            "queries": of_rows(comparison, drawn_pairs(queries)),
            "keys": [*drawn_pairs(keys), *[ELSEWHERE] * rest],
            "changed": {"query": of_rows(comparison, queries.changed), "key": [*keys.changed, *[False] * rest]},
            "change_title": "Change",
            "change_under": "Blue: more in the second. Orange: less.",
            "high": _top(maps),
            "palette": palette(),
            "diverging": palette(diverging=True),
            "masked": theme.MASKED,
            "cells": theme.CELL_PIXELS,
            "label_pixels": theme.LABEL_PIXELS,
            "labelled_tokens": theme.LABELLED_TOKENS,
            "hint": HINT.format(click),
            "caption": caption,
            "note": note + labels_sentence(drawn_pairs(queries), drawn_pairs(keys)),
            "identity": f"{titles}{len(queries)}",
            "title": f"{titles[0]} beside {titles[1]}",
            "facts": fact_lines(facts),
            "file_name": safe_name("compare", *titles),
        },
        {"first": maps[0].float().numpy(), "second": maps[1].float().numpy()},
    )


def _sides(comparison: Comparison, titles: Sequence[str], rest: bool) -> list[dict[str, Any]]:
    """The two maps; what is said of their tokens stands in the second where it is not the same."""
    first, second = (_side(comparison, side, title, rest) for side, title in enumerate(titles))
    if first.get("said") == second.get("said"):
        second.pop("said", None)
    return [first, second]


def _side(comparison: Comparison, side: int, title: str, rest: bool) -> dict[str, Any]:
    """The labels of one of the two maps, and what is said of them."""
    capture, kind = comparison.captures[side], comparison.kinds[side]
    query, key = (
        Labels(list(map(isolated, axis.spelled(side))), said_of_pairs(axis, side, tokens))
        for axis, tokens in (
            (comparison.queries, capture.query_positions[kind]), (comparison.keys, capture.key_positions[kind])
        )
    )  # fmt: skip
    rows = query.picked(comparison.rows)
    return {
        "title": title,
        "under": _under(comparison, side),
        "queries": rows.names,
        "keys": [*key.names, *[ELSEWHERE] * rest],
        **said_header(rows, key),
    }


def comparison_facts(
    comparison: Comparison, heads: tuple[Head, Head], compares: str, words: Sequence[int | None] = (),
    *, has_models: bool, has_texts: bool,
) -> dict[str, Any]:  # fmt: skip
    """What an export says of itself.

    Parameters
    ----------
    compares : str
        What is compared, in words.
    words : (from, to, less what goes to), optional
        Pairs of words between which heads are ranked, where there are.
    has_models, has_texts : bool
        Whether the two sides are two models, or two texts.
    """
    first, second = comparison.captures
    facts: dict[str, Any] = {"compares": compares}
    facts |= {"model": first.model_name, "weights sha256": first.identity, "text": first.text, **input_facts(first)}
    if has_models:
        facts |= {"second model": second.model_name, "second weights sha256": second.identity}
        facts |= second_language_facts(second.languages)
    if has_texts:
        facts |= {"second text": second.text}
    facts |= {"heads": [head_name(layer, head) for layer, head in heads], "attention": " and ".join(comparison.kinds)}
    axes = {"from": comparison.queries, "to": comparison.keys, "less what goes to": comparison.keys}
    named = zip(axes.items(), words, strict=False)
    facts |= {name: axis.labels()[word] for (name, axis), word in named if word is not None}
    facts |= {"words compared": len(comparison.queries), "rows compared": len(comparison.rows)}
    return {name: fact for name, fact in facts.items() if fact not in (None, "")}


def names_of(comparison: Comparison, heads: tuple[Head, Head]) -> list[str]:
    """The two heads by name."""
    return [f"{head_name(*head)} of {name}" for head, name in zip(heads, comparison.names, strict=True)]


def change_sentence(row: Mapping[str, Any], name: str, against: str | None = None) -> str:
    """What one head does on the two sides: a row of ``head_changes``."""
    looks, to = (quoted(row[word]) for word in ("from", "to"))
    values = (row["first"], row["second"])
    if against is None:
        first, second = (in_percent(value) for value in values)
        return f"{name}: {looks} gives {to} {first} in the first and {second} in the second."
    changes = [f"{_points(value)} {'more' if value >= 0 else 'less'}" for value in values]
    flips = " It flips." if values[0] * values[1] < 0 else ""
    less = f"than {quoted(against)} in the first, {changes[1]} in the second."
    return f"{name}: {looks} gives {to} {changes[0]} {less}{flips}"


def pair_sentences(
    comparison: Comparison, heads: tuple[Head, Head], changes: pd.DataFrame, against: str | None = None,
    *, is_one_head: bool = False, is_ranked: bool = True,
) -> tuple[str, str]:  # fmt: skip
    """What the two heads do, and what belongs under it.

    Parameters
    ----------
    changes : DataFrame
        Of ``head_changes``; without the first head where that has no relative of its own.
    is_one_head : bool
        Whether it is the same head of one model, on two sentences.
    is_ranked : bool
        Whether its place among all heads is told.
    """
    names, note = names_of(comparison, heads), alignment_sentence(comparison)
    rows = changes[(changes["layer"] == heads[0][0]) & (changes["head"] == heads[0][1])]
    if rows.empty:
        alone = f"{names[0]} has no relative of its own; it stands beside the one that is nearest, {names[1]}."
        return alone, note
    row = rows.iloc[0].to_dict()
    name = names[0] if is_one_head else f"{names[0]} beside {names[1]}"
    rank = f" Rank {rows.index[0] + 1:,} of {len(changes):,}." if is_ranked else ""
    return change_sentence(row, name, against) + rank, distance_sentence(row) + note


def cannot_differ_sentence(comparison: Comparison, looks: int) -> str:
    """Why the row of a word is equal on both sides by construction."""
    return (
        f"{quoted(comparison.queries.labels()[looks])} cannot differ: {comparison.names[0]} reads left to right, and "
        "the change comes after it."
    )


def distance_sentence(row: Mapping[str, Any]) -> str:
    return (
        f"The two heads are {row['distance']:.3f} bits apart, on average over {row['n']:,} rows (Jensen-Shannon "
        "divergence; 0: equal, 1: no key in common). "
    )


def matching_sentence(
    comparison: Comparison, within: Tensor, matched: Sequence[float], *, at_same_place: bool = False
) -> str:
    """How far paired heads are apart; ``within`` are distances between heads of the first model."""
    n = [len(comparison.heads(side)) for side in (0, 1)]
    typical = typical_distance(within)
    usual = "" if math.isnan(typical) else f"; two heads of {comparison.names[0]} are {typical:.3f} apart (median)"
    apart = f"{pd.Series(list(matched)).median():.3f} bits apart (median){usual}."
    if at_same_place:
        return f"Each head stands beside the one at the same place: {len(matched)} pairs, {apart}"
    more = "" if n[0] == n[1] else (
        f" The side with more heads keeps {abs(n[0] - n[1])} to itself; among more heads the nearest is nearer by "
        "chance."
    )  # fmt: skip
    return (
        f"Each head of the side with fewer has one relative, so that the total distance is smallest: {min(n)} pairs of "
        f"{n[0]} × {n[1]} heads, {apart}{more}"
    )


def _points(share: float) -> str:
    return counted(round(abs(share) * 100), "point")


def _under(comparison: Comparison, side: int) -> str:
    text = last_typed(comparison.captures[side])
    return isolated(text if len(text) <= 90 else f"{text[:88]}…")


def _top(maps: Sequence[Tensor]) -> float:
    """Where the scale of shares ends: at 1, unless that would leave both pictures white."""
    high = max(shares.max().item() for shares in maps)
    return 1.0 if high >= theme.FAINT or high <= 0 else high
