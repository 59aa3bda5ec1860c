"""What is worth looking at, in words: each sentence says the head, the words, and what both are held against."""

from __future__ import annotations

from math import isnan
from typing import Any

from mha_viz.evidence.cards.cards import in_unit, share_of, simple_rival
from mha_viz.evidence.findings.looks import Look, Looks
from mha_viz.evidence.score_names import unit_of, what_it_does
from mha_viz.evidence.verdict import ESTABLISHED, MOSTLY
from mha_viz.language import ENGLISH, N_, apart, gettext, language, whole
from mha_viz.wording import beside_others, between, gives, head_name, in_percent, quoted

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def role_sentence(looks: Looks, look: Look, row: Any) -> str:
    """A head that does here what it does in general."""
    sure = N_("{head} plays its role here: {gives}. In general it {does}{against}: established.")
    unsure = N_(
        "{head} may be playing its role here: {gives}. In general it {does}{against}: consistent with that, not "
        "established."
    )
    mostly = N_(
        "{head} may be playing its role here: {gives}. In general it {does}{against}: mostly a simple rule that, not "
        "established."
    )
    rival = simple_rival(row, unit_of(row.family, row.score))
    against = gettext(", where {rival}", rival=rival) if rival else ""
    sentence = {ESTABLISHED: sure, MOSTLY: mostly}.get(row.said, unsure)
    return gettext(sentence, head=_name(looks, look), gives=_gives(looks, look), does=_does(row), against=against)


def here_sentence(looks: Looks, look: Look, n_pointing: int) -> str:
    """Two words, in how many heads the one looks most at the other, and the head in which that stands out most."""
    none = N_("In no head {word} looks most at {other}, but it stands out in {head}: {share}. {alone}")
    one = N_("In 1 of {all} heads {word} looks most at {other}, in {head}: {share}. {alone}")
    several = N_("In {n} of {all} heads {word} looks most at {other}, most clearly in {head}: {share}. {alone}")
    sentence = {0: none, 1: one}.get(n_pointing, several)
    return gettext(
        sentence, n=whole(n_pointing), all=whole(looks.n_heads),
        word=_word(looks, look.query), other=_word(looks, look.key), head=_name(looks, look),
        share=_share(looks, look), alone=gettext("That is said of this text alone."),
    )  # fmt: skip


def unusual_sentence(looks: Looks, look: Look, row: Any, one_in: int) -> str:
    """A head that looks at one place in general, and here has one word look at another; how rare that is at least."""
    return gettext(
        "Unusual for {head}: {gives}. In general it {does}, so at most one token in {n} can do that.",
        head=_name(looks, look), gives=_gives(looks, look), does=_does(row), n=whole(one_in),
    )  # fmt: skip


def average_sentence(looks: Looks, look: Look, row: Any, here: float) -> str:
    """A head that rests less in this text than on average, and what it does instead."""
    first = N_(
        "{head} rests less than on average: the first token gets {share} of its attention here, and {general} over the "
        "{n} tokens of its profile. Instead {gives}."
    )
    signs = N_(
        "{head} rests less than on average: special tokens and punctuation get {share} of its attention here, and "
        "{general} over the {n} tokens of its profile. Instead {gives}."
    )
    return gettext(
        first if row.score == "first token" else signs, head=_name(looks, look), share=in_percent(here),
        general=f"{in_percent(row.value)} {between(row.low, row.high)}", n=whole(row.n), gives=_gives(looks, look),
    )  # fmt: skip


def _does(row: Any) -> str:
    """What a head does in general: how often or how much, with the interval, and on how much that rests."""
    unit, does = unit_of(row.family, row.score), what_it_does(row.family, row.score, row.direction)
    interval = "" if isnan(row.low) else f" {between(row.low, row.high)}"
    if "{}" in does:
        return f"{does.format(apart(in_unit(row.value, unit) + interval))}"
    return gettext("{does} in {share}", does=does, share=share_of(row) + interval)


def _gives(looks: Looks, look: Look) -> str:
    return gives(_word(looks, look.query), _word(looks, look.key), _share(looks, look))


def _share(looks: Looks, look: Look) -> str:
    """How much the one word gives to the other, and what the other words give it."""
    others = float(looks.by_others[look])
    share = gettext("{share} of its attention", share=in_percent(float(looks.shares[look])))
    return share if isnan(others) else share + beside_others(others)


def _name(looks: Looks, look: Look) -> str:
    return head_name(looks.layers[look.layer], look.head)


def _word(looks: Looks, word: int) -> str:
    """A word; of several that look alike, which of them."""
    labels = looks.words.positions.labels
    alike = [i for i, label in enumerate(labels) if label == labels[word]]
    if len(alike) == 1:
        return quoted(labels[word])
    place = alike.index(word)
    is_named = language() == ENGLISH and place < len(ORDINALS)  # other languages inflect what stands for "the"
    return f"the {ORDINALS[place]} {quoted(labels[word])}" if is_named else quoted(looks.labels[word])
