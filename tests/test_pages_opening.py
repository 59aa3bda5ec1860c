"""What a page opens with where the default model is neither on this machine nor to be fetched."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mha_viz import models
from mha_viz.errors import ModelError
from mha_viz.places import app_folder


@pytest.fixture
def no_network(tmp_path, monkeypatch):
    asked = []

    def fetch(name, finish, progress):
        if name == "classroom":
            return real(name, finish, progress)
        asked.append(name)
        raise ModelError(f"{name} could not be fetched. The hub did not answer.")

    real = models.fetch
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    monkeypatch.setattr("mha_viz.models.fetch", fetch)
    st.cache_resource.clear()
    yield asked
    st.cache_resource.clear()


def opened(**link):
    test = AppTest.from_file(str(app_folder() / "app.py"), default_timeout=60).switch_page("pages/Sentence.py")
    for key, value in link.items():
        test.query_params[key] = value
    return test.run()


def test_a_page_opens_with_the_classroom_model_and_says_why(no_network):
    for _ in range(2):  # the second visitor does not wait for another try
        test = opened()
        assert not test.exception
        assert not test.error
        assert test.session_state["model"] == "classroom"
        assert any("minilm could not be fetched" in info.value for info in test.info)
    assert no_network == ["minilm"]


def test_a_link_to_a_model_is_not_answered_with_another(no_network):
    test = opened(model="minilm")
    assert "could not be fetched" in test.error[0].value
    assert not test.info


def test_words_that_the_shipped_model_never_read_are_said():
    said = [
        caption.value.replace("\\", "")
        for caption in opened(model="classroom", text="The cat sat on the moon.").caption
    ]
    assert any("only our small grammar: moon is a word it never saw" in one for one in said)
    said = [
        caption.value.replace("\\", "") for caption in opened(model="classroom", text="The cat sat on the mat.").caption
    ]
    assert not any("never saw" in one for one in said)
