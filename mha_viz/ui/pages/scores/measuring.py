"""A profile of one's own, measured from the page: here or on a Ray cluster, in a process of its own."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from mha_viz.errors import MhaVizError
from mha_viz.evidence.corpus.own_process import may_use_cluster, measure_profile
from mha_viz.language import N_, gettext, lazy_gettext
from mha_viz.objects import Model
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.parts.watching import watch
from mha_viz.ui.shared import long_jobs
from mha_viz.ui.shared.job import Job, State
from mha_viz.ui.shared.profiles import look_again
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.led.join import most_megabytes
from mha_viz.ui.shell.memory import Memory, recall, remember, widget_value
from mha_viz.views.captions.terms import marked

HERE, OWN, RUNNING = (
    N_("on this machine"), N_("on a Ray cluster that is started here"), N_("on a Ray cluster that runs")
)  # fmt: skip
ABOUT = N_(
    "What every head does over many sentences, with intervals and beside random weights; it is kept as yours. Without "
    "a file our few example sentences are read. `mha-viz profile` does the same."
)
SLOW = N_("A cluster takes half a minute to start: it pays from several thousand sentences on.")
EXAMPLE = "host:6379"  # of an address


@dataclass(frozen=True, eq=False)
class Measuring:
    """A profile that somebody asked for: of which model, and the job."""

    model: str
    job: Job[None]


def show_measuring(model: Model) -> None:
    """A panel to start it, how far it is, and what came of it; none in a class."""
    if class_mode() is not None:
        return
    run: Measuring | MhaVizError | None = recall(Memory.measuring)
    if isinstance(run, MhaVizError):
        frame.say(run)
    elif run is not None:
        _show_run(run)
    panel = st.expander(gettext("Measure a profile"), key="measure_open", on_change="rerun")
    if panel.open:
        with panel:
            _ask(model)


def _ask(model: Model) -> None:
    st.caption(marked(gettext(ABOUT)))
    most = most_megabytes()
    st.file_uploader(
        gettext("Annotated sentences (CoNLL-U)"),
        ["conllu", "conllup", "conll"],
        key="profile_file",
        max_upload_size=most,
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        where = HERE
        if may_use_cluster():
            where = st.selectbox(
                gettext("Read"), [HERE, OWN, RUNNING], key="profile_where", help=gettext(SLOW), width=330,
                format_func=gettext,
            )  # fmt: skip
        address = None if where == HERE else ""
        if where == RUNNING:
            address = st.text_input(gettext("Address"), key="profile_ray", placeholder=EXAMPLE, width=200).strip()
        lacks_address = where == RUNNING and not address
        st.button(
            gettext("Measure {model}", model=model.short_name), type="primary", key="measure_profile",
            disabled=lacks_address,
            on_click=_start, args=(model.name, model.dtype, address),
        )  # fmt: skip


def _start(name: str, dtype: str, address: str | None) -> None:
    """What this reader had asked for before ends."""
    given = widget_value("profile_file")
    file = None if given is None else (Path(given.name).name, given.getvalue())

    def work(job: Job[None]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = None
            if file is not None:
                path = Path(folder, file[0])
                path.write_bytes(file[1])
            measure_profile(
                name, dtype=dtype, conllu=None if path is None else str(path), ray=address, progress=job.progress
            )
        look_again()

    owner = long_jobs.owner()
    try:
        job = long_jobs.line().join(work, lazy_gettext("measuring a profile"), owner=owner)
        remember(Memory.measuring, Measuring(name, job))
    except MhaVizError as error:  # the line is full
        remember(Memory.measuring, error)


def _show_run(run: Measuring) -> None:
    """How far it is, or how it ended."""
    try:
        watch(run.job, lambda: 0, run.job.cancel, "cancel_profile", long_jobs.place_sentence)
    except MhaVizError as error:
        frame.say(error)
    if run.job.state is State.CANCELLED:
        st.info(gettext("Cancelled. What was counted until then is kept: the same measurement goes on from there."))
    elif run.job.state is State.FINISHED:
        message = N_("Measured: your profile of {model} is among those that Profile offers.")
        st.success(gettext(message, model=frame.plain(run.model)))
