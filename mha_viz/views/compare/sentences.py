"""What is said of two heads beside each other, and of two models: how far they are apart, and whether a head turned."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeGuard

import pandas as pd

from mha_viz.comparison.comparison import Comparison
from mha_viz.language import N_, gettext, ngettext, whole
from mha_viz.objects import Head
from mha_viz.views.captions.places import said_place
from mha_viz.views.compare.alignment import alignment_sentence
from mha_viz.wording import head_name, in_percent, quoted


class Usual(NamedTuple):
    """How far two heads of a model usually are apart on the words that are compared: the median of all pairs, bits."""

    model: str
    distance: float


def names_of(comparison: Comparison, heads: tuple[Head, Head]) -> list[str]:
    """The two heads by name."""
    sides = zip(heads, comparison.names, strict=True)
    return [gettext("{head} of {model}", head=head_name(*head), model=name) for head, name in sides]


def change_sentence(
    row: Mapping[str, Any], name: str, against: str | None = None, *, usual: Usual | None = None
) -> str:
    """What one head does on the two sides: a row of ``head_changes``. Of two heads that are further apart than is
    ``usual`` it is not said that anything flips.
    """
    looks, to = (quoted(said_place(row[word])) for word in ("from", "to"))
    values = (row["first"], row["second"])
    if against is None:
        first, second = (in_percent(value) for value in values)
        return gettext(
            "{who}: {word} gives {other} {first} in the first and {second} in the second.",
            who=name, word=looks, other=to, first=first, second=second,
        )  # fmt: skip
    first, second = (points_more(value) for value in values)
    turned = _turned(row["distance"], usual) if values[0] * values[1] < 0 else ""
    told = gettext(
        "{who}: {word} gives {other} {first} than {rival} in the first, {second} in the second.",
        who=name, word=looks, other=to, first=first, rival=quoted(said_place(against)), second=second,
    )  # fmt: skip
    return f"{told}{turned}"


def _turned(distance: float, usual: Usual | None) -> str:
    if usual is None or not distance > usual.distance:
        return gettext(" It flips.")
    return gettext(
        " That is no flip: these two are {apart} bits apart, and two heads of {model} usually {usual} (median), so "
        "they are not alike.",
        apart=f"{distance:.3f}", model=usual.model, usual=f"{usual.distance:.3f}",
    )  # fmt: skip


def pair_sentences(
    comparison: Comparison, heads: tuple[Head, Head], changes: pd.DataFrame, against: str | None = None,
    *, is_one_head: bool = False, is_ranked: bool = True, usual: Usual | None = None,
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
    usual : Usual, optional
        Beyond which distance nothing is said to flip, where two heads are not the same one.
    """
    names, note = names_of(comparison, heads), alignment_sentence(comparison)
    rows = changes[(changes["layer"] == heads[0][0]) & (changes["head"] == heads[0][1])]
    if rows.empty:
        alone = gettext(
            "{head} has no relative of its own; it stands beside the one that is nearest, {other}.",
            head=names[0], other=names[1],
        )  # fmt: skip
        return alone, note
    row = rows.iloc[0].to_dict()
    name = names[0] if is_one_head else beside_each_other(*names)
    place = {"n": whole(rows.index[0] + 1), "all": whole(len(changes))}
    rank = gettext(" Rank {n} of {all}.", **place) if is_ranked else ""
    return change_sentence(row, name, against, usual=usual) + rank, distance_sentence(row, usual) + note


def beside_each_other(first: str, second: str) -> str:
    """Two heads, as a heading names them."""
    return gettext("{head} beside {other}", head=first, other=second)


def proposed_sentence(comparison: Comparison, heads: tuple[Head, Head], distance: float) -> str:
    """Of a pair that a reader chose: the counterpart that the first head has otherwise."""
    first, second = names_of(comparison, heads)
    return gettext(
        "Both were chosen. Proposed beside {head} is {other}, {apart} bits apart. ",
        head=first, other=second, apart=f"{distance:.3f}",
    )  # fmt: skip


def cannot_differ_sentence(comparison: Comparison, looks: int) -> str:
    """Why the row of a word is equal on both sides by construction."""
    return gettext(
        "{word} cannot differ: {model} reads left to right, and the change comes after it.",
        word=quoted(said_place(comparison.queries.labels()[looks])), model=comparison.names[0],
    )  # fmt: skip


def distance_sentence(row: Mapping[str, Any], usual: Usual | None = None) -> str:
    """How far two heads are apart, and how far two heads of one model usually are."""
    usually = N_("; two heads of {model} usually are {apart} apart")
    beside = gettext(usually, model=usual.model, apart=f"{usual.distance:.3f}") if _is_known(usual) else ""
    return ngettext(
        "The two heads are {apart} bits apart, on average over {n} row{beside} (Jensen-Shannon divergence; 0: equal, "
        "1: no key in common). ",
        "The two heads are {apart} bits apart, on average over {n} rows{beside} (Jensen-Shannon divergence; 0: equal, "
        "1: no key in common). ",
        int(row["n"]), apart=f"{row['distance']:.3f}", beside=beside,
    )  # fmt: skip


def distance_beside(usual: Usual) -> str:
    """What a distance is to be compared with, after it; empty where nobody knows."""
    if not _is_known(usual):
        return ""
    median = N_("; two heads of {model} are {apart} apart (median)")
    return gettext(median, model=usual.model, apart=f"{usual.distance:.3f}")


def _is_known(usual: Usual | None) -> TypeGuard[Usual]:
    return usual is not None and not math.isnan(usual.distance)


def matching_sentence(
    comparison: Comparison, usual: Usual, matched: Sequence[float], *, at_same_place: bool = False
) -> str:
    """How far paired heads are apart, beside how far two heads of the first model usually are."""
    n = [len(comparison.heads(side)) for side in (0, 1)]
    told = {"apart": f"{pd.Series(list(matched)).median():.3f}", "beside": distance_beside(usual)}
    if at_same_place:
        return gettext(
            "Each head stands beside the one at the same place: {n} pairs, {apart} bits apart (median){beside}.",
            n=len(matched), **told,
        )  # fmt: skip
    sentence = gettext(
        "Each head of the side with fewer has one relative, so that the total distance is smallest: {n} pairs of "
        "{first} × {second} heads, {apart} bits apart (median){beside}.",
        n=min(n), first=n[0], second=n[1], **told,
    )  # fmt: skip
    more = N_(" The side with more heads keeps {n} to itself; among more heads the nearest is nearer by chance.")
    return sentence + (gettext(more, n=abs(n[0] - n[1])) if n[0] != n[1] else "")


def points_more(value: float) -> str:
    """A difference of two shares, as what stands before "than".

    >>> points_more(0.614), points_more(-0.01)
    ('61 points more', '1 point less')
    """
    points = round(abs(value) * 100)
    if value >= 0:
        return ngettext("{n} point more", "{n} points more", points)
    return ngettext("{n} point less", "{n} points less", points)
