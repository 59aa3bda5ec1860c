"""What models compute in: chosen on the page of models, said on every page."""

import pytest

from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.pages.pages import opened, sound

SAID = "computes in bfloat16"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    place = tmp_path_factory.mktemp("tiny")
    make(*TEXT["bert"]).save_pretrained(place)
    tokenizer().save_pretrained(place)
    return str(place)


def said(test):
    return SAID in " ".join(each.value for each in test.caption).replace("\\", "")


@pytest.mark.parametrize("page", ["Explore", "Scores", "Compare", "Atlas", "Inside"])
def test_a_page_says_it_where_it_is_not_float32(page, tiny):
    link = {"model": tiny, "text": "the cat sat on a mat"}
    assert said(sound(opened(f"pages/{page}.py", **link, dtype="bfloat16")))


def test_it_says_nothing_of_float32_and_an_odd_link_opens_with_that(tiny):
    for dtype in ("float32", "auto", "int3"):  # the files hold float32
        assert not said(sound(opened("pages/Explore.py", model=tiny, text="the cat", dtype=dtype)))


def test_it_is_chosen_on_the_page_of_models_and_goes_into_the_link():
    test = sound(opened("pages/Models.py"))
    (choice,) = [one for one in test.get("button_group") if one.key == "dtype"]
    assert choice.value == "float32"
    sound(choice.set_value("bfloat16").run())
    assert test.query_params["dtype"] == "bfloat16"
