"""What came of claims before: measured for the app, which it comes with, and measured on this machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from mha_viz.errors import MhaVizError
from mha_viz.evidence.claims.claim import Claim
from mha_viz.evidence.claims.store import kept, kept_file
from mha_viz.evidence.claims.table import CLAIMS
from mha_viz.paths import app_folder

SHIPPED, YOURS = "shipped", "yours"


def known_reruns(*, only_shipped: bool = False) -> list[dict[str, Any]]:
    """Rows of ``rerun_row``, one for each claim and model, claims in the order of their table.

    Each says in ``whose`` where it comes from; what was measured here of the same weights, whatever they are called
    here, stands in place of what comes with the app. What older rules gave is left out, and so are models that cannot
    be asked.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    own = [] if only_shipped else [row for row in _own() if is_current(row)]
    here = {(row["claim"], row["identity"]) for row in own}
    shipped = [row for row in _shipped() if is_current(row) and (row["claim"], row["identity"]) not in here]
    for whose, rows in ((SHIPPED, shipped), (YOURS, own)):
        found |= {(row["claim"], row["model"]): {**row, "whose": whose} for row in rows}
    order = list(CLAIMS)
    return sorted(found.values(), key=lambda row: order.index(row["claim"]))


def is_current(row: Mapping[str, Any]) -> bool:
    """Whether a row is of a claim that there is, by the rules and with the statements of today, and not refused."""
    claim = CLAIMS.get(row["claim"])
    if claim is None or row["why_not"] or row["rules"] != claim.rules:
        return False
    return [said["statement"] for said in row["statements"]] == [said.name for said in claim.statements]


def minutes_of(claim: Claim, model: str, rows: list[dict[str, Any]]) -> float:
    """How long a claim takes with a model, in minutes: as long as it took before, with this model or else with another
    one; where nothing is known, what the claim itself says.
    """
    took = {row["model"]: row["seconds"] / 60 for row in rows if row["claim"] == claim.name and row["seconds"]}
    return took.get(model) or next(iter(took.values()), claim.minutes)


@cache
def _shipped() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((app_folder() / "assets" / "claims.json").read_text(encoding="utf-8"))
    return rows


def _own() -> list[dict[str, Any]]:
    """None where nothing was kept, or its file is broken: then the one who measures is told."""
    if not kept_file().is_file():
        return []
    try:
        with kept() as store:
            return store.reruns()
    except MhaVizError:
        return []
