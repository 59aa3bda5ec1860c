"""Long work, one piece at a time: whoever comes second waits in line, sees where, and may leave it again."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mha_viz.language import N_, gettext, ngettext
from mha_viz.ui.shared.job import Job, State
from mha_viz.ui.shared.queue import Queue
from mha_viz.ui.shell.visitors import visitor
from mha_viz.wording import in_words

MOST = 8  # jobs that wait or run
MOST_PAGES = 20  # of one browser that are looked at
MOMENT = 10.0  # seconds in which a page that is loaded anew is there again
MAY_NOT = N_("Training is for the teacher here. You can replay the shipped training.")


@st.cache_resource(max_entries=1, show_spinner=False)
def line() -> Queue:
    """One for the whole app: one long job runs, the others wait."""
    return Queue(1, _start, most=MOST, is_there=_is_here)


def owner() -> str:
    """Who uses this page: a job of theirs ends when the last of their pages is closed, and they have one at most."""
    context, name = get_script_run_ctx(), visitor().name
    if context is not None:  # outside a page there is no session
        sessions = _pages_of(name).sessions
        if context.session_id not in sessions:
            sessions.append(context.session_id)
    return name


def place_sentence(job: Job[Any]) -> str:
    """What a job is at and how long it still takes, or how many are before it."""
    if job.state is not State.WAITING:
        return job.progress.sentence or gettext("starting")
    before = line().place(job)
    n = in_words(before).capitalize()
    return ngettext("{n} long job is ahead of yours.", "{n} long jobs are ahead of yours.", before, n=n)


def _start(work_off: Callable[[], None]) -> None:
    """In a thread that nobody waits for when the app ends."""
    threading.Thread(target=work_off, name="long-jobs", daemon=True).start()


@dataclass
class _Pages:
    """Those that somebody has opened, the newest last."""

    sessions: deque[str]
    last_seen: float = -math.inf


@st.cache_resource(max_entries=1000, show_spinner=False)
def _pages_of(owner: str) -> _Pages:
    return _Pages(deque([owner], maxlen=MOST_PAGES))


def _is_here(owner: str) -> bool:
    """Whether a page of theirs is open, or was a moment ago: one that is loaded anew is closed first."""
    if not runtime.exists():
        return True
    pages, is_active = _pages_of(owner), runtime.get_instance().is_active_session
    if any(is_active(session) for session in list(pages.sessions)):
        pages.last_seen = time.monotonic()
    return time.monotonic() - pages.last_seen < MOMENT
