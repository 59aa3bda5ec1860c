"""What a head does, in sentences that claim no more than its evidence allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, sqrt
from typing import Any

import pandas as pd

from mha_viz.annotations import Annotated
from mha_viz.evidence import MARGIN
from mha_viz.head_scores import ScoreKey, row_of
from mha_viz.objects import Capture
from mha_viz.rankings import CONSISTENT, ESTABLISHED, SAID, TOO_LITTLE, UNDEFINED, Question, of_head, rows_of
from mha_viz.score_names import rule_in_words, what_it_does
from mha_viz.scoring import points

MOST = 4
FEW = 20  # items that are counted in a sentence, "3 of 7", rather than given as a share
ONCE = ("positional", "sinks", "copying")  # families whose scores overlap: one of them stands for all
RESTING = "sinks"  # where attention goes that does nothing: told last
ONE_SENTENCE = "One sentence shows what a head does here, not what it is for."


@dataclass(frozen=True)
class Card:
    """What is said of a head: lines of (verdict, sentence), and what follows them."""

    lines: tuple[tuple[str | None, str], ...]
    ending: str = ""


@dataclass(frozen=True)
class Example:
    """A word that a head points from, the right word that it points at, and the share of attention it gives it."""

    text: str
    word: str
    points_at: str
    attention: float


def general_card(table: pd.DataFrame, layer: int, head: int, question: Question | None = None) -> Card:
    """The strongest things that a head does over a corpus: established first, then what is consistent with more.

    Parameters
    ----------
    table : DataFrame
        Of a profile.
    question : Question, optional
        What was asked of all heads: is answered for this one too, whatever the answer.
    """
    rows = of_head(table, layer, head)
    # Where no simple rule competes, "consistent with" may be a hair above an even spread: that is no strong thing.
    strong = rows[(rows["said"] == ESTABLISHED) | ((rows["said"] == CONSISTENT) & (rows["gain"] >= MARGIN))]
    shown = _strongest(strong, MOST)
    n_others = len(strong) - len(shown)
    lines = [(row.said, f"It {claim(row)}") for row in shown]
    keys = [_key(row) for row in shown]
    asked = [row for row in _asked(rows, question) if _key(row) not in keys]
    lines += [(row.said, f"As for the score shown, it {claim(row)}") for row in asked]
    ending = f"And {n_others} other score{'s' * (n_others > 1)} established or consistent." if n_others else ""
    if not any(row.said == ESTABLISHED for row in shown):
        weak = ", and nothing is well above a simple rule" if strong.empty else ""
        ending = f"Nothing is established of it{weak}. {ending}"
    return Card(tuple(lines), ending.strip())


def here_card(table: pd.DataFrame, layer: int, head: int, question: Question | None = None) -> Card:
    """What a head does in one text: first what was asked, then what it does most above a simple rule."""
    rows = of_head(table, layer, head)
    asked = _asked(rows, question)
    others = rows[rows["said"].notna() & (rows["said"] != UNDEFINED) & (rows["gain"] > 0)]
    keys = [_key(row) for row in asked]
    room = MOST - 1 - len(asked)
    shown = [row for row in _strongest(others, MOST) if _key(row) not in keys][:room]
    lines = tuple((row.said, f"It {claim(row)}") for row in [*asked, *shown])
    none = "" if lines else "Nothing here is above a simple rule. "
    return Card(lines, none + ONE_SENTENCE)


def claim(row: Any) -> str:
    """One row of a score table as what follows "it" in a sentence.

    Says the value, on how much it rests, what the best simple rule (or an even choice) and the best head with random
    weights get, and the verdict.
    """
    unit = row_of(row.family, row.score).unit
    does = what_it_does(row.family, row.score, row.direction)
    if row.said == UNDEFINED or isnan(row.value):
        return f"{does.replace(' {}', '')}: undefined, there is nothing of the kind here."
    sentence = does.format(in_unit(row.value, unit))
    if "{}" not in does:
        sentence += f" in {_share_of(row)}"
    elif row.n > 1:
        sentence += f" (over {row.n:,} {'tokens' if 'share of attention' in unit else 'items'})"
    return f"{sentence}{_rivals(row, unit)}{_ending(row.said)}"


def in_unit(value: float, unit: str) -> str:
    """A value as it is said.

    >>> in_unit(0.74, "share of items"), in_unit(0.004, "share of items"), in_unit(1.234, "nats")
    ('74 %', '0.4 %', '1.23 nats')
    """
    if unit.startswith("share"):
        return f"{100 * value:.1f} %" if 0 < abs(value) < 0.01 else f"{100 * value:.0f} %"
    return f"{value:.2f} {unit}" if unit in ("nats", "tokens") else f"{value:.2f}"


def _share_of(row: Any) -> str:
    cases = "case" if row.n == 1 else "cases"
    if row.n <= FEW:
        return f"{round(row.value * row.n)} of {row.n} {cases}"
    return f"{in_unit(row.value, 'share')} of {row.n:,} {cases}"


def _rivals(row: Any, unit: str) -> str:
    """What else gets how much, as far as it is known; nothing for what only describes."""
    if row.said is None:
        return ""
    known = []
    if not isnan(row.baseline):
        known.append(f"{rule_in_words(row.rule)} gets {in_unit(row.baseline, unit)}")
    elif not isnan(row.chance):
        even = "an even spread" if "attention" in unit else "an even choice"
        known.append(f"{even} gets {in_unit(row.chance, unit)}")
    if not isnan(row.control):
        known.append(f"the best random head {'' if known else 'gets '}{in_unit(row.control, unit)}")
    return f", where {' and '.join(known)}" if known else ""


def _ending(verdict: str | None) -> str:
    if verdict is None:
        return "."
    return f": {verdict}{' that, not established' if verdict == CONSISTENT else ''}."


def _strongest(rows: pd.DataFrame, most: int) -> list[Any]:
    """The rows that most can be said of, then those most above a simple rule for how often that was seen."""

    def order(row: Any) -> tuple[float, ...]:
        return -SAID.index(row.said), row.family == RESTING, -row.gain * (sqrt(row.n) if row.said == TOO_LITTLE else 1)

    kept: list[Any] = []
    for row in sorted(rows.itertuples(index=False), key=order):
        if row.family not in ONCE or all(row.family != other.family for other in kept):
            kept.append(row)
    return kept[:most]


def _asked(rows: pd.DataFrame, question: Question | None) -> list[Any]:
    if question is None or question.key is None:
        return []
    return list(rows_of(rows, question.key).itertuples(index=False))


def _key(row: Any) -> ScoreKey:
    return row.family, row.score, row.direction


# ---- the cases behind a number -------------------------------------------------------------------------------------


def pointing_score(tables: Iterable[pd.DataFrame | None], layer: int, head: int, question: Question) -> ScoreKey | None:
    """Of which score examples can be shown: what was asked, else the strongest score that points at words."""
    if question.key is not None and row_of(*question.key[:2]).on == "items":
        return question.key
    for table in tables:
        if table is None:
            continue
        rows = of_head(table, layer, head)
        rows = rows[rows["said"].notna() & (rows["gain"] > 0)]
        strongest = [row for row in _strongest(rows, len(rows)) if row_of(row.family, row.score).on == "items"]
        if strongest:
            return _key(strongest[0])
    return None


def clearest_examples(
    texts: Sequence[tuple[Capture, Annotated]], layer: int, head: int, key: ScoreKey, *, kind: str, most: int = 3
) -> list[Example]:
    """Where a head points at a right word, the most attention first, text by text: the first text is told first."""
    found: list[Example] = []
    for capture, annotated in texts:
        table = points(capture, annotated, layer, head, *key, kind=kind)
        right = table[table["right"].astype(bool)].sort_values("attention", ascending=False, kind="stable")
        found += [
            Example(annotated.text, row.query_word, row.points_at_word, row.attention)
            for row in right.itertuples(index=False)
        ]
        if len(found) >= most:
            break
    return found[:most]


# ---- the whole model ----------------------------------------------------------------------------------------------


def twins_sentence(table: pd.DataFrame, model_name: str) -> str:
    """What sentences that turn on one word say of a model's heads; "" where none were read."""
    rows = rows_of(table, ("coreference", "twins", None)).dropna(subset="value")
    if rows.empty:
        return ""
    best = max(rows.itertuples(index=False), key=lambda row: row.value)
    name, n_established = f"L{best.layer} H{best.head}", int((rows["said"] == ESTABLISHED).sum())
    begin = (
        f"Of {model_name}, {n_established} head{'s are' if n_established > 1 else ' is'} established on twins"
        if n_established
        else f"A head that solves this sentence need not be one that finds antecedents: no head of {model_name} is "
        "established on twins"
    )
    return (
        f"{begin}, sentences that differ in a word which turns the answer round. The best, {name}, gets all of a group "
        f"right in {_share_of(best)}{_rivals(best, 'share of items')}."
    )


def measured_on(facts: Mapping[str, Any]) -> str:
    """What a profile was measured on, and who annotated it."""
    said = []
    for corpus in facts.get("corpora", ()):
        n = corpus.get("sentences")
        people = {True: "annotated by people", False: "annotated by a program"}.get(corpus.get("is_gold"), "")
        inside = ", ".join(filter(None, (f"{n:,} sentences" if n else "", people)))
        said.append(f"{corpus['what']}{f' ({inside})' if inside else ''}")
    return f"Measured on {'; '.join(said)}." if said else ""
