"""One text and what is asked of it → what each head alone is worth: exact, by its direct path, and from slopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mha_viz.attention.calls import call_head_output
from mha_viz.attention.maps import chosen_kind
from mha_viz.comparison.asks import Ask, Measure, Similarity, Vectors, measure_of
from mha_viz.comparison.vector_asks import vector_measure
from mha_viz.errors import InputError, MhaVizError
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Capture, Head, Model
from mha_viz.progress import Report, progress_of
from mha_viz.recording.again import read_for_changes
from mha_viz.recording.interventions.edits import Plan
from mha_viz.recording.interventions.growing import Places, blocks_of, run_growing, slopes
from mha_viz.recording.interventions.run import run_changed

ROWS_TIMES_TOKENS = 8192  # of one run: what bounds the memory that a growing batch takes
CLOSE = 1e-3  # of a number of the prediction: more than rounding makes of a batch that grows


@dataclass(frozen=True)
class Question:
    """One text, what is asked of it, and what its heads hand on instead."""

    model: Model
    read: Capture
    batch: dict[str, Tensor]
    measure: Measure
    kind: str
    instead: dict[int, Tensor]  # call → (head, d_head)

    @property
    def calls(self) -> list[int]:
        return [number for number, call in enumerate(self.read.calls) if call.kind == self.kind]

    def plain(self, plan: Plan | None = None) -> float:
        output = run_changed(
            self.model, self.batch, self.read, plan or {}, positions=self.measure.positions,
            vectors=self.measure.vectors,
        )  # fmt: skip
        return float(self.measure.score(output[None].float()).item())


def question_of(
    model: Model, text: Any, ask: Ask, *, kind: str | None = None, target: str | None = None,
    means: dict[int, Tensor] | None = None,
) -> Question:  # fmt: skip
    """A text and what is asked of it; heads hand on nothing instead, or ``means``."""
    return question_on(model, *read_for_changes(model, text, target=target), ask, kind=kind, means=means)


def question_on(
    model: Model, read: Capture, batch: dict[str, Tensor], ask: Ask, *, kind: str | None = None,
    means: dict[int, Tensor] | None = None,
) -> Question:  # fmt: skip
    """The same for a text that was read already."""
    measure = (
        vector_measure(model, read, batch, ask)
        if isinstance(ask, Vectors | Similarity)
        else measure_of(model, read, ask)
    )
    instead = {
        number: torch.zeros_like(call_head_output(call)[:, 0]) if means is None else means[number]
        for number, call in enumerate(read.calls)
    }
    return Question(model, read, batch, measure, chosen_kind(read, kind), instead)


def heads_of(question: Question) -> list[Head]:
    """Every head of the question's kind, in the order of the effects."""
    calls = [question.read.calls[number] for number in question.calls]
    return [(call.layer, head) for call in calls for head in range(call.n_heads)]


def estimate(question: Question) -> Tensor:
    """What taking out each head would do if the prediction followed its slopes (attribution patching), (n_heads,).

    Raises
    ------
    InputError
        If the number has none: how far vectors turn is least where nothing is changed, and an accuracy jumps.
    """
    model, batch, read, measure = question.model, question.batch, question.read, question.measure
    if not measure.has_slopes:
        raise InputError(f"{measure.name} has no slopes to estimate from; ask for total or direct effects.")
    grown, outputs = slopes(
        model, batch, read, lambda output: measure.score(output.float()), measure.positions, vectors=measure.vectors
    )
    changes = [
        (grown[number] * (question.instead[number].to(outputs[number]) - outputs[number])).sum(dim=(0, 2))
        for number in question.calls
    ]
    return torch.cat(changes).double().cpu()


def without_each(
    question: Question, *, direct: bool = False, alone: bool = False, progress: Report | None = None,
    plan: Plan | None = None, found: dict[int, Tensor] | None = None,
) -> Tensor:  # fmt: skip
    """What taking out each head alone does, (n_heads,), in the order of layers and heads.

    The last layers come first: they cost least. A network whose batch cannot grow, or where the plain row then is not
    what it was, reads the text once for each head of a layer instead. With ``alone`` it is the other heads of its layer
    that are taken out, and the head stays. ``found`` is filled as layers are done: call → (head,).
    """
    report = progress_of(progress)
    plain = question.plain(plan)
    places = _places(question)
    found = {} if found is None else found
    chunks = _chunks(question, one_by_one=places is None)
    while chunks:
        calls = chunks.pop()
        report(len(found) / len(question.calls), "taking out one head after the other")
        try:
            changes = _of_calls(question, calls, places, plan, plain, frozen=direct, alone=alone)
        except MhaVizError:
            if places is None:
                raise
            places = None
            chunks = [[number] for number in question.calls if number not in found]
            continue
        found |= changes
    report(1.0)
    return torch.cat([found[number] for number in question.calls])


def _places(question: Question) -> Places | None:
    try:
        places = blocks_of(question.model, question.batch, question.read, vectors=question.measure.vectors)
    except MhaVizError:
        return None
    return places if all(number in places for number in question.calls) else None


def _chunks(question: Question, *, one_by_one: bool) -> list[list[int]]:
    """Consecutive calls whose rows together take no more memory than one run may."""
    most = ROWS_TIMES_TOKENS // max(len(axis) for axis in question.read.query_positions.values())
    chunks: list[list[int]] = []
    n_rows = 0
    for number in question.calls:
        n_heads = question.read.calls[number].n_heads
        if not chunks or one_by_one or n_rows + n_heads > most:
            chunks.append([])
            n_rows = 0
        chunks[-1].append(number)
        n_rows += n_heads
    return chunks


def _of_calls(
    question: Question, calls: list[int], places: Places | None, plan: Plan | None, plain: float, **how: bool
) -> dict[int, Tensor]:
    output = run_growing(
        question.model, question.batch, question.read, calls, question.instead, places=places,
        positions=question.measure.positions, vectors=question.measure.vectors, plan=plan, **how,
    )  # fmt: skip
    scores = question.measure.score(output.float()).double().cpu()
    if not abs(scores[0].item() - plain) <= CLOSE * max(1.0, abs(plain)):
        message = N_(
            "{model}: beside others the same text is read otherwise ({score} instead of {plain}), so no effect of a "
            "head can be told."
        )
        score, alone = f"{scores[0]:.4g}", f"{plain:.4g}"
        raise InputError(lazy_gettext(message, model=question.model.name, score=score, plain=alone))
    parts = (scores[1:] - scores[0]).split([question.read.calls[number].n_heads for number in calls])
    return dict(zip(calls, parts, strict=True))
