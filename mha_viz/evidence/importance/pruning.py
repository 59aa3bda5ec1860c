"""Heads taken out one after the other, the least important first: what is left of a prediction."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import torch

from mha_viz.attention.maps import chosen_kind
from mha_viz.errors import InputError
from mha_viz.evidence.importance.single_heads import Question, estimate, heads_of, without_each
from mha_viz.objects import Head
from mha_viz.progress import Report, progress_of
from mha_viz.recording.interventions.changes import Zero
from mha_viz.recording.interventions.edits import Plan, plan_of

ORDERS = ("estimate", "exact", "greedy")


def pruning_curve(question: Question, *, step: int = 10, progress: Report | None = None) -> pd.DataFrame:
    """What a prediction becomes while heads are zeroed, in three orders: by the estimate, by exact effects of single
    heads, and by exact effects that are measured anew after every step (greedy), because heads stand in for each other.

    Parameters
    ----------
    question : Question
        From ``question_of``; least important is whose effect is smallest, whatever its sign.
    step : int
        How many heads more are taken out from one point of a curve to the next.
    progress : callable, optional

    Returns
    -------
    DataFrame with the columns ``order, n_left, value, removed``
        ``value`` is the number that was asked for; ``removed`` the heads that were taken out at this step.

    Raises
    ------
    InputError
        If ``step`` is below 1.
    """
    if step < 1:
        raise InputError(f"pruning_curve: step is {step}; give 1 or more.")
    heads, report = heads_of(question), progress_of(progress)
    rows: list[tuple[str, int, float, tuple[Head, ...]]] = []
    for i, order in enumerate(ORDERS):
        part = report.part(i / len(ORDERS), (i + 1) / len(ORDERS), f"{order}: ")
        ranked = [] if order == "greedy" else _least_first(question, order)
        gone: list[Head] = []
        rows.append((order, len(heads), question.plain(), ()))
        while len(gone) < len(heads):
            part(len(gone) / len(heads), "taking out heads")
            now = _least_first(question, "exact", gone) if order == "greedy" else ranked[len(gone) :]
            gone += now[:step]
            rows.append((order, len(heads) - len(gone), question.plain(_without(question, gone)), tuple(now[:step])))
    report(1.0)
    return pd.DataFrame(rows, columns=["order", "n_left", "value", "removed"])


def _least_first(question: Question, order: str, gone: Sequence[Head] = ()) -> list[Head]:
    """The heads that are left, the least important first."""
    plan = _without(question, gone)
    effects = estimate(question) if order == "estimate" else without_each(question, plan=plan)
    heads = heads_of(question)
    return [heads[i] for i in torch.argsort(effects.abs(), stable=True).tolist() if heads[i] not in gone]


def _without(question: Question, heads: Sequence[Head]) -> Plan:
    if not heads:
        return {}
    kind = chosen_kind(question.read, question.kind)
    return plan_of(question.read, [Zero(heads, kind=kind)], lambda _: question.read)
