"""The page of published claims: what papers say of heads, what was measured here beside it, and how to measure it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mha_viz.errors import MhaVizError
from mha_viz.evidence.claims.claim import Claim
from mha_viz.evidence.claims.known import minutes_of
from mha_viz.evidence.claims.structure.schwaller_atoms import THEIR_HEAD
from mha_viz.evidence.claims.table import CLAIMS
from mha_viz.evidence.claims.tables import statement_table
from mha_viz.model_names import name_without_path
from mha_viz.models.entries import PICTURES, REACTIONS, SOUND, TEXT
from mha_viz.scores.table import HEAD_SCORES
from mha_viz.ui.parts import share
from mha_viz.ui.parts.view import mount
from mha_viz.ui.parts.watching import watch
from mha_viz.ui.shared import claims, long_jobs
from mha_viz.ui.shared.job import State
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.head import chosen_head
from mha_viz.ui.shell.led import join
from mha_viz.ui.shell.memory import Memory, recall, recall_once, remember
from mha_viz.ui.shell.settings import Setting, Settings, fit_setting, set_setting
from mha_viz.ui.shell.views import Views
from mha_viz.views.captions.terms import marked
from mha_viz.views.claims import claims_view

ABOUT = (
    "Papers say things of attention heads that are then repeated. Here they are measured again: what holds in a model "
    "at hand, what does not, and what cannot be told."
)
MAY_NOT = "Measuring is for the teacher here. You see what comes with the app and what was measured in this class."
ALL = "all"
MODEL_OF: Mapping[str, Setting[Any]] = {
    TEXT: Settings.model, PICTURES: Settings.sees, SOUND: Settings.hears, REACTIONS: Settings.model,
}  # fmt: skip
ESTERIFICATION = "CC(=O)O.OCC>>CC(=O)OCC"
WHAT_IF = ("Explore", {Settings.view: Views.what_if}, "what is lost without each head")
# Where the heads of a claim are seen that is about no score.
ELSEWHERE: Mapping[str, tuple[str, Mapping[Setting[Any], Any], str]] = {
    "suppression": WHAT_IF, "removing": WHAT_IF, "vectors": WHAT_IF,
    "rollout": ("Explore", {Settings.map: "Rollout"}, "attention followed through all layers"),
    "atoms": (
        "Explore", {Settings.text: ESTERIFICATION, **chosen_head(*THEIR_HEAD)}, "what each head looks at in a reaction",
    ),
    "alignment": ("Sound", {}, "what each head looks at in a sound"),
    "registers": ("Pictures", {}, "what each head looks at in a picture"),
}  # fmt: skip


def show_claims() -> None:
    """Which claim is run with which model; every claim as a card."""
    rows = claims.known_rows()
    st.markdown(marked(ABOUT))
    chosen = fit_setting(Settings.claim, next(iter(CLAIMS)), CLAIMS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choose(CLAIMS[chosen], rows)
        menu = recall(Memory.share) or st.container(width="content")
    _show_run()
    facts = {
        "claims": f"{len(CLAIMS)}",
        "models": ", ".join(dict.fromkeys(name_without_path(row["model"]) for row in rows)),
    }
    names = [chosen, *(name for name in CLAIMS if name != chosen)]  # its card is seen without scrolling
    view = claims_view([CLAIMS[name] for name in names], rows, chosen=chosen, facts=facts)
    mount(view, "claims", choose=lambda i: set_setting(Settings.claim, names[i]))
    share.fill(menu, view, lambda: statement_table(rows), facts)


def _choose(claim: Claim, rows: list[dict[str, Any]]) -> None:
    """Claim and model, and what can be done with them."""
    st.selectbox("Claim", list(CLAIMS), key=Settings.claim.key, format_func=lambda name: CLAIMS[name].title, width=430)
    models = claims.models_for(claim)
    if not models:
        st.markdown(marked(f"No model for it is on this machine: `mha-viz models get {claim.model}` fetches one."))
        return
    first = claim.model if claim.model in models else models[0]
    model = fit_setting(Settings.claim_model, first, models)
    st.selectbox("Model", models, key=Settings.claim_model.key, width=140)
    if join.may_train():
        minutes = minutes_of(claim, model, rows)
        st.button(
            f"Run ({_time(minutes)})", type="primary", key="run_claim", on_click=_start, args=([claim], model),
            help="Measures this claim again. It goes on where it was interrupted.",
        )  # fmt: skip
        same = [other for other in CLAIMS.values() if other.reads == claim.reads]
        minutes = sum(minutes_of(other, model, rows) for other in same)
        st.button(
            "Run all", key="run_claims", on_click=_start, args=(same, model),
            help=f"All claims that can be tested with {model}: {_time(minutes)} at most.",
        )  # fmt: skip
    else:
        st.caption(MAY_NOT)
    _lead_to_the_heads(claim, model)


def _lead_to_the_heads(claim: Claim, model: str) -> None:
    """The page that shows the heads of a claim: by the score that it is about, or else in what they do in a text, a
    picture, a sound or a reaction."""
    name, chosen, what = ELSEWHERE.get(claim.name, ("Scores", {}, claim.score))
    if not what or not st.button("See the heads", help=f"On the page {name}: {what}, in {model}."):
        return
    if claim.score:
        frame.open_scores(model, HEAD_SCORES[claim.score].family, claim.score)
    frame.open_page(name, {MODEL_OF[claim.reads]: model, **chosen})


def _time(minutes: float) -> str:
    """How long, roughly.

    >>> _time(0.2), _time(2.6)
    ('about 12 s', 'about 3 min')
    """
    return f"about {max(1, round(60 * minutes))} s" if minutes < 1 else f"about {round(minutes)} min"


def _start(wished: Sequence[Claim], model: str) -> None:
    if not join.may_train():
        return
    try:
        claims.run_claims(wished, model)
    except MhaVizError as error:
        remember(Memory.claims_refused, error)


def _show_run() -> None:
    """How far it is, or how it ended."""
    if refused := recall_once(Memory.claims_refused):
        frame.say(refused)
    run = claims.last_run()
    if run is None:
        return
    watch(run.job, lambda: len(run.rows), run.job.cancel, "cancel_claims", long_jobs.place_sentence)
    if run.job.state is State.CANCELLED:
        st.info("Cancelled. What was measured until then is kept: Run goes on from there.")
    for row in run.rows if len(run.rows) == 1 else ():
        if row["why_not"]:
            st.info(frame.told(f"{row['claim']} cannot be tested with {row['model']}: {row['why_not']}."))
