"""What sessions share of atlases: heads placed by one text, or by our example sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pandas as pd
import streamlit as st
import torch
from torch import Tensor

from mha_viz.attention.maps import pattern
from mha_viz.attention.pooling import thumbnails
from mha_viz.comparison.atlas import Atlas, atlas_of
from mha_viz.comparison.comparison import Comparison, comparison_of
from mha_viz.comparison.nearest import distances_from, distances_in, distances_over, nearest_heads
from mha_viz.errors import InputError, TooLongError
from mha_viz.inputs.examples import sentence_lines
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Capture, Model
from mha_viz.progress import Progress
from mha_viz.recording.capture import capture
from mha_viz.ui.shared.captures import LONG, get_same_reading
from mha_viz.ui.shared.job import Job
from mha_viz.ui.shared.keys import KEYS
from mha_viz.ui.shared.waiting import put_in_line, result_of, slow_worker, workers

PICTURE_CELLS = 16  # rows and columns of a small picture
NOTHING_TO_WRITE = N_("Our example sentences have nothing for a decoder to write: choose this sentence, or encoder.")
CARD_TOKENS = 256  # of a longer text the card of a head leaves its relatives out, so that it stays quick


def get_atlas(capture: Capture, kind: str, second: Model | None) -> Atlas:
    """All heads placed by one text: of its model, or beside those of a second one.

    Raises
    ------
    InputError
        If the text is too long, a model cannot read it, or the two have no word in common.
    """
    refuse_long(capture, kind, LONG)
    if second is None:
        return result_of(_placing, capture, None, kind)
    other = get_same_reading(second, capture)  # within the work it would wait for its own queue
    refuse_long(other, _kind_of(other, kind), LONG)
    return result_of(_placing, capture, other, kind)


def get_atlas_of_ours(model: Model, kind: str, second: Model | None) -> Atlas:
    """All heads placed by the example sentences, those that the models can read."""
    if model.network.config.is_encoder_decoder and kind != "encoder":
        raise InputError(lazy_gettext(NOTHING_TO_WRITE))
    return result_of(_placing_ours, model, second)


def get_pictures(capture: Capture, kind: str) -> Tensor | None:
    """The pattern of every head as a small picture, (head, row, column); None of a text that is too long for that."""
    kind = _kind_of(capture, kind)
    return None if len(capture.query_positions[kind]) > LONG else _picturing(capture, kind)


def heads_like(capture: Capture, layer: int, head: int, kind: str, k: int) -> pd.DataFrame:
    """The heads of one model that look most like one of them, on one text."""
    refuse_long(capture, kind, CARD_TOKENS)
    return result_of(_likening, capture, layer, head, kind, k)


def refuse_long(capture: Capture, kind: str, most: int) -> None:
    n = len(capture.query_positions[kind])
    if n > most:
        sentence = lazy_gettext(
            "This text has {n} tokens; heads are compared here on texts of up to {most}.", n=n, most=most
        )
        raise TooLongError(sentence, n, most, capture.text)


@st.cache_resource(max_entries=128, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _likening(capture: Capture, layer: int, head: int, kind: str, k: int) -> Job[pd.DataFrame]:
    def work(_progress: Progress) -> pd.DataFrame:
        heads, row = distances_from(capture, layer, head, kind=kind)
        return nearest_heads(row, heads, (capture.model_name, layer, head), k)

    return put_in_line(workers(), lazy_gettext("comparing every head"), work)


@st.cache_resource(max_entries=16, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _picturing(capture: Capture, kind: str) -> Tensor:
    calls = capture.calls_of(kind)
    patterns = ((call, pattern(capture, call.layer, kind=kind)) for call in calls)
    return torch.cat(
        [thumbnails(of_layer[list(call.heads)].float().cpu(), PICTURE_CELLS) for call, of_layer in patterns]
    )


@st.cache_resource(max_entries=16, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _placing(capture: Capture, other: Capture | None, kind: str) -> Job[Atlas]:
    def work(progress: Progress) -> Atlas:
        both = capture if other is None else comparison_of(capture, other, kinds=(kind, _kind_of(other, kind)))
        return atlas_of(distances_in(both, kind=kind, progress=progress))

    return put_in_line(workers(), lazy_gettext("comparing every head"), work)


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _placing_ours(model: Model, second: Model | None) -> Job[Atlas]:
    lines = sentence_lines()

    def texts(progress: Progress) -> Iterator[Capture | Comparison]:
        for i, line in enumerate(lines):
            progress(i, total=len(lines))
            with suppress(InputError):  # longer than a model reads
                first = capture(model, line)
                yield first if second is None else comparison_of(first, capture(second, line))

    what = lazy_gettext("comparing the heads of {models} on {n} sentences", models=_both(model, second), n=len(lines))
    return put_in_line(slow_worker(), what, lambda progress: atlas_of(distances_over(texts(progress))))


def _both(model: Model, second: Model | None) -> str:
    if second is None:
        return model.short_name
    return lazy_gettext("{names} and {last}", names=model.short_name, last=second.short_name)


def _kind_of(other: Capture, kind: str) -> str:
    """The same attention of the second model, or what it has instead: an encoder beside a decoder."""
    return kind if kind in other.kinds else other.kinds[0]
