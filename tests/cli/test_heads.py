"""`mha-viz heads`: sorted by what a word gives above what the others give, and short."""

import json

import numpy as np
import pandas as pd
import pytest

from mha_viz.cli import heads
from mha_viz.cli.main import main
from tests.support.captures.comparing import made
from tests.support.networks.families import ENCODER_DECODERS, TEXT, saved

TABLE = pd.DataFrame({"layer": [0], "head": [0], "attention": [0.5], "others": [0.1]})
LABELS = ["Anna", "fed", "the", "cat"]


def rows(share, by_others):
    """A head in which "cat" gives "fed" a share, and the two other words give it another."""
    pattern = np.zeros((4, 4))
    pattern[:, 1] = by_others
    pattern[3, 1] = share
    pattern[:, 0] = 1 - pattern[:, 1]
    return pattern


@pytest.fixture
def of_heads(monkeypatch, capsys):
    def run(*patterns, words=("--from", "cat", "--to", "fed"), more=(), kind="encoder"):
        capture = made([np.stack(patterns)], LABELS, kind=kind)
        monkeypatch.setattr(heads, "told_by_layer", lambda _options, function: (capture, function(capture)))
        assert main(["heads", "Anna fed the cat", *words, *more]) == 0
        return capsys.readouterr().out

    return run


def test_a_head_that_everybody_uses_comes_after_one_that_only_the_word_uses(of_heads):
    found = json.loads(of_heads(rows(0.9, 0.8), rows(0.5, 0.0), rows(0.7, 0.3), more=["--json"]))["heads"]
    assert [row["head"] for row in found] == [1, 2, 0]
    assert [row["attention"] for row in found] == pytest.approx([0.5, 0.7, 0.9])
    assert [row["others"] for row in found] == pytest.approx([0.0, 0.3, 0.8])
    out = of_heads(rows(0.9, 0.8), rows(0.5, 0.0))
    assert "best" not in out
    assert [line.split() for line in out.splitlines()[1:]] == [
        ["layer", "head", "attention", "others"], ["0", "1", "0.5", "0.0"], ["0", "0", "0.9", "0.8"],
    ]  # fmt: skip


def test_where_no_other_word_can_look_attention_decides(of_heads):
    patterns = [np.tril(rows(share, 0.0)) for share in (0.3, 0.6)]
    for pattern, share in zip(patterns, (0.2, 0.4), strict=True):
        pattern[3, 2] = share
    words = ("--from", "cat", "--to", "the")
    found = json.loads(of_heads(*patterns, words=words, more=["--json"], kind="decoder"))["heads"]
    assert [(row["head"], row["others"]) for row in found] == [(1, None), (0, None)]
    assert "nan" not in of_heads(*patterns, words=words, kind="decoder")


def test_a_word_that_comes_later_is_told_instead_of_rows_of_nothing(monkeypatch, capsys):
    capture = made([np.tril(np.full((4, 4), 0.25))[None]], LABELS, kind="decoder")
    monkeypatch.setattr(heads, "told_by_layer", lambda _options, function: (capture, function(capture)))
    asked = ["heads", "Anna fed the cat", "--from", "fed", "--to", "cat"]
    assert main(asked) == 1
    assert "no head can look from “fed” to “cat”: it reads left to right." in capsys.readouterr().err
    assert main([*asked, "--json"]) == 0
    assert {row["attention"] for row in json.loads(capsys.readouterr().out)["heads"]} == {0.0}


def test_twenty_heads_are_listed_unless_all_are_asked_for(of_heads):
    many = [rows(0.01 * (i + 1), 0.0) for i in range(23)]
    out = of_heads(*many).splitlines()
    assert (len(out), out[2].split()[1]) == (23, "22")
    assert out[-1] == "… and 3 more heads; --all lists them, --json gives every digit."
    assert len(of_heads(*many, more=["--all"]).splitlines()) == 25
    assert len(of_heads(*many[:20]).splitlines()) == 22


def test_of_a_very_long_word_beginning_and_end_are_told(monkeypatch, capsys):
    monkeypatch.setattr(heads, "told_by_layer", lambda *_: (made([np.eye(1)[None]], ["x"]), TABLE))
    assert main(["heads", "x", "--from", "x" * 5000, "--to", "a"]) == 0
    told = capsys.readouterr().out.splitlines()[0]
    assert f"attention from {'x' * 40}…{'x' * 30} to a," in told


def test_strongest_pairs_come_strongest_first(of_heads):
    out = of_heads(rows(0.6, 0.4), rows(0.9, 0.4), words=()).splitlines()
    assert [line.split()[1] for line in out[2:]] == ["1", "0"]


def test_layers_that_are_told_one_by_one_are_ranked_together(monkeypatch, capsys):
    """Where no other word can look, by attention; a layer's own order is none of all layers."""
    shares = ((0.1, 0.6), (0.3, 0.4))  # two heads of each of two layers
    layers = []
    for of_layer in shares:
        patterns = [np.tril(rows(0.0, 0.0)) for _ in of_layer]
        for pattern, share in zip(patterns, of_layer, strict=True):
            pattern[3, 2] = share
        layers.append(made([np.stack(patterns)], LABELS, kind="decoder"))

    def told(_options, function):
        return layers[0], pd.concat(map(function, layers), ignore_index=True)

    monkeypatch.setattr(heads, "told_by_layer", told)
    assert main(["heads", "Anna fed the cat", "--from", "cat", "--to", "the", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["heads"]
    assert [row["attention"] for row in found] == pytest.approx([0.6, 0.4, 0.3, 0.1])


def test_heads_by_a_passage_stand_beside_an_even_spread_the_most_first(of_heads):
    out = of_heads(rows(0.9, 0.8), rows(0.5, 0.1), words=("--passage", "5:8"))
    assert out.splitlines()[0] == (
        "m: attention to “fed” (1 token), mean over the 3 tokens outside of it, beside an even spread, the most first"
    )
    assert [line.split() for line in out.splitlines()[1:]] == [
        ["layer", "head", "share", "even"], ["0", "0", "0.833", "0.5"], ["0", "1", "0.233", "0.5"],
    ]  # fmt: skip
    assert of_heads(rows(0.9, 0.8), rows(0.5, 0.1), words=("--passage", "fed")) == out


def test_of_a_passage_csv_and_json_hold_what_every_token_gives(of_heads):
    heads = rows(0.9, 0.8), rows(0.5, 0.1)
    csv = of_heads(*heads, words=("--passage", "fed the"), more=["--csv"]).splitlines()
    assert csv[0] == "layer,head,position,token,share,even,counts"
    assert [line.split(",")[:4] for line in csv[1:3]] == [["0", "0", "0", "Anna"], ["0", "0", "1", "fed"]]
    assert [float(line.split(",")[4]) for line in csv[1:]] == pytest.approx([0.8] * 3 + [0.9] + [0.1] * 3 + [0.5])
    assert len(csv) == 1 + 2 * 4
    first, second = json.loads(of_heads(*heads, words=("--passage", "fed the"), more=["--json"]))["heads"]
    assert (first["head"], first["share"], first["shares"][3]) == (0, pytest.approx(0.85), pytest.approx(0.9))
    assert (second["even"], second["evens"]) == (0.5, [0.5] * 4)


def test_of_a_passage_at_the_beginning_the_first_token_is_told(of_heads):
    heads = np.tril(np.full((4, 4), 0.25)), np.eye(4)
    out = of_heads(*heads, words=("--passage", "Anna fed"), kind="decoder")
    assert "mean over the 2 tokens after it" in out
    assert "holds the first token, at which heads with nothing to look for look" in out.splitlines()[0]
    assert "first token" not in of_heads(*heads, words=("--passage", "fed"), kind="decoder")
    assert "first token" not in of_heads(*heads, words=("--passage", "Anna fed"))


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (["--passage", "dog"], "“dog” does not stand in this text"),
        (["--passage", "3:3"], "from 3 to 3 is empty"),
        (["--passage", "0:99"], "whose characters go from 0 to 15"),
        (["--part", "system"], "it has one part only"),
        (["--passage", "fed", "--part", "A"], "Give one of --from with --to, --passage and --part"),
        (["--passage", "fed", "--from", "cat", "--to", "fed"], "Give one of --from with --to, --passage and --part"),
        (["--passage", "Anna fed the cat"], "or it is the whole text"),
    ],
)
def test_what_is_no_passage_is_one_sentence(monkeypatch, capsys, asked, why):
    capture = made([np.full((1, 4, 4), 0.25)], LABELS)
    monkeypatch.setattr(heads, "told_by_layer", lambda _options, function: (capture, function(capture)))
    assert main(["heads", "Anna fed the cat", *asked]) == 1
    error = capsys.readouterr().err
    assert why in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("ranked", [["--passage", "cat sat"], ["--from", "he", "--to", "cat"], []])
def test_of_several_kinds_of_attention_one_has_to_be_named(tmp_path, capsys, ranked):
    saved(tmp_path, *ENCODER_DECODERS["bart"])
    asked = ["heads", "the cat sat", "--target", "he ran", "--model", str(tmp_path), *ranked]
    assert main(asked) == 1
    assert "This capture holds encoder and decoder and cross attention: say which" in capsys.readouterr().err
    assert main([*asked, "--kind", "cross"]) == 0
    said = capsys.readouterr()
    assert "mean over the 4 tokens of the target" in said.out or "--passage" not in ranked
    assert "too, of a --target" not in said.err


@pytest.mark.parametrize("asked", [["heads", "--passage", "cat sat"], ["heads", "--from", "cat", "--to", "sat"], 
                                   ["heads"], ["attention", "--layer", "0", "--head", "0"]])  # fmt: skip
def test_without_a_target_it_is_said_that_a_model_of_several_kinds_reads_with_its_encoder(tmp_path, capsys, asked):
    saved(tmp_path, *ENCODER_DECODERS["bart"])
    command, *rest = asked
    asked = [command, "the cat sat", "--model", str(tmp_path), *rest]
    assert main(asked) == 0
    assert "reads a text with encoder attention; it has decoder and cross attention too" in capsys.readouterr().err
    assert main([*asked, "--kind", "encoder"]) == 0
    assert "encoder attention" not in capsys.readouterr().err


def test_the_picture_of_a_passage_is_a_page(tmp_path, capsys):
    saved(tmp_path, *TEXT["llama"])
    page = tmp_path / "passage.html"
    asked = ["heads", "the cat sat on a mat", "--model", str(tmp_path), "--passage", "4:11", "--html", str(page)]
    assert main(asked) == 0
    assert capsys.readouterr().out.strip() == str(page)
    assert "What goes to “cat sat”" in page.read_text(encoding="utf-8")


def test_all_heads_as_csv(of_heads):
    csv = of_heads(rows(0.9, 0.8), rows(0.5, 0.0), more=["--csv"]).splitlines()
    assert (csv[0], len(csv)) == ("layer,head,attention,others", 3)
    csv = of_heads(rows(0.9, 0.8), words=(), more=["--csv"]).splitlines()
    assert (csv[0], len(csv)) == ("layer,head,query,key,value,entropy,mean_distance", 2)
