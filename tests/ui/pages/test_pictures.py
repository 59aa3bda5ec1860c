"""The page of pictures: ours and one's own, what a link opens, and what it says where nothing can be seen."""

import io
import struct
import zlib

import pytest
import streamlit as st

from mha_viz.errors import InputError
from mha_viz.inputs.media.picture_examples import DRAWN
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.networks.seeing import SEEING, photograph, processor
from tests.support.pages.drawn import menu
from tests.support.pages.pages import opened, sound, view, whole_view

PAGE = "pages/Pictures.py"


@pytest.fixture(scope="module")
def seeing(tmp_path_factory):
    place = tmp_path_factory.mktemp("seeing")
    make(*SEEING["dinov2, registers"][:2]).save_pretrained(place)
    processor(20, 44).save_pretrained(place)
    return str(place)


@pytest.fixture(autouse=True)
def fresh():
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def told(test):
    return "\n".join(one.value.replace("\\", "") for one in [*test.caption, *test.error, *test.info])


def test_it_opens_with_a_picture_of_ours_and_the_patch_in_its_middle(seeing):
    header = view(sound(opened(PAGE, sees=seeing)))
    assert (header["kind"], header["labels"][header["query"]]) == ("picture", "2, 5")
    assert header["heads"][header["chosen"]] == [1, 0]
    assert "of the picture’s 640 × 448 pixels" in header["note"]


def test_a_link_opens_picture_patch_and_head(seeing):
    header, arrays = whole_view(opened(PAGE, sees=seeing, drawing=DRAWN[1], patch="reg 2", picture_head="0.2"))
    assert (header["labels"][header["query"]], header["heads"][header["chosen"]]) == ("reg 2", [0, 2])
    other = whole_view(opened(PAGE, sees=seeing, drawing=DRAWN[2]))[1]
    assert arrays["pixels"].tolist() != other["pixels"].tolist()


@pytest.mark.parametrize("link", [{"patch": "99,1"}, {"patch": "<b>"}, {"picture_head": "7.7"}, {"drawing": "mine"}])
def test_what_a_link_cannot_say_is_the_default(seeing, link):
    header = view(sound(opened(PAGE, sees=seeing, **link)))
    assert (header["labels"][header["query"]], header["heads"][header["chosen"]]) == ("2, 5", [1, 0])


def test_the_link_holds_what_is_shown(seeing):
    test = sound(opened(PAGE, sees=seeing, drawing=DRAWN[1], patch="reg 2", picture_head="0.2"))
    assert test.query_params["patch"] in ("reg 2", ["reg 2"])
    assert any("Pictures" in str(room) for room in menu(test)["rooms"])


def upload(test, name, data):
    test.file_uploader[0].set_value((name, data, "image/png"))
    return test.run()


def png(image):
    file = io.BytesIO()
    image.save(file, "png")
    return file.getvalue()


def test_a_picture_of_ones_own_is_shown_and_stays_here(seeing):
    test = opened(PAGE, sees=seeing)
    before = whole_view(test)[1]["pixels"].tolist()
    test = sound(upload(test, "a.png", png(photograph())))
    header, arrays = whole_view(test)
    assert "of the picture’s 71 × 53 pixels" in header["note"]
    assert arrays["pixels"].tolist() != before
    assert "stays in this tab and on this server" in told(test)


def blank(width, height):
    """A PNG that says it is so large: of its pixels nothing is there."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"", "is empty (0 bytes)"), (b"no picture", "no picture that can be read here"), (b"<svg/>", "an SVG drawing"),
     (blank(10_000, 10_000), "has 10,000 × 10,000 pixels"),
     (blank(60_000, 60_000), "has far more than 50,000,000 pixels")],
)  # fmt: skip
def test_a_file_that_is_no_picture_is_one_sentence(seeing, data, sentence):
    test = sound(upload(opened(PAGE, sees=seeing), "a.png", data))
    assert sentence in told(test)


@pytest.mark.parametrize("data", [b"", b"no picture"])
def test_what_was_seen_stays_below_a_file_that_is_no_picture(seeing, data):
    before = opened(PAGE, sees=seeing)
    pixels = whole_view(before)[1]["pixels"].tolist()
    assert whole_view(sound(upload(before, "a.png", data)))[1]["pixels"].tolist() == pixels


REGION = "1:2-4,2:2-4"  # six of 5 × 11 patches


def test_a_region_is_held_against_its_area_and_random_weights(seeing):
    test = sound(opened(PAGE, sees=seeing, region=REGION, filled="inside"))
    header = view(test)
    assert header["region"] == [13, 14, 15, 24, 25, 26]
    assert len(header["tints"]["numbers"]) == 6
    told = [one.value for one in test.markdown]
    assert any("The region is 11" in one and "with random weights" in one for one in told)
    table = next(frame.value for frame in test.dataframe)
    assert {"to the region", "picks it out", "distance", "to reg 3"} <= set(table)
    assert test.query_params["region"] in (REGION, [REGION])


def test_without_a_region_there_is_nothing_to_hold_against(seeing):
    test = sound(opened(PAGE, sees=seeing, filled="inside"))  # which needs one
    assert view(test)["region"] == []
    assert "tints" not in view(test)
    assert any("Paint a region" in one.value for one in test.markdown)


def test_heads_are_filled_with_a_score(seeing):
    header = view(sound(opened(PAGE, sees=seeing, filled="to_reg 2")))
    assert header["tints"]["by"].startswith("share to reg 2: 0 to")
    assert "An even spread would give" in header["note"]


def test_a_region_all_over_is_told_and_the_picture_stays(seeing):
    test = sound(opened(PAGE, sees=seeing, region=",".join(f"{row}:0-10" for row in range(5))))
    assert "The region is the whole picture" in told(test)
    assert view(test)["region"] == []


def test_the_figure_of_ours_is_painted(seeing):
    test = opened(PAGE, sees=seeing, drawing=DRAWN[2])
    test = sound(next(button for button in test.button if button.label == "Paint its figure").click().run())
    header = view(test)
    assert 27 in header["region"]  # the ball is in the middle
    assert 0 not in header["region"]
    assert header["tints"]["kinds"][0]["name"] in ("picks it out", "does not")


def test_a_model_that_reads_no_pictures_is_told(tmp_path):
    make(*TEXT["bert"]).save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    assert "reads no pictures: choose a model that does" in told(sound(opened(PAGE, sees=str(tmp_path))))


def test_the_view_waits_for_no_score_that_it_does_not_show(seeing, monkeypatch):
    def fail(*_given, **_named):
        raise InputError("No score today.")

    monkeypatch.setattr("mha_viz.ui.shared.pictures.picture_scores", fail)
    test = opened(PAGE, sees=seeing)
    assert view(test)["kind"] == "picture"
    assert "No score today." in told(test)
