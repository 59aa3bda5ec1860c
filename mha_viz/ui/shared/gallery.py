"""What sessions share of the example sentences: what is worth seeing in each, found once a model."""

from __future__ import annotations

import streamlit as st

from mha_viz.inputs.examples import examples
from mha_viz.language import lazy_gettext
from mha_viz.objects import Model
from mha_viz.progress import Progress
from mha_viz.recording.capture import capture
from mha_viz.ui.shared.job import Job
from mha_viz.ui.shared.keys import KEYS
from mha_viz.ui.shared.waiting import put_in_line, result_of, workers
from mha_viz.views.gallery import Thumbnail, thumbnail_of

AT_ONCE = 16  # sentences a batch


def get_thumbnails(model: Model) -> list[Thumbnail | None]:
    """One of each example sentence.

    Raises
    ------
    MhaVizError
        If the model cannot read them.
    """
    return result_of(_looking, model)


@st.cache_resource(max_entries=6, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _looking(model: Model) -> Job[list[Thumbnail | None]]:
    def look(progress: Progress) -> list[Thumbnail | None]:
        texts = [example["text"] for example in examples()]
        return [thumbnail_of(one) for one in capture(model, texts, batch_size=AT_ONCE, progress=progress)]

    return put_in_line(workers(), lazy_gettext("{model} reads the examples", model=model.short_name), look)
