"""What sessions share of pictures: recent captures, with what all their positions look at."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from mha_viz.attention.patch_overview import PatchOverview, patch_overview
from mha_viz.objects import Capture, Model
from mha_viz.progress import Progress
from mha_viz.recording.capture import capture
from mha_viz.ui.shared.job import Job
from mha_viz.ui.shared.keys import KEYS
from mha_viz.ui.shared.waiting import put_in_line, result_of, workers


class SeenPicture(NamedTuple):
    """A picture that a model has read."""

    capture: Capture
    kind: str
    overview: PatchOverview


def get_picture(model: Model, file: bytes) -> SeenPicture:
    """What a model sees of a picture, from the cache where somebody has just looked at it.

    Raises
    ------
    MhaVizError
        If it is no picture, or the model reads none.
    """
    return result_of(_looking, model, file)


@st.cache_resource(max_entries=12, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _looking(model: Model, file: bytes) -> Job[SeenPicture]:
    def look(progress: Progress) -> SeenPicture:
        found = capture(model, file, progress=progress)
        kind = found.kinds[0]
        return SeenPicture(found, kind, patch_overview(found, kind))

    return put_in_line(workers(), f"{model.name} looks at the picture", look)
