"""`mha-viz scan`, with the model that comes with the app, and one of which nothing is known."""

import json
from dataclasses import fields

import pytest

import mha_viz
from mha_viz.cli.main import main
from mha_viz.cli.scan import NOTHING
from mha_viz.errors import ModelError

TEXT = "The cat sat on the mat because it was tired."


@pytest.fixture
def without_parser(monkeypatch):
    def refuse(*_, **__):
        raise ModelError("The parser is not here.")

    monkeypatch.setattr("mha_viz.annotation.english.parser.parse", refuse)


@pytest.mark.usefixtures("without_parser")
def test_sentences_and_the_numbers_behind_them(capsys):
    findings = mha_viz.scan(mha_viz.capture(mha_viz.load_model("classroom"), TEXT))
    assert main(["scan", TEXT, "--model", "classroom", "--json"]) == 0
    out = capsys.readouterr()
    assert "The parser is not here. What needs no annotation follows." in out.err
    result = json.loads(out.out)
    assert (result["model"], result["text"]) == ("classroom", TEXT)
    assert result["profile"].startswith("shipped with mha_viz, of 20")
    assert findings
    assert [found["sentence"] for found in result["findings"]] == [finding.sentence for finding in findings]
    assert {tuple(found) for found in result["findings"]} == {tuple(field.name for field in fields(mha_viz.Finding))}
    here = next(found for found in result["findings"] if found["kind"] == "here")
    assert (here["value"], here["score"], here["n"]) == (None, None, 0)
    assert main(["scan", TEXT, "--model", "classroom"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[: len(findings)] == [finding.sentence for finding in findings]


@pytest.mark.usefixtures("without_parser")
def test_of_a_model_without_a_profile_nothing_is_known_in_general(folder, capsys):
    assert main(["scan", "the cat", "--model", folder]) == 0
    out = capsys.readouterr()
    assert out.out == f"{NOTHING}\n"
    assert f"Nothing is known of {folder} in general; `mha-viz profile --model {folder}` measures it." in out.err


def test_a_text_that_is_too_long_is_refused(capsys, without_parser):
    assert main(["scan", "cat " * 300, "--model", "classroom"]) == 1
    assert "token" in capsys.readouterr().err
