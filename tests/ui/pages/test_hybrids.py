"""A model of which few layers attend: links and pages call them what the model calls them."""

import pytest

from tests.support.networks.families import make, tokenizer
from tests.support.networks.more_families import HYBRIDS, family
from tests.support.pages.pages import opened, sound, view

PAGES = {"Heads": "L3 H1", "Head": "L3 H1", "Sentence": "L3 H", "Atlas": ""}


@pytest.fixture(scope="module")
def hybrid(tmp_path_factory):
    """A folder of four layers, of which the last attends."""
    place = tmp_path_factory.mktemp("hybrid")
    make(*family(HYBRIDS["qwen3-next"])).save_pretrained(place)
    tokenizer(ends=False).save_pretrained(place)
    return str(place)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("linked", ["3", "1"])  # the one that attends, and one that does not
def test_a_layer_has_its_number_on_every_page(page, linked, hybrid):
    test = sound(opened(f"pages/{page}.py", model=hybrid, text="the cat sat on a mat", layer=linked, head="1"))
    told = view(test)
    assert not test.error
    assert PAGES[page] in str(told)
    assert "L0 H" not in str(told)
    if page != "Sentence":  # whose strips are of all heads
        assert test.query_params["layer"] == "3"


def test_a_page_opens_at_the_first_layer_that_attends(hybrid):
    test = sound(opened("pages/Head.py", model=hybrid, text="the cat sat on a mat"))
    assert list(test.selectbox(key="layer").options) == ["L3"]
    assert "of L3 H" in view(test)["label"]
