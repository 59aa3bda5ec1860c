"""The panel More says which weights run, where more than one set goes by a name or something was merged into them."""

from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st

from mha_viz.models.load import load_model
from tests.support.pages.pages import opened, sound, with_more

IN_PANEL = {"over", "renormalise", "sort", "only"}
MEAN = "mean of the layer's heads"
WHICH = "weights unpacked from 4 bits (a.gguf)"


@pytest.mark.parametrize("notes", [(WHICH,), (WHICH, "merged"), ()], ids=len)
def test_which_weights_run_is_said(folder, monkeypatch, notes):
    def load(name, **_how):
        return replace(load_model(name), notes=notes)

    st.cache_resource.clear()
    monkeypatch.setattr("mha_viz.ui.shared.models.load_model", load)
    test = with_more(sound(opened("pages/Head.py", model=folder, text="the cat sat")))
    st.cache_resource.clear()
    captions = [part.value.replace("\\", "") for part in test.caption]
    said = [text.partition(": ")[2] for text in captions if text.startswith(Path(folder).name)]
    assert said == {0: [], 1: [f"{WHICH}."], 2: [f"{WHICH}; merged."]}[len(notes)]


def keys(test):
    return {widget.key for widget in (*test.text_input, *test.number_input, *test.selectbox, *test.button_group)}


def test_the_panel_is_drawn_while_it_is_open_and_all_that_is_chosen_in_it_is_held(folder):
    test = sound(opened("pages/Explore.py", model=folder, text="the cat sat", only="L1", view="Lines"))
    assert not keys(test) & IN_PANEL
    assert keys(with_more(test)) >= IN_PANEL
    test.selectbox(key="over").select(MEAN).run()  # the panel has another name now, and is open
    assert {block.proto.popover.label: block.proto.popover.open for block in test.get("popover")}["More: over heads"]
    assert test.text_input(key="only").value == "L1"
    test.session_state["more"] = False
    assert not keys(sound(test.run())) & IN_PANEL
    assert (test.query_params["over"], test.query_params["only"]) == (MEAN, "L1")
    again = with_more(test)
    assert (again.selectbox(key="over").value, again.text_input(key="only").value) == (MEAN, "L1")


def test_the_second_text_and_the_next_words_are_in_panels_in_sight_on_explore_and_in_more_elsewhere(folder):
    test = sound(opened("pages/Explore.py", model=folder, text="the cat sat", pair="a dog ran"))
    labels = {block.proto.popover.label for block in test.get("popover")}
    assert {"Second text: a dog ran", "Next words"} <= labels
    assert "pair" not in keys(with_more(test))
    test.session_state["second_text"] = True
    assert test.run().text_input(key="pair").value == "a dog ran"
    assert "pair" in keys(with_more(sound(opened("pages/Head.py", model=folder, text="the cat sat"))))


def test_the_next_words_of_a_model_that_reads_both_ways_are_refused_in_their_panel(folder):
    test = opened("pages/Explore.py", model=folder, text="the cat sat")
    test.session_state["next_words"] = True
    assert "reads a text in both directions" in sound(test.run()).info[0].value
