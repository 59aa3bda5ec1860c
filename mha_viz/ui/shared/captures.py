"""What sessions share: loaded models, recent captures, overviews."""

from __future__ import annotations

import gc
import os
import sys

import streamlit as st
import torch
import transformers

from mha_viz.attention.overview import Overview, overview_of
from mha_viz.attention.shown import Shown
from mha_viz.errors import InputError, MhaVizError
from mha_viz.inputs.text import position_limit, read_text, tokenizer_of
from mha_viz.models.catalogue import CATALOGUE, DEFAULT, WITHOUT_NETWORK, Entry
from mha_viz.models.load import load_model
from mha_viz.objects import Capture, Model
from mha_viz.paths import model_folder
from mha_viz.recording.capture import capture
from mha_viz.recording.rebuild import token_vectors
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.shared.batches import Readings
from mha_viz.ui.shared.pool import Job, Key, Tell, loader, result_of, workers
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.join import model_names
from mha_viz.views.theme import PAGE_TOKENS, THUMBNAIL_CELLS

# Two forward passes with one thread each answer a class sooner than one with two threads, and in less memory.
torch.set_num_threads(1)
# The thread that sends pictures to browsers waits this long for one that computes; 5 ms, many times a page, is felt.
sys.setswitchinterval(0.001)
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
SHORT = 64  # tokens; of such texts three for each student of a class are kept
LONG = 512  # tokens; captures of longer texts are large, and only the last one is kept


def get_model(name: str) -> Model:
    """The model, with a progress bar while it is fetched and loaded; a failed load leaves nothing behind.

    Raises
    ------
    MhaVizError
        If it cannot be had, or this class reads others.
    """
    if (mode := class_mode()) is not None:
        mode.refuse_other_model(name)
    return result_of(_loading, name)


def get_token_vectors(model: Model, found: Capture, layer: int, kind: str) -> tuple[torch.Tensor, torch.Tensor]:
    """The vectors that go into one attention (``token_vectors``), from the cache where somebody has just looked."""
    of = (found.model_name, found.identity, found.text, found.target, found.pair, found.n_generated)
    return result_of(_entering, of, layer, kind, model, found)


def warm(name: str) -> None:
    """Load a model and let it read once in every thread that reads, outside any page: in each, torch starts up anew.

    Raises
    ------
    MhaVizError
        If it cannot be loaded.
    """
    model, pool = _loading(name).result.result(), workers()
    for reading in [pool.submit(capture, model, frame.DEFAULT_TEXT) for _ in range(pool.n_threads)]:
        reading.result()


def opening_model() -> tuple[str, str]:
    """The model that a page opens with, and, where it is not the default, why the default cannot be had.

    That is remembered for some minutes: a class without a network would wait for it at every page.
    """
    if (mode := class_mode()) is not None:
        return mode.models[0], ""
    if model_folder(DEFAULT).is_dir():
        return DEFAULT, ""
    missing = _missing()
    if "why" not in missing:
        try:
            get_model(DEFAULT)
        except MhaVizError as error:
            missing["why"] = str(error)
    return (WITHOUT_NETWORK, missing["why"]) if "why" in missing else (DEFAULT, "")


def get_capture(
    model: Model, text: str, target: str | None = None, pair: str | None = None, new_tokens: int = 0
) -> Capture:
    """The capture of one text, from the cache where somebody has just looked at it."""
    n = max((_n_tokens(model, one) for one in (text, target, pair) if one), default=0)
    kept = _short_reading if n + new_tokens <= SHORT else _reading if n <= LONG else _long_reading
    return result_of(kept, (model.name, model.identity), text, target, pair, new_tokens, model)


def get_overview(shown: Shown) -> Overview:
    """All maps at once, from the cache where somebody has just looked at them."""
    found = shown.capture
    of = (found.model_name, found.identity, found.text, found.target, found.pair, found.n_generated)
    return result_of(_seeing, of, repr(shown.selection), shown)


@st.cache_resource(max_entries=1, ttl=600, show_spinner=False)
def _missing() -> dict[str, str]:
    """Shared by all sessions: why the default model could not be fetched."""
    return {}


@st.cache_resource(max_entries=3, show_spinner=False)
def _loading(name: str) -> Job[Model]:
    return Job(loader(), f"loading {name}", lambda tell: _load(name, tell))


@st.cache_resource(max_entries=96, ttl=3600, show_spinner=False)
def _short_reading(
    weights: Key,  # noqa: ARG001 - what the cache tells models apart by
    text: str,
    target: str | None,
    pair: str | None,
    new_tokens: int,
    _model: Model,
) -> Job[Capture]:
    if target or pair or new_tokens:
        return _read(_model, text, target, pair, new_tokens)
    return Job(_readings(), _what(_model), (_model, text))


@st.cache_resource(max_entries=1, show_spinner=False)
def _readings() -> Readings:
    return Readings(workers())


@st.cache_resource(max_entries=12, ttl=3600, show_spinner=False)
def _reading(
    weights: Key,  # noqa: ARG001
    text: str,
    target: str | None,
    pair: str | None,
    new_tokens: int,
    _model: Model,
) -> Job[Capture]:
    return _read(_model, text, target, pair, new_tokens)


@st.cache_resource(max_entries=1, ttl=3600, show_spinner=False)
def _long_reading(
    weights: Key,  # noqa: ARG001
    text: str,
    target: str | None,
    pair: str | None,
    new_tokens: int,
    _model: Model,
) -> Job[Capture]:
    return _read(_model, text, target, pair, new_tokens)


@st.cache_resource(max_entries=32, ttl=3600, show_spinner=False)
def _seeing(of: Key, selection: str, _shown: Shown) -> Job[Overview]:  # noqa: ARG001
    # A class keeps all cores busy without it; and each thread holds a block of its own, for which a long text leaves
    # no memory.
    n_threads = 1 if class_mode() or len(_shown.key) > LONG else os.cpu_count() or 1
    look = lambda tell: overview_of(_shown, THUMBNAIL_CELLS, tell, n_threads=n_threads)  # noqa: E731
    return Job(workers(), "looking at every head", look)


def _read(model: Model, text: str, target: str | None, pair: str | None, new_tokens: int) -> Job[Capture]:
    return Job(
        workers(),
        _what(model),
        lambda tell: capture(model, text, target=target, pair=pair, new_tokens=new_tokens, progress=tell),
    )


def _what(model: Model) -> str:
    return f"{model.name} reads the text"


def _load(name: str, tell: Tell) -> Model:
    model = load_model(name, progress=tell)
    leave_to_stay()
    return model


def leave_to_stay() -> None:
    """What is loaded now stays: Streamlit collects garbage at every click, and each would search all of torch."""
    gc.collect()
    gc.freeze()


@st.cache_resource(max_entries=32, ttl=3600, show_spinner=False)
def _entering(
    of: Key,  # noqa: ARG001
    layer: int,
    kind: str,
    _model: Model,
    _found: Capture,
) -> Job[tuple[torch.Tensor, torch.Tensor]]:
    what = f"following the text to layer {layer}"
    return Job(workers(), what, lambda _tell: token_vectors(_model, _found, layer, kind=kind))


def _listed() -> list[Entry]:
    return [CATALOGUE[name] for name in model_names() if name in CATALOGUE]


def _n_tokens(model: Model, text: str) -> int:
    """Tokens of a text; a sentence where the pages cannot take as many."""
    tokenizer, mode = tokenizer_of(model.processor), class_mode()
    if mode is not None:
        mode.refuse_long_text(len(text), "characters")
    if not callable(getattr(tokenizer, "convert_ids_to_tokens", None)) or not text.strip():
        return 0  # capture says what is wrong
    n, limit = len(read_text(tokenizer, text)), position_limit(model.network, tokenizer)
    if mode is not None:
        mode.refuse_long_text(n)
    if PAGE_TOKENS < n <= (limit or n):
        raise InputError(
            f"This text has {n:,} tokens; the pages show at most {PAGE_TOKENS:,}. The terminal and Python read "
            f"{'any length' if limit is None else f'up to {limit:,}'} with {model.name}."
        )
    longer = next((entry for entry in _listed() if entry.window >= n and entry.name != model.name), None)
    if limit is not None and limit < n <= PAGE_TOKENS and longer:
        raise InputError(
            f"This text has {n:,} tokens; {model.name} reads at most {limit:,}. Choose {longer.name}, which reads "
            f"up to {longer.window:,}, or shorten the text."
        )
    return n
