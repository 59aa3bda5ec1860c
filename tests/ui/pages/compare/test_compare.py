"""The page of comparisons: two sentences, two models, two heads."""

import pytest

from mha_viz.wording import head_name
from tests.support.pages.compared import FIRST, PAGE, SECOND, ranking, said
from tests.support.pages.pages import ODD, opened, sound, view, whole_view


def test_two_sentences_word_by_word(folders):
    test = sound(opened(PAGE, model=folders["bert"], text=FIRST, second=SECOND))
    header, arrays = whole_view(test)
    assert header["kind"] == "compare"
    assert header["keys"] == ["[CLS]", "the", "cat → dog", "sat", "on", "a", "mat", "[SEP]"]
    assert header["changed"]["key"] == [False, False, True, False, False, False, False, False]
    assert [side["keys"][2] for side in header["sides"]] == ["cat", "dog"]
    assert len(arrays["first"]) == len(arrays["second"]) == 8 * 8
    assert "6 words and 2 special tokens are compared." in header["note"]
    table = ranking(test)
    assert len(table) == 6
    sizes = table["change"].abs().tolist()
    assert sizes == sorted(sizes, reverse=True)
    assert f"{table['head'][0]} of" in header["caption"]  # the most changed head, where nobody chose
    assert "Rank 1 of 6." in header["caption"]
    assert not test.error


def test_the_words_rank_the_heads_and_flips_are_told(folders):
    words = {"from": "sat", "to": "dog", "against": "mat"}
    test = sound(opened(PAGE, model=folders["bert"], text=FIRST, second=SECOND, **words))
    table = ranking(test)
    assert set(table["to"]) == {"cat → dog"}
    assert (table["flips"] == (table["first"] * table["second"] < 0)).all()
    assert f"Only heads that flip ({table['flips'].sum()} of 6)" in [toggle.label for toggle in test.toggle]
    assert {key: test.query_params[key] for key in ("from", "to", "against")} == {
        "from": "sat", "to": "cat → dog", "against": "mat",
    }  # fmt: skip
    test.toggle[0].set_value(True)
    sound(test.run())
    assert ranking(test)["flips"].all() or len(ranking(test)) == 0


def test_another_question_shows_its_best_head_and_a_chosen_head_stays(folders):
    asked = {"model": folders["bert"], "text": FIRST, "second": SECOND}
    best, *_, last = ranking(sound(opened(PAGE, **asked, **{"from": "mat"})))["head"]
    test = sound(opened(PAGE, **asked, **{"from": "sat"}, layer=last[1], head=last[4]))
    assert view(test)["sides"][0]["title"].startswith(f"{last} of")  # the link says so
    test.selectbox(key="from").set_value("mat").run()
    assert view(sound(test))["sides"][0]["title"].startswith(f"{best} of")


def test_rows_that_cannot_differ_are_said_and_one_that_can_is_offered(folders):
    test = sound(opened(PAGE, model=folders["gpt2"], text=FIRST, second="the cat sat on a hat", **{"from": "sat"}))
    assert "equal by construction" in view(test)["note"]
    assert "“sat” cannot differ" in said(test)
    (button,) = [button for button in test.button if button.label.startswith("Look from")]
    button.click().run()
    assert "cannot differ" not in said(sound(test))
    assert test.selectbox(key="from").value == "mat → hat"


def test_the_same_sentence_twice_is_told(folders):
    test = sound(opened(PAGE, model=folders["bert"], text=FIRST, second=FIRST))
    assert "Both sides are the same" in said(test)
    assert (ranking(test)["change"] == 0).all()
    assert "Both sides" not in said(sound(opened(PAGE, model=folders["bert"], text=FIRST, compare="two heads")))


@pytest.mark.parametrize("mode", ["two sentences", "two models"])
def test_a_second_text_is_read_on_both_sides(folders, mode):
    link = {"text": FIRST, "second": SECOND, "pair": "it ran home", "compare": mode, "model2": folders["again"]}
    header = view(sound(opened(PAGE, model=folders["bert"], **link)), "compare")
    assert header["sides"][1]["keys"][-4:] == ["it", "ran", "home", "[SEP]"]
    assert "Without a counterpart" not in header["note"]


def test_two_heads_of_one_model(folders):
    test = sound(
        opened(PAGE, model=folders["bert"], text=FIRST, compare="two heads", layer="1", head="2", other="L0 H1")
    )
    titles = [side["title"][:5] for side in view(test)["sides"]]
    assert titles == ["L1 H2", "L0 H1"]
    table = ranking(test)
    assert len(table) == 5
    assert table["distance"].is_monotonic_increasing


def test_two_heads_begin_with_that_of_explore_and_the_one_that_looks_most_like_it():
    link = {"model": "classroom", "text": "the cat sat on the mat because it was tired"}
    chosen = sound(opened("pages/Explore.py", **link)).session_state
    test = sound(opened(PAGE, **link, compare="two heads"))
    first = head_name(chosen["layer"], chosen["head"])
    titles = [side["title"][:5] for side in view(test)["sides"]]
    assert titles == [first, ranking(test)["beside"][0]]
    assert first != "L0 H0"
    assert len(set(titles)) == 2


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
@pytest.mark.parametrize("side", ["text", "second"])
def test_odd_text_is_compared_or_refused_in_a_sentence(folders, text, side):
    test = sound(opened(PAGE, model=folders["bert"], text=FIRST, second=SECOND))
    test.text_input(key=side).set_value(text).run()
    sound(test)
    assert test.error or view(test)["kind"] == "compare"


@pytest.mark.parametrize(("link", "why"), [
    ({"compare": "two models", "model2": "no/such/model"}, "is not a catalogue name"),
    ({"second": "x", "text": "y", "compare": "two sentences"}, None),
])  # fmt: skip
def test_what_cannot_be_compared_is_said(folders, link, why):
    test = sound(opened(PAGE, model=folders["bert"], **{"text": FIRST} | link))
    assert (why is None and view(test)) or why in test.error[0].value.replace("\\", "")
    assert test.text_input(key="text")
