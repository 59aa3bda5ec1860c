"""Claims and reruns → plain rows, for JSON and for tables."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from mha_viz.evidence.claims.claim import Claim, Estimate
from mha_viz.evidence.claims.rerun import Compared, Rerun, Result


def claim_row(claim: Claim) -> dict[str, Any]:
    """What a claim is: its paper, models, data and how long it takes."""
    row = {part: getattr(claim, part) for part in ("name", "title", "source", "models", "data", "model", "minutes")}
    return {**row, "statements": [each.said for each in claim.statements]}


def rerun_row(done: Rerun) -> dict[str, Any]:
    """What a rerun found, every digit; None where there is no number."""
    facts = {"claim": done.claim.name, "source": done.claim.source, "model": done.model, "n_texts": done.n}
    return {**facts, "why_not": done.why_not or None, "statements": [_result_row(each) for each in done.results]}


def _result_row(result: Result) -> dict[str, Any]:
    said = result.statement
    return {
        "statement": said.name, "said": said.said, "number": said.number, "unit": said.unit,
        "ours": _estimate_row(result.found), "random_weights": _estimate_row(result.random),
        "bar": said.bar, "rule": said.rule, "verdict": result.verdict, "reason": result.reason,
        "printed": [_compared_row(each) for each in result.compared], "deviations": list(said.deviations),
    }  # fmt: skip


def _estimate_row(found: Estimate) -> dict[str, Any]:
    row = {key: value for key, value in asdict(found).items() if key != "why_not"}
    return {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in row.items()}


def _compared_row(each: Compared) -> dict[str, Any]:
    facts = {"value": each.printed.value, "is_least": each.printed.is_least, "model": each.printed.model}
    return {**facts, "where": each.printed.where, "verdict": each.verdict, "reason": each.reason}
