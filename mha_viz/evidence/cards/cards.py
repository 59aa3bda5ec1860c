"""What a head does, in sentences that claim no more than its evidence allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from mha_viz.evidence.cards.measured_texts import in_texts
from mha_viz.evidence.ranking import RESTING, Question, are_strong, each_row, of_head
from mha_viz.evidence.score_names import rule_in_words, unit_of, what_it_does
from mha_viz.evidence.verdict import (
    CONSISTENT,
    ESTABLISHED,
    MOSTLY,
    TOO_FEW,
    TOO_LITTLE,
    UNDEFINED,
    VERDICTS_IN_WORDS,
)
from mha_viz.language import N_, apart, gettext, ngettext, whole
from mha_viz.scores.families.twins import is_twins
from mha_viz.scores.table import ScoreKey, row_of
from mha_viz.wording import in_percent, in_words

MOST = 3  # things that a card says a head does
TELLING = 0.25  # above simple rules and random weights, from which little evidence is told of a single text
FEW = 20  # items that are counted in a sentence, "3 of 7", rather than given as a share
ONCE = ("positional", "sinks", "copying")  # families whose scores overlap: one of them stands for all
OF_TOKENS = ("positional", "spread", "sinks", "copying")  # families that count tokens, not cases
COUNTED_IN = (N_("nats"), N_("tokens"))
ONE_SENTENCE = N_("One sentence shows what a head does here, not what it is for.")


@dataclass(frozen=True)
class Card:
    """What is said of a head: lines of (verdict, sentence), and what follows them.

    ``pointing`` are the scores that point at words in which the head is above a simple rule, the strongest first: the
    cases of others would be examples of nothing.
    """

    lines: tuple[tuple[str | None, str], ...]
    ending: str = ""
    pointing: tuple[ScoreKey, ...] = ()


def general_card(
    table: pd.DataFrame, layer: int, head: int, question: Question | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Card:  # fmt: skip
    """The strongest things that a head does over a corpus: established first, then what is consistent with more.

    Parameters
    ----------
    table : DataFrame
        Of a profile.
    question : Question, optional
        What was asked of all heads: is answered for this one too, whatever the answer.
    facts : mapping, optional
        Of the profile: verdicts then name the texts that they were measured in.
    """
    rows = of_head(table, layer, head)
    strong = rows[are_strong(rows)]
    strongest_rows = strongest(strong, MOST)
    n_others = len(strong) - len(strongest_rows)
    lines = [(row.said, gettext("It {claim}", claim=claim(row, in_texts(facts, row)))) for row in strongest_rows]
    keys = [key_of(row) for row in strongest_rows]
    of_question = [row for row in _rows_of_question(rows, question) if key_of(row) not in keys]
    as_for = N_("As for the score shown, it {claim}")
    lines += [(row.said, gettext(as_for, claim=claim(row, in_texts(facts, row)))) for row in of_question]
    ending = _of_others(n_others) if n_others else ""
    if not any(row.said == ESTABLISHED for row in strongest_rows):
        weak = N_("Nothing is established of it, and nothing is well above a simple rule.")
        nothing = N_("Nothing is established of it.")
        ending = f"{gettext(weak if strong.empty else nothing)} {ending}"
    return Card(tuple(lines), ending.strip(), _pointing(rows))


def _of_others(n: int) -> str:
    return ngettext(
        "{count} more of its scores is established or consistent with the evidence.",
        "{count} more of its scores are established or consistent with the evidence.",
        n,
        count=in_words(n).capitalize(),
    )


def here_card(table: pd.DataFrame, layer: int, head: int, question: Question | None = None) -> Card:
    """What a head does in one text: first what was asked, then what it does most above a simple rule."""
    rows = of_head(table, layer, head)
    of_question = _rows_of_question(rows, question)
    more = rows["said"].isin(VERDICTS_IN_WORDS[VERDICTS_IN_WORDS.index(TOO_LITTLE) + 1 :])
    rivals = np.fmax.reduce([rows[name].to_numpy() for name in ("baseline", "chance", "control")])  # past a nan
    above = rows["value"] - rivals
    others = rows[more | ((rows["said"] == TOO_LITTLE) & (above >= TELLING))]
    keys = [key_of(row) for row in of_question]
    strongest_others = [row for row in strongest(others, MOST) if key_of(row) not in keys][: MOST - len(of_question)]
    lines = tuple((row.said, gettext("It {claim}", claim=claim(row))) for row in [*of_question, *strongest_others])
    none = "" if lines else gettext("Nothing stands out here from simple rules and random weights. ")
    return Card(lines, none + gettext(ONE_SENTENCE), _pointing(rows))


def claim(row: Any, more: str = "") -> str:
    """One row of a score table as what follows "it" in a sentence; ``more`` stands before its end.

    Says the value, on how much it rests, what the best simple rule (or an even choice) and the best head with random
    weights get, and the verdict.
    """
    unit = unit_of(row.family, row.score)
    does = what_it_does(row.family, row.score, row.direction)
    if row.said == UNDEFINED or isnan(row.value):
        does = does.replace(" {}", "")
        return gettext("{does}: undefined, there is nothing of the kind here.", does=does)
    sentence = said_with_value(row)
    if "{}" not in does:
        sentence += _left_out(row)
    elif row.n > 1:
        over = N_(" (over {n} tokens)") if row.family in OF_TOKENS else N_(" (over {n} cases)")
        sentence += gettext(over, n=whole(int(row.n)))
    return f"{sentence}{rivals(row, unit)}{gettext(ENDINGS[row.said], more=more)}"


def said_with_value(row: Any, does: str = "") -> str:
    """What a head does, with how much of it, or how often."""
    does = does or what_it_does(row.family, row.score, row.direction)
    if "{}" in does:
        return does.format(apart(in_unit(row.value, unit_of(row.family, row.score))))
    return gettext("{does} in {share}", does=does, share=share_of(row))


def _left_out(row: Any) -> str:
    """How many cases are in no number, because this model cannot be asked about them."""
    n = int(getattr(row, "left_out", 0))  # a profile of an earlier version does not say
    return gettext(" ({n} more could not be asked)", n=whole(n)) if n else ""


def in_unit(value: float, unit: str) -> str:
    """A value as it is said.

    >>> in_unit(0.74, "share of items"), in_unit(0.004, "share of items"), in_unit(1.234, "nats")
    ('74 %', '0.4 %', '1.23 nats')
    """
    if unit.startswith("share"):
        return in_percent(value)
    return f"{value:.2f} {gettext(unit)}" if unit in COUNTED_IN else f"{value:.2f}"


def with_rival(row: Any) -> str:
    """The value of a row, and what the best simple rule gets, or an even choice."""
    unit = unit_of(row.family, row.score)
    value = share_of(row) if unit in ("share of items", "share of queries") else in_unit(row.value, unit)
    rival = simple_rival(row, unit)
    return value + gettext(", where {rival}", rival=rival) if rival else value


def simple_rival(row: Any, unit: str, named: Callable[[str], str] = rule_in_words) -> str:
    """What the best simple rule gets, by what it is ``named``, or an even choice where that is more."""
    if not isnan(row.baseline) and not row.chance > row.baseline:
        return gettext("{rival} gets {value}", rival=named(row.rule), value=in_unit(row.baseline, unit))
    even = gettext("an even spread") if "attention" in unit else gettext("guessing")
    value = in_unit(row.chance, unit)
    return "" if isnan(row.chance) else gettext("{rival} gets {value}", rival=even, value=value)


def share_of(row: Any) -> str:
    """Of how many cases how many, in words: counted where they are few."""
    share = round(row.value * row.n) if row.n <= FEW else in_percent(row.value)
    if is_twins(row.score):
        return ngettext("{share} of {n} pair", "{share} of {n} pairs", int(row.n), share=share)
    return ngettext("{share} of {n} case", "{share} of {n} cases", int(row.n), share=share)


def rivals(row: Any, unit: str) -> str:
    """What else gets how much, as far as it is known; nothing for what only describes."""
    if row.said is None:
        return ""
    rival, control = simple_rival(row, unit), in_unit(row.control, unit)
    if isnan(row.control):
        return gettext(", where {rival}", rival=rival) if rival else ""
    if not rival:
        return gettext(", where the best head of an untrained model gets {control}", control=control)
    return gettext(", where {rival} and the best head of an untrained model {control}", rival=rival, control=control)


# How a claim ends, by its verdict; {more} is what else is said of how sure it is.
ENDINGS = {
    None: N_("{more}."),
    UNDEFINED: N_(": undefined{more}."),
    TOO_FEW: N_(": too few to say{more}."),
    TOO_LITTLE: N_(": not enough evidence{more}."),
    MOSTLY: N_(": mostly a simple rule{more}."),
    CONSISTENT: N_(": consistent with that, not established{more}."),
    ESTABLISHED: N_(": established{more}."),
}


def strongest(rows: pd.DataFrame, most: int) -> list[Any]:
    """The rows that most can be said of, then those most above a simple rule for how often that was seen."""

    def order(row: Any) -> tuple[float, ...]:
        return -VERDICTS_IN_WORDS.index(row.said), row.family == RESTING, -row.gain

    best: list[Any] = []
    for row in sorted(each_row(rows), key=order):
        if row.family not in ONCE or all(row.family != other.family for other in best):
            best.append(row)
    return best[:most]


def _rows_of_question(rows: pd.DataFrame, question: Question | None) -> list[Any]:
    if question is None or question.key is None:
        return []
    return [row for row in each_row(rows) if key_of(row) == question.key]


def _pointing(rows: pd.DataFrame) -> tuple[ScoreKey, ...]:
    above = strongest(rows[rows["said"].notna() & (rows["gain"] > 0)], len(rows))
    return tuple(key_of(row) for row in above if row_of(row.family, row.score).on == "items")


def key_of(row: Any) -> ScoreKey:
    """Which score a row is of."""
    return row.family, row.score, row.direction
