"""A model from which heads were removed: links and pages call the others by their old numbers."""

import pytest

from tests.support.networks.pruned import pruned_folder
from tests.support.pages.pages import opened, sound, view

TEXT = "the cat sat on a mat"
PAGES = {"Heads": "L1 H2", "Head": "L1 H2", "Sentence": "L1 H2", "Atlas": "", "Inside": "L1 H2"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Of 2 × 3 heads, L0 H1, L1 H0 and L1 H2 are left."""
    return pruned_folder("bert", tmp_path_factory.mktemp("pruned"), {0: [0, 2], 1: [1]})


@pytest.mark.parametrize("page", PAGES)
def test_a_head_has_its_number_on_every_page(page, folder):
    test = sound(opened(f"pages/{page}.py", model=folder, text=TEXT, layer="1", head="2"))
    assert not test.error
    assert PAGES[page] in str(view(test))
    assert test.query_params["head"] == "2"
    assert "L1 H1" not in str(
        {key: value for key, value in view(test).items() if key not in ("note", "facts", "others")}
    )


@pytest.mark.parametrize(("layer", "linked", "opens"), [("1", "1", "0"), ("0", "2", "1"), ("0", "0", "1")])
def test_a_link_to_a_removed_head_opens_the_first_that_is_there(layer, linked, opens, folder):
    test = sound(opened("pages/Head.py", model=folder, text=TEXT, layer=layer, head=linked))
    assert test.query_params["head"] == opens
    heads = {"0": ["H1"], "1": ["H0", "H2"]}[layer]
    assert list(test.selectbox(key="head").options) == heads
    assert [head["name"].split(" ")[1] for head in view(test)["heads"]] == heads


@pytest.mark.parametrize("compare", ["two sentences", "two heads"])
def test_comparisons_are_of_the_heads_that_are_there(compare, folder):
    test = sound(opened("pages/Compare.py", model=folder, text=TEXT, second="the dog sat on a mat", compare=compare))
    assert not test.error
    table = test.dataframe[0].value
    assert len(table) == (3 if compare == "two sentences" else 2)
    assert not {"L0 H0", "L0 H2", "L1 H1"} & set(table.astype(str).to_numpy().flatten())


def test_scores_are_of_the_heads_that_are_there(folder):
    test = sound(opened("pages/Scores.py", model=folder, text=TEXT, find="sinks"))
    table = test.dataframe[0].value
    assert not test.error
    assert set(table[table["verdict"] == "▨ undefined"]["head"]) == {"L0 H0", "L0 H2", "L1 H1"}
    assert set(table[table["n"] > 0]["head"]) == {"L0 H1", "L1 H0", "L1 H2"}
