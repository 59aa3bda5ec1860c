"""A chat on the pages: offered where the model has a template, linked, its roles selected, hidden and summed up."""

import pytest

from mha_viz.errors import ModelError
from mha_viz.media import Message
from mha_viz.recording.capture import capture
from mha_viz.ui.shared import trail
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.pages.pages import opened, sound, view, with_more
from tests.support.texts.chats import MARKED, PLAIN, TURNS, chat_model, messages
from tests.support.texts.parser import SENTENCE, parse

PAGE = "pages/Head.py"
LINK = {"text": "Oh no", "chat": "yes", "before": "user: Hi\nyou\nassistant: Yes"}
GIVEN = [*messages("user: Hi\nyou", "assistant: Yes"), *messages("user: Oh no")]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Tiny models: three with a chat template, one of which takes no system prompt, and one without."""
    places = {name: tmp_path_factory.mktemp(name) for name in ("marked", "turns", "plain", "bert")}
    for name, template in (("marked", MARKED), ("turns", TURNS), ("plain", PLAIN)):
        model = chat_model(template)
        model.network.save_pretrained(places[name])
        model.processor.save_pretrained(places[name])
    make(*TEXT["bert"]).save_pretrained(places["bert"])
    tokenizer().save_pretrained(places["bert"])
    return {name: str(place) for name, place in places.items()}


def said(test):
    return "\n".join(part.value.replace("\\", "") for part in [*test.info, *test.error])


def test_a_link_opened_cold_reads_the_chat(folders, read):
    test = sound(opened(PAGE, model=folders["marked"], **LINK))
    (found,) = read
    expected = capture(chat_model(MARKED), GIVEN)
    assert found.query_positions["decoder"] == expected.query_positions["decoder"]
    header = view(test)
    assert "adds words of its own: “You help people a lot”" in header["note"]
    assert "Coloured labels: written by the chat template." in header["note"]
    assert with_more(test).text_area(key="before").value == LINK["before"]
    assert test.session_state["chat"] == "yes"


def test_an_answer_is_asked_for(folders, read):
    sound(opened(PAGE, model=folders["marked"], **LINK | {"chat": "up to an answer"}))
    sound(opened(PAGE, model=folders["marked"], **LINK, **{"continue": "3"}))
    assert [found.chat.add_generation_prompt for found in read] == [True, True]
    assert [found.n_generated for found in read] == [0, 3]
    assert read[1].query_positions["decoder"].parts[-2:] == ("template", "generated")


def test_roles_are_selected_hidden_and_summed_up(folders, read):
    header = view(sound(opened(PAGE, model=folders["marked"], **LINK, axis="Parts")))
    assert header["queries"] == header["keys"] == ["template", "user", "assistant"]
    hidden = {"axis": "Parts", "hide": "template,first token", "between": "everything → user"}
    test = sound(opened(PAGE, model=folders["marked"], **LINK, **hidden))
    header = view(test)
    assert (header["queries"], header["keys"]) == (["user", "assistant"], ["user"])
    assert test.multiselect(key="hidden_parts").value == ["template", "first token"]
    assert len(read) == 1  # the capture is the same


def test_a_model_without_a_template_reads_the_text(folders, read):
    test = sound(opened(PAGE, model=folders["bert"], **LINK | {"text": "the cat"}, axis="Parts", hide="user"))
    assert (read[0].text, read[0].chat) == ("the cat", None)
    assert not [area for area in test.text_area if area.key == "before"]
    assert view(test)["queries"][1:3] == ["the", "cat"]


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        ("system: Be brief.", "does not take these messages: Conversation roles must alternate"),
        ("Be brief.", "“Be brief.” says no role: write “user: Be brief.”."),
        ("template: x", "'template' is no role of message 1"),
    ],
)
def test_what_the_template_does_not_take_is_said(folders, before, sentence):
    test = opened(PAGE, model=folders["turns"], **LINK | {"before": before})
    assert not test.exception
    assert sentence in said(test)


def test_the_second_side_of_a_comparison_is_the_same_chat(folders, read):
    link = LINK | {"model": folders["marked"], "second": "Oh yes"}
    sound(opened("pages/Compare.py", **link))
    assert [found.chat.messages[-1].content for found in read] == ["Oh no", "Oh yes"]
    assert len({found.chat.messages[:-1] for found in read}) == 1


def test_the_second_sentence_is_proposed_to_be_the_last_message(folders, read):
    test = sound(opened("pages/Compare.py", **LINK, model=folders["marked"]))
    assert test.text_input(key="second").value == "Oh no"
    assert [found.chat.messages for found in read] == [read[0].chat.messages]  # both sides are the same
    # Every byte is a token, so the line end in "Hi you" and the space in "Oh no" are words.
    assert "7 words, 42 words of the chat template and 8 special tokens are compared." in view(test)["note"]


def test_another_model_reads_the_answer_as_a_message(folders, read):
    link = LINK | {"continue": "3", "compare": "two models", "model": folders["marked"], "model2": folders["plain"]}
    sound(opened("pages/Compare.py", **link))
    answer = read[0].text[slice(*read[0].query_positions["decoder"].contents[-1])]
    *messages_before, last = read[1].chat.messages
    assert (messages_before, last) == (list(read[0].chat.messages), Message("assistant", answer))
    assert not read[1].chat.add_generation_prompt


@pytest.mark.parametrize("answer", [0, 3])
def test_scores_know_only_the_words_of_messages_and_of_an_answer(folders, read, monkeypatch, answer):
    tables = []
    monkeypatch.setattr("mha_viz.ui.shared.scores.parse", parse)
    monkeypatch.setattr(
        "mha_viz.ui.shared.scores.with_given", lambda table, *_of, kind: tables.append(table) or table.assign(kind=kind)
    )
    link = LINK | {"text": SENTENCE, "continue": str(answer)}
    asked = {"find": "syntactic", "score": "nsubj", "direction": "head→dep", "where": "here"}
    test = sound(opened("pages/Scores.py", model=folders["marked"], **asked, **link))
    assert not test.error
    positions = read[0].query_positions["decoder"]
    assert read[0].n_generated == answer
    assert read[1].query_positions["decoder"] == positions
    # Before "sat" stand "Hi", "you", "Yes", "the", "cat": five words to choose from, and none of them the template's.
    rows = tables[0].query("score == 'nsubj' and direction == 'head→dep'")
    assert {(row.n, round(1 / row.chance, 5)) for row in rows.itertuples()} == {(1, 5)}


def test_names_are_those_in_the_messages(folders, read, monkeypatch):
    def refuse(_text, **_how):
        raise ModelError("no parser here")

    monkeypatch.setattr(trail, "parse", refuse)
    link = LINK | {"before": "user: So You met Ana.", "text": "and You met Ana"}
    header = view(sound(opened("pages/Names.py", model=folders["marked"], **link)), "trail")
    assert header["names"] == [{"name": "You", "n": 2}, {"name": "Ana", "n": 2}]


def test_random_weights_read_the_same_chat(folders, read):
    sound(opened("pages/Scores.py", model=folders["marked"], find="sinks", where="here", **LINK))
    assert len(read) == 2
    assert read[0].query_positions["decoder"].ids == read[1].query_positions["decoder"].ids
