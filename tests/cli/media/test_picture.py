"""`mha-viz attention --picture`: what a patch looks at, as a grid, a table and JSON."""

import io
import json

import pandas as pd
import pytest

from mha_viz.attention.calls import call_pattern
from mha_viz.cli.main import main
from mha_viz.cli.shared import input as cli_input
from mha_viz.recording.capture import capture
from tests.support.networks.seeing import photograph, processor, seeing_model

MODEL = ("dinov2, registers", processor(20, 44))


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    asked = []
    monkeypatch.setattr(cli_input, "loaded", lambda name, _dtype: asked.append(name) or seeing_model(*MODEL))
    photograph().save(tmp_path / "a.png")

    def attention(*more, status=0):
        command = ["attention", "--picture", str(tmp_path / "a.png"), "--layer", "1", "--head", "2", *more]
        assert main(command) == status
        streams = capsys.readouterr()
        return streams.err if status else streams.out

    attention.asked = asked
    attention.errors = capsys
    return attention


@pytest.fixture(scope="module")
def row():
    found = capture(seeing_model(*MODEL), photograph())
    return call_pattern(found.calls[1])[2, 5 + 3 * 11 + 7].tolist()


def test_the_grid_of_a_patch(run, row):
    out = run("--from", "3,7").splitlines()
    assert out[0].startswith("dinov2, registers L1 H2: what 3, 7 looks at, percent of its attention")
    assert out[1].split() == [str(i) for i in range(11)]
    numbers = [line.split()[1:] for line in out[2:7]]
    expected = [100 * value for value in row[5:]]
    told = [0.0 if cell == "." else float(cell) for line in numbers for cell in line]
    assert told == pytest.approx(expected, abs=0.0501)
    assert out[7].startswith("CLS ")
    assert run.asked == ["dinov2"]


def test_every_digit_as_json_and_csv(run, row):
    found = json.loads(run("--from", "3,7", "--json"))
    assert (found["query"], found["keys"][0]["key"], found["keys"][0]["row"]) == ("3, 7", "CLS", None)
    assert [key["attention"] for key in found["keys"]] == pytest.approx(row, abs=1e-6)
    assert [found["keys"][59][name] for name in ("row", "column")] == [4, 10]
    table = pd.read_csv(io.StringIO(run("--from", "3,7", "--csv")))
    assert table["attention"].tolist() == pytest.approx(row, abs=1e-6)


def test_without_a_place_it_is_the_first_position_and_json_the_whole_map(run):
    assert "what CLS looks at" in run()
    whole = json.loads(run("--json"))
    assert (len(whole["pattern"]), whole["query"][:2]) == (60, ["CLS", "reg 1"])


def test_what_was_cut_off_is_told(run):
    run()
    main(["attention", "--picture", "/nothing.png", "--layer", "1", "--head", "2"])
    assert "/nothing.png cannot be read: No such file" in run.errors.readouterr().err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--from", "9,9"), "'9,9' is no position of this picture"),
        (("--from", "0,0", "--map", "logits"), "Of one position of a picture the pattern is shown"),
        (("--start-token",), "A picture has no start or end tokens"),
        (("--pair", "a"), "A picture is read alone"),
    ],
)
def test_what_does_not_fit_is_told(run, more, told):
    assert told in run(*more, status=1)


def test_a_head_that_is_not_there(run, tmp_path, capsys):
    assert main(["attention", "--picture", str(tmp_path / "a.png"), "--layer", "1", "--head", "7"]) == 1
    assert "Head 7 does not exist: dinov2, registers has heads 0 to 2." in capsys.readouterr().err
