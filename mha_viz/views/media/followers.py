"""Cross-attention heads that follow the words of speech → a table as people read it, and sentences on it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from mha_viz.evidence.alignment.one_sound import Followers
from mha_viz.evidence.alignment.speech import Alignment
from mha_viz.language import N_, gettext, ngettext
from mha_viz.objects import Head
from mha_viz.wording import head_name, head_names, listed

ENDINGS = {"": "as it writes", "_read": "once read"}  # the row that writes a word, and the one in which it was read
NO_TIMES = N_("No times are given, so that errors are not known.")
COLUMNS = {
    "rises": N_("rises"), "ms": N_("ms, as it writes"), "interval": N_("95 %, as it writes"),
    "ms_read": N_("ms, once read"), "interval_read": N_("95 %, once read"), "listed": N_("in its list"),
}  # fmt: skip
BEST = {
    "error": N_(
        "Of the {n} heads with the smallest error, {both} are in the model's own list; drawn at random at least as "
        "many would be in {p} of cases (hypergeometric)."
    ),
    "monotonicity": N_(
        "Of the {n} heads with the largest monotonicity, {both} are in the model's own list; drawn at random at least "
        "as many would be in {p} of cases (hypergeometric)."
    ),
}
HELD_OUT = N_(
    "{head} is best on every other sound; on the rest it is off by {error}, all heads by {others} in the mean."
)
WRITES = N_("{head} listens {written} beside the middle of a word as the model writes it, and {read} once it was read.")


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
    facts = found.facts
    lines = [_measured_sentence(name, found)]
    if found.listed:
        names = listed([head_name(*head) for head in sorted(found.listed)])
        lines.append(gettext("The model's own list: {heads}.", heads=names))
    lines.append(overlap_sentence(facts) or gettext("The model's file lists no heads for alignment."))
    if "chosen" in facts:
        errors = {"error": f"{facts['chosen_error']:.0f} ms", "others": f"{facts['all_heads_error']:.0f} ms"}
        lines.append(gettext(HELD_OUT, head=head_names([facts["chosen"]]), **errors))
    return [*lines, _control_sentence(facts, is_timed=found.is_timed)]


def _measured_sentence(name: str, found: Alignment) -> str:
    counts = {
        "heads": ngettext("{n} head", "{n} heads", len(found.table)),
        "words": ngettext("{n} word", "{n} words", found.n_words),
        "sounds": ngettext("{n} sound", "{n} sounds", found.n_sounds),
    }
    first = gettext("{model}: {heads} of its cross-attention, {words} of {sounds}.", model=name, **counts)
    return first if found.is_timed else f"{first} {gettext(NO_TIMES)}"


def _control_sentence(facts: Mapping[str, Any], *, is_timed: bool) -> str:
    rises = f"{facts['random_weights_monotonicity']:.2f}"
    if not is_timed:
        return gettext("With random weights the best head rises by {rises}.", rises=rises)
    error = f"{facts['random_weights_error']:.0f} ms"
    return gettext(
        "With random weights the best head rises by {rises} and is off by {error}.", rises=rises, error=error
    )


def overlap_sentence(facts: Mapping[str, Any]) -> str:
    """How many of the model's own list are among the best heads; nothing where it has none."""
    if "n_listed" not in facts:
        return ""
    best = BEST["error" if facts["by"] == "error" else "monotonicity"]
    return gettext(best, n=facts["n_listed"], both=facts["n_both"], p=f"{facts['p']:.2g}")


def followers_sentences(found: Followers, chosen: Head) -> list[str]:
    """What one sound says of its heads, of the chosen one, and of the times that they give together."""
    lines = [_chosen_sentence(found, chosen)]
    if found.is_timed:
        best = found.table.iloc[0]
        smallest = {"head": head_name(best["layer"], best["head"]), "error": interval_text(best, "")}
        lines.append(gettext("The smallest error is that of {head}: {error}.", **smallest))
        facts = found.facts
        together = in_ms(facts["together"], facts["together_low"], facts["together_high"])
        lines.append(
            gettext("The times of words above, which heads give together, are off by {error}.", error=together)
        )
        lines.append(_interval_sentence(found.n_words))
    overlap = overlap_sentence(found.facts)
    return [*lines, *([overlap] if overlap else [])]


def _interval_sentence(n_words: int) -> str:
    return ngettext(
        "Intervals are of 95 % over the {n} word of this sound, each taken for itself.",
        "Intervals are of 95 % over the {n} words of this sound, each taken for itself.",
        n_words,
    )


def _chosen_sentence(found: Followers, chosen: Head) -> str:
    """How far the head that is chosen is off, or how its moments rise."""
    table, name = found.table, head_name(*chosen)
    of_head = table[(table["layer"] == chosen[0]) & (table["head"] == chosen[1])]
    row = dict(zip(table.columns, of_head.iloc[0].tolist(), strict=True)) if len(of_head) else {}
    if not row:
        return gettext("{head} has no cross-attention over this sound.", head=name)
    if not found.is_timed:
        rises = {"head": name, "rises": f"{row['monotonicity']:.2f}"}
        first = gettext("The moments that {head} listens to rise from word to word by {rises}.", **rises)
        return f"{first} {gettext(NO_TIMES)}"
    return gettext(WRITES, head=name, written=interval_text(row, ""), read=interval_text(row, "_read"))


def followers_table(table: pd.DataFrame, *, is_timed: bool) -> pd.DataFrame:
    """A row a head: how its moments rise, how far off they are with the interval, whether the model's list has it."""
    heads = [head_name(*place) for place in zip(table["layer"].tolist(), table["head"].tolist(), strict=True)]
    shown = {gettext("head"): heads, gettext(COLUMNS["rises"]): table["monotonicity"].tolist()}
    for ending in ENDINGS if is_timed else ():
        shown[gettext(COLUMNS[f"ms{ending}"])] = table[f"error{ending}"].tolist()
        rows = table[[f"low{ending}", f"high{ending}"]].itertuples(index=False)
        shown[gettext(COLUMNS[f"interval{ending}"])] = [
            "" if math.isnan(low) else f"{max(low, 0):.0f} – {high:.0f}" for low, high in rows
        ]  # fmt: skip
    return pd.DataFrame({**shown, gettext(COLUMNS["listed"]): table["listed"].tolist()})
