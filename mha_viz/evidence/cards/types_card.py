"""One head on several types of text → what it does in each, side by side, and whether that is the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from mha_viz.evidence.ranking import each_row
from mha_viz.evidence.score_names import label_of, what_it_does
from mha_viz.evidence.text_types.measured import TYPE
from mha_viz.evidence.text_types.roles import Difference, differences, roles_in, vector_of
from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.language import N_, apart, gettext, ngettext
from mha_viz.wording import in_percent, joined, with_interval

MOST = 3  # scores that a card shows beside each other
DIFFERS = N_("What it does depends on the text. In {type} it {does}; in {other} it {other_does}. Both are established.")
SAME = N_("The same is established in every type of text: {score}.")
IN_SOME = N_("{score}: established in {types}, not in {others}.")
IN_ALL = N_("{score}: established in every type.")
SIGNS_SAID = N_(
    "● established; ○ consistent with it; · not surely more than an even spread, a simple rule or random weights give."
)
NOTHING = N_("No place where its attention goes is established of it in any of these types.")


@dataclass(frozen=True)
class TypesCard:
    """A sentence on one head, and the table below it: the scores, and of each type its cells (verdict, share and
    interval); ``ending`` says what they are over.
    """

    sentence: str
    scores: tuple[str, ...] = ()
    rows: tuple[tuple[str, tuple[tuple[str | None, str], ...]], ...] = ()
    ending: str = ""


def types_card(table: pd.DataFrame, layer: int, head: int) -> TypesCard | None:
    """What one head does in each type of text.

    Parameters
    ----------
    table : DataFrame
        Of ``TextTypeScores``.

    Returns
    -------
    TypesCard with the scores that are its role in some type, where that is established, at most three; None where the
    head was not measured.
    """
    of_head = table[(table["layer"] == layer) & (table["head"] == head)]
    if of_head.empty:
        return None
    roles = roles_in(of_head)
    roles = roles[roles["verdict"] == ESTABLISHED].sort_values("gain_where_chosen", ascending=False, kind="stable")
    scores = tuple(dict.fromkeys(roles["score"]))[:MOST]
    if not scores:
        return TypesCard(gettext(NOTHING))
    types = list(dict.fromkeys(of_head[TYPE]))
    cells = {(row.text_type, row.score): row for row in each_row(vector_of(of_head, layer, head, scores))}
    rows = tuple((gettext(name), tuple(_cell(cells.get((name, score))) for score in scores)) for name in types)
    families = {row.score: row.family for row in cells.values()}
    named = tuple(label_of(families[score], score) for score in scores)
    sentence = _sentence(of_head, scores, types, cells)
    return TypesCard(sentence, named, rows, _over(min(row.n_units for row in cells.values())))


def in_both_types(of: Difference) -> str:
    """What a head does in the two types that are farthest apart, with intervals."""
    return gettext(
        DIFFERS, type=gettext(of.first.text_type), does=_does(of.first), other=gettext(of.second.text_type),
        other_does=_does(of.second),
    )  # fmt: skip


def _does(row: Any) -> str:
    share = with_interval(row.value, row.low, row.high)
    return what_it_does(row.family, row.score, row.direction).format(apart(share))


def _cell(row: Any) -> tuple[str | None, str]:
    """Whole percent: a card is read at a glance."""
    if row is None:
        return None, "–"
    return row.verdict, str(apart(f"{in_percent(row.value)} [{100 * row.low:.0f}, {100 * row.high:.0f}]"))


def _sentence(of_head: pd.DataFrame, scores: tuple[str, ...], types: list[str], cells: dict[Any, Any]) -> str:
    if apart_ := differences(of_head):
        return in_both_types(apart_[0])
    parts = []
    for score in scores:
        is_in = [name for name in types if (row := cells.get((name, score))) and row.verdict == ESTABLISHED]
        others = [gettext(name) for name in types if name not in is_in]
        named = label_of(next(row.family for row in cells.values() if row.score == score), score)
        if not others and len(scores) == 1:
            return gettext(SAME, score=named)
        told = joined([gettext(name) for name in is_in])
        message = IN_SOME if others else IN_ALL
        parts.append(gettext(message, score=named, **({"types": told, "others": joined(others)} if others else {})))
    return " ".join(parts)


def _over(n: int) -> str:
    over = ngettext(
        "Shares of its attention, with 95 % intervals over {n} text of each type.",
        "Shares of its attention, with 95 % intervals over {n} texts of each type.",
        int(n),
    )
    return f"{over} {gettext(SIGNS_SAID)}"
