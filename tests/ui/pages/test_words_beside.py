"""A second picture, or a second model, below the words of a text with a picture in it."""

import pytest
import streamlit as st

from mha_viz.inputs.media.picture_examples import DRAWN
from mha_viz.ui.parts.beside import OWN
from mha_viz.ui.shared.compare import RANDOM
from tests.support.networks.picture_in_text import reading_model
from tests.support.networks.seeing import photograph
from tests.support.pages.beside import ranking, told, views
from tests.support.pages.pages import opened, sound

PAGE = "pages/Pictures.py"
KIND = "words_on_picture"
TEXT = "the cat sat on a mat"


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    place = tmp_path_factory.mktemp("reading")
    for name in ("llava", "gemma3"):
        model, _ = reading_model(name)
        model.network.save_pretrained(place / name)
        model.processor.save_pretrained(place / name)
    return place


@pytest.fixture(autouse=True)
def fresh():
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def beside(reading, name, **link):
    return opened(PAGE, sees=str(reading / "llava"), question=TEXT, picture_beside=name, **link)


def looks(view):
    header, _ = view
    return header["words"][header["query"]], header["heads"][header["chosen"]]


def test_another_picture_stands_below_under_the_same_word_and_head_and_words_rank_the_heads(reading):
    test = sound(
        beside(reading, DRAWN[2], drawing=DRAWN[0], patch="mat", picture_head="1.3", region="0:1", overlay="all")
    )
    first, second = views(test, KIND)
    assert looks(first) == looks(second) == ("mat", [1, 3])
    assert (second[0]["region"], second[0]["over"]) == ([1], "all")
    assert first[1]["pixels_0"].tolist() != second[1]["pixels_0"].tolist()
    assert first[1]["shares"].tolist() != second[1]["shares"].tolist()
    assert set(ranking(test)["from"]) <= {"he", "ran", *TEXT.split(), "then"}  # no patch of the picture looks
    assert len(ranking(test)) == 18
    assert "49 patches and 9 words are compared" in told(test)
    assert "Of them 9 words look, at all of them." in told(test)


def test_random_weights_stand_below_with_a_head_that_was_chosen_there(reading):
    first, second = views(sound(beside(reading, RANDOM, patch="on", picture_head="0.2", beside_place="1.1")), KIND)
    assert (looks(first), looks(second)) == (("on", [0, 2]), ("on", [1, 1]))
    assert first[1]["pixels_0"].tolist() == second[1]["pixels_0"].tolist()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("gemma3", "sees 7 × 7 patches and"), (OWN, "Hand over the picture that is to stand here"), ("none", "none")],
)  # fmt: skip
def test_what_cannot_stand_below_is_told_and_the_words_stay(reading, name, sentence):
    test = beside(reading, str(reading / name) if name == "gemma3" else name)
    assert sentence in told(test)
    assert len(views(test, KIND)) == 1
    assert not test.error


def test_a_picture_of_ones_own_stands_below(reading, tmp_path):
    test = sound(beside(reading, OWN))
    photograph().save(tmp_path / "a.png")
    test.file_uploader[1].set_value(("a.png", (tmp_path / "a.png").read_bytes(), "image/png"))
    first, second = views(sound(test.run()), KIND)
    facts = [str(header["facts"]) for header, _ in (first, second)]
    assert ["71 × 53 pixels" in told for told in facts] == [False, True]
