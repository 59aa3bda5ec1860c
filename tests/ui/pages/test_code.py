"""A text that is Python code: recognised or chosen, laid out as it was typed, and scored by Python's own parser."""

import pytest

from mha_viz.ui.parts.field import KEY
from mha_viz.ui.shared import scores
from tests.support.pages.pages import opened, sound, text_field, view, with_more

EXPLORE, SCORES = "pages/Explore.py", "pages/Scores.py"
CODE = "cat = [3]\nfor he in cat:\n    cat = [he]"
BAD = "cat = = 3\nhe = 2"
LETTER = "Dear Ann:\nthe cat sat."


@pytest.fixture(autouse=True)
def no_english_parser(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("code is not read as English")

    monkeypatch.setattr(scores, "parse", refuse)


def readings(test):
    return [control for control in test.button_group if control.key == KEY]


def captions(test):
    return [one.value.replace("\\", "") for one in test.caption]


def is_laid_out(test):
    return "kinds" in view(test, "painted")["sides"]["query"]


def test_code_is_recognised_laid_out_and_turned_to_text_and_back(tiny):
    test = sound(opened(EXPLORE, model=tiny, text=CODE, view="Text"))
    assert is_laid_out(test)
    assert readings(test)[0].value == "code"
    assert "as" not in test.query_params
    sound(readings(test)[0].set_value("text").run())
    assert not is_laid_out(test)
    assert test.query_params["as"] == "text"
    sound(readings(test)[0].set_value("code").run())
    assert is_laid_out(test)


def test_a_letter_is_no_code_and_whoever_wants_code_finds_it_under_more(tiny):
    test = sound(opened(EXPLORE, model=tiny, text=LETTER, view="Text"))
    assert not is_laid_out(test)
    assert not readings(test)
    sound(readings(sound(with_more(test)))[0].set_value("code").run())
    assert is_laid_out(test)
    sound(text_field(test).set_value("cat = 3").run())
    assert is_laid_out(test)  # code that was chosen stays chosen


def test_that_one_text_was_to_be_no_code_says_nothing_of_the_next(tiny):
    test = sound(opened(EXPLORE, model=tiny, text=CODE, view="Text", **{"as": "text"}))
    assert not is_laid_out(test)
    sound(text_field(test).set_value(f"{CODE}\nhe = 3").run())
    assert is_laid_out(test)


def test_bad_code_is_said_with_its_line_and_the_page_goes_on(tiny):
    test = sound(opened(EXPLORE, model=tiny, text=BAD, view="Text", **{"as": "code"}))
    assert any("This is no Python that can be read (line 1: invalid syntax)" in line for line in captions(test))
    assert not test.error
    assert is_laid_out(test)
    assert view(test, "grid")


def test_scores_here_are_those_of_code_by_pythons_parser(tiny):
    test = sound(opened(SCORES, model=tiny, text=CODE, find="code", where="here"))
    assert "code" in [box.value for box in test.selectbox]
    assert view(test, "scores")
    test.session_state["annotation_open"] = True
    arcs = view(sound(test.run()), "arcs")
    # cat0 =1 [2 3_3 ]4 for5 he6 in7 cat8 :9 cat10 =11 [12 he13 ]14; an arc goes from head to dependent.
    assert {tuple(arc[:3]) for arc in arcs["arcs"]} == {
        (2, 4, "bracket"), (12, 14, "bracket"), (0, 8, "identifier"), (0, 8, "definition"), (8, 10, "identifier"),
        (6, 13, "identifier"), (6, 13, "definition"), (5, 10, "block"), (0, 5, "indentation"),
    }  # fmt: skip
    assert any("Python's own parser" in line for line in captions(test))


def test_scores_of_bad_code_are_those_that_need_no_annotation(tiny):
    test = sound(opened(SCORES, model=tiny, text=BAD, where="here", **{"as": "code"}))
    assert any("line 1: invalid syntax" in line and "Scores that need no" in line for line in captions(test))
    assert view(test, "scores")
