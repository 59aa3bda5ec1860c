"""Heads that in general give nearly all their attention to one place, and in this text do something else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mha_viz.evidence.findings.finding import AVERAGE, UNUSUAL, Finding, finding_of
from mha_viz.evidence.findings.looks import Look, Looks
from mha_viz.evidence.findings.sentences import average_sentence, unusual_sentence
from mha_viz.evidence.verdict import ESTABLISHED

# Where heads keep looking, by family and score; how far from the query the place is, where that is fixed.
PLACES = {
    ("sinks", "first token"): None,
    ("sinks", "delimiters"): None,
    ("positional", "attention to previous"): -1,
    ("positional", "attention to next"): 1,
}
WAKES = 0.4  # that a word must give another one above what the other words give it, to be called unusual
INSTEAD = 0.2  # the same, to be named as what a head does in place of resting
RARE = 4  # of so many tokens at most one can do what is called unusual
FAR = 0.25  # of its attention, by which a head must be away from its own average
NEAR = 0.005  # shares closer to 0 or 1 than this are taken as this: their odds would say too much


def unusual_findings(looks: Looks, rows: Sequence[Any]) -> list[Finding]:
    """Where heads that in general look at one place have one word look at another, the rarest first.

    How rare that is follows from the average alone: of a head that gives other places 5 % of its attention on average,
    at most one token in 10 can give them 50 % (Markov's inequality). The end of the interval that says least is taken.

    ``rows`` are of ``each_row``: what is strong in the profile.
    """
    places = {layer: place for place, layer in enumerate(looks.layers)}
    rarest: dict[tuple[int, int], tuple[float, Look, Any]] = {}
    for row in rows:
        if (row.family, row.score) not in PLACES or row.said != ESTABLISHED or row.layer not in places:
            continue
        head = places[row.layer], int(row.head)
        look = _elsewhere(looks, *head, WAKES, PLACES[row.family, row.score])
        if look is None:
            continue
        one_in = float(looks.shares[look]) / max(1 - row.low, NEAR)
        if one_in >= max(RARE, rarest.get(head, (0.0,))[0]):
            rarest[head] = one_in, look, row
    found = sorted(rarest.values(), key=lambda one: -one[0])
    return [
        finding_of(UNUSUAL, unusual_sentence(looks, look, row, int(one_in)), looks, look, row)
        for one_in, look, row in found
    ]


def _elsewhere(looks: Looks, layer: int, head: int, least: float, offset: int | None = None) -> Look | None:
    """Where one word of a head looks most at another above the rest, if that is clear; both must say something."""
    words = np.array(looks.telling, dtype=int)
    if len(words) < 2:
        return None
    above = np.nan_to_num(looks.above[layer, head][np.ix_(words, words)], nan=-1.0)
    away = words[None, :] - words[:, None]
    above[(away == 0) | (away == offset)] = -1.0
    query, key = np.unravel_index(int(above.argmax()), above.shape)
    return Look(layer, head, int(words[query]), int(words[key])) if above.max() >= least else None


def _log_odds(shares: Any) -> Any:
    """Of arrays; none is 0 or 1 there."""
    shares = np.clip(shares, NEAR, 1 - NEAR)
    return np.log(shares / (1 - shares))


def average_findings(looks: Looks, rows: Sequence[Any]) -> list[Finding]:
    """Heads that rest less in this text than on average, and what they look at instead, the furthest away first.

    All heads rest more in some texts than in others, in short ones above all: a head must be ``FAR`` both from its
    average and from where it would be if it had moved as the median head has.
    """
    found = []
    for (family, score), here in looks.resting.items():
        of_score = [row for row in rows if (row.family, row.score) == (family, score) and row.layer in looks.layers]
        heads = [(looks.layers.index(row.layer), int(row.head)) for row in of_score]
        if not heads:
            continue
        known, now = np.array([row.value for row in of_score]), np.array([here[head] for head in heads])
        odds = _log_odds(known)
        moved = np.median(_log_odds(now) - odds)
        less = np.minimum(known, 1 / (1 + np.exp(-odds - moved))) - now
        for i in np.flatnonzero(less >= FAR):
            look = _elsewhere(looks, *heads[i], INSTEAD)
            if look is not None:
                found.append((-less[i], look, of_score[i], float(now[i])))
    found.sort(key=lambda one: one[0])
    return [
        finding_of(AVERAGE, average_sentence(looks, look, row, now), looks, look, row, here=now)
        for _, look, row, now in found
    ]
