"""What sessions share of comparisons: two captures on common words, and how far all their heads are apart."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from torch import Tensor

from mha_viz.comparison.changes import head_changes
from mha_viz.comparison.comparison import Comparison, Pairing, comparison_of, distances_between
from mha_viz.comparison.distance import pairwise_distances
from mha_viz.comparison.layers import layer_distances, nearest_in_layers
from mha_viz.comparison.nearest import typical_distance
from mha_viz.comparison.shared_pattern import least_change
from mha_viz.errors import InputError, TooLongError
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Capture, Head, Model
from mha_viz.progress import Progress
from mha_viz.ui.shared.job import Job
from mha_viz.ui.shared.keys import KEYS
from mha_viz.ui.shared.models import get_model
from mha_viz.ui.shared.scores import get_random_twin
from mha_viz.ui.shared.waiting import put_in_line, result_of, workers
from mha_viz.views.compare.layers import Nearest
from mha_viz.views.compare.sentences import Usual

TOKENS = 1024  # of a longer text two models would need gigabytes
PLACES = 4096  # patches or moments, of which some rows are read
RANDOM = N_("random weights")


def get_second_model(first: Model, name: str) -> Model:
    """A model by its name, or the first one's architecture with random weights."""
    if name == RANDOM:
        return get_random_twin(first)
    return get_model(name)


def get_comparison(first: Capture, second: Capture, kinds: tuple[str, str], row: int | None = None) -> Comparison:
    """Two captures side by side."""
    longest = max(len(capture.query_positions[kind]) for capture, kind in zip((first, second), kinds, strict=True))
    if longest > TOKENS:
        sentence = lazy_gettext("This text has {n} tokens; texts of up to {most} are compared.", n=longest, most=TOKENS)
        raise TooLongError(sentence, longest, TOKENS, first.text)
    return result_of(_comparing, first, second, kinds, row)


def get_places_compared(first: Capture, second: Capture, kind: str) -> Comparison:
    """Two pictures or sounds side by side.

    Raises
    ------
    InputError
        If one of them has no attention of this kind, or their places are not the same.
    """
    for found in (first, second):
        if kind not in found.kinds:
            message = N_("{model} has no attention of the kind {kind}, so its heads have none to stand beside.")
            raise InputError(lazy_gettext(message, model=found.short_name, kind=lazy_gettext(kind)))
        if (n := len(found.key_positions[kind])) > PLACES:
            message = N_("{model} sees {n} places here; up to {most} are compared.")
            raise InputError(lazy_gettext(message, model=found.short_name, n=n, most=PLACES))
    return result_of(_comparing, first, second, (kind, kind), None)


def get_distances(comparison: Comparison) -> Tensor:
    """Every head of the first against every head of the second: (first, second), bits."""
    return result_of(_measuring, comparison)


def get_usual(comparison: Comparison) -> Usual:
    """How far two heads of the first model usually are apart, on the words that both sides have."""
    return Usual(comparison.names[0], result_of(_measuring_first, comparison))


def get_layers(comparison: Comparison) -> tuple[Tensor, Nearest]:
    """How far the layers of both sides are apart, and of each two their nearest heads (``layer_distances``)."""
    return _layering(comparison, get_distances(comparison))


def get_changes(comparison: Comparison, pairing: Pairing, **cell: int | None) -> pd.DataFrame:
    """How much each head differs from its counterpart (``head_changes``, at a row and a cell of it)."""
    return result_of(_changing, comparison, tuple(pairing), tuple(cell.items()))


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _comparing(first: Capture, second: Capture, kinds: tuple[str, str], row: int | None) -> Job[Comparison]:
    def work(progress: Progress) -> Comparison:
        return comparison_of(first, second, kinds=kinds, row=row, progress=progress)

    return put_in_line(workers(), lazy_gettext("setting every head beside its words"), work)


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _measuring(comparison: Comparison) -> Job[Tensor]:
    def work(progress: Progress) -> Tensor:
        return distances_between(comparison, progress=progress)

    return put_in_line(workers(), lazy_gettext("comparing every head with every other"), work)


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _measuring_first(comparison: Comparison) -> Job[float]:
    def work(progress: Progress) -> float:
        return typical_distance(pairwise_distances(comparison.head_patterns(0), progress=progress))

    what = lazy_gettext("comparing the heads of {model} with each other", model=comparison.names[0])
    return put_in_line(workers(), what, work)


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _layering(comparison: Comparison, _distances: Tensor) -> tuple[Tensor, Nearest]:
    return layer_distances(comparison, _distances), nearest_in_layers(comparison, _distances)


@st.cache_resource(max_entries=64, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _changing(
    comparison: Comparison, pairing: tuple[tuple[Head, Head], ...], cell: tuple[tuple[str, int | None], ...]
) -> Job[pd.DataFrame]:
    what = lazy_gettext("ranking the heads")
    return put_in_line(workers(), what, lambda _progress: head_changes(comparison, list(pairing), **dict(cell)))


@st.cache_resource(max_entries=128, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def get_least_change(capture: Capture, layer: int, kind: str) -> float | None:
    """What is lost at least when the heads of a layer share one pattern (``least_change``), sought once for a class."""
    return least_change(capture, layer, kind=kind)
