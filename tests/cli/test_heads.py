"""`mha-viz heads`: sorted by what a word gives above what the others give, and short."""

import json

import numpy as np
import pandas as pd
import pytest

from mha_viz.cli import heads
from mha_viz.cli.main import main
from tests.support.captures.comparing import made

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
