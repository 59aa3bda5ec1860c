"""What if heads were changed, of pictures and sounds: as ``effect`` has it, and nothing until a head is chosen."""

import pytest
import streamlit as st

from mha_viz.comparison.asks import Classes, Loss, NextWord, Vectors
from mha_viz.comparison.effects import effect
from mha_viz.comparison.trials import Asks
from mha_viz.inputs.media.picture_examples import DRAWN, drawn_file
from mha_viz.inputs.media.sound import read_sound
from mha_viz.inputs.media.timings import spoken_file, spoken_names
from mha_viz.recording.interventions.changes import Pattern, Zero
from mha_viz.ui.pages.pictures import pictures
from mha_viz.ui.pages.sound import sound as sounds
from tests.support.networks.hearing import hearing_classifier, wav2vec2, whisper
from tests.support.networks.picture_in_text import reading_model
from tests.support.networks.seeing import classifier, seeing_model
from tests.support.pages import drawn
from tests.support.pages.pages import opened, sound

SAID = "the cat sat"


@pytest.fixture(autouse=True)
def fresh():
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def page(monkeypatch, model, path="pages/Pictures.py", **link):
    for room in (pictures, sounds):
        monkeypatch.setattr(room, "get_model", lambda _name: model)
    return sound(opened(path, **link))


def effects(test):
    every = [drawn.opened(component.proto.bytes) for component in drawn.pictures(test)]
    return [view for view in every if view[0]["kind"] == "effect"]


def test_heads_of_a_picture_turn_its_patches_as_effect_says(monkeypatch):
    model = seeing_model("dinov2")
    test = page(monkeypatch, model)
    assert not effects(test)
    test.multiselect(key="changed_heads").set_value(["L0 H1", "L1 H2"]).run()
    (header, arrays) = effects(sound(test))[0]
    expected = effect(model, drawn_file(DRAWN[0]), Zero([(0, 1), (1, 2)], kind="encoder"), Vectors())
    most = expected.loc[expected["difference"].abs().idxmax()]
    assert arrays["after"].max() == pytest.approx(1 - most["after"], rel=1e-4)
    assert len(header["rows"]) == 20 < len(expected)
    assert most["what"] == "CLS"
    assert "the vector of CLS turns most" in header["caption"]
    assert header["label"].startswith("How far the vector of each patch turns, without L0 H1")
    assert test.query_params["changed"] in ("0.1,1.2", ["0.1,1.2"])


def test_a_classifier_of_pictures_says_its_likeliest_classes_by_their_names(monkeypatch):
    model = classifier()
    test = page(monkeypatch, model, changed="0.1,1.2")
    (header, arrays) = effects(test)[0]
    expected = effect(model, drawn_file(DRAWN[0]), Zero([(0, 1), (1, 2)], kind="encoder"), Classes())
    assert header["rows"] == list(expected["what"])
    for name in ("before", "after"):
        assert arrays[name].tolist() == pytest.approx(expected[name].tolist(), rel=1e-4)
    assert header["label"] == "The likeliest classes, without L0 H1, L1 H2"
    assert f"“{expected.loc[expected['after'].idxmax(), 'what']}”" in header["caption"]
    test.selectbox(key="ask").set_value(Asks.vectors).run()
    assert effects(sound(test))[0][0]["label"].startswith("How far the vector of each patch turns")


def test_classes_are_not_asked_of_a_model_that_has_none(monkeypatch):
    """A link that asks for them shows how far vectors turn."""
    test = page(monkeypatch, seeing_model("dinov2"), changed="0.1", ask="classes")
    assert effects(test)[0][0]["label"].startswith("How far the vector of each patch turns")
    assert not [box for box in test.selectbox if box.key == "ask"]


def test_a_classifier_of_sounds_says_its_classes_too(monkeypatch):
    header, _ = effects(page(monkeypatch, hearing_classifier(), "pages/Sound.py", changed="0.0"))[0]
    assert sorted(header["rows"]) == ["no", "stop", "yes"]
    assert "the likeliest class" in header["caption"]


def test_a_link_opens_what_whisper_then_loses(monkeypatch):
    model = whisper()
    link = {"said": SAID, "changed": "1.2,9.9", "how": "look evenly", "ask": "loss"}
    header, arrays = effects(page(monkeypatch, model, "pages/Sound.py", **link))[0]
    heard = read_sound(spoken_file(spoken_names()[0]))
    row = effect(model, heard, Pattern([(1, 2)], "uniform", kind="cross"), Loss(), target=SAID).iloc[0]
    assert [arrays["before"][0], arrays["after"][0]] == pytest.approx([row["before"], row["after"]], rel=1e-4)
    assert any("1.2" not in fact and "L1 H2" in str(fact) for fact in header["facts"])


def test_a_model_that_writes_nothing_has_vectors_that_turn(monkeypatch):
    header, _ = effects(page(monkeypatch, wav2vec2(), "pages/Sound.py", changed="0.0", ask="loss"))[0]
    assert "turns most" in header["caption"]


def test_heads_of_a_text_change_the_next_word_beside_its_picture(monkeypatch):
    model, _ = reading_model("llava")
    link = {"question": "the cat sat on a mat", "changed": "0.1,1.0,2.3"}
    header, arrays = effects(page(monkeypatch, model, **link))[0]
    assert header["label"].startswith("The likeliest next words, without L0 H1, L1 H0")
    assert abs(arrays["before"] - arrays["after"]).max() > 0
    assert len(header["rows"]) >= NextWord().n
