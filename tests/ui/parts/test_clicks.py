"""What a browser may send of a view: each thing that the view offers comes through, whatever else is refused."""

import math

import numpy as np
import pytest

from mha_viz.ui.parts import view as shown
from mha_viz.ui.parts.clicks import CLICKS, read_click
from mha_viz.ui.shell import refused
from mha_viz.views.style.scripts import kinds, script
from mha_viz.views.view import View

VIEWS = {
    "grid": {"opens": [(2, 0), (2, 1), (3, 0)], "adds": 8, "size": 0},
    "gallery": {"pieces": [{}, {}, {}]},
    "strips": {"heads": [(1, 4), (0, 2)], "words": ["a", "b", "c"]},
    "trail": {"names": [{"name": "Anna"}, {"name": "Ben"}], "heads": [(1, 4)]},
    "claims": {"cards": [{}, {}, {}], "chooses": True},
    "scores": {"layers": [3, 7], "columns": 5},
    "atlas": {"models": ["one", "two"], "deepest": 3, "n_heads": 2},
    "compare": {"queries": ["a", "b"], "keys": ["a", "b", "c"]},
    "layers": {"queries": ["L0", "L2"], "keys": ["L0", "L1", "L2"]},
    "head": {
        "queries": ["a", "b"],
        "keys": ["a", "b", "c"],
        "offers": [(2, [0, 1, 5]), (4, [1])],
        "most": 3,
        "shown": [0, 3],
        "cuts": True,
    },
    "painted": {"sides": {"query": {"words": ["a", "b"]}, "key": {"words": ["a", "b", "c"]}}},
    "timeline": {"listeners": ["the", "cat", "sat"], "heads": [[0, 2], [1, 4]]},
    "picture": {"labels": ["CLS", "0, 0", "0, 1"], "heads": [[0, 2], [1, 4]], "rows": 2, "columns": 3},
    "words_on_picture": {
        "words": ["a", "b"],
        "heads": [[0, 2], [1, 4]],
        "pieces": [{"rows": 2, "columns": 3}, {"rows": 1, "columns": 5}],
    },
    "arcs": {"n_words": 13},
    "passages": {"heads": [[0, 2], [1, 4]], "opens": True, "marking": {"words": ["a", "b", "c", "d"]}},
}
OFFERED = [
    ("grid", "open", [2, 1], (2, 1)),
    ("grid", "add", [3, 0], (3, 0)),
    ("grid", "size", 78, 78),
    ("grid", "size", 0, 0),
    ("gallery", "take", 2, 2),
    ("strips", "open", [0, 2], (0, 2)),
    ("strips", "look_from", 2, 2),
    ("picture", "look_from", 2, 2),
    ("picture", "choose", [1, 4], (1, 4)),
    ("picture", "paint", [0, 5], [(0, 0), (1, 2)]),
    ("timeline", "look_from", 2, 2),
    ("timeline", "choose", [1, 4], (1, 4)),
    ("words_on_picture", "look_from", 1, 1),
    ("words_on_picture", "choose", [1, 4], (1, 4)),
    ("words_on_picture", "over", {"overlay": "all", "heads": [[1, 4]], "summed": True}, ("all", True)),
    ("words_on_picture", "over", {"overlay": "picked", "heads": [[1, 4]], "summed": False}, (((1, 4),), False)),
    ("words_on_picture", "paint", {"piece": 0, "cells": [1, 5]}, (0, [(0, 1), (1, 2)])),
    ("trail", "name", 1, 1),
    ("passages", "head", [1, 4], (1, 4)),
    ("passages", "mark", [1, 3], (1, 3)),
    ("passages", "mark", [2, 2], (2, 2)),
    ("trail", "head", [1, 4], (1, 4)),
    ("claims", "choose", 2, 2),
    ("scores", "choose", [7, 4], (7, 4)),
    ("atlas", "choose", [1, 3.0, 11], (1, 3, 11)),
    ("atlas", "pick", [[1, 3, 11], [0, 0, 0]], [(1, 3, 11), (0, 0, 0)]),
    ("atlas", "pick", [], []),
    ("compare", "cell", [1, 2], (1, 2)),
    ("layers", "layers", [1, 2], (1, 2)),
    ("head", "heads", [[4, 1], [2, 5]], [(4, 1), (2, 5)]),
    ("head", "mean", True, True),
    ("head", "mean", False, False),
    ("head", "look", {"side": "key", "tokens": [2, 0]}, ("key", (2, 0))),
    ("head", "look", {"side": "query", "tokens": []}, ("query", ())),
    ("painted", "look", {"side": "key", "tokens": [2]}, ("key", (2,))),
    ("painted", "look", {"side": "query", "tokens": [1]}, ("query", (1,))),
    ("head", "threshold", 0.25, 0.25),
    ("head", "window", [7.9, 19.2, 0, 5], (7, 19, 0, 5)),
    ("head", "turn", [0, -1], (0, -1)),
    ("head", "cut", [1, 2], (1, 2)),
    ("arcs", "mark", [0, 12], [0, 12]),
    ("arcs", "mark", [], []),
    ("arcs", "unmark", ["link", 3, 17], ("link", 3, 17)),
]
FORGED = [
    None, "x", "0", True, -1, 1.5, math.nan, math.inf, 10**30, 10**400, [], [0], [0, 1, 2, 3, 4], [-1, -1], [2, -1],
    [10**9, 10**9], [math.nan, math.nan], [0.5, 0.5], ["0", "1"], [True, True], [[2, 1]], {}, {"side": "query"},
    {"side": "both", "tokens": [0]}, {"side": "query", "tokens": [2]}, {"side": "key", "tokens": [-1]},
    {"side": ["query"], "tokens": []}, 
    {"side": "query", "tokens": [0, 2]}, ["arc", -1, 2], ["root", 1, 2], ["link", 3], [13, 10], [9, 10],
    [5, 5], [[2, 0], [2, 1], [2, 5], [4, 1]], [[2, 0], [2, 0]], [[4, 0]],
    [[0, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 1], [0, 0, 2]], [[0, 9, 0]],
]  # fmt: skip
FITS = {
    ("atlas", "pick"): [[]],
    ("picture", "paint"): [[], [0], [0, 1, 2, 3, 4]],
    ("head", "heads"): [[[2, 1]]],
    ("head", "mean"): [True],
    ("head", "turn"): [[-1, -1]],
    ("arcs", "mark"): [[], [0], [9, 10]],
}  # what is forged elsewhere is said there


def made(kind):
    return View(kind, VIEWS[kind], {})


@pytest.mark.parametrize(("kind", "name", "value", "read"), OFFERED)
def test_what_a_view_offers_comes_through(kind, name, value, read):
    assert read_click(made(kind), name, value) == read


@pytest.mark.parametrize(("kind", "name"), CLICKS)
def test_whatever_else_is_refused(kind, name):
    for value in [value for value in FORGED if value not in FITS.get((kind, name), [])]:
        with pytest.raises(ValueError, match="offers"):
            read_click(made(kind), name, value)


def test_every_row_is_tried_and_is_what_a_view_sends():
    assert {row[:2] for row in OFFERED} == set(CLICKS)
    for kind, name in CLICKS:
        assert kind in kinds()
        assert f'send("{name}"' in script("streamlit", kind)


def test_a_view_that_opens_nothing_sends_nothing_to_open():
    with pytest.raises(ValueError, match="offers"):
        read_click(View("grid", {"opens": None}, {}), "open", [2, 1])
    with pytest.raises(ValueError, match="offers"):
        read_click(View("steps", {}, {"x": np.zeros(1)}), "open", [2, 1])


def test_a_passage_ends_after_it_begins():
    with pytest.raises(ValueError, match="offers"):
        read_click(made("passages"), "mark", [3, 1])


def test_what_is_refused_is_said_once_and_taken_by_nobody(monkeypatch, capsys):
    monkeypatch.setattr(refused, "_SAID", set())
    taken = []
    for value in ([2, 1], [5, 5], "x"):
        shown._take(made("grid"), "open", {"open": value}, taken.append)
    shown._take(made("grid"), "open", None, taken.append)
    assert taken == [(2, 1)]
    assert capsys.readouterr().err == (
        "mha-viz: Refused what no page of ours sends: 'open' of nothing that a view of the kind 'grid' offers.\n"
    )
