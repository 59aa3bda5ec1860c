"""Cross-attention heads that follow the words of speech → a table as people read it, and sentences on it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from mha_viz.evidence.alignment.one_sound import Followers
from mha_viz.evidence.alignment.speech import Alignment
from mha_viz.objects import Head
from mha_viz.wording import counted, head_name, head_names, listed

ENDINGS = {"": "as it writes", "_read": "once read"}  # the row that writes a word, and the one in which it was read
NO_TIMES = "No times are given, so that errors are not known."


def in_ms(error: float, low: float, high: float) -> str:
    """A mean distance with its interval, which is left out where there is none.

    >>> in_ms(73.2, 59.6, 86.1), in_ms(40, -3, 90), in_ms(40, math.nan, math.nan)
    ('73 ms [60, 86]', '40 ms [0, 90]', '40 ms')
    """
    interval = "" if math.isnan(low) else f" [{max(low, 0):.0f}, {high:.0f}]"
    return f"{error:.0f} ms{interval}"


def interval_text(row: Mapping[str, Any], ending: str) -> str:
    """The error of a row of the table with its interval, in one of its two readings."""
    return in_ms(row[f"error{ending}"], row[f"low{ending}"], row[f"high{ending}"])


def alignment_sentences(name: str, found: Alignment) -> list[str]:
    """What the heads of several sounds say, and what it is held against."""
    facts, n = found.facts, counted(found.n_sounds, "sound")
    first = f"{name}: {len(found.table)} heads of its cross-attention, {counted(found.n_words, 'word')} of {n}."
    lines = [first + ("" if found.is_timed else f" {NO_TIMES}")]
    if found.listed:
        lines.append(f"The model's own list: {listed([head_name(*head) for head in sorted(found.listed)])}.")
    lines.append(overlap_sentence(facts) or "The model's file lists no heads for alignment.")
    if "chosen" in facts:
        chosen = head_names([facts["chosen"]])
        lines.append(
            f"{chosen} is best on every other sound; on the rest it is off by {facts['chosen_error']:.0f} ms, "
            f"all heads by {facts['all_heads_error']:.0f} ms in the mean."
        )
    control = f"With random weights the best head rises by {facts['random_weights_monotonicity']:.2f}"
    off = f" and is off by {facts['random_weights_error']:.0f} ms" if found.is_timed else ""
    return [*lines, f"{control}{off}."]


def overlap_sentence(facts: Mapping[str, Any]) -> str:
    """How many of the model's own list are among the best heads; nothing where it has none."""
    if "n_listed" not in facts:
        return ""
    best = "smallest error" if facts["by"] == "error" else "largest monotonicity"
    return (
        f"Of the {facts['n_listed']} heads with the {best}, {facts['n_both']} are in that list; "
        f"drawn at random at least as many would be in {facts['p']:.2g} of cases (hypergeometric)."
    )


def followers_sentences(found: Followers, chosen: Head) -> list[str]:
    """What one sound says of its heads, of the chosen one, and of the times that they give together."""
    words = counted(found.n_words, "word")
    lines = [_chosen_sentence(found, chosen)]
    if found.is_timed:
        best = found.table.iloc[0]
        lines.append(
            f"The smallest error is that of {head_name(best['layer'], best['head'])}: {interval_text(best, '')}."
        )
        facts = found.facts
        together = in_ms(facts["together"], facts["together_low"], facts["together_high"])
        lines.append(f"The times of words above, which heads give together, are off by {together}.")
        lines.append(f"Intervals are of 95 % over the {words} of this sound, each taken for itself.")
    overlap = overlap_sentence(found.facts).replace("that list", "the model's own list")
    return [*lines, *([overlap] if overlap else [])]


def _chosen_sentence(found: Followers, chosen: Head) -> str:
    """How far the head that is chosen is off, or how its moments rise."""
    table, name = found.table, head_name(*chosen)
    of_head = table[(table["layer"] == chosen[0]) & (table["head"] == chosen[1])]
    row = dict(zip(table.columns, of_head.iloc[0].tolist(), strict=True)) if len(of_head) else {}
    if not row:
        return f"{name} has no cross-attention over this sound."
    if not found.is_timed:
        return f"The moments that {name} listens to rise from word to word by {row['monotonicity']:.2f}. {NO_TIMES}"
    return (
        f"{name} listens {interval_text(row, '')} beside the middle of a word as the model writes it, and "
        f"{interval_text(row, '_read')} once it was read."
    )


def followers_table(table: pd.DataFrame, *, is_timed: bool) -> pd.DataFrame:
    """A row a head: how its moments rise, how far off they are with the interval, whether the model's list has it."""
    heads = [head_name(*place) for place in zip(table["layer"].tolist(), table["head"].tolist(), strict=True)]
    shown = {"head": heads, "rises": table["monotonicity"].tolist()}
    for ending, reading in ENDINGS.items() if is_timed else ():
        shown[f"ms, {reading}"] = table[f"error{ending}"].tolist()
        rows = table[[f"low{ending}", f"high{ending}"]].itertuples(index=False)
        shown[f"95 %, {reading}"] = [
            "" if math.isnan(low) else f"{max(low, 0):.0f} – {high:.0f}" for low, high in rows
        ]  # fmt: skip
    return pd.DataFrame({**shown, "in its list": table["listed"].tolist()})
