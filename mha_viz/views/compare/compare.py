"""A comparison → its three maps, with the sentences and facts that belong to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from mha_viz.comparison.comparison import Comparison
from mha_viz.inputs.chat import last_typed
from mha_viz.language import gettext
from mha_viz.objects import Head
from mha_viz.views.captions.facts import fact_lines, input_facts, second_language_facts, weights_facts
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.captions.labels import Labels, labels_sentence, said_header
from mha_viz.views.compare.alignment import ELSEWHERE, drawn_pairs, of_rows, said_of_pairs
from mha_viz.views.compare.sentences import beside_each_other, names_of
from mha_viz.views.style import theme
from mha_viz.views.style.scales import palette
from mha_viz.views.view import View
from mha_viz.wording import head_name, isolated, safe_name


def comparison_picture(
    comparison: Comparison,
    heads: tuple[Head, Head],
    *,
    caption: str,
    note: str,
    facts: dict[str, Any],
    ranks: bool = True,
) -> View:
    """Two heads on the words that both sides have, and their difference; a last column where some have none.
    A click on a cell ``ranks`` all heads by it, or only compares these two there.
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
            "keys": [*drawn_pairs(keys), *[gettext(ELSEWHERE)] * rest],
            "changed": {"query": of_rows(comparison, queries.changed), "key": [*keys.changed, *[False] * rest]},
            "change_title": gettext("Change"),
            "change_under": gettext("Blue: more in the second. Orange: less."),
            "high": _top(maps),
            "palette": palette(),
            "diverging": palette(diverging=True),
            "masked": theme.MASKED,
            "cells": theme.CELL_PIXELS,
            "label_pixels": theme.LABEL_PIXELS,
            "labelled_tokens": theme.LABELLED_TOKENS,
            **said_hint(Hints.compare_ranks if ranks else Hints.compare_heads),
            "caption": caption,
            "note": note + labels_sentence(drawn_pairs(queries), drawn_pairs(keys)),
            "identity": f"{titles}{len(queries)}",
            "title": beside_each_other(*titles),
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
        "keys": [*key.names, *[gettext(ELSEWHERE)] * rest],
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
    facts |= {**weights_facts(first), "text": first.text, **input_facts(first)}
    if has_models:
        facts |= {f"second {name}": fact for name, fact in weights_facts(second).items()}
        facts |= second_language_facts(second.languages)
    if has_texts:
        facts |= {"second text": second.text}
    facts |= {"heads": [head_name(layer, head) for layer, head in heads], "attention": " and ".join(comparison.kinds)}
    axes = {"from": comparison.queries, "to": comparison.keys, "less what goes to": comparison.keys}
    named = zip(axes.items(), words, strict=False)
    facts |= {name: axis.labels()[word] for (name, axis), word in named if word is not None}
    facts |= {"words compared": len(comparison.queries), "rows compared": len(comparison.rows)}
    return {name: fact for name, fact in facts.items() if fact not in (None, "")}


def _under(comparison: Comparison, side: int) -> str:
    text = last_typed(comparison.captures[side])
    return isolated(text if len(text) <= 90 else f"{text[:88]}…")


def _top(maps: Sequence[Tensor]) -> float:
    """Where the scale of shares ends: at 1, unless that would leave both pictures white."""
    high = max(shares.max().item() for shares in maps)
    return 1.0 if high >= theme.FAINT or high <= 0 else high
