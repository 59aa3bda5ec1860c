"""One thing that is worth looking at in a text: a head, two words, and the numbers that stand for it."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Any

from mha_viz.arguments import with_checked_fields
from mha_viz.evidence.findings.looks import Look, Looks
from mha_viz.reprs import one_line
from mha_viz.wording import head_name

KINDS = ("role", "here", "unusual", "average")  # in the order in which they are told
ROLE, HERE, UNUSUAL, AVERAGE = KINDS


@with_checked_fields
@dataclass(frozen=True)
class Finding:
    """A head that is worth looking at in one text, and why.

    ``kind`` is "role" (the head does here what it does in general), "here" (two words that heads connect, in this text
    alone), "unusual" (the head does here what it does not do in general) or "average" (it is far from its own average).
    ``query`` gives ``key`` the ``share`` of its attention, and the other words that can look there give it ``others``
    on average (nan where there are none); both are written as ``find_word`` takes them (``the#2``).

    What is known in general is from the model's profile: the score (``family``, ``score``, ``direction``), its
    ``value`` over ``n`` items, the ends ``low`` and ``high`` of its 95 % interval, and the ``verdict`` on it. Of "here"
    nothing is known in general: the score is None, these numbers are nan, ``n`` is 0. ``here`` is what the head gets
    for that score in this text; of "here" the share of heads in which the query looks most at the key; nan where
    nothing is counted. Layers and heads count from 0.
    """

    kind: str
    sentence: str
    layer: int
    head: int
    query: str
    key: str
    share: float
    others: float
    family: str | None = None
    score: str | None = None
    direction: str | None = None
    value: float = nan
    n: int = 0
    low: float = nan
    high: float = nan
    verdict: str | None = None
    here: float = nan
    __repr__ = one_line(
        lambda of: (
            f"{head_name(of.layer, of.head)}, {of.kind}{f' {of.score}' if of.score else ''}: "
            f"{of.query} → {of.key} {of.share:.2f}"
        )
    )


def finding_of(kind: str, sentence: str, looks: Looks, look: Look, row: Any = None, here: float = nan) -> Finding:
    """A look and the row of the profile that it is held against, if any, as one."""
    of_row = ("family", "score", "direction", "value", "n", "low", "high")
    known = {} if row is None else {name: getattr(row, name) for name in of_row} | {"verdict": row.said}
    return Finding(
        kind, sentence, looks.layers[look.layer], look.head, looks.labels[look.query], looks.labels[look.key],
        float(looks.shares[look]), float(looks.by_others[look]), here=here, **known,
    )  # fmt: skip
