"""What sessions share of published claims: what came of them, and what somebody has measured again now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from mha_viz.evidence.claims.claim import Claim
from mha_viz.evidence.claims.known import YOURS, is_current, known_reruns
from mha_viz.evidence.claims.rerun import rerun
from mha_viz.evidence.claims.store import kept
from mha_viz.evidence.claims.table import CLAIMS
from mha_viz.evidence.claims.tables import rerun_row
from mha_viz.language import lazy_gettext
from mha_viz.models.catalogue import WITHOUT_NETWORK
from mha_viz.models.fetching.sums import is_whole
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.shared import long_jobs
from mha_viz.ui.shared.job import Job
from mha_viz.ui.shared.models import get_loaded
from mha_viz.ui.shell.led.join import model_names

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class ClaimRun:
    """Claims that somebody has asked for, the job, and the rows that there are so far."""

    model: str
    job: Job[None]
    rows: list[Row] = field(default_factory=list)


def known_rows() -> list[Row]:
    """What is known of claims; in a class what comes with the app and what its teacher has measured since."""
    mode = class_mode()
    rows = known_reruns(only_shipped=mode is not None and not mode.own_profiles)
    order = list(CLAIMS)
    found = {(row["claim"], row["model"]): row for row in (*rows, *_measured().values())}
    return sorted(found.values(), key=lambda row: order.index(row["claim"]))


def models_for(claim: Claim) -> list[str]:
    """The models of the catalogue, or of this class, that are here and read what the claim reads."""
    return [name for name in model_names(claim.reads) if name != WITHOUT_NETWORK and is_whole(name)]


def run_claims(claims: Sequence[Claim], model: str) -> None:
    """Measure claims again, one after the other; what this reader had asked for before ends."""
    rows: list[Row] = []

    def work(job: Job[None]) -> None:
        job.progress(0.0, lazy_gettext("loading {model}", model=model))
        loaded = get_loaded(model)
        for i, claim in enumerate(claims):
            part = job.progress.part(i / len(claims), (i + 1) / len(claims))
            with kept() as store:
                row = rerun_row(rerun(claim, loaded, kept=store, progress=part))
                if not row["why_not"]:
                    store.keep_rerun(row)
            rows.append(row)
            if is_current(row):
                _measured()[claim.name, loaded.name] = {**row, "whose": YOURS}

    owner = long_jobs.owner()
    _runs_of(owner)["last"] = ClaimRun(
        model, long_jobs.line().join(work, lazy_gettext("measuring claims"), owner=owner), rows
    )


def last_run() -> ClaimRun | None:
    """What this reader has asked for last, here or before the page was loaded anew."""
    return _runs_of(long_jobs.owner()).get("last")


@st.cache_resource(max_entries=16, show_spinner=False)
def _runs_of(owner: str) -> dict[str, ClaimRun]:  # noqa: ARG001 - one for each
    return {}


@st.cache_resource(max_entries=1, show_spinner=False)
def _measured() -> dict[tuple[str, str], Row]:
    """Since the server was started."""
    return {}
