"""What fills the pictures of the map in place of patterns: scores, pale where not established, and clusters."""

import pandas as pd
import pytest
import torch

from mha_viz.attention.overview import overview_of
from mha_viz.attention.passages import PassageShares, shares_of
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.recording.capture import capture
from mha_viz.views.grid import model_picture
from mha_viz.views.grid_tints import cluster_tints, passage_tints, score_tints
from mha_viz.views.style import theme
from tests.support.networks.families import TEXTS, text_model

ROWS = pd.DataFrame(
    [
        (0, 1, 0.25, "established", "established"),
        (1, 0, 0.75, "not enough evidence", "not enough evidence"),
        (1, 2, 0.5, "established", "established"),
        (0, 0, float("nan"), "undefined", None),
    ],
    columns=["layer", "head", "value", "verdict", "said"],
)


def header_of(tints, order=None):
    shown = choose(capture(text_model("bert")[1], TEXTS[1]), Selection("encoder"))
    return model_picture(shown, overview_of(shown, 30), order=order, tints=tints).header


def test_a_score_is_as_strong_as_it_is_large_and_pale_where_it_is_not_established():
    header = header_of(score_tints(ROWS, "syntactic: obj"))
    tints = header["tints"]
    assert [kind["name"] for kind in tints["kinds"]] == ["established", "not established"]
    assert tints["kinds"][0]["light"] == theme.SEQUENTIAL_LIGHT
    assert tints["kinds"][1]["dark"] == (theme.ON_GROUND["paper"][1], theme.UNKNOWN["dark"])
    assert tints["of"] == [None, 0, None, 1, None, 0]  # in the order of the pictures
    assert tints["levels"] == [0, 85, 0, 255, 0, 170]
    assert tints["ends"] == (0.0, 0.75)
    assert tints["says"][1] == "syntactic: obj 0.250, established"
    assert tints["says"][0] == "not measured"
    assert header["title"].endswith(", coloured by syntactic: obj")
    assert "coloured by syntactic: obj" in header["facts"][-1]
    assert "grey where it is not established" in header["note"]


def test_colours_follow_the_order_and_only_kinds_that_are_there_are_told():
    tints = header_of(score_tints(ROWS, "obj"), order=[3, 0])["tints"]
    assert [kind["name"] for kind in tints["kinds"]] == ["not established"]
    assert (tints["of"], tints["levels"]) == ([0, None], [255, 0])


def test_a_score_below_zero_is_the_least():
    tints = header_of(score_tints(ROWS.assign(value=[-0.5, 0.5, 0.0, 0.25]), "gain"), order=[1, 3, 5])["tints"]
    assert (tints["ends"], tints["levels"]) == ((-0.5, 0.5), [0, 255, 128])


def test_clusters_have_a_colour_each():
    clusters = {(layer, head): 1 + (layer + head) % 3 for layer in range(2) for head in range(3)}
    header = header_of(cluster_tints(clusters))
    tints = header["tints"]
    assert [kind["name"] for kind in tints["kinds"]] == ["cluster 1", "cluster 2", "cluster 3"]
    assert len({kind["light"][0] for kind in tints["kinds"]}) == 3
    assert tints["of"] == [0, 1, 2, 1, 2, 0]
    assert tints["says"][2] == "cluster 3"
    assert tints["ends"] is None
    assert "look at this text alike" in header["note"]


def test_patterns_have_no_colours_of_their_own():
    assert "tints" not in header_of(None)


@pytest.mark.parametrize("tints", [score_tints(ROWS, "obj"), cluster_tints({(1, 2): 1})])
def test_the_table_of_the_heads_has_what_they_are_coloured_by(tints):
    name = next(iter(tints.columns))
    assert tints.columns[name][1, 2] == {"obj": 0.5, "cluster": 1}[name]


def test_a_passage_colours_heads_by_what_goes_to_it_on_average():
    share = torch.tensor([[0.0, 0.25, 0.75], [0.9, 0.0, 0.25], [0.9, 0.0, 0.0]])
    counts = torch.tensor([False, True, True])
    tints = passage_tints(PassageShares((0,), ((0, 1), (1, 0), (1, 2)), share, share / 2, counts), "decoder")
    header = header_of(tints)["tints"]
    assert header["of"] == [None, 0, None, 0, None, 0]
    assert header["levels"] == [0, 255, 0, 64, 0, 0]
    assert header["ends"] == (0.0, 0.5)
    assert header["says"][1] == "50 % to the passage, evenly 25 %"
    assert tints.columns["even spread"] == {(0, 1): 0.25, (1, 0): 0.0625, (1, 2): 0.0}
    assert "after the passage" in tints.sentence


def test_where_no_position_counts_a_passage_colours_nothing():
    of = capture(text_model("bert")[1], TEXTS[1])
    shares = shares_of(of, tuple(range(len(of.query_positions["encoder"]))), "encoder")
    assert passage_tints(shares, "encoder") is None


def test_the_note_of_colours_has_a_form_for_a_finger_that_differs_in_this_alone():
    header = header_of(cluster_tints({(0, 0): 1, (0, 1): 1, (0, 2): 1, (1, 0): 2, (1, 1): 2, (1, 2): 2}))
    assert "elsewhere. Point at a head to see its pattern. " in header["note"]
    assert header["note_tap"] == header["note"].replace("Point at a head", "Tap a head")
    assert "note_tap" not in header_of(None)
