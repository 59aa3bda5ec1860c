"""`mha-viz text-types`, with a network of no size on texts of one's own."""

import json

import pandas as pd
import pytest

from mha_viz.cli.main import main
from mha_viz.cli.text_types import COLUMNS
from mha_viz.evidence.text_types.material import TextType
from mha_viz.evidence.text_types.shipped import load_text_types
from mha_viz.models.load import load_model

WORDS = ["the", "cat", "sat", "on", "a", "mat", "and", "it", "was", "tired", "of", "rain"]


def texts(step, n=20):
    return [f"{' '.join(WORDS[i * step % 7 :])} {i}." for i in range(n)]


@pytest.fixture(autouse=True)
def two_types_of_ours(monkeypatch):
    ours = [TextType("prose", tuple(texts(1)), "words"), TextType("code", tuple(texts(3)), "other words")]
    monkeypatch.setattr("mha_viz.evidence.text_types.measured.text_types", lambda: ours)


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "mine.txt"
    file.write_text("\n\n".join(texts(2)), encoding="utf-8")
    return f"mine={file}"


def test_json_has_every_score_of_every_head_and_type_and_says_what_was_read(capsys, mine):
    assert main(["text-types", "--model", "classroom", "--type", mine, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told["facts"]["types"]] == ["prose", "code", "mine"]
    rows = pd.DataFrame(told["rows"])
    assert tuple(rows) == COLUMNS
    heads = load_model("classroom").network.config.num_attention_heads * 2
    assert rows[rows["score"] == "first token"].groupby("text_type").size().to_dict() == dict.fromkeys(
        ["prose", "code", "mine"], heads
    )


def test_one_head_is_told_in_every_type_in_words_and_as_csv(capsys):
    one = ["text-types", "--model", "classroom", "--layer", "1", "--head", "2"]
    assert main(one) == 0
    said = capsys.readouterr().out
    assert said.startswith("classroom on prose (20 texts: words), code (20 texts: other words). Half of each")
    assert "\nL1 H2: " in said
    assert said.count(" first token ") == 2
    assert main([*one, "--csv"]) == 0
    facts, names, *lines = capsys.readouterr().out.splitlines()
    assert json.loads(facts.removeprefix("# "))["model"] == "classroom"
    assert names.split(",") == list(COLUMNS)
    assert {tuple(line.split(",")[3:5]) for line in lines} == {("1", "2")}


def test_all_heads_are_counted_and_what_is_written_is_read_again(capsys, tmp_path):
    assert main(["text-types", "--model", "classroom", "--out", str(tmp_path / "types.parquet")]) == 0
    assert "\nOf 8 heads, " in capsys.readouterr().out
    assert load_text_types(tmp_path / "types.parquet").facts["model"] == "classroom"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--layer", "1"], "Give both --layer and --head, or neither."),
        (["--layer", "7", "--head", "0"], "There is no head L7 H0: layers go from 0 to 1, heads from 0 to 3."),
        (["--type", "mine"], "'mine' is no type of text"),
        (["--type", "mine=none.txt"], "none.txt cannot be read"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(capsys, given, said):
    assert main(["text-types", "--model", "classroom", *given]) == 1
    assert said in capsys.readouterr().err
