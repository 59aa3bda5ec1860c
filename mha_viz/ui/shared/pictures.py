"""What sessions share of pictures: recent captures, with what all their positions look at."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
import streamlit as st
from torch import Tensor

from mha_viz.attention.media.patch_overview import PatchOverview, patch_overview
from mha_viz.attention.media.patches import grid_of
from mha_viz.comparison.picture_effect import cut_effect
from mha_viz.evidence.figure import figure_sentence, figure_table
from mha_viz.inputs.media.picture_examples import drawn_figure
from mha_viz.language import N_, lazy_gettext
from mha_viz.models.load import random_twin
from mha_viz.objects import Capture, Model
from mha_viz.progress import Progress
from mha_viz.recording.capture import capture
from mha_viz.recording.media.pictures_in_text import read_with_picture
from mha_viz.scores.media.figure import PatchLooks, cells_covered, cells_in, patch_looks, region_of
from mha_viz.scores.media.pictures import Cells, even_scores, picture_scores
from mha_viz.ui.shared.job import Job
from mha_viz.ui.shared.keys import KEYS
from mha_viz.ui.shared.waiting import put_in_line, result_of, workers

CONTROLS = 3  # networks with random weights that a region is held against


class SeenPicture(NamedTuple):
    """A picture that a model has read, and what each score of it would be of an even spread."""

    capture: Capture
    kind: str
    overview: PatchOverview
    even: dict[str, float]


def get_picture(model: Model, file: bytes) -> SeenPicture:
    """What a model sees of a picture, from the cache where somebody has just looked at it.

    Raises
    ------
    MhaVizError
        If it is no picture, or the model reads none.
    """
    return result_of(_looking, model, file)


def get_picture_scores(seen: SeenPicture) -> pd.DataFrame:
    """The scores of all its heads, which no picture of them has to wait for."""
    return result_of(_scoring, seen.capture, seen.kind)


class SeenRegion(NamedTuple):
    """A region of a picture: its patches, what every head gives it, what an even spread gives it, and a sentence."""

    cells: Cells
    scores: pd.DataFrame
    even: dict[str, float]
    sentence: str


def get_region(model: Model, file: bytes, seen: SeenPicture, cells: Cells) -> SeenRegion | None:
    """What every head gives to a region; None where none is painted.

    Raises
    ------
    MhaVizError
        If it is the whole picture.
    """
    cells = cells_in(seen.capture, cells, seen.kind)
    if not cells:
        return None
    controls = result_of(_drawing_controls, model, file)
    region = region_of(cells, *grid_of(seen.capture.key_positions[seen.kind]))
    table = figure_table(patch_looks(seen.capture, seen.kind), controls, region)
    even = {**seen.even, **dict.fromkeys(("inside", "inside_from_CLS"), region.mean().item())}
    return SeenRegion(
        cells, get_picture_scores(seen).merge(table, on=["layer", "head"]), even, figure_sentence(table, len(controls))
    )


def figure_cells(seen: SeenPicture, name: str) -> Cells:
    """The patches of the figure of a picture of ours."""
    picture = seen.capture.picture
    if picture is None:
        return ()
    return cells_covered(drawn_figure(name), picture.box, *picture.grid)


@st.cache_resource(max_entries=12, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _drawing_controls(model: Model, file: bytes) -> Job[list[PatchLooks]]:
    def look(progress: Progress) -> list[PatchLooks]:
        found = []
        for seed in range(CONTROLS):  # one after the other: each is as large as the model
            progress(seed, total=CONTROLS)
            found.append(patch_looks(capture(random_twin(model, seed=seed), file)))
        return found

    what = lazy_gettext("{model} with random weights looks at the picture", model=model.short_name)
    return put_in_line(workers(), what, look)


@st.cache_resource(max_entries=12, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _looking(model: Model, file: bytes) -> Job[SeenPicture]:
    def look(progress: Progress) -> SeenPicture:
        found = capture(model, file, progress=progress)
        kind = found.kinds[0]
        even = even_scores(found.key_positions[kind])
        return SeenPicture(found, kind, patch_overview(found, kind), even)

    return put_in_line(workers(), lazy_gettext("{model} looks at the picture", model=model.short_name), look)


@st.cache_resource(max_entries=12, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _scoring(found: Capture, kind: str) -> Job[pd.DataFrame]:
    what = lazy_gettext("scoring every head")
    return put_in_line(workers(), what, lambda _progress: picture_scores(found, kind=kind))


class SeenWords(NamedTuple):
    """A picture inside a text that a model has read, and what the network took of both."""

    capture: Capture
    inputs: dict[str, Tensor]


def get_words(model: Model, file: bytes, text: str, new_tokens: int) -> SeenWords:
    """What a model computes of a picture and a text.

    Raises
    ------
    MhaVizError
        If it is no picture, or the model does not read both.
    """
    return result_of(_reading, model, file, text, new_tokens)


@st.cache_resource(max_entries=12, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _reading(model: Model, file: bytes, text: str, new_tokens: int) -> Job[SeenWords]:
    def read(progress: Progress) -> SeenWords:
        return SeenWords(*read_with_picture(model, file, text, new_tokens=new_tokens, progress=progress))

    what = lazy_gettext("{model} reads the picture and the text", model=model.short_name)
    return put_in_line(workers(), what, read)


def get_cut(
    model: Model, file: bytes, text: str, new_tokens: int, word: str, cells: Cells | None = None, piece: int = 0
) -> pd.DataFrame:
    """What becomes of the next token where a word never sees the picture, or these cells of a piece of it.

    Raises
    ------
    MhaVizError
        If the word stands before the picture, a cell is not there, or the network cannot be run so.
    """
    return result_of(_cutting, model, file, text, new_tokens, word, cells, piece)


@st.cache_resource(max_entries=24, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _cutting(
    model: Model, file: bytes, text: str, new_tokens: int, word: str, cells: Cells | None, piece: int
) -> Job[pd.DataFrame]:
    def cut(progress: Progress) -> pd.DataFrame:
        found, inputs = read_with_picture(model, file, text, new_tokens=new_tokens, progress=progress)
        return cut_effect(model, found, inputs, word, cells, piece=piece)

    without = N_("{model} reads without the picture") if cells is None else N_("{model} reads without these cells")
    return put_in_line(workers(), lazy_gettext(without, model=model.short_name), cut)
