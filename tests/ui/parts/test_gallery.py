"""The menu Examples: texts that this tab has read, and examples with a picture each."""

import pytest
import streamlit as st

from mha_viz.attention.proposals import FirstLook
from mha_viz.errors import ModelError
from mha_viz.inputs.examples import examples
from mha_viz.ui.parts import gallery
from mha_viz.ui.shell import memory
from mha_viz.ui.shell.memory import Memory
from mha_viz.views.gallery import Thumbnail
from tests.support.pages.pages import opened, sound, text_field, whole_view

TEXTS = ("the cat sat", "a dog ran home", "the man ran")


def reading(test, text):
    text_field(test).set_value(text)
    return sound(test.run())


def with_menu_open(test):
    test.session_state[gallery.KEY] = True
    return sound(test.run())


def recent(test):
    return [button.label for button in test.button if str(button.key).startswith("recent_")]


def test_what_was_read_in_this_tab_is_read_again_by_one_click(folder):
    test = sound(opened("pages/Head.py", model=folder, text=TEXTS[0]))
    assert not recent(with_menu_open(test))
    for text in TEXTS[1:]:
        reading(test, text)
    assert recent(test) == [TEXTS[1], TEXTS[0]]
    sound(test.button(key="recent_1").click().run())
    assert text_field(test).value == TEXTS[0]
    assert not test.session_state[gallery.KEY]
    assert recent(with_menu_open(test)) == [TEXTS[2], TEXTS[1]]
    another = with_menu_open(sound(opened("pages/Head.py", model=folder, text=TEXTS[0])))
    assert not recent(another)
    assert not any("recent" in key for key in test.query_params)


def test_as_many_texts_are_remembered_as_are_shown(monkeypatch):
    held = {}
    monkeypatch.setattr(memory.st, "session_state", held)
    for i in range(20):
        gallery.note_read(f"text {i}")
    gallery.note_read("text 15")
    assert held[Memory.recent.key] == ("text 15", *(f"text {i}" for i in (19, 18, 17, 16, 14, 13, 12, 11)))


def test_the_menu_has_a_picture_of_each_example(folder):
    test = sound(opened("pages/Head.py", model=folder, text="the cat sat"))
    assert len([one for one in test.get("bidi_component") if one.proto.id.endswith("-gallery")]) == 0
    header, arrays = whole_view(with_menu_open(test), "gallery")
    assert [piece["text"] for piece in header["pieces"]] == [example["text"] for example in examples()]
    assert len(arrays["levels"]) == sum(piece["side"] ** 2 for piece in header["pieces"])


def test_a_model_that_cannot_read_them_still_shows_the_sentences(folder, monkeypatch):
    def refused(_model):
        raise ModelError("Not these.")

    monkeypatch.setattr(gallery, "get_thumbnails", refused)
    test = with_menu_open(sound(opened("pages/Head.py", model=folder, text="the cat sat")))
    assert "Not these" in test.info[0].value
    assert not any("side" in piece for piece in whole_view(test, "gallery")[0]["pieces"])


def test_the_menu_stands_on_a_page_whose_model_is_not_there():
    test = with_menu_open(opened("pages/Head.py", model="no such model"))
    assert test.error
    assert not any("side" in piece for piece in whole_view(test, "gallery")[0]["pieces"])


@pytest.mark.parametrize("has_picture", [True, False])
def test_an_example_opens_on_what_its_picture_shows(has_picture, monkeypatch):
    held = {"layer": 0, "head": 0, "look": "query:3", "second": "x", "against": "y"}
    monkeypatch.setattr(st, "session_state", held)
    thumbnail = Thumbnail(FirstLook("bench", "under", (2, 5), 0.5, 0.1), None)
    gallery._take_example(9, thumbnail if has_picture else None)
    assert held["text"].startswith("She left her umbrella")
    assert (held["from"], held["to"]) == (("bench", "under") if has_picture else ("under", "bench"))
    assert (held["layer"], held["head"]) == ((2, 5) if has_picture else (0, 0))
    assert (held["look"], held["second"], held["against"], held[gallery.KEY]) == ("", "", "", False)
