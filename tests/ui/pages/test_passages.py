"""The view Passage of the page Explore: what is marked, by menus, by typing and by a link, and what follows from it."""

import pytest

from mha_viz.attention.passages import passage_heads, passage_share
from mha_viz.models.load import load_model
from mha_viz.recording.capture import capture
from tests.support.networks.families import ENCODER_DECODERS, TEXT, make, saved, tokenizer
from tests.support.pages.pages import opened, sound, text_field, view, with_more

pytestmark = pytest.mark.usefixtures("no_parser")
PAGE = "pages/Explore.py"
FAMILY = "llama"
READ = "the cat sat on a mat because it was tired"


def at(tiny, **link):
    return sound(opened(PAGE, **{"model": tiny, "text": READ, "view": "Passage", **link}))


def marked(test):
    """The tokens of the passage, as the view has them."""
    return view(test, "passages")["passage"]


def test_the_page_proposes_a_passage_and_colours_the_map_by_what_goes_to_it(tiny):
    test = at(tiny, layer="1", head="2")
    header = view(test, "passages")
    assert marked(test) == [[1, 4]]  # [CLS] the cat sat
    assert header["heads"][header["chosen"]] == [1, 2]
    assert header["caption"].startswith("In L1 H2 of ")
    tints, means = view(test, "grid")["tints"], [share for share, _ in header["means"]]
    assert tints["levels"] == [round(255 * share / max(means)) for share in means]
    assert [box.label for box in test.selectbox if box.label in ("First word", "Last word", "Passage")] == [
        "First word", "Last word",
    ]  # fmt: skip
    assert all(box.key != "coloured" for box in test.selectbox)


def test_menus_mark_another_passage_and_the_link_holds_it(tiny):
    test = at(tiny)
    test.selectbox(key="passage_last").select(7).run()  # "because", after [CLS]
    assert marked(sound(test)) == [[1, 8]]
    test.selectbox(key="passage_first").select(3).run()
    assert marked(sound(test)) == [[3, 8]]
    assert test.query_params["passage"] == "8-28"
    assert marked(at(tiny, passage="8-28")) == [[3, 8]]


def test_a_last_word_before_the_first_turns_the_passage_round(tiny):
    test = at(tiny, passage="12-16")  # on a
    test.selectbox(key="passage_last").select(2).run()
    assert marked(sound(test)) == [[2, 5]]
    assert (test.selectbox(key="passage_first").value, test.selectbox(key="passage_last").value) == (2, 4)


@pytest.mark.parametrize(
    ("typed", "tokens", "link"),
    [("8:16", [[3, 6]], "8-16"), ("sat  on a", [[3, 6]], "8-16"), ("ir", [[10, 11]], "37-39")],
)
def test_a_passage_is_typed_by_its_characters_or_its_words(tiny, typed, tokens, link):
    test = at(tiny)
    test.text_input(key="passage_words").set_value(typed).run()
    assert marked(sound(test)) == tokens
    assert test.query_params["passage"] == link
    assert test.text_input(key="passage_words").value == ""


@pytest.mark.parametrize(
    ("typed", "why"),
    [("dog", "“dog” does not stand in this text"), ("9:3", "from 9 to 3 is empty"), ("0:999", "is not in this text"),
     ("3:4", "No token covers a character")],
)  # fmt: skip
def test_what_is_no_passage_stays_in_the_field_with_a_sentence(tiny, typed, why):
    test = at(tiny, passage="8-16")
    test.text_input(key="passage_words").set_value(typed).run()
    assert marked(sound(test)) == [[3, 6]]
    assert why in test.info[0].value.replace("\\", "")
    assert test.text_input(key="passage_words").value == typed


def test_the_fields_of_a_map_wait_in_the_panel_more_where_a_passage_colours_the_heads(tiny):
    there = lambda test: [box.key for box in test.selectbox if box.key == "map"]  # noqa: E731
    assert there(at(tiny, view="Lines")) == ["map"]
    test = at(tiny)
    assert there(test) == []
    assert there(sound(with_more(test))) == ["map"]


def test_beside_other_views_the_map_is_coloured_and_sorted_by_a_passage_that_is_marked(tiny):
    test = at(tiny, view="Lines", passage="8-16")
    test.selectbox(key="coloured").select("passage").run()
    tints = view(sound(test), "grid")["tints"]
    assert "What goes to “sat on a”" in test.selectbox(key="coloured").options
    assert tints["by"] == "mean share"
    test = with_more(at(tiny, view="Lines", passage="8-16", sort="share to the passage"))
    places = view(test, "grid")["opens"]
    shares = passage_heads(passage_share(capture(load_model(tiny), READ), (8, 16)))
    assert places == shares[["layer", "head"]].to_numpy().tolist()
    assert "share to the passage" in test.selectbox(key="sort").options


def test_where_no_passage_is_marked_none_is_offered(tiny):
    test = with_more(at(tiny, view="Lines", coloured="passage", sort="share to the passage"))
    assert test.selectbox(key="coloured").value == "patterns"
    assert (test.selectbox(key="sort").value, "share to the passage" in test.selectbox(key="sort").options) == (
        "layer", False,
    )  # fmt: skip
    assert "tints" not in view(test, "grid")
    assert "share to the passage" in with_more(at(tiny)).selectbox(key="sort").options  # one is proposed there


def test_sentences_can_be_chosen_and_anything_else_is_called_from_word_to_word(tiny):
    test = at(tiny, text="the cat sat. then he ran. it was tired")
    menu = test.selectbox(key="passage_offered")
    assert menu.options == ["1. the cat sat.", "2. then he ran.", "3. it was tired"]
    assert marked(test) == [[1, 5]]
    menu.select(1).run()
    assert marked(sound(test)) == [[5, 9]]
    test.selectbox(key="passage_last").select(6).run()
    assert sound(test).selectbox(key="passage_offered").options[-1] == "from word to word"
    assert marked(test) == [[5, 7]]


def test_the_two_texts_of_a_pair_are_offered_by_their_names(tmp_path):
    saved(tmp_path, *TEXT["bert"])
    tokenizer().save_pretrained(tmp_path)
    test = at(str(tmp_path), text="the cat sat", pair="he ran home")
    assert test.selectbox(key="passage_offered").options == ["A: the cat sat", "B: he ran home"]
    test.selectbox(key="passage_offered").select(1).run()
    assert marked(sound(test)) == [[5, 8]]
    assert "outside of “he ran home”" in view(test, "passages")["caption"]


def test_the_passage_stays_with_its_words_when_the_text_changes(tiny):
    test = at(tiny, passage="8-16")
    text_field(test).set_value(f"then {READ}").run()
    assert marked(sound(test)) == [[4, 7]]
    assert test.query_params["passage"] == "13-21"
    text_field(test).set_value("fish with his old dog").run()
    assert marked(sound(test)) == [[1, 2]]  # what is proposed of the new text
    assert "passage" not in test.query_params


@pytest.mark.parametrize("passage", ["", "9", "a-b", "40-9", "3-4", "0-99999", "<b>"])
def test_a_link_to_what_is_no_passage_falls_back_to_the_proposed_one(tiny, passage):
    test = at(tiny, passage=passage)
    assert marked(test) == [[1, 4]]
    assert not test.error


def test_where_nothing_comes_after_the_passage_the_page_says_so_and_keeps_the_patterns(tmp_path):
    make(*TEXT["llama"]).save_pretrained(tmp_path)
    tokenizer(ends=False).save_pretrained(tmp_path)
    test = at(str(tmp_path), passage="36-41")
    assert "Nothing comes after “tired”" in view(test, "passages")["caption"]
    assert "tints" not in view(test, "grid")


def test_in_cross_attention_a_passage_of_the_source_is_marked(tmp_path):
    saved(tmp_path, *ENCODER_DECODERS["bart"])
    tokenizer().save_pretrained(tmp_path)
    test = at(str(tmp_path), target="he ran home", kind="cross", passage="4-11")
    header = view(test, "passages")
    assert "tokens of the target give “cat sat”" in header["caption"]
    assert header["words"][-4:] == ["[CLS]", "he", "ran", "home"]  # after the token that a decoder begins with
    assert header["passage"] == []


@pytest.mark.parametrize("text", ["fish", "", "🙂 the cat 👩‍👩‍👧", "שלום עולם the cat"])
def test_odd_texts_have_a_passage_or_a_sentence(tiny, text):
    test = at(tiny, text=text)
    assert view(test, "passages") if text else test.error
