"""What is worth looking at, in words: each sentence says the head, the words, and what both are held against."""

from __future__ import annotations

from math import isnan
from typing import Any

from mha_viz.evidence.cards.cards import in_unit, share_of, simple_rival
from mha_viz.evidence.findings.looks import Look, Looks
from mha_viz.evidence.score_names import unit_of, what_it_does
from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.wording import between, counted, head_name, in_percent, quoted

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def role_sentence(looks: Looks, look: Look, row: Any) -> str:
    """A head that does here what it does in general."""
    is_sure = row.said == ESTABLISHED
    plays = "plays its role here" if is_sure else "may be playing its role here"
    rival = simple_rival(row, unit_of(row.family, row.score))
    against = f", where {rival}" if rival else ""
    ending = row.said if is_sure else f"{row.said} that, not established"
    return f"{_name(looks, look)} {plays}: {_gives(looks, look)}. In general it {_does(row)}{against}: {ending}."


def here_sentence(looks: Looks, look: Look, n_pointing: int) -> str:
    """Two words, in how many heads the one looks most at the other, and the head in which that stands out most."""
    pair = f"{_word(looks, look.query)} looks most at {_word(looks, look.key)}"
    where = f"In {n_pointing} of {counted(looks.n_heads, 'head')} {pair}"
    clearest = {0: f"In no head {pair}, but it stands out in", 1: f"In 1 of {looks.n_heads} heads {pair}, in"}
    begin = clearest.get(n_pointing, f"{where}, most clearly in")
    return f"{begin} {_name(looks, look)}: {_share(looks, look)}. That is said of this text alone."


def unusual_sentence(looks: Looks, look: Look, row: Any, one_in: int) -> str:
    """A head that looks at one place in general, and here has one word look at another; how rare that is at least."""
    rare = f"at most one token in {one_in:,} can do that"
    return f"Unusual for {_name(looks, look)}: {_gives(looks, look)}. In general it {_does(row)}, so {rare}."


def average_sentence(looks: Looks, look: Look, row: Any, here: float) -> str:
    """A head that rests less in this text than on average, and what it does instead."""
    place = {"first token": "the first token"}.get(row.score, "special tokens and punctuation")
    general = f"{in_percent(row.value)} {between(row.low, row.high)} over the {row.n:,} tokens of its profile"
    return (
        f"{_name(looks, look)} rests less than on average: {place} get{'s' * (row.score == 'first token')} "
        f"{in_percent(here)} of its attention here, and {general}. Instead {_gives(looks, look)}."
    )


def _does(row: Any) -> str:
    """What a head does in general: how often or how much, with the interval, and on how much that rests."""
    unit, does = unit_of(row.family, row.score), what_it_does(row.family, row.score, row.direction)
    interval = "" if isnan(row.low) else f" {between(row.low, row.high)}"
    if "{}" in does:
        return f"{does.format(in_unit(row.value, unit) + interval)}"
    return f"{does} in {share_of(row)}{interval}"


def _gives(looks: Looks, look: Look) -> str:
    return f"{_word(looks, look.query)} gives {_word(looks, look.key)} {_share(looks, look)}"


def _share(looks: Looks, look: Look) -> str:
    """How much the one word gives to the other, and what the other words give it."""
    others = float(looks.by_others[look])
    beside = "" if isnan(others) else f" (other words: {in_percent(others)})"
    return f"{in_percent(float(looks.shares[look]))} of its attention{beside}"


def _name(looks: Looks, look: Look) -> str:
    return head_name(looks.layers[look.layer], look.head)


def _word(looks: Looks, word: int) -> str:
    """A word; of several that look alike, which of them."""
    labels = looks.words.positions.labels
    alike = [i for i, label in enumerate(labels) if label == labels[word]]
    if len(alike) == 1:
        return quoted(labels[word])
    place = alike.index(word)
    return f"the {ORDINALS[place]} {quoted(labels[word])}" if place < len(ORDINALS) else quoted(looks.labels[word])
