"""The line of long jobs that all sessions share, and who may ask for one."""

from __future__ import annotations

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mha_viz.ui.shared.long_jobs import Line, LongJob, State

MAY_NOT = "Training is for the teacher here. What you can do: replay the shipped checkpoints."


@st.cache_resource(max_entries=1, show_spinner=False)
def line() -> Line:
    """One for the whole app: one long job runs, the others wait."""
    return Line(_is_here)


def owner() -> str:
    """This session: its jobs end with it, and it has one at most."""
    context = get_script_run_ctx()
    return context.session_id if context else ""  # outside a page there is no session


def place_sentence(job: LongJob) -> str:
    """What a job is at, or how many are before it."""
    if job.state is not State.WAITING:
        return job.said or "starting"
    before = line().place(job)
    return f"waiting: {before} {'is' if before == 1 else 'are'} before you"


def _is_here(session: str) -> bool:
    return not runtime.exists() or runtime.get_instance().is_active_session(session)
