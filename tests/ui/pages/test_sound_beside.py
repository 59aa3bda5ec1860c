"""A second sound, or a second model, below the first on the page of sounds."""

import pytest
import streamlit as st

from mha_viz.inputs.media.timings import spoken_names
from mha_viz.ui.pages.sound import sound as page
from mha_viz.ui.parts.beside import OWN
from mha_viz.ui.shared.compare import RANDOM
from tests.support.networks.hearing import RATE, as_file, tone, whisper
from tests.support.pages.beside import ranking, told, views
from tests.support.pages.pages import opened, sound

PAGE = "pages/Sound.py"
KIND = "timeline"
SAID = "the cat sat"


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    st.cache_resource.clear()
    model = whisper()
    monkeypatch.setattr(page, "get_model", lambda _name: model)
    yield
    st.cache_resource.clear()


def looks(view):
    header, _ = view
    return header["listeners"][header["query"]], header["heads"][header["chosen"]]


def test_random_weights_read_the_same_transcript(tmp_path):
    test = sound(opened(PAGE, said=SAID, sound_beside=RANDOM, listener="2", sound_head="1.3"))
    first, second = views(test, KIND)
    assert looks(first) == looks(second) == ("sat", [1, 3])
    assert first[1]["sound"].tolist() == second[1]["sound"].tolist()
    assert first[1]["exact"].tolist() != second[1]["exact"].tolist()
    assert "L1 H3 of tiny whisper beside L1 H3 of tiny whisper with random weights" in told(test)
    assert len(ranking(test)) == len(first[0]["heads"])


def test_moments_of_a_second_sound_are_those_of_the_same_seconds():
    link = {"listens": "moments", "listener": "4", "sound_beside": spoken_names()[3]}
    test = sound(opened(PAGE, said=SAID, **link))
    first, second = views(test, KIND)
    assert looks(first) == looks(second)
    assert first[1]["sound"].tolist() != second[1]["sound"].tolist()
    assert "each with that of the same seconds" in told(test)
    assert test.query_params["sound_beside"] in (spoken_names()[3], [spoken_names()[3]])


def test_a_second_sound_that_is_too_short_is_told_and_the_first_stays():
    test = opened(PAGE, said=SAID, listens="moments", listener="9", sound_beside=OWN)
    assert "Hand over the sound that is to stand here" in told(sound(test))
    test.file_uploader[2].set_value(("a.wav", as_file(tone(0.2, RATE), RATE), "audio/wav"))
    test = sound(test.run())
    assert "has no counterpart in the second" in told(test)
    assert len(views(test, KIND)) == 1
