"""What an expression finds in two small profiles, and what is refused in a sentence."""

import json

import pandas as pd
import pytest

from mha_viz.cli.main import main
from mha_viz.errors import InputError
from mha_viz.evidence.corpus.find import find_in_profiles, in_which_models, profiles_below
from mha_viz.evidence.corpus.profile import Profile, save_profile
from mha_viz.evidence.one_text import COLUMNS
from mha_viz.evidence.ranking import Question

ROWS = [  # model, score, layer, head, value, low, verdict
    ("a", "obj", 0, 1, 0.7, 0.6, "established"),
    ("a", "obj", 2, 3, 0.9, 0.4, "consistent with"),
    ("a", "nsubj", 0, 1, 0.5, 0.3, "established"),
    ("a", "nsubj", 2, 3, 0.1, 0.0, "too few"),
    ("b", "obj", 0, 1, 0.2, 0.1, "established"),
    ("b", "nsubj", 0, 1, 0.8, 0.7, "established"),
]


def profile(model):
    known = ("score", "layer", "head", "value", "low", "verdict")
    table = pd.DataFrame([row[1:] for row in ROWS if row[0] == model], columns=known)
    numbers = {name: 0.25 for name in COLUMNS if name not in (*known, "family", "direction", "rule")}
    table = table.assign(**numbers, family="syntactic", direction="dep→head", rule=None)
    return Profile(table[list(COLUMNS)], {"model": model, "identity": "x", "corpora": []})


@pytest.fixture(scope="module")
def both():
    return [profile("a"), profile("b")]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("obj > .6 and verdict = 'established'", [0]),
        ("obj >= 0.7", [0, 1]),
        ("obj > .6 and nsubj > .3", [0, 2]),
        ("nsubj > 0.75 or obj.low<.5 and model == \"a\"", [1, 3, 4, 5]),
        ("not verdict = 'established'", [1, 3]),
        ("(obj > .6 or nsubj > .6) and not low >= 0.5", [1, 2, 3, 4]),
        ("layer = 2 and head != 4", [1, 3]),
        ("'obj' < 0.3", [4]),
        ("value > 1e0", []),
    ],
)  # fmt: skip
def test_rows_for_which_an_expression_is_true(both, expression, found):
    rows = find_in_profiles(both, expression)
    kept = [(row.model, row.score, row.layer, row.head) for row in rows.itertuples()]
    assert kept == [ROWS[i][:4] for i in found]


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("", "ends where the name of a score or a column is missing"),
        ("obj", "ends where a comparison is missing"),
        ("obj >", "ends where a number, or a text in quotes is missing"),
        ("obj > .6 verdict", "'verdict' stands where and, or, or the end should"),
        ("(obj > .6", "A bracket is not closed"),
        ("obbj > .6", "called obbj; did you mean obj?"),
        ("obj.size > .6", "There is no column size; there are family, score"),
        ("obj > 'much'", "value is a number; found much"),
        ("verdict = 3", "verdict is a text: put it in quotes; found 3"),
        ("verdict > 'a'", "verdict is a text: compare it with = or !="),
        ("obj . > 3", "'>' stands where a column should"),
        ("open('/etc/passwd') = 1", "There is no score, and no column, called open"),
        ("__import__ = 1", "called __import__"),
        ("obj > .6; drop", "'; drop' stands where names, comparisons"),
        ("obj ( 3", "'(' stands where one of = == != > >= < <= should"),
        ("x" * 501, "has 501 characters; 500 are read"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(both, expression, why):
    with pytest.raises(InputError) as refused:
        find_in_profiles(both, expression)
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


def test_without_any_profile_that_is_said(tmp_path):
    with pytest.raises(InputError, match="no profile to look in"):
        find_in_profiles([], "obj > .6")
    with pytest.raises(InputError, match="holds no profile: give a folder"):
        profiles_below(tmp_path)


def test_models_are_told_by_how_many_heads_are_established_and_the_best_of_those(both):
    """In a, L2 H3 has more and is not established: L0 H1 stands for it; b comes after, as its best has less."""
    found = in_which_models(both, Question("syntactic", "obj", "dep→head"))
    rows = found[["model", "established", "heads", "layer", "head", "value", "said"]].to_numpy().tolist()
    assert rows == [["a", 1, 2, 0, 1, 0.7, "established"], ["b", 1, 1, 0, 1, 0.2, "established"]]
    of_family = in_which_models(both, Question("syntactic"))
    assert of_family[["model", "score", "value"]].to_numpy().tolist() == [["b", "nsubj", 0.8], ["a", "obj", 0.7]]
    nothing = in_which_models(both, Question("copying", "induction"))
    assert nothing.empty
    assert list(nothing.columns) == list(found.columns)


def test_the_command_looks_in_a_folder_and_in_those_in_it(both, tmp_path, capsys):
    for one in both:
        save_profile(one, tmp_path / f"model={one.facts['model']}" / "p.parquet")
    find = ["find", "obj > .6 and verdict = 'established'", "--profiles", str(tmp_path)]
    assert main([*find, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["model"], row["layer"], row["head"]) == ("a", 0, 1)
    assert main(find) == 0
    head, line = capsys.readouterr().out.splitlines()
    assert head.split()[:5] == ["model", "score", "direction", "layer", "head"]
    assert line.split()[:5] == ["a", "obj", "dep→head", "0", "1"]
    assert main(["find", "obj > .99", "--profiles", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "No head of 2 profiles.\n"


def test_the_command_looks_in_what_comes_with_the_app(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    assert main(["find", "cop > .5 and verdict = 'established'", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows
    assert all(row["score"] == "cop" and row["value"] > 0.5 and row["verdict"] == "established" for row in rows)
