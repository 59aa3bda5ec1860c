"""A training that a reader starts: asked for, waited for, watched, cancelled; kept as long as the server runs."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from mha_viz.errors import MhaVizError
from mha_viz.language import gettext, lazy_gettext, whole
from mha_viz.training.induction import InductionPlan
from mha_viz.training.records import Record, Snapshot, texts_of, watch
from mha_viz.training.train import Schedule, TrainingPlan, use_one_thread
from mha_viz.ui.shared import long_jobs, models
from mha_viz.ui.shared.job import Job, State
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.led import join
from mha_viz.ui.shell.memory import Memory, recall, recall_once, remember, widget_value
from mha_viz.ui.shell.settings import Settings, clear_settings, set_setting
from mha_viz.ui.shell.visitors import visitor
from mha_viz.views.captions.terms import marked

HEADS, LAYERS, SEEDS = (1, 2, 4, 8), (1, 2, 3), (0, 999)
STEPS_OF_THREE = 900  # a third layer makes a step a third longer; a class waits for 90 seconds, not for more
LOOKS = 16  # checkpoints: each is measured, and the page drawn anew
EVERY = 1.0  # seconds between two looks at a running job


@dataclass(frozen=True, eq=False)
class Live:
    """A training that was asked for: its job, and the snapshots that there are so far."""

    plan: Schedule
    job: Job[None]
    snapshots: list[Snapshot] = field(default_factory=list)

    def record(self) -> Record | None:
        """What there is so far; None before the first checkpoint."""
        return Record(texts_of(self.plan), tuple(self.snapshots)) if self.snapshots else None


def live_training(kind: str) -> Live | None:
    """What this reader has asked for in this lesson, if anything: here, or before the page was loaded anew."""
    owner = long_jobs.owner()
    if not recall(Memory.trainings) and visitor().has_cookie:
        remember(Memory.trainings, {**_trainings_of(owner)})
    return recall(Memory.trainings).get(kind)


@st.cache_resource(max_entries=16, show_spinner=False)
def _trainings_of(owner: str) -> dict[str, Live]:  # noqa: ARG001 - one for each
    return {}


def plan_of(kind: str, *, heads: int, layers: int, seed: int) -> Schedule:
    """The training with these choices, as long as a class can wait."""
    if kind == "induction":
        return InductionPlan(heads=heads, layers=layers, seed=seed, checkpoints=LOOKS)
    steps = TrainingPlan.steps if layers < 3 else STEPS_OF_THREE
    return TrainingPlan(heads=heads, layers=layers, seed=seed, steps=steps, checkpoints=LOOKS)


def start(kind: str, plan: Schedule) -> None:
    """Ask for a training; what this session had asked for before ends."""
    snapshots: list[Snapshot] = []

    def work(job: Job[None]) -> None:
        use_one_thread()
        for _, snapshot in watch(plan, progress=job.progress, cancelled=job.is_cancelled):
            if not snapshots:
                models.leave_to_stay()
            snapshots.append(snapshot)

    job = long_jobs.line().join(work, owner=long_jobs.owner())
    trainings: dict[str, Live] = recall(Memory.trainings)
    trainings = {**trainings, kind: Live(plan, job, snapshots)}
    remember(Memory.trainings, trainings)
    _trainings_of(long_jobs.owner()).update(trainings)


def choose_training(kind: str) -> None:
    """The panel: heads, layers, seed, and the button."""
    if not join.may_train():
        st.markdown(gettext(long_jobs.MAY_NOT))
        return
    st.segmented_control(gettext("Heads a layer"), HEADS, default=4, key=f"train_heads_{kind}", required=True)
    st.segmented_control(gettext("Layers"), LAYERS, default=2, key=f"train_layers_{kind}", required=True)
    of_what = gettext("Of first weights and sentences.")
    st.number_input(gettext("Seed"), *SEEDS, value=1, key=f"train_seed_{kind}", help=of_what)
    st.button(gettext("Train"), type="primary", key=f"train_{kind}", on_click=_start_chosen, args=(kind,))
    sentence = gettext("One training runs at a time, others wait in line.")
    if kind == "model":
        steps = {"few": whole(STEPS_OF_THREE), "more": whole(TrainingPlan.steps)}
        sentence += " " + gettext("With three layers it takes {few} steps, not {more}.", **steps)
    st.caption(marked(sentence))
    if refused := recall_once(Memory.training_refused):
        frame.say(refused)


def _start_chosen(kind: str) -> None:
    chosen = {name: widget_value(f"train_{name}_{kind}") for name in ("heads", "layers", "seed")}
    if None in chosen.values() or not join.may_train():
        return
    try:
        start(kind, plan_of(kind, **chosen))
    except MhaVizError as error:
        remember(Memory.training_refused, error)
        return
    set_setting(Settings.run, "yours")
    forget_place()


def forget_place() -> None:
    """Step, head and text were those of another training."""
    clear_settings(Settings.moment, Settings.layer, Settings.head, Settings.follow, Settings.sentence)


def show_progress(live: Live) -> None:
    """How far it is, and a button that ends it; or how it ended."""
    job = live.job
    if not job.state.is_over:
        _watch_job(live, len(live.snapshots))
    elif job.state is State.FAILED:
        failed = lazy_gettext("The training failed: {error}", error=job.error)
        frame.say(job.error if isinstance(job.error, MhaVizError) else MhaVizError(failed))
    elif job.state is State.CANCELLED:
        if live.snapshots:
            st.info(gettext("This training was cancelled. What it had learned until then can be looked at."))
        else:
            st.info(gettext("This training was cancelled before it had begun."))


@st.fragment(run_every=EVERY)
def _watch_job(live: Live, n_seen: int) -> None:
    """Runs by itself; the rest of the page runs again when there is a new checkpoint to show."""
    if live.job.state.is_over or len(live.snapshots) != n_seen:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(live.job.progress.share, text=frame.plain(long_jobs.place_sentence(live.job)))
        st.button(gettext("Cancel"), on_click=live.job.cancel, key="cancel_training")
