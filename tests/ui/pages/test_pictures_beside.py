"""A second picture, or a second model, beside the first on the page of pictures."""

import pytest
import streamlit as st

from mha_viz.inputs.media.picture_examples import DRAWN
from mha_viz.ui.parts.beside import OWN
from mha_viz.ui.shared.compare import RANDOM
from tests.support.networks.families import make
from tests.support.networks.seeing import SEEING, photograph, processor
from tests.support.pages.beside import ranking, told, views
from tests.support.pages.pages import opened, sound

PAGE = "pages/Pictures.py"
KIND = "picture"


@pytest.fixture(scope="module")
def seeing(tmp_path_factory):
    place = tmp_path_factory.mktemp("seeing")
    for name, of, rows in (("tall", "dinov2, registers", 20), ("square", "dinov2", 28)):
        make(*SEEING[of][:2]).save_pretrained(place / name)
        processor(rows, 28).save_pretrained(place / name)
    return place


@pytest.fixture(autouse=True)
def fresh():
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def beside(seeing, name, **link):
    return sound(opened(PAGE, sees=str(seeing / "tall"), picture_beside=name, **link))


def looks(view):
    header, _ = view
    return header["labels"][header["query"]], header["heads"][header["chosen"]]


def test_a_second_picture_has_the_same_patch_and_head_and_all_heads_are_ranked(seeing):
    test = beside(seeing, DRAWN[2], drawing=DRAWN[0], patch="1, 3", picture_head="0.2")
    first, second = views(test, KIND)
    assert looks(first) == looks(second) == ("1, 3", [0, 2])
    assert first[1]["pixels"].tolist() != second[1]["pixels"].tolist()
    assert first[1]["exact"].tolist() != second[1]["exact"].tolist()
    assert list(ranking(test)["rank"]) == [1, 2, 3, 4, 5, 6]
    assert "35 patches, CLS, reg 1, reg 2, reg 3 and reg 4 are compared" in told(test)
    assert test.query_params["picture_beside"] in (DRAWN[2], [DRAWN[2]])


def test_the_same_picture_in_random_weights_and_a_head_that_was_chosen_there(seeing):
    test = beside(seeing, RANDOM, patch="reg 2", picture_head="0.2", beside_place="1.1")
    first, second = views(test, KIND)
    assert (looks(first), looks(second)) == (("reg 2", [0, 2]), ("reg 2", [1, 1]))
    assert first[1]["pixels"].tolist() == second[1]["pixels"].tolist()
    assert "Both were chosen. Proposed beside L0 H2" in told(test)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("square", "square 7 × 7, so that these do not cover the same places"),
     (OWN, "Hand over the picture that is to stand here"), ("no such model", "no such model")],
)  # fmt: skip
def test_what_cannot_stand_beside_is_told_and_the_first_picture_stays(seeing, name, sentence):
    test = beside(seeing, str(seeing / name) if name == "square" else name)
    assert sentence in told(test)
    assert len(views(test, KIND)) == 1
    assert not test.error


def test_a_picture_of_ones_own_stands_beside(seeing, tmp_path):
    test = beside(seeing, OWN)
    photograph().save(tmp_path / "a.png")
    test.file_uploader[1].set_value(("a.png", (tmp_path / "a.png").read_bytes(), "image/png"))
    first, second = views(sound(test.run()), KIND)
    assert "of the picture’s 71 × 53 pixels" in second[0]["note"]
    assert "of the picture’s 640 × 448 pixels" in first[0]["note"]
