"""A long piece of work beside a page: how far it is, a button that ends it, and the page anew when more is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from mha_viz.errors import MhaVizError
from mha_viz.language import gettext, lazy_gettext
from mha_viz.ui.shared.job import Job, State
from mha_viz.ui.shell import frame

EVERY = 1.0  # seconds between two looks at what is measured


def _sentence(job: Job[Any]) -> str:
    return job.progress.sentence or gettext("waiting")


def watch(
    job: Job[Any], n_done: Callable[[], int], end: Callable[[], None], key: str,
    said: Callable[[Job[Any]], str] = _sentence,
) -> None:  # fmt: skip
    """Draw how far a job is, until it is over; ``n_done`` says how much is known of what it finds, ``said`` what it is
    at in words.

    Raises
    ------
    MhaVizError
        Why it failed; it is ended first, so that it can be tried again.
    """
    if not job.state.is_over:
        _watch(job, n_done, n_done(), end, key, said)
    elif job.state is State.FAILED:
        end()
        failed = lazy_gettext("This failed: {why}", why=job.error)
        raise job.error if isinstance(job.error, MhaVizError) else MhaVizError(failed)


@st.fragment(run_every=EVERY)
def _watch(
    job: Job[Any], n_done: Callable[[], int], n_seen: int, end: Callable[[], None], key: str,
    said: Callable[[Job[Any]], str],
) -> None:  # fmt: skip
    """Runs by itself; the rest of the page runs again when more is known."""
    if job.state.is_over or n_done() != n_seen:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(job.progress.share, text=frame.plain(said(job)))
        st.button(gettext("Cancel"), on_click=end, key=key)
