"""`mha-viz attention --picture FILE --text TEXT`: what a word looks at in a picture."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from mha_viz.attention.calls import call_pattern
from mha_viz.cli.main import main
from mha_viz.cli.shared import input as cli_input
from mha_viz.recording.media.pictures_in_text import capture_with_picture
from tests.support.networks.picture_in_text import reading_model
from tests.support.networks.seeing import photograph
from tests.support.pages.drawn import views_in

TEXT = "the cat sat on a mat"


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(cli_input, "loaded", lambda name, _dtype: reading_model(name)[0])
    photograph().save(tmp_path / "a.png")

    def attention(*more, model="llava", status=0, text=TEXT):
        given = ["attention", "--picture", str(tmp_path / "a.png"), "--text", text, "--model", model]
        assert main([*given, "--layer", "1", "--head", "2", *more]) == status
        streams = capsys.readouterr()
        return streams.err if status else streams.out

    return attention


def row_of(word, model="llava"):
    found = capture_with_picture(reading_model(model)[0], photograph(), TEXT)
    axis = found.query_positions["decoder"]
    return axis, call_pattern(found.calls_of("decoder")[1])[2, axis.labels.index(word)].tolist()


def test_the_grid_of_a_word_and_what_goes_to_the_picture(run):
    lines = run("--from", "mat").splitlines()
    axis, row = row_of("mat")
    assert lines[0].startswith("llava L1 H2: what mat looks at, percent of its attention")
    told = [0.0 if cell == "." else float(cell) for line in lines[2:9] for cell in line.split()[1:]]
    cells = [100 * value for value, cell in zip(row, axis.cells, strict=True) if cell]
    assert told == pytest.approx(cells, abs=0.0501)
    assert lines[9].startswith(f"To the picture in all {sum(cells):.0f}"[:26])
    assert "then" not in lines[10]  # what comes later is not seen


def test_every_digit_as_csv_and_json(run):
    axis, row = row_of("mat")
    table = pd.read_csv(io.StringIO(run("--from", "mat", "--csv")))
    assert table["attention"].tolist() == pytest.approx(row, abs=1e-6)
    assert table["key"].tolist() == list(axis.labels)
    keys = json.loads(run("--from", "mat", "--json"))["keys"]
    assert [key["attention"] for key in keys] == pytest.approx(row, abs=1e-6)


def test_without_a_word_the_last_one_looks_and_tiles_are_a_grid_each(run):
    lines = run(model="idefics3, tiles").splitlines()
    assert "what then looks at" in lines[0]
    assert [line for line in lines if line.startswith("tile ")] == [f"tile {k}:" for k in range(1, 6)]


def test_the_model_goes_on_first(run):
    whole = run("--new-tokens", "2", "--csv", model="paligemma")
    table = pd.read_csv(io.StringIO(whole))
    assert len(table) == len(row_of("mat", "paligemma")[0]) + 2


def test_a_page_holds_every_word_and_opens_with_the_one_that_was_asked_for(run, tmp_path):
    place = tmp_path / "a.html"
    assert str(place) in run("--from", "mat", "--html", str(place))
    header, arrays = views_in(place.read_bytes())[0]
    assert (header["kind"], header["words"][header["query"]]) == ("words_on_picture", "mat")
    assert header["heads"][header["chosen"]] == [1, 2]
    axis, row = row_of("mat")
    share = sum(value for value, cell in zip(row, axis.cells, strict=True) if cell)
    assert arrays["shares"].reshape(-1, len(header["words"]))[header["chosen"], header["query"]] == pytest.approx(share)


def test_a_still_is_darkest_orange_where_the_word_looks_most(run, tmp_path):
    place = tmp_path / "a.png"
    run("--from", "mat", "--png", str(place))
    with Image.open(place) as drawn:
        cells = np.asarray(drawn, dtype=float).reshape(7, drawn.height // 7, 7, drawn.width // 7, 3).mean(axis=(1, 3))
    axis, row = row_of("mat")
    looks = np.array([value for value, cell in zip(row, axis.cells, strict=True) if cell])
    reds = cells[..., 0] - cells[..., 2]  # orange has much of the one and none of the other
    assert np.corrcoef(reds.flatten(), looks)[0, 1] > 0.8


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--from", "dog", "--png", "a.png"), "'dog' is no word of this text: give one of"),
        (("--from", "dog"), "'dog' is no word of this text: give one of"),
        (("--target", "a"), "Beside a picture stand --text and --new-tokens alone"),
        (("--map", "logits"), "the pattern is shown"),
        (("--start-token",), "A picture has no start or end tokens"),
    ],
)
def test_what_does_not_go_together(run, more, told):
    assert told in run(*more, status=1)


def test_a_text_beside_nothing(capsys):
    assert main(["attention", "the cat", "--text", "a", "--layer", "1", "--head", "2"]) == 1
    assert "--text stands beside --picture" in capsys.readouterr().err
