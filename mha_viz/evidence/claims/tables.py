"""Claims and reruns → plain rows, for JSON and for tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from typing import Any

import pandas as pd

from mha_viz.evidence.claims.claim import Claim, Estimate
from mha_viz.evidence.claims.rerun import Compared, Rerun, Result


def claim_row(claim: Claim) -> dict[str, Any]:
    """What a claim is: its paper, models, data and how long it takes."""
    row = {part: getattr(claim, part) for part in ("name", "title", "source", "models", "data", "model", "minutes")}
    return {**row, "statements": [each.said for each in claim.statements]}


def rerun_row(done: Rerun) -> dict[str, Any]:
    """What a rerun found, every digit; None where there is no number."""
    facts = {"claim": done.claim.name, "source": done.claim.source, "model": done.model, "n_texts": done.n}
    facts |= {"identity": done.identity, "rules": done.claim.rules, "date": date.today().isoformat()}
    facts |= {"versions": {name: version(name) for name in ("mha-viz", "torch", "transformers")}}
    facts |= {"seconds": None if math.isnan(done.seconds) else round(done.seconds, 1)}
    return {**facts, "why_not": done.why_not or None, "statements": [_result_row(each) for each in done.results]}


def statement_table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Reruns (``rerun_row``) as one table, a row a statement and model."""
    return pd.DataFrame([
        {
            "claim": row["claim"], "source": row["source"], "statement": said["statement"], "said": said["said"],
            "model": row["model"], "number": said["number"], "unit": said["unit"],
            **{name: said["ours"][name] for name in ("value", "low", "high", "n")},
            "random_low": said["random_weights"]["low"], "random_high": said["random_weights"]["high"],
            "bar": said["bar"], "rule": said["rule"], "verdict": said["verdict"], "reason": said["reason"],
            "the_paper": "; ".join(map(printed_in_words, said["printed"])),
            "number_verdict": "; ".join(each["verdict"] for each in said["printed"]),
            "deviations": "; ".join(said["deviations"]), "date": row["date"],
        }
        for row in rows for said in row["statements"]
    ])  # fmt: skip


def printed_in_words(each: Mapping[str, Any]) -> str:
    """A number of the paper with its model and where it stands.

    >>> printed_in_words({"value": 50.0, "is_least": True, "model": "BERT-base", "where": "section 3.2"})
    'more than 50 (BERT-base, section 3.2)'
    """
    return f"{'more than ' if each['is_least'] else ''}{each['value']:g} ({each['model']}, {each['where']})"


def _result_row(result: Result) -> dict[str, Any]:
    said = result.statement
    return {
        "statement": said.name, "said": said.said, "number": said.number, "unit": said.unit,
        "ours": _estimate_row(result.found), "random_weights": _estimate_row(result.random),
        "bar": said.bar, "rule": said.rule, "verdict": result.verdict, "reason": result.reason,
        **({"note": result.found.note} if result.found.note else {}),
        "printed": [_compared_row(each) for each in result.compared], "deviations": list(said.deviations),
    }  # fmt: skip


def _estimate_row(found: Estimate) -> dict[str, Any]:
    row = {key: value for key, value in asdict(found).items() if key not in ("why_not", "note")}
    return {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in row.items()}


def _compared_row(each: Compared) -> dict[str, Any]:
    facts = {"value": each.printed.value, "is_least": each.printed.is_least, "model": each.printed.model}
    return {**facts, "where": each.printed.where, "verdict": each.verdict, "reason": each.reason}
