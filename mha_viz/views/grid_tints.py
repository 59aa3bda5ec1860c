"""What fills the pictures of a grid in place of their maps: a score, a cluster, what goes to a passage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from mha_viz.attention.passages import PassageShares
from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.language import N_, gettext
from mha_viz.objects import Head
from mha_viz.views.captions.hints import Hints
from mha_viz.views.style import theme
from mha_viz.views.style.scales import palette, swatches
from mha_viz.wording import in_a_row, in_percent

KNOWN, PALE = N_("established"), N_("not established")
SCORE = N_(
    "Colours are a score of each head in general, {score}: the stronger, the more, and grey where it is not "
    "established. "
)
CLUSTERS = N_("Heads of one colour look at this text alike, whatever they do elsewhere. ")
PASSAGE = {
    "decoder": N_("Colours are what the tokens after the passage give to it on average, in each head. "),
    "encoder": N_("Colours are what the tokens outside of the passage give to it on average, in each head. "),
    "cross": N_("Colours are what the tokens of the target give to the passage on average, in each head. "),
}
PAPER = theme.ON_GROUND["paper"]


@dataclass(frozen=True)
class Tints:
    """One colour a head.

    Attributes
    ----------
    by : str
        What colours stand for, in words.
    kinds : list of dict
        A legend's ``name``, and the colours from least to most on ``light`` and on ``dark`` ground.
    of : mapping
        Of each head: which kind, how far from least (0) to most (1), and what is said of it; others stay empty.
    sentence : str
        What one sees.
    ends : (low, high), optional
        Where the scale ends, if there is one.
    columns : mapping
        For the table of the heads: by the name of the column, the value of each head.
    """

    by: str
    kinds: Sequence[Mapping[str, Any]]
    of: Mapping[Head, tuple[int, float, str]]
    sentence: str
    ends: tuple[float, float] | None = None
    columns: Mapping[str, Mapping[Head, Any]] = field(default_factory=dict)

    def header(self, places: Sequence[Head]) -> dict[str, Any]:
        """For the view of these heads, in their order."""
        of = [self.of.get(place) for place in places]
        there = sorted({one[0] for one in of if one})
        tints = {
            "by": self.by,
            "kinds": [dict(self.kinds[kind]) for kind in there],
            "of": [there.index(one[0]) if one else None for one in of],
            "levels": [round(255 * one[1]) if one else 0 for one in of],
            "says": [one[2] if one else gettext("not measured") for one in of],
            "ends": self.ends,
        }
        return {"tints": tints}


def noted(tints: Tints | None, rest: str) -> dict[str, str]:
    """The note below a map, for a header; of a coloured one a pointer and a finger are told their own way."""
    if tints is None:
        return {"note": rest}
    point, tap = (tints.sentence + gettext(how) + rest for how in Hints.tinted)
    return {"note": point, "note_tap": tap}


def score_tints(rows: pd.DataFrame, name: str, called: str = "") -> Tints:
    """One score of each head, pale where it is not established.

    Parameters
    ----------
    rows : DataFrame with the columns layer, head, value, verdict, said
        As ``rows_of`` gives them for one score.
    name : str
        Of the score.
    called : str
        What readers call it, where that is not its name.
    """
    rows, called = rows[rows["value"].notna()], called or name
    low, high = min(0.0, rows["value"].min()), max(0.0, rows["value"].max())
    of: dict[Head, tuple[int, float, str]] = {}
    values: dict[Head, float] = {}
    verdicts: dict[Head, str] = {}
    for row in rows.itertuples(index=False):
        place = (int(row.layer), int(row.head))
        is_known = row.verdict == ESTABLISHED
        share = (row.value - low) / ((high - low) or 1.0)
        said = row.said if isinstance(row.said, str) else ""
        told = [f"{called} {row.value:.3f}", *([gettext(said)] if said else [])]
        of[place] = (0 if is_known else 1, float(share), in_a_row(told))
        values[place], verdicts[place] = float(row.value), said
    kinds = [{"name": gettext(KNOWN), **palette()}, {"name": gettext(PALE), **_pale()}]
    columns: dict[str, Mapping[Head, Any]] = {name: values, "verdict": verdicts}
    return Tints(called, kinds, of, gettext(SCORE, score=called), (float(low), float(high)), columns)


def _pale() -> dict[str, tuple[str, str]]:
    return {ground: (PAPER[i], theme.UNKNOWN[ground]) for i, ground in enumerate(("light", "dark"))}


def cluster_tints(clusters: Mapping[Head, int]) -> Tints:
    """The cluster of each head: those of one colour look at the text alike."""
    names = [gettext("cluster {n}", n=number) for number in range(1, max(clusters.values()) + 1)]
    kinds = [
        {"name": swatch["name"], "light": [swatch["light"]] * 2, "dark": [swatch["dark"]] * 2}
        for swatch in swatches(names)
    ]
    of = {place: (number - 1, 1.0, names[number - 1]) for place, number in clusters.items()}
    return Tints(gettext("cluster in this text"), kinds, of, gettext(CLUSTERS), None, {"cluster": clusters})


def passage_tints(shares: PassageShares, kind: str) -> Tints | None:
    """What each head gives to a passage on average, beside an even spread; None where no position counts."""
    given, even = (of.tolist() for of in shares.means)
    high = max(given, default=0.0)
    if high != high:
        return None
    of = {
        place: (
            0, share / (high or 1.0),
            gettext("{share} to the passage, evenly {even}", share=in_percent(share), even=in_percent(chance)),
        )
        for place, share, chance in zip(shares.heads, given, even, strict=True)
    }  # fmt: skip
    columns = {
        "to the passage": dict(zip(shares.heads, given, strict=True)),
        "even spread": dict(zip(shares.heads, even, strict=True)),
    }
    kinds = [{"name": gettext("to the passage"), **palette()}]
    return Tints(gettext("mean share"), kinds, of, gettext(PASSAGE[kind]), (0.0, high), columns)
