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
from mha_viz.language import N_, gettext, said
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

ABOUT = N_(
    "Papers say things of attention heads that are then repeated. Here they are measured again: what holds in a model "
    "at hand, what does not, and what cannot be told."
)
MAY_NOT = N_("Measuring is for the teacher here. You see what comes with the app and what was measured in this class.")
MODEL_OF: Mapping[str, Setting[Any]] = {
    TEXT: Settings.model, PICTURES: Settings.sees, SOUND: Settings.hears, REACTIONS: Settings.model,
}  # fmt: skip
AT_MOST = N_("All claims that can be tested with {model}: {time} at most.")
ESTERIFICATION = "CC(=O)O.OCC>>CC(=O)OCC"
WHAT_IF = ("Explore", {Settings.view: Views.what_if}, N_("what is lost without each head"))
# Where the heads of a claim are seen that is about no score.
ELSEWHERE: Mapping[str, tuple[str, Mapping[Setting[Any], Any], str]] = {
    "suppression": WHAT_IF, "removing": WHAT_IF, "vectors": WHAT_IF,
    "rollout": ("Explore", {Settings.map: "Rollout"}, N_("attention followed through all layers")),
    "atoms": (
        "Explore", {Settings.text: ESTERIFICATION, **chosen_head(*THEIR_HEAD)},
        N_("what each head looks at in a reaction"),
    ),
    "alignment": ("Sound", {}, N_("what each head looks at in a sound")),
    "registers": ("Pictures", {}, N_("what each head looks at in a picture")),
}  # fmt: skip


def show_claims() -> None:
    """Which claim is run with which model; every claim as a card."""
    rows = claims.known_rows()
    st.markdown(marked(gettext(ABOUT)))
    chosen = fit_setting(Settings.claim, next(iter(CLAIMS)), CLAIMS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choose(CLAIMS[chosen], rows)
        menu = recall(Memory.share) or st.container(width="content")
    _show_run()
    facts = {
        N_("claims"): f"{len(CLAIMS)}",
        N_("models"): ", ".join(dict.fromkeys(name_without_path(row["model"]) for row in rows)),
    }
    names = [chosen, *(name for name in CLAIMS if name != chosen)]  # its card is seen without scrolling
    view = claims_view([CLAIMS[name] for name in names], rows, chosen=chosen, facts=facts)
    mount(view, "claims", choose=lambda i: set_setting(Settings.claim, names[i]))
    share.fill(menu, view, lambda: statement_table(rows), facts)


def _choose(claim: Claim, rows: list[dict[str, Any]]) -> None:
    """Claim and model, and what can be done with them."""
    st.selectbox(
        gettext("Claim"), list(CLAIMS), key=Settings.claim.key, width=430,
        format_func=lambda name: gettext(CLAIMS[name].title),
    )  # fmt: skip
    models = claims.models_for(claim)
    if not models:
        command = f"`mha-viz models get {claim.model}`"
        st.markdown(marked(gettext("No model for it is on this machine: {command} fetches one.", command=command)))
        return
    first = claim.model if claim.model in models else models[0]
    model = fit_setting(Settings.claim_model, first, models)
    st.selectbox(gettext("Model"), models, key=Settings.claim_model.key, width=140)
    if join.may_train():
        minutes = minutes_of(claim, model, rows)
        st.button(
            gettext("Run ({time})", time=_time(minutes)), type="primary", key="run_claim", on_click=_start,
            args=([claim], model), help=gettext("Measures this claim again. It goes on where it was interrupted."),
        )  # fmt: skip
        same = [other for other in CLAIMS.values() if other.reads == claim.reads]
        minutes = sum(minutes_of(other, model, rows) for other in same)
        st.button(
            gettext("Run all"), key="run_claims", on_click=_start, args=(same, model),
            help=gettext(AT_MOST, model=model, time=_time(minutes)),
        )  # fmt: skip
    else:
        st.caption(gettext(MAY_NOT))
    _lead_to_the_heads(claim, model)


def _lead_to_the_heads(claim: Claim, model: str) -> None:
    """The page that shows the heads of a claim: by the score that it is about, or else in what they do in a text, a
    picture, a sound or a reaction."""
    name, chosen, what = ELSEWHERE.get(claim.name, ("Scores", {}, claim.score))
    if not what:
        return
    where = gettext("On the page {page}: {what}, in {model}.", page=gettext(name), what=gettext(what), model=model)
    if not st.button(gettext("See the heads"), help=where):
        return
    if claim.score:
        frame.open_scores(model, HEAD_SCORES[claim.score].family, claim.score)
    frame.open_page(name, {MODEL_OF[claim.reads]: model, **chosen})


def _time(minutes: float) -> str:
    """How long, roughly.

    >>> _time(0.2), _time(2.6)
    ('about 12 s', 'about 3 min')
    """
    if minutes < 1:
        return gettext("about {n} s", n=max(1, round(60 * minutes)))
    return gettext("about {n} min", n=round(minutes))


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
        st.info(gettext("Cancelled. What was measured until then is kept: Run goes on from there."))
    for row in run.rows if len(run.rows) == 1 else ():
        if row["why_not"]:
            why_not = said(row["why_not"])
            asked = {"claim": row["claim"], "model": row["model"], "why": gettext(why_not)}
            st.info(frame.told(gettext("{claim} cannot be tested with {model}: {why}.", **asked)))
