"""What the parts of pages had read."""

import pytest
import streamlit as st

from mha_viz.recording.again import read_again
from mha_viz.recording.capture import capture
from mha_viz.ui.shared import captures, scores


@pytest.fixture
def read(monkeypatch):
    """Every capture that a page had made."""
    made = []

    def noting(function):
        def noted(*given, **settings):
            found = function(*given, **settings)
            made.extend(found if isinstance(found, list) else [found])
            return found

        return noted

    for module in (captures, scores):
        monkeypatch.setattr(module, "capture", noting(capture))
    monkeypatch.setattr(scores, "read_again", noting(read_again))
    st.cache_resource.clear()
    return made
