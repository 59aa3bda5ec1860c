"""Heads taken out one after the other, the least important first: what is left of a prediction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pandas as pd

from mha_viz.attention.maps import chosen_kind
from mha_viz.errors import InputError
from mha_viz.evidence.importance.single_heads import Question, estimate, heads_of, without_each
from mha_viz.language import lazy_gettext
from mha_viz.objects import Head
from mha_viz.progress import Report, progress_of
from mha_viz.recording.interventions.changes import Zero
from mha_viz.recording.interventions.edits import Plan, plan_of

PARTS = {"estimate": (0.0, 0.03), "exact": (0.03, 0.1), "greedy": (0.1, 1.0)}  # orders, and what part of the work
POINTS = 24  # of a curve that is drawn, or fewer
COLUMNS = ("order", "n_left", "value", "removed")
Row = tuple[str, int, float, tuple[Head, ...]]


@dataclass(frozen=True)
class Subject:
    """What heads are taken out of."""

    asked: str  # what its number is
    heads: Sequence[Head]
    orders: Sequence[str]  # of ``PARTS``, those that it has
    value: Callable[[Sequence[Head]], float]  # its number without these heads
    effects: Callable[[str, Sequence[Head]], Sequence[float]]  # of each of its heads, in an order, where these are out


@dataclass(eq=False)
class Pruning:
    """Curves while they are measured: as many points as are known."""

    rows: list[Row] = field(default_factory=list)
    asked: str = ""  # once the text is ready for it
    n_heads: int = 0

    def measure(self, of: Question | Subject, progress: Report) -> None:
        """Measure all of them, in about ``POINTS`` points each."""
        subject = of if isinstance(of, Subject) else _subject(of)
        self.asked, self.n_heads = subject.asked, len(subject.heads)
        pruning_curve(subject, step=-(-self.n_heads // POINTS), progress=progress, found=self.rows)

    def table(self) -> pd.DataFrame:
        """The points that are known, with the columns ``COLUMNS``."""
        return pd.DataFrame(list(self.rows), columns=list(COLUMNS))


def pruning_curve(
    of: Question | Subject, *, step: int = 10, progress: Report | None = None, found: list[Row] | None = None
) -> pd.DataFrame:
    """What a prediction becomes while heads are zeroed, in three orders: by the estimate, by exact effects of single
    heads, and by exact effects that are measured anew after every step (greedy), because heads stand in for each other.

    Parameters
    ----------
    of : Question or Subject
        From ``question_of``, or whatever else has a number without some of its heads; least important is whose effect
        is smallest, whatever its sign. Where the number has no slopes, there is no order by the estimate.
    step : int
        How many heads more are taken out from one point of a curve to the next.
    progress : callable, optional
    found : list, optional
        Filled point by point.

    Returns
    -------
    DataFrame with the columns ``COLUMNS``
        ``value`` is the number that was asked for; ``removed`` the heads that were taken out at this step.

    Raises
    ------
    InputError
        If ``step`` is below 1.
    """
    if step < 1:
        raise InputError(f"pruning_curve: step is {step}; give 1 or more.")
    report, rows = progress_of(progress), [] if found is None else found
    subject = of if isinstance(of, Subject) else _subject(of)
    for order in subject.orders:
        rows += _taken_out(subject, order, step, report.part(*PARTS[order]))  # point by point
    report(1.0)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _subject(question: Question) -> Subject:
    """The number of one question, whose effects are worked out in passes of many heads at once."""

    def effects(order: str, gone: Sequence[Head]) -> Sequence[float]:
        plan = _without(question, gone)
        found = estimate(question) if order == "estimate" else without_each(question, plan=plan)
        return [float(effect) for effect in found.tolist()]

    orders = [order for order in PARTS if order != "estimate" or question.measure.has_slopes]
    name, heads = question.measure.name, heads_of(question)
    return Subject(name, heads, orders, lambda gone: question.plain(_without(question, gone)), effects)


def _taken_out(subject: Subject, order: str, step: int, report: Report) -> Iterator[Row]:
    """The points of one curve."""
    heads, gone = subject.heads, list[Head]()
    yield order, len(heads), subject.value(()), ()
    left = _least_first(subject, order)
    while left:
        report(len(gone) / len(heads), lazy_gettext("taking out heads"))
        now, left = left[:step], left[step:]
        gone += now
        yield order, len(left), subject.value(gone), tuple(now)
        if left and order == "greedy":
            left = _least_first(subject, order, gone)


def _least_first(subject: Subject, order: str, gone: Sequence[Head] = ()) -> list[Head]:
    """The heads that are left, the least important first."""
    size = dict(zip(subject.heads, map(abs, subject.effects(order, gone)), strict=True))
    return sorted((head for head in subject.heads if head not in gone), key=size.__getitem__)


def _without(question: Question, heads: Sequence[Head]) -> Plan:
    if not heads:
        return {}
    kind = chosen_kind(question.read, question.kind)
    return plan_of(question.read, [Zero(heads, kind=kind)], lambda _: question.read)
