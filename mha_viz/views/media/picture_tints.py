"""Scores of the heads of a picture → what fills small pictures in place of their attention, and what it is called."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from mha_viz.language import N_, gettext
from mha_viz.objects import Head
from mha_viz.views.grid_tints import PAPER, Tints
from mha_viz.views.scores.tables import PERCENT
from mha_viz.views.style import theme
from mha_viz.views.style.scales import palette
from mha_viz.wording import head_name, in_percent

LOOKS = "looks"  # nothing in their place: where the patch looks
OFFERED = {
    LOOKS: N_("What the patch looks at"),
    "distance": N_("How far patches look"),
    "same_row": N_("Share along the same row"),
    "same_column": N_("Share along the same column"),
}
INSIDE = "inside"
TO = "to_"  # before the name of a position that is no patch
REGION = {"inside": N_("Share to the region"), "inside_from_CLS": N_("Share to the region, from CLS")}
PICKS_OUT = {"inside": "picks_out", "inside_from_CLS": "picks_out_from_CLS"}
COLUMNS = {
    "inside": N_("to the region"), "picks_out": N_("picks it out"), "inside_from_CLS": N_("to the region, from CLS"),
    "picks_out_from_CLS": N_("picks it out, from CLS"), "distance": N_("distance"), "same_row": N_("same row"),
    "same_column": N_("same column"),
}  # fmt: skip
EVEN = N_(
    "Colours are a score of each head in this picture, over all its patches: {score}. An even spread would give {even}."
)
PALE = N_(" Pale heads give the region no more than its area, or no more than random weights do.")


def offered_tints(scores: Collection[str]) -> dict[str, str]:
    """What small pictures can be filled with, of the names of some scores, each with its name in the menu."""
    share = N_("Share to {place}")
    to = {name: gettext(share, place=name.removeprefix(TO)) for name in scores if name.startswith(TO)}
    known = {name: gettext(label) for name, label in OFFERED.items()} | to
    known |= {name: gettext(label) for name, label in REGION.items()}
    return {name: label for name, label in known.items() if name == LOOKS or name in scores}


def picture_tints(scores: pd.DataFrame, name: str, even: Mapping[str, float]) -> Tints:
    """One score of each head.

    Parameters
    ----------
    scores : DataFrame with the columns layer, head, ``name``
        As ``picture_scores`` and ``figure_table`` give them.
    even : mapping
        Of each score what an even spread gives.
    """
    label = offered_tints(list(scores))[name]
    label = label[0].lower() + label[1:]
    values: dict[Head, float] = _by_head(scores, name)
    picks = _by_head(scores, PICKS_OUT[name]) if name in REGION else {}
    most = max(values.values()) or 1.0
    says = {place: f"{label} {said(name, value)}" for place, value in values.items()}
    of = {place: (int(bool(picks) and not picks[place]), value / most, says[place]) for place, value in values.items()}
    kinds = [{"name": gettext("picks it out") if picks else "", **palette()}]
    if picks:
        kinds.append(
            {"name": gettext("does not"), **{g: (PAPER[i], theme.UNKNOWN[g]) for i, g in enumerate(("light", "dark"))}}
        )
    spread = {"score": label, "even": said(name, even[name])}
    sentence = gettext(EVEN, **spread) + gettext(PALE) * bool(picks)
    by = gettext("{score}: 0 to {most}; an even spread: {even}", most=said(name, most), **spread)
    return Tints(by, kinds, of, sentence, None, {name: values})


def tints_header(tints: Tints, heads: Sequence[Head]) -> dict[str, Any]:
    """For the view of these heads, with the number that stands in each small picture."""
    ((name, values),) = tints.columns.items()
    header = tints.header(heads)["tints"]
    return {"tints": {**header, "numbers": [_short(name, values[head]) for head in heads]}}


def _short(name: str, value: float) -> str:
    if name == "distance":
        return f"{value:.1f}"
    return "<0.1" if 0 < abs(value) < 0.0005 else in_percent(value)


def said(name: str, value: float) -> str:
    """A score in words: patches, or a share."""
    return gettext("{n} patches", n=f"{value:.1f}") if name == "distance" else in_percent(value)


def _by_head(scores: pd.DataFrame, name: str) -> dict[Head, float]:
    places = zip(scores["layer"].tolist(), scores["head"].tolist(), strict=True)
    return dict(zip(places, scores[name].tolist(), strict=True))


def picture_table(scores: pd.DataFrame) -> pd.DataFrame:
    """The same as people read it: a row a head, by its name; shares in percent."""
    heads = [head_name(*place) for place in zip(scores["layer"].tolist(), scores["head"].tolist(), strict=True)]
    left_out = ("layer", "head", "area", "inside_random", "inside_from_CLS_random")  # the same in every row
    names = {name: _column(name) for name in scores if name not in left_out}
    first = gettext("head")
    in_percent = {name: 100 * scores[name] for name in names if scores[name].dtype == float and name != "distance"}
    table = scores[list(names)].assign(**in_percent).rename(columns=names)
    return table.assign(**{first: heads})[[first, *names.values()]]


def _column(name: str) -> str:
    if name.startswith(TO):
        return gettext("to {place}", place=name.removeprefix(TO).replace("_", " "))
    return gettext(COLUMNS[name]) if name in COLUMNS else name.replace("_", " ")


def formats(table: pd.DataFrame) -> dict[str, str]:
    """How the numbers of such a table are written: patches, or shares."""
    numbers = [name for name in table if table[name].dtype == float]
    return {name: "%.1f" if name == gettext("distance") else PERCENT for name in numbers}
