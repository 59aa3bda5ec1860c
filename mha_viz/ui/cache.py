"""What sessions share: loaded models and recent captures."""

from __future__ import annotations

import gc
import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import streamlit as st
import torch
import transformers

from mha_viz.capturing import capture
from mha_viz.errors import InputError
from mha_viz.inputs import position_limit, read_text, tokenizer_of
from mha_viz.models import load_model
from mha_viz.objects import Capture, Model
from mha_viz.theme import PAGE_TOKENS
from mha_viz.ui import frame

# Two forward passes with one thread each answer a class sooner than one with two threads, and in less memory.
torch.set_num_threads(1)
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
_forward = threading.BoundedSemaphore(os.cpu_count() or 1)


class Job:
    """One model on its way, shared by all who wait for it."""

    def __init__(self, name: str) -> None:
        self.done = 0.0
        self.what = f"loading {name}"
        self.result: Future[Model] = _loader().submit(_load, name, self)

    def tell(self, done: float, what: str) -> None:
        self.done, self.what = done, what


def get_model(name: str) -> Model:
    """The model, with a progress bar while it is fetched and loaded; a failed load leaves nothing behind."""
    job = _job(name)
    if not job.result.done():
        _wait(job)
    try:
        return job.result.result()
    except Exception:
        _job.clear(name)
        raise


def get_capture(model: Model, text: str, target: str | None) -> Capture:
    """The capture of one text, from the cache where somebody has just looked at it."""
    for one in filter(None, (text, target)):
        _refuse_long(model, one)
    return _captured((model.name, model.identity), text, target, model)


@st.cache_resource(max_entries=1, show_spinner=False)
def _loader() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="load")


@st.cache_resource(max_entries=3, show_spinner=False)
def _job(name: str) -> Job:
    return Job(name)


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False)
def _captured(weights: tuple[str, str | None], text: str, target: str | None, _model: Model) -> Capture:  # noqa: ARG001
    """``weights`` is what the cache tells models apart by."""
    with _forward:
        return capture(_model, text, target=target)


def _load(name: str, job: Job) -> Model:
    model = load_model(name, progress=job.tell)
    gc.collect()
    gc.freeze()  # Streamlit collects at every click: without this each click would search all of torch
    return model


def _wait(job: Job) -> None:
    place = st.empty()
    while not job.result.done():
        place.progress(job.done, text=frame.plain(job.what))
        time.sleep(0.1)
    place.empty()


def _refuse_long(model: Model, text: str) -> None:
    tokenizer = tokenizer_of(model.processor)
    if not callable(getattr(tokenizer, "convert_ids_to_tokens", None)):
        return
    n, limit = len(read_text(tokenizer, text)), position_limit(model.network, tokenizer)
    if PAGE_TOKENS < n <= (limit or n):
        raise InputError(
            f"This text has {n:,} tokens; the pages draw at most {PAGE_TOKENS:,}. The terminal and Python read "
            f"{'any length' if limit is None else f'up to {limit:,}'} with {model.name}."
        )
