"""The page of pictures where the model reads text too: words, the link, an answer, and a word cut from the picture."""

import pytest
import streamlit as st

from tests.support.networks.picture_in_text import reading_model
from tests.support.pages.pages import opened, sound, view, whole_view

PAGE = "pages/Pictures.py"
TEXT = "the cat sat on a mat"


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    places = {}
    for name in ("llava", "idefics3, tiles"):
        places[name] = str(tmp_path_factory.mktemp("reading"))
        model, _ = reading_model(name)
        model.network.save_pretrained(places[name])
        model.processor.save_pretrained(places[name])
    return places


@pytest.fixture(autouse=True)
def fresh():
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def told(test):
    return "\n".join(one.value.replace("\\", "") for one in [*test.caption, *test.error, *test.info])


def test_the_words_of_the_text_and_what_the_last_one_looks_at(reading):
    header, arrays = whole_view(sound(opened(PAGE, sees=reading["llava"], question=TEXT)))
    assert header["kind"] == "words_on_picture"
    assert header["words"] == ["he", "ran", *TEXT.split(), "then"]
    assert (header["query"], header["heads"][header["chosen"]]) == (8, [2, 0])
    assert header["pieces"] == [{"name": "picture", "rows": 7, "columns": 7, "size": [28, 28], "patch": [4, 4]}]
    shares = arrays["shares"].reshape(18, 9)
    assert shares[:, :2].max() == 0  # what stands before the picture never sees it
    assert "is not where an answer comes from" in header["note"]


def test_a_link_opens_question_word_head_and_answer(reading):
    link = {"question": TEXT, "patch": "mat", "picture_head": "1.3", "continue": "2"}
    test = sound(opened(PAGE, sees=reading["llava"], **link))
    header = view(test)
    assert header["words"][header["query"]] == "mat"
    assert header["heads"][header["chosen"]] == [1, 3]
    assert (header["typed"], len(header["words"])) == (9, 11)
    assert test.query_params["patch"] in ("mat", ["mat"])


def test_tiles_are_pieces_of_the_view(reading):
    header = view(sound(opened(PAGE, sees=reading["idefics3, tiles"], question=TEXT)))
    assert [piece["name"] for piece in header["pieces"]][-1] == f"tile {len(header['pieces'])}"
    assert len(header["pieces"]) > 1


def test_a_word_is_cut_from_the_picture(reading):
    test = sound(opened(PAGE, sees=reading["llava"], question=TEXT, blind="yes"))
    table = test.dataframe[0].value
    assert list(table.columns) == ["next token", "seeing it", "cut from it", "difference"]
    assert table["difference"].abs().max() > 0
    assert "“then” then sees nothing of the picture" in told(test)


def test_a_word_before_the_picture_cannot_be_cut_and_nothing_else_is_lost(reading):
    test = opened(PAGE, sees=reading["llava"], question=TEXT, patch="ran", blind="yes")
    assert view(test)["kind"] == "words_on_picture"
    assert "“ran” sees none of these cells of the picture" in told(test)


def test_a_link_lays_several_heads_over_the_picture(reading):
    link = {"question": TEXT, "overlay": "0.1,2.3,9.9", "overlay_as": "sum"}
    test = sound(opened(PAGE, sees=reading["llava"], **link))
    header = view(test)
    assert [header["heads"][i] for i in header["picked"]] == [[0, 1], [2, 3]]
    assert "; over it the sum of L0 H1, L2 H3" in header["title"]
    names = test.multiselect(key="over_names")
    assert names.value == ["L0 H1", "L2 H3"]
    names.set_value(["L1 H4"]).run()
    assert view(test)["caption"].startswith("In L1 H4, “then” gives ")
    assert test.query_params["overlay"] in ("1.4", ["1.4"])
    test.multiselect(key="over_names").set_value([]).run()  # the last one stays
    assert test.query_params["overlay"] in ("1.4", ["1.4"])


def test_painted_cells_are_cut_from_a_word(reading):
    link = {"question": TEXT, "patch": "mat", "blind": "painted"}
    test = sound(opened(PAGE, sees=reading["llava"], **link))
    assert "Paint the cells first" in told(test)
    test = sound(opened(PAGE, sees=reading["llava"], region="0:1-2,3:4", **link))
    assert view(test)["region"] == [1, 2, 25]
    some = test.dataframe[0].value
    assert "“mat” then sees nothing of the 3 painted cells" in told(test)
    whole = sound(opened(PAGE, sees=reading["llava"], **(link | {"blind": "yes"}))).dataframe[0].value
    assert some["difference"].abs().max() > 0
    assert some["difference"].tolist() != whole["difference"].tolist()


def test_a_cell_that_is_not_there_is_told_and_nothing_else_is_lost(reading):
    test = opened(PAGE, sees=reading["llava"], question=TEXT, blind="painted", region="99:0")
    assert view(test)["kind"] == "words_on_picture"
    assert "The picture has no cell 99, 0" in told(test)
