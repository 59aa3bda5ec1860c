"""Chats in the terminal: the numbers that Python gives, and refusals of one sentence."""

import json
from pathlib import Path

import pytest
import torch

from mha_viz.attention.tables import pattern_frame
from mha_viz.cli.main import main
from mha_viz.evidence.one_text import score_table
from mha_viz.models.load import load_model, random_twin
from mha_viz.recording.capture import capture
from tests.support.texts.chats import MARKED, chat_model, messages
from tests.support.texts.parser import SENTENCE, parse

TURNS = ("--message", "user: Why?", "--message", "assistant:It was: so.", "--add-generation-prompt")
GIVEN = messages("user: Why?", "assistant: It was: so.")


@pytest.fixture(scope="module")
def chatty(tmp_path_factory):
    place, model = tmp_path_factory.mktemp("chatty"), chat_model(MARKED)
    model.network.save_pretrained(place)
    model.processor.save_pretrained(place)
    return str(place)


@pytest.mark.parametrize("parts", [False, True])
def test_a_chat_has_the_numbers_of_python(chatty, capsys, parts):
    options = ["--model", chatty, "--layer", "1", "--head", "5", "--json", *["--parts"] * parts]
    assert main(["attention", *TURNS, *options]) == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    expected = pattern_frame(capture(load_model(chatty), GIVEN, add_generation_prompt=True), 1, 5, parts=parts)
    assert found["query"] == list(expected.index)
    torch.testing.assert_close(torch.tensor(found["pattern"]), torch.tensor(expected.to_numpy()))
    if parts:
        assert found["key"] == ["template", "user", "assistant"]
    assert "The model's chat template adds words of its own" in printed.err


def test_scores_know_only_the_words_of_messages(chatty, capsys, monkeypatch):
    monkeypatch.setattr("mha_viz.annotation.english.parser.parse", parse)
    turns = ("--message", f"user: {SENTENCE}", "--message", "assistant: it did", "--message", f"user:{SENTENCE}")
    assert main(["scores", *turns, "--model", chatty, "--family", "syntactic", "--json"]) == 0
    printed = capsys.readouterr()
    rows = {(row["score"], row["direction"], row["layer"], row["head"]): row for row in json.loads(printed.out)}
    model = load_model(chatty)
    found = capture(model, messages(f"user: {SENTENCE}", "assistant: it did", f"user: {SENTENCE}"))
    words = parse(found.text, stretches=found.query_positions["decoder"].contents)
    assert words.words == tuple(f"{SENTENCE} it did {SENTENCE}".split())
    expected = score_table(found, words, control=capture(random_twin(model), found.chat))
    expected = expected[expected["family"] == "syntactic"].to_dict("records")
    assert {key: rows[key]["value"] for key in rows if rows[key]["n"]} == {
        key: pytest.approx(row["value"])
        for row in expected
        if row["n"] and (key := (row["score"], row["direction"], row["layer"], row["head"]))
    }
    assert (rows["det", "head→dep", 0, 0]["n"], rows["nsubj", "head→dep", 0, 0]["n"]) == (4, 2)
    # Of both sentences the subject stands right before its verb; chance is 1 of 2 words before it, then 1 of 10.
    assert rows["nsubj", "head→dep", 1, 3]["baseline"] == 1
    assert rows["nsubj", "head→dep", 1, 3]["chance"] == pytest.approx((1 / 2 + 1 / 10) / 2)
    assert "The model's chat template adds words of its own" in printed.err


def test_two_chats_are_compared_word_by_word(chatty, capsys):
    turns = ["--message", "user: You sat", "--other-message", "user: You ran"]
    assert main(["compare", *turns, "--model", chatty, "--from", "sat", "--to", "You#2"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith(f"{Path(chatty).name}, two chats: 12 heads, most changed first")
    # Every byte is a token, so the space in "You sat" is a word; of the template "system", "You help people a lot" with
    # its four spaces, "user", and four line ends.
    assert printed.err.startswith("3 words, 15 words of the chat template and 4 special tokens are compared. The first")
    assert main(["compare", *turns, "--model", chatty, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [word for word in found["words"] if "sat" in word] == ["sat → ran"]
    assert found["rows_equal_by_construction"] == found["words"].index("sat → ran")
    assert found["without_counterpart"] == [[], []]


def test_a_model_without_a_template_is_compared_on_the_text_that_it_made(chatty, capsys, folder):
    assert main(["compare", "--message", "user: sat", "--models", f"{chatty},{folder}", "--json"]) == 0
    texts = json.loads(capsys.readouterr().out)["texts"]
    assert texts == [load_model(chatty).processor.apply_chat_template(messages("user: sat"), tokenize=False)] * 2


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["Hi", "--message", "user:Hi"], "compare takes texts or chats: leave the text out"),
        (
            ["--message", "user:Hi"],
            "compare takes --message and --other-message, or one chat with --models A,B; found 1.",
        ),
        (["--other-message", "user:Hi", "--models", "a,b"], "compare takes one chat with --models; found 1."),
        (["--message", "user:a", "--other-message", "user:b", "--models", "a,b"], "one chat with --models; found 2."),
        ([], "compare takes two texts, or one text with --models A,B; found 0."),
    ],
)
def test_what_is_no_pair_of_chats_is_refused(capsys, given, sentence):
    assert main(["compare", *given]) == 1
    assert sentence in capsys.readouterr().err


def test_a_profile_is_of_no_chat(capsys):
    assert main(["profile", "--message", "user:Hi"]) == 1
    assert "over many annotated texts, and one chat is none of them" in capsys.readouterr().err


def test_a_picture_of_roles(chatty, capsys, tmp_path):
    options = ["--model", chatty, "--layer", "0", "--head", "0", "--parts", "--html", str(tmp_path / "head.html")]
    assert main(["attention", *TURNS, *options]) == 0
    assert "parts of the text" in (tmp_path / "head.html").read_text(encoding="utf-8")
    assert main(["heads", *TURNS, "--model", chatty, "--json"]) == 0
    assert "<|im_start|>" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["--message", "Hi you"], "'Hi you' says no role: write --message 'user:Hi you'."),
        (["--message", "user:Hi", "--single-ends"], "A chat begins and ends as its template says"),
        (["--message", "the user:Hi"], "'the user' is no role of message 1"),
        (["Hi", "--add-generation-prompt"], "add_generation_prompt belongs to a chat"),
        (["Hi", "--parts"], "This text has one part only"),
    ],
)
def test_refusals_are_one_sentence(chatty, capsys, given, sentence):
    assert main(["attention", *given, "--model", chatty, "--layer", "0", "--head", "0"]) == 1
    error = capsys.readouterr().err.splitlines()
    assert error[-1].startswith(f"mha-viz: {sentence}")
