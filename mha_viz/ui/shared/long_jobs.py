"""Long work, one piece at a time: whoever comes second waits in line, sees where, and may leave it again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mha_viz.ui.shared.job import Job, State
from mha_viz.ui.shared.queue import Queue

MOST = 8  # jobs that wait or run
MAY_NOT = "Training is for the teacher here. What you can do: replay the shipped checkpoints."


@st.cache_resource(max_entries=1, show_spinner=False)
def line() -> Queue:
    """One for the whole app: one long job runs, the others wait."""
    return Queue(1, _start, most=MOST, is_there=_is_here)


def owner() -> str:
    """This session: its jobs end with it, and it has one at most."""
    context = get_script_run_ctx()
    return context.session_id if context else ""  # outside a page there is no session


def place_sentence(job: Job[Any]) -> str:
    """What a job is at and how long it still takes, or how many are before it."""
    if job.state is not State.WAITING:
        return job.progress.sentence or "starting"
    before = line().place(job)
    return f"waiting: {before} {'is' if before == 1 else 'are'} before you"


def _start(work_off: Callable[[], None]) -> None:
    """In a thread that nobody waits for when the app ends."""
    threading.Thread(target=work_off, name="long-jobs", daemon=True).start()


def _is_here(session: str) -> bool:
    return not runtime.exists() or runtime.get_instance().is_active_session(session)
