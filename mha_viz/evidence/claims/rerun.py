"""A claim and a model → what holds here: the model and its twin with random weights read the same, piece by piece."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mha_viz.errors import InputError
from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Numbers, Printed, Statement
from mha_viz.evidence.claims.store import Kept
from mha_viz.evidence.claims.verdicts import CANNOT, claim_verdict, number_verdict
from mha_viz.evidence.statistics.intervals import LEAST_UNITS
from mha_viz.language import N_, lazy_gettext
from mha_viz.models.load import random_twin
from mha_viz.objects import Model
from mha_viz.progress import Progress, Report, progress_of
from mha_viz.recording.sparing import sparing

OWN, RANDOM = "own", "random 0"
READS = N_("{claim}: {model}, {n} of {all} texts")


@dataclass(frozen=True)
class Compared:
    """A printed number beside ours."""

    printed: Printed
    verdict: str
    reason: str


@dataclass(frozen=True)
class Result:
    """One statement of a claim, measured: of the model, and of random weights on the same texts."""

    statement: Statement
    found: Estimate
    random: Estimate
    verdict: str
    reason: str
    compared: tuple[Compared, ...]


@dataclass(frozen=True)
class Rerun:
    """A claim, measured again on one model. ``why_not`` is set where this model cannot be asked.

    ``seconds`` is how long a core computed for it, over all runs that were interrupted; nan where a part is not known.
    """

    claim: Claim
    model: str
    results: tuple[Result, ...]
    n: int = 0
    why_not: str = ""
    identity: str | None = None
    seconds: float = math.nan


def rerun(
    claim: Claim, model: Model, data: str | None = None, *, kept: Kept | None = None, progress: Report | None = None
) -> Rerun:
    """Measure a claim again.

    Parameters
    ----------
    claim : Claim
    model : Model
    data : str, optional
        A file of the kind that the claim reads, instead of what comes with the project.
    kept : Kept, optional
        Pieces that are in there are not read again; each new one is kept at once, so that this can be interrupted.
    progress : callable, optional

    Returns
    -------
    Rerun
        With a result for each statement of the claim.

    Raises
    ------
    InputError
        If the file cannot be used, or the claim reads none.
    """
    if data is not None and not claim.reads_file:
        raise InputError(f"{claim.name} reads no file, what it reads is drawn: leave --data out.")
    report = progress_of(progress)
    if why_not := claim.why_not(model):
        nothing = Estimate(why_not=why_not)
        results = tuple(
            Result(each, nothing, nothing, CANNOT, why_not, _compared(each, nothing, model))
            for each in claim.statements
        )
        return Rerun(claim, model.name, results, why_not=why_not, identity=model.identity)
    pieces, clock = claim.make(model, data), _Clock()
    first = _first_of_each(pieces)
    share = len(pieces) / (len(pieces) + len(first))
    own = _measured(claim, model, model, OWN, pieces, kept, clock, report.part(0.0, share))
    twin = random_twin(model)
    random = _measured(claim, model, twin, RANDOM, first, kept, clock, report.part(share, 1.0))
    found, of_twin = claim.estimate(model, own), claim.estimate(twin, random)
    results = tuple(_result(each, found, of_twin, model) for each in claim.statements)
    return Rerun(claim, model.name, results, len(pieces), identity=model.identity, seconds=clock.seconds)


@dataclass
class _Clock:
    seconds: float = 0.0


def _first_of_each(pieces: Sequence[Material]) -> list[Material]:
    """What random weights read: of each kind of text as many as an interval needs."""
    by_kind: dict[str, list[Material]] = {}
    for piece in pieces:
        by_kind.setdefault(piece.kind, []).append(piece)
    return [piece for of_kind in by_kind.values() for piece in of_kind[:LEAST_UNITS]]


def _measured(
    claim: Claim, model: Model, reads: Model, whose: str, pieces: Sequence[Material], kept: Kept | None,
    clock: _Clock, progress: Progress,
) -> dict[str, list[Numbers]]:  # fmt: skip
    """What each piece gave, by the kind of piece."""
    by_kind: dict[str, list[Numbers]] = {}
    for i, piece in enumerate(pieces):
        progress(i, lazy_gettext(READS, claim=claim.name, model=reads.name, n=i, all=len(pieces)), total=len(pieces))
        numbers = kept.get(claim, model, whose, piece) if kept else None
        if kept and numbers is not None:
            clock.seconds += kept.seconds(claim, model, whose, piece)
        if numbers is None:
            begin = time.thread_time()
            with sparing():
                numbers = claim.measure(reads, piece)
            took = time.thread_time() - begin
            clock.seconds += took
            if kept:
                kept.keep(claim, model, whose, piece, numbers, took)
        by_kind.setdefault(piece.kind, []).append(numbers)
    progress(1.0)
    return by_kind


def _result(
    statement: Statement, found: Mapping[str, Estimate], random: Mapping[str, Estimate], model: Model
) -> Result:
    own, twin = found[statement.name], random[statement.name]
    verdict, reason = claim_verdict(statement, own, twin)
    return Result(statement, own, twin, verdict, reason, _compared(statement, own, model))


def _compared(statement: Statement, found: Estimate, model: Model) -> tuple[Compared, ...]:
    return tuple(Compared(each, *number_verdict(statement, each, found, model)) for each in statement.printed)
