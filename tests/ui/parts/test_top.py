"""The panel More says which weights run, where more than one set goes by a name or something was merged into them."""

from dataclasses import replace

import pytest
import streamlit as st

from mha_viz.models.load import load_model
from tests.support.pages.pages import opened, sound

WHICH = "weights unpacked from 4 bits (a.gguf)"


@pytest.mark.parametrize("notes", [(WHICH,), (WHICH, "merged"), ()], ids=len)
def test_which_weights_run_is_said(folder, monkeypatch, notes):
    def load(name, **_how):
        return replace(load_model(name), notes=notes)

    st.cache_resource.clear()
    monkeypatch.setattr("mha_viz.ui.shared.models.load_model", load)
    test = sound(opened("pages/Head.py", model=folder, text="the cat sat"))
    st.cache_resource.clear()
    captions = [part.value.replace("\\", "") for part in test.caption]
    said = [text.partition(": ")[2] for text in captions if text.startswith(folder)]
    assert said == {0: [], 1: [f"{WHICH}."], 2: [f"{WHICH}; merged."]}[len(notes)]
