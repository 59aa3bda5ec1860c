"""What the parts of pages had read."""

import pytest
import streamlit as st

from mha_viz.recording.capture import capture
from mha_viz.ui.shared import captures, scores


@pytest.fixture
def read(monkeypatch):
    """Every capture that a page had made."""
    made = []

    def noted(*given, **settings):
        found = capture(*given, **settings)
        made.extend(found if isinstance(found, list) else [found])
        return found

    for module in (captures, scores):
        monkeypatch.setattr(module, "capture", noted)
    st.cache_resource.clear()
    return made
