"""A comparison → its three maps, with the sentences and facts that belong to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from torch import Tensor

from mha_viz import theme
from mha_viz.buffers import buffer, palette
from mha_viz.comparisons import Comparison, Head
from mha_viz.saying import fact_lines, safe_name

ELSEWHERE = "(elsewhere)"
LISTED = 12  # words or heads that are named before “and n more”
HINT = "Point at a cell: all three show it. A click, or Enter, ranks the heads by that cell. Keys: arrows."


def comparison_picture(
    comparison: Comparison, heads: tuple[Head, Head], *, caption: str, note: str, facts: dict[str, Any]
) -> bytes:
    """Two heads on the words that both sides have, and their difference; a last column where some have none."""
    queries, keys = comparison.queries, comparison.keys
    maps = [part[head] for part, head in zip(comparison.patterns, heads, strict=True)]  # (row, pair + 1)
    rest = bool(keys.only_first or keys.only_second)
    maps = [one if rest else one[:, :-1] for one in maps]
    titles = names_of(comparison, heads)
    return buffer(
        "compare",
        {"first": maps[0].float().numpy(), "second": maps[1].float().numpy()},
        sides=[
            {
                "title": titles[side],
                "under": _under(comparison, side),
                "queries": _of_rows(comparison, queries.spelled(side)),
                "keys": [*keys.spelled(side), *[ELSEWHERE] * rest],
            }
            for side in (0, 1)
        ],
        queries=_of_rows(comparison, queries.labels()),
        keys=[*keys.labels(), *[ELSEWHERE] * rest],
        changed={"query": _of_rows(comparison, queries.changed), "key": [*keys.changed, *[False] * rest]},
        change_title="Change",
        change_under="Blue: more in the second. Orange: less.",
        high=_top(maps),
        palette=palette(),
        diverging=palette(diverging=True),
        masked=theme.MASKED,
        cells=theme.CELL_PIXELS,
        label_pixels=theme.LABEL_PIXELS,
        labelled_tokens=theme.LABELLED_TOKENS,
        hint=HINT,
        caption=caption,
        note=note,
        identity=f"{titles}{len(queries)}",
        title=f"{titles[0]} beside {titles[1]}",
        facts=fact_lines(facts),
        file_name=safe_name("compare", *titles),
    )


def names_of(comparison: Comparison, heads: tuple[Head, Head]) -> list[str]:
    """The two heads by name."""
    return [f"L{head[0]} H{head[1]} of {name}" for head, name in zip(heads, comparison.names, strict=True)]


def change_sentence(row: Mapping[str, Any], name: str, against: str | None = None) -> str:
    """What one head does on the two sides: a row of ``head_changes``."""
    looks, to, values = f"“{row['from']}”", f"“{row['to']}”", (row["first"], row["second"])
    if against is None:
        first, second = (in_percent(value) for value in values)
        return f"{name}: {looks} gives {to} {first} in the first and {second} in the second."
    said = [f"{_points(value)} {'more' if value >= 0 else 'less'}" for value in values]
    flips = " It flips." if values[0] * values[1] < 0 else ""
    return f"{name}: {looks} gives {to} {said[0]} than “{against}” in the first, {said[1]} in the second.{flips}"


def distance_sentence(row: Mapping[str, Any]) -> str:
    return (
        f"The two heads are {row['distance']:.3f} bits apart, on average over {row['n']:,} rows (Jensen-Shannon "
        "divergence; 0: equal, 1: no key in common). "
    )


def in_percent(share: float) -> str:
    """A share as it is said.

    >>> in_percent(0.347), in_percent(0.004), in_percent(0)
    ('35 %', '0.4 %', '0 %')
    """
    return f"{100 * share:.1f} %" if 0 < abs(share) < 0.01 else f"{100 * share:.0f} %"


def alignment_sentence(comparison: Comparison) -> str:
    """How many words are compared, which are not, and which rows cannot differ."""
    sides = comparison.names if comparison.names[0] != comparison.names[1] else ("the first", "the second")
    alone = [comparison.queries.alone(side) for side in (0, 1)]
    left = [f"{listed(words)} of {which}" for words, which in zip(alone, sides, strict=True) if words]
    sentence = f"{len(comparison.queries):,} words are compared."
    if left:
        sentence += f" Without a counterpart: {'; '.join(left)}. What goes there stands under {ELSEWHERE}."
    joined = [label for label, pair in zip(comparison.queries.spelled(0), comparison.queries.pairs, strict=True)
              if max(map(len, pair)) > 1]  # fmt: skip
    if joined:
        sentence += f" Compared as one: {listed(joined)}, which one side does not cut there."
    if len(comparison.rows) < len(comparison.queries):
        sentence += f" Of this long text {len(comparison.rows):,} evenly spaced rows are compared."
    return sentence + equal_sentence(comparison)


def equal_sentence(comparison: Comparison) -> str:
    """Why the first rows do not differ, where that is so by construction."""
    n = comparison.n_equal
    if not n:
        return ""
    which = "The first row is" if n == 1 else f"The first {n:,} rows are"
    change = "" if n >= len(comparison.rows) else f" (“{_of_rows(comparison, comparison.queries.labels())[n]}”)"
    return (
        f" {which} equal by construction: {comparison.names[0]} reads left to right, and the first change comes "
        f"after them{change}."
    )


def matching_sentence(comparison: Comparison, within: Tensor, matched: Sequence[float]) -> str:
    """What the pairing by nearest relatives found; ``within`` are distances between heads of the first model."""
    n = [len(comparison.heads(side)) for side in (0, 1)]
    others = within[~_diagonal(within)]
    usual = f"; two heads of {comparison.names[0]} are {others.median():.3f} apart (median)" if len(others) else ""
    more = "" if n[0] == n[1] else (
        f" The side with more heads keeps {abs(n[0] - n[1])} to itself; among more heads the nearest is nearer by "
        "chance."
    )  # fmt: skip
    return (
        f"Each head of the side with fewer has one relative, so that the total distance is smallest: {min(n)} pairs of "
        f"{n[0]} × {n[1]} heads, {pd.Series(list(matched)).median():.3f} bits apart (median){usual}.{more}"
    )


def listed(names: Sequence[str]) -> str:
    """Names, the first few of many."""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


def _points(share: float) -> str:
    n = f"{abs(share) * 100:.0f}"
    return f"{n} point{'s' * (n != '1')}"


def _under(comparison: Comparison, side: int) -> str:
    text = comparison.captures[side].text
    return text if len(text) <= 90 else f"{text[:88]}…"


def _of_rows(comparison: Comparison, of_pairs: Sequence[Any]) -> list[Any]:
    return [of_pairs[row] for row in comparison.rows]


def _top(maps: Sequence[Tensor]) -> float:
    """Where the scale of shares ends: at 1, unless that would leave both pictures white."""
    high = max(one.max().item() for one in maps)
    return 1.0 if high >= theme.FAINT or high <= 0 else high


def _diagonal(square: Tensor) -> Tensor:
    return square.new_ones(square.shape).bool().triu().tril()
