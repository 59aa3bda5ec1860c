"""An error on a page: the last picture stays, and a button does what would mend it."""

import pytest
import streamlit as st

from mha_viz.errors import (
    BusyError,
    CannotGoOnError,
    InputError,
    MhaVizError,
    ModelError,
    NotSeenError,
    TooLongError,
    UnreadableModelError,
)
from mha_viz.ui.parts import top
from mha_viz.ui.parts.refusal import remedies_of
from mha_viz.ui.shared.captures import get_capture
from tests.support.pages.pages import ODD, opened, sound, text_field, view, with_more

SENTENCE = "the cat sat on a mat"


def read(test):
    """The words of the picture."""
    return [label for label in view(test, "head")["queries"] if label not in ("[CLS]", "[SEP]")]


def offered(test):
    return {button.label: button for button in test.button if str(button.key).startswith("remedy_")}


def refused(test, said):
    assert [said in error.value.replace("\\", "") for error in test.error] == [True]
    return offered(test)


@pytest.fixture
def page(folder):
    return sound(opened("pages/Head.py", model=folder, text=SENTENCE))


def test_of_a_text_that_is_too_long_the_picture_stays_and_its_beginning_can_be_read(page):
    assert (read(page), offered(page)) == (SENTENCE.split(), {})
    text_field(page).set_value(ODD["too long"])
    buttons = refused(sound(page.run()), "5,002 tokens")
    assert read(page) == SENTENCE.split()
    assert text_field(page).value == ODD["too long"]
    (label,) = (label for label in buttons if label.startswith("Use the first"))
    most = int(label.split()[3].replace(",", ""))
    sound(buttons[label].click().run())
    assert not page.error
    assert text_field(page).value == " ".join(["cat"] * (most - 2))  # two tokens are special


def test_of_a_model_that_cannot_be_read_the_picture_stays(page, monkeypatch):
    def refusing(model, text, *beside):
        if text == "a dog":
            raise UnreadableModelError("No such attention.")
        return get_capture(model, text, *beside)

    monkeypatch.setattr(top, "get_capture", refusing)
    text_field(page).set_value("a dog")
    buttons = refused(sound(page.run()), "No such attention")
    assert read(page) == SENTENCE.split()
    assert list(buttons) == ["Open in minilm", "Back to the picture"]


def test_who_goes_back_finds_what_the_picture_shows(page):
    text_field(page).set_value("a dog")
    sound(page.run())
    text_field(page).set_value(ODD["too long"])
    page.session_state["threshold"] = 0.7
    page.session_state["among"] = "L1"
    buttons = refused(sound(page.run()), "tokens")
    sound(buttons["Back to the picture"].click().run())
    assert (list(page.error), read(page), text_field(page).value) == ([], ["a", "dog"], "a dog")
    assert page.session_state["among"] == ""
    assert page.session_state["threshold"] == 0.1


def test_a_model_that_cannot_go_on_is_not_asked_to(page):
    page.session_state["continue"] = 5
    buttons = refused(sound(page.run()), "cannot go on")
    assert list(buttons) == ["Open in smollm2", "Do not go on with the text", "Back to the picture"]
    sound(buttons["Do not go on with the text"].click().run())
    assert (list(page.error), read(page)) == ([], SENTENCE.split())


def test_an_empty_text_is_an_example_away(page):
    text_field(page).set_value("  ")
    buttons = refused(sound(page.run()), "The text is empty")
    sound(buttons["Read an example"].click().run())
    assert (list(page.error), text_field(page).value) == ([], "The cat sat on the mat because it was tired.")


def test_where_nothing_was_read_before_there_are_the_buttons_alone(folder):
    test = opened("pages/Head.py", model=folder, text=" ")
    assert list(refused(sound(test), "The text is empty")) == ["Read an example"]
    assert not [one for one in test.get("bidi_component") if one.proto.bytes]


def test_heads_that_cannot_be_told_apart_are_all_shown(folder):
    test = with_more(sound(opened("pages/Explore.py", model=folder, text=SENTENCE, only="diagonal")))
    buttons = refused(test, "neither a head nor a condition")
    names = view(test, "grid")["names"]
    assert len(names) == 6
    assert list(buttons) == ["Show all heads"]
    sound(buttons["Show all heads"].click().run())
    assert (list(test.error), view(test, "grid")["names"], test.text_input(key="only").value) == ([], names, "")


BOTH = ["Use the first 512 tokens", "Open in smollm2"]
LONG = TooLongError("x", 600, 512, "a text", is_of_model=True)
CHARACTERS = TooLongError("x", 9, 3, "abcdefg", "characters")
STOP = "Do not go on with the text"
CASES = {
    "too long": (LONG, {"text": "a text"}, BOTH),
    "the text of the decoder": (LONG, {"text": "b", "target": "a text"}, BOTH),
    "of a chat": (TooLongError("x", 600, 512, is_of_model=True), {"text": ""}, ["Open in smollm2"]),
    "too long for every model": (TooLongError("x", 9000, 4096, "t"), {"text": "t"}, ["Use the first 4,096 tokens"]),
    "too long for this page alone": (TooLongError("x", 600, 300, "t"), {"text": "t"}, ["Use the first 300 tokens"]),
    "two texts": (TooLongError("x", 600, 512), {"pair": "b"}, ["Leave the second text out"]),
    "characters": (CHARACTERS, {"text": "abcdefg"}, ["Use the first 3 characters"]),
    "already there": (CannotGoOnError("x"), {"model": "smollm2", "continue": 3}, [STOP]),
    "where only the next words are told": (CannotGoOnError("x"), {"model": "smollm2"}, []),
    "unreadable": (UnreadableModelError("x"), {"model": "a/b"}, ["Open in minilm"]),
    "the default itself": (ModelError("x"), {}, []),
    "not seen": (NotSeenError("x"), {"map": "Value-weighted"}, ["Show the pattern"]),
    "no pattern": (NotSeenError("x"), {}, []),
    "busy": (BusyError("x"), {}, ["Try again"]),
    "a chat": (InputError("x"), {"chat": "yes"}, ["Read the text alone, not as a chat"]),
    "a target": (InputError("x"), {"target": "b", "continue": 3}, ["Leave the decoder's text out", STOP]),
    "any other": (MhaVizError("x"), {}, []),
}  # fmt: skip


@pytest.mark.parametrize(("error", "held", "labels"), CASES.values(), ids=CASES)
def test_each_kind_of_error_has_the_buttons_that_mend_it(error, held, labels, monkeypatch):
    monkeypatch.setattr(st, "session_state", held)
    assert [remedy.label for remedy in remedies_of(error)] == labels


DONE = {
    "Leave the second text out": (TooLongError("x", 600, 512), {"pair": "b"}, {"pair": ""}),
    "Open in smollm2": (CannotGoOnError("x"), {}, {"model": "smollm2"}),
    "Show the pattern": (NotSeenError("x"), {"map": "Logits"}, {"map": "Pattern"}),
    "Read the text alone, not as a chat": (InputError("x"), {"chat": "yes"}, {"chat": "no"}),
    "Use the first 3 characters": (CHARACTERS, {"text": "abcdefg"}, {"text": "abc"}),
}  # fmt: skip


@pytest.mark.parametrize("label", DONE)
def test_a_button_does_what_it_says(label, monkeypatch):
    error, held, after = DONE[label]
    monkeypatch.setattr(st, "session_state", held)
    next(remedy for remedy in remedies_of(error) if remedy.label == label).do()
    assert {key: held[key] for key in after} == after
