"""What a page opens with, and in which order: also where the default model cannot be fetched."""

from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mha_viz.errors import ModelError
from mha_viz.models import load
from mha_viz.paths import app_folder
from tests.support.pages.drawn import pictures


@pytest.fixture
def no_network(tmp_path, monkeypatch):
    asked = []

    def fetch(name, finish, progress, **options):
        if name == "classroom":
            return real(name, finish, progress, **options)
        asked.append(name)
        raise ModelError(f"{name} could not be fetched. The hub did not answer.")

    real = load.fetch
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    monkeypatch.setattr("mha_viz.models.load.fetch", fetch)
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


def test_a_page_opens_with_the_classroom_model_where_the_default_is_damaged(tmp_path, monkeypatch):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    (tmp_path / "models" / "minilm").mkdir(parents=True)
    st.cache_resource.clear()
    test = opened()
    st.cache_resource.clear()
    assert not test.error
    assert test.session_state["model"] == "classroom"
    assert any("minilm is incomplete" in info.value and "models get minilm" in info.value for info in test.info)


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


def test_a_browser_draws_the_first_picture_of_a_page_before_the_rest_comes(monkeypatch):
    waited = []
    monkeypatch.setattr("mha_viz.ui.shell.frame.DRAWING", 7)
    monkeypatch.setattr("mha_viz.ui.shell.frame.time", SimpleNamespace(sleep=waited.append))
    test = opened(model="classroom")
    assert waited == [7]
    test.text_input(key="text").set_value("The dog sat on the mat.").run()
    assert waited == [7]  # what the page holds is drawn already
    test.switch_page("pages/Training.py").run()
    assert len(pictures(test)) > 1
    assert waited == [7, 7]  # after the first of several
    test.switch_page("pages/Sentence.py").run()
    assert waited == [7, 7, 7]
