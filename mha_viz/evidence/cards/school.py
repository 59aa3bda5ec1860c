"""What heads do, as a school class reads it: shares in percent beside a simple rule; no p, no intervals, no bits."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from mha_viz.evidence.cards.cards import MOST, said_with_value, share_of, simple_rival, strongest
from mha_viz.evidence.ranking import are_strong, of_head, rows_of_twins
from mha_viz.evidence.score_names import rule_in_words, unit_of, what_it_does
from mha_viz.evidence.verdict import CONSISTENT, ESTABLISHED, MOSTLY
from mha_viz.language import N_, gettext, ngettext
from mha_viz.scores.families.twins import is_twins, set_of_twins
from mha_viz.wording import head_name, in_words

SURE = {
    ESTABLISHED: N_("We checked it on other sentences, and it held."),
    CONSISTENT: N_("That may be so, but we cannot be sure."),
    MOSTLY: N_("A simple rule does nearly as well, or better."),
}
OFFSET = re.compile(r"offset ([−-])?\+?(\d+)")
UNSURE = N_("That is too little to say more.")


def school_claim(row: Any) -> str:
    """One row of a score table as what follows "it", for a class: the value, what the best simple rule or guessing
    gets, and how sure it is.
    """
    unit = unit_of(row.family, row.score)
    named = set_of_twins(row.score)
    does = what_it_does(row.family, row.score, row.direction).replace(f" ({named})", "")
    sure = SURE.get(row.said, UNSURE)
    told = {"does": said_with_value(row, does), "sure": gettext(sure)}
    rival = simple_rival(row, unit, _rule)
    return gettext("{does}; {rival}. {sure}", **told, rival=rival) if rival else gettext("{does}. {sure}", **told)


def _rule(rule: str) -> str:
    """What a simple rule is called; one that always looks as many words away says so."""
    offset = OFFSET.fullmatch(rule)
    if offset is None:
        return rule_in_words(rule)
    n, is_before = int(offset[2]), bool(offset[1])
    if n == 1:
        just = (N_("always looking at the word just after"), N_("always looking at the word just before"))
        return gettext(just[is_before])
    places = (N_("always looking at the word {n} places after"), N_("always looking at the word {n} places before"))
    return gettext(places[is_before], n=n)


def school_card(table: pd.DataFrame, layer: int, head: int) -> list[str]:
    """The strongest things that a head does over a corpus beside what is said of twins, as far as they are shares."""
    rows = of_head(table, layer, head)
    shares = [row for row in strongest(rows[are_strong(rows)], len(rows)) if _is_share(row) and not is_twins(row.score)]
    lines = [gettext("It {claim}", claim=school_claim(row)) for row in shares[:MOST]]
    return lines or [gettext("Of what else it does, nothing is sure.")]


def _is_share(row: Any) -> bool:
    return unit_of(row.family, row.score).startswith("share")


def school_twins(table: pd.DataFrame, model_name: str) -> str:
    """How many of a model's heads pass a test with pairs of sentences, and how often the best is right."""
    rows = rows_of_twins(table).dropna(subset="value")
    if rows.empty:
        return ""
    best = max(rows.itertuples(index=False), key=lambda row: (row.said == ESTABLISHED, row.value))
    n = int((rows["said"] == ESTABLISHED).sum())
    told = {"model": model_name, "count": in_words(n).capitalize()}
    passing = (
        ngettext(
            "{count} of {model}'s heads passes that test.", "{count} of {model}'s heads pass that test.", n, **told
        )
        if n
        else gettext("None of {model}'s heads passes that test.", model=model_name)
    )
    rival = simple_rival(best, "share of items", _rule)
    told = {"head": head_name(best.layer, best.head), "share": share_of(best), "rival": rival}
    right = (
        gettext("The best, {head}, is right in both sentences in {share}; {rival}.", **told)
        if rival
        else gettext("The best, {head}, is right in both sentences in {share}.", head=told["head"], share=told["share"])
    )
    luck = gettext(
        "One sentence can be luck, so we tried many pairs of sentences in which one word changes the answer."
    )
    return f"{luck} {passing} {right}"


def school_twins_of_head(table: pd.DataFrame, layer: int, head: int) -> str:
    """What these pairs say of one head; "" where none were read."""
    rows = rows_of_twins(table).dropna(subset="value")
    rows = rows[(rows["layer"] == layer) & (rows["head"] == head)]
    name = head_name(layer, head)
    told = (school_claim(row) for row in rows.itertuples(index=False))
    return " ".join(gettext("{head} {claim}", head=name, claim=said) for said in told)
