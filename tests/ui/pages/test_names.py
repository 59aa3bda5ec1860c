"""The page of name trails: names and heads to choose, links, and what it says where there is no trail."""

from dataclasses import replace

import pytest
import streamlit as st

from mha_viz.annotation.english.names import guess_names
from mha_viz.annotation.english.parser import parse
from mha_viz.errors import ModelError
from mha_viz.inputs.examples import long_example
from mha_viz.ui.shared import trail
from tests.support.networks.families import ENCODER_DECODERS, saved
from tests.support.pages.pages import opened, sound, text_field, view

STORY = "then Maria Lopez met Tom in Rome . Tom sat because Lopez and Maria ran home"
NAMES = "pages/Names.py"
FAMILY = "llama"  # it reads 43 tokens


@pytest.fixture(autouse=True)
def no_parser(monkeypatch):
    """Pages ask for no parser here: names are those with capital letters."""

    def refuse(_text, **_progress):
        raise ModelError("no parser here")

    monkeypatch.setattr(trail, "parse", refuse)
    st.cache_resource.clear()


def test_the_most_frequent_name_is_followed(tiny):
    test = sound(opened(NAMES, model=tiny, text=STORY))
    assert not test.error
    header = view(test, "trail")
    assert (header["kind"], header["chosen"]) == ("trail", 0)
    assert header["names"] == [{"name": "Maria Lopez", "n": 3}, {"name": "Tom", "n": 2}]
    assert test.selectbox(key="name").options == ["Maria Lopez · 3×", "Tom · 2×"]
    assert len(header["heads"]) == 5
    layer, head = header["heads"][0]
    assert "guessed from capital letters" in header["note"]
    assert [len(said) for said in header["said"]] == [3, 2]
    assert header["said"][1][0].startswith("token “")
    assert (header["right_to_left"], "from right to left" in header["note"]) == (False, False)
    assert header["sentences"][0].startswith(f"In L{layer} H{head} of ")


CODE = "def ran(cat):\n    the = cat\n    return the"


def test_of_code_the_identifiers_are_followed(tiny):
    header = view(sound(opened(NAMES, model=tiny, text=CODE)), "trail")
    assert header["names"] == [{"name": "cat", "n": 2}, {"name": "the", "n": 2}]
    assert "identifiers of this code" in header["note"]
    assert "guessed" not in header["note"]
    as_text = sound(opened(NAMES, model=tiny, text=CODE, **{"as": "text"}))
    assert "No name stands in this text twice" in as_text.info[0].value


def test_name_and_head_are_in_the_link_and_come_back(tiny):
    test = sound(opened(NAMES, model=tiny, text=STORY))
    test.selectbox(key="name").select("Tom").run()
    assert view(sound(test), "trail")["chosen"] == 1
    assert test.query_params["name"] == "Tom"
    third = view(test, "trail")["heads"][2]
    test.selectbox(key="trail_head").select(2).run()
    assert view(sound(test), "trail")["head"] == 2
    assert [int(test.query_params[key]) for key in ("layer", "head")] == third
    again = sound(opened(NAMES, **{key: test.query_params[key] for key in ("model", "text", "name", "layer", "head")}))
    assert (view(again, "trail")["chosen"], view(again, "trail")["head"]) == (1, 2)


def test_a_head_that_is_none_of_the_best_stays_in_the_link(tiny):
    best = view(sound(opened(NAMES, model=tiny, text=STORY)), "trail")["heads"]
    layer, head = next([layer, head] for layer in range(2) for head in range(6) if [layer, head] not in best)
    test = sound(opened(NAMES, model=tiny, text=STORY, layer=str(layer), head=str(head)))
    assert view(test, "trail")["head"] == 0
    assert [int(test.query_params[key]) for key in ("layer", "head")] == [layer, head]


def test_a_hostile_link_falls_back_to_defaults(tiny):
    test = sound(opened(NAMES, model=tiny, text=STORY, name="<b>", layer="-7", head="1e9", kind="cross"))
    assert not test.error
    header = view(test, "trail")
    assert (header["chosen"], header["heads"][header["head"]]) == (0, [0, 0])  # the head that the menus fall back to


def test_with_a_parser_proper_nouns_are_the_names(tiny, monkeypatch):
    text = "Maria ran . Tom saw Maria"
    parsed = replace(
        guess_names(text), entities=(), tags=("PROPN", "VERB", "PUNCT", "PROPN", "VERB", "PROPN"), source="p"
    )
    monkeypatch.setattr(trail, "parse", lambda given, **_: parsed if given == text else None)
    header = view(sound(opened(NAMES, model=tiny, text=text)), "trail")
    assert header["names"] == [{"name": "Maria", "n": 2}]
    assert "A parser found the names" in header["note"]


@pytest.mark.parametrize("text", ["the cat sat on a mat", "Maria sat. Maria ran.", "fish", "שלום 🙂"])
def test_where_no_name_returns_the_page_says_so_and_offers_the_example(text, tiny):
    test = sound(opened(NAMES, model=tiny, text=text))
    assert "No name stands in this text twice" in test.info[0].value
    next(button for button in test.button if button.label == "Read the example").click().run()
    assert text_field(test).value == long_example()


def test_a_text_that_is_too_long_names_a_model_that_reads_it(tiny):
    test = sound(opened(NAMES, model=tiny))  # cold: the example
    assert text_field(test).value == long_example()
    said = test.error[0].value.replace("\\", "")
    assert "reads at most 43" in said
    assert "Choose minilm, which reads up to 512" in said
    text_field(test).set_value(" ".join(["cat"] * 600)).run()
    assert "Choose smollm2, which reads up to 8,192" in sound(test).error[0].value.replace("\\", "")


def test_a_longer_text_gets_a_field_with_room(tiny):
    test = sound(opened(NAMES, model=tiny, text=STORY + " " * 200))
    assert test.text_area(key="text").value == STORY + " " * 200
    test.text_area(key="text").set_value("we met Ann .\nthen Ann ran").run()
    assert test.text_area(key="text").value == "we met Ann .\nthen Ann ran"  # lines stay lines
    assert view(sound(test), "trail")["names"] == [{"name": "Ann", "n": 2}]
    test.text_area(key="text").set_value("we met Ann . then Ann ran").run()
    assert test.text_input(key="text").value == "we met Ann . then Ann ran"


def test_encoder_and_decoder_but_no_cross_attention(tmp_path):
    saved(tmp_path, *ENCODER_DECODERS["bart"])
    link = {"model": str(tmp_path), "text": STORY, "target": "a dog met Ann and Ann ran", "kind": "cross"}
    test = sound(opened(NAMES, **link))
    assert [name["name"] for name in view(test, "trail")["names"]] == ["Maria Lopez", "Tom"]
    test.button_group(key="kind").set_value("decoder").run()
    assert [name["name"] for name in view(sound(test), "trail")["names"]] == ["Ann"]


@pytest.mark.real_model
def test_the_example_has_its_trails(minilm, monkeypatch):
    monkeypatch.setattr(trail, "parse", parse)
    header = view(sound(opened(NAMES)), "trail")
    names = {name["name"]: name["n"] for name in header["names"]}
    assert names == {"Port Elder": 4, "Maria Lopez": 4, "Jonas Reed": 6, "Nadia": 4, "Mr. Whitlock": 6}
    assert "later mentions of “Jonas Reed” give" in header["sentences"][0]
