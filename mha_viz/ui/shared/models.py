"""The models that sessions share: which one opens, loaded once."""

from __future__ import annotations

import gc

import streamlit as st

from mha_viz.errors import MhaVizError
from mha_viz.inputs.media.picture_examples import DRAWN, drawn_file
from mha_viz.language import lazy_gettext
from mha_viz.models.catalogue import CATALOGUE, DEFAULT, PICTURES, WITHOUT_NETWORK, Entry, reads_of
from mha_viz.models.fetching.sums import is_whole
from mha_viz.models.load import load_model
from mha_viz.objects import Model
from mha_viz.precision import WHOLE, Dtype
from mha_viz.progress import Progress
from mha_viz.recording.capture import capture
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.shared.job import Job
from mha_viz.ui.shared.waiting import loader, put_in_line, result_of, workers
from mha_viz.ui.shell.led.join import model_names
from mha_viz.ui.shell.settings import Settings, setting


def get_model(name: str, *, in_float32: bool = False) -> Model:
    """The model, with a progress bar while it is fetched and loaded; a failed load leaves nothing behind. It computes
    in what was chosen, or, ``in_float32`` or for a class, in that.

    Raises
    ------
    MhaVizError
        If it cannot be had, or this class reads others.
    """
    if (mode := class_mode()) is not None:
        mode.refuse_other_model(name)
    return result_of(_loading, name, WHOLE if in_float32 or mode is not None else setting(Settings.dtype))


def warm(name: str) -> None:
    """Load a model and let it read once in every thread that reads, outside any page: in each, torch starts up anew.

    Raises
    ------
    MhaVizError
        If it cannot be loaded.
    """
    model, queue = get_loaded(name), workers()
    read = drawn_file(DRAWN[0]) if reads_of(name) == PICTURES else Settings.text.default
    for job in [queue.join(lambda _job: capture(model, read)) for _ in range(queue.n_threads)]:
        job.future.result()


def get_loaded(name: str) -> Model:
    """The model, for those who are no page and show no progress.

    Raises
    ------
    MhaVizError
        If it cannot be had.
    """
    return _loading(name, WHOLE).future.result()


def opening_model() -> tuple[str, str]:
    """The model that a page opens with, and, where it is not the default, why the default cannot be had.

    That is remembered for some minutes: a class without a network would wait for it at every page.
    """
    if class_mode() is not None:
        return model_names()[0], ""
    if is_whole(DEFAULT):
        return DEFAULT, ""
    missing = _missing()
    if "why" not in missing:
        try:
            get_model(DEFAULT)
        except MhaVizError as error:
            missing["why"] = str(error)
    return (WITHOUT_NETWORK, missing["why"]) if "why" in missing else (DEFAULT, "")


@st.cache_resource(max_entries=1, ttl=600, show_spinner=False)
def _missing() -> dict[str, str]:
    """Shared by all sessions: why the default model could not be fetched."""
    return {}


@st.cache_resource(max_entries=3, show_spinner=False)
def _loading(name: str, dtype: Dtype) -> Job[Model]:
    return put_in_line(
        loader(), lazy_gettext("loading {model}", model=name), lambda progress: _load(name, dtype, progress)
    )


def _load(name: str, dtype: Dtype, progress: Progress) -> Model:
    model = load_model(name, dtype=dtype, progress=progress)
    leave_to_stay()
    return model


def leave_to_stay() -> None:
    """What is loaded now stays: Streamlit collects garbage at every click, and each would search all of torch."""
    gc.collect()
    gc.freeze()


def longer_model(name: str, n: int) -> Entry | None:
    """Another model of the menu that reads texts of so many tokens."""
    listed = [CATALOGUE[other] for other in model_names() if other in CATALOGUE and other != name]
    return next((entry for entry in listed if entry.window >= n), None)
