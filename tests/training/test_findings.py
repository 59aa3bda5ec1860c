"""Looking beside mattering: put together by head, and said without claiming a direction that is not there."""

import pandas as pd
import pytest

from mha_viz.errors import InputError
from mha_viz.training.findings import looks_and_matters, mattering_note, mattering_sentence, models_sentence
from mha_viz.views.figures import looking_and_mattering

HEADS = [(0, 0), (0, 1), (1, 0), (1, 1)]
LOOKS = [(0.0, 0.0, 0.04), (0.1, 0.05, 0.2), (0.9, 0.8, 0.95), (0.7, 0.6, 0.8)]
DROPS = [(0.5, 0.4, 0.6), (0.0, -0.1, 0.1), (0.3, 0.2, 0.4), (-0.01, -0.04, 0.03)]


def measured(drops=DROPS):
    rows = [("coreference", "twins", *place, *look, 90) for place, look in zip(HEADS, LOOKS, strict=True)]
    profile = pd.DataFrame(rows, columns=["family", "score", "layer", "head", "value", "low", "high", "n"])
    other = profile.assign(score="another", value=1.0)
    names = ["layer", "head", "drop", "low", "high", "n"]
    without = [dict(zip(names, (*place, *lost, 180), strict=True)) for place, lost in zip(HEADS, drops, strict=True)]
    return pd.concat([other, profile]), without[::-1]


def test_each_head_keeps_its_own_numbers():
    table = looks_and_matters(*measured())
    assert list(zip(table["layer"], table["head"], strict=True)) == HEADS
    assert list(table[["looks", "looks_low", "looks_high"]].itertuples(index=False, name=None)) == LOOKS
    assert list(table[["drop", "drop_low", "drop_high"]].itertuples(index=False, name=None)) == DROPS
    assert (set(table["n_pairs"]), set(table["n"])) == ({90}, {180})


def test_the_sentence_tells_looking_and_mattering_apart():
    said = mattering_sentence(looks_and_matters(*measured()))
    assert said == (
        "L1 H0 finds most, the right noun in 90.0 % [80.0, 95.0] of the pairs; without it accuracy falls by 30.0 "
        "points [20.0, 40.0]. L0 H0 matters most: without it accuracy falls by 50.0 points [40.0, 60.0]; it finds "
        "0.0 % [0.0, 4.0]. L1 H1 finds 70.0 % [60.0, 80.0], and yet without it accuracy changes by 1.0 points, "
        "upwards if anything [-4.0, 3.0]: to look is not to matter."
    )


def test_where_the_same_head_does_both_nothing_is_set_against_it():
    drops = [(0.1, 0.0, 0.2), (0.0, -0.1, 0.1), (0.6, 0.5, 0.7), (0.2, 0.1, 0.3)]
    said = mattering_sentence(looks_and_matters(*measured(drops)))
    assert "matters most" not in said
    assert "to look is not to matter" not in said


def test_what_was_not_measured_is_refused():
    profile, without = measured()
    for given in ((profile[profile["score"] == "another"], without), (profile, [])):
        with pytest.raises(InputError, match="does not hold"):
            looks_and_matters(*given)


def test_the_figure_holds_every_head_with_its_interval():
    figure = looking_and_mattering(looks_and_matters(*measured()))
    assert [list(trace.text) for trace in figure.data] == [["L0 H0", "L0 H1"], ["L1 H0", "L1 H1"]]
    second = figure.data[1]
    assert list(second.x) == pytest.approx([0.9, 0.7])
    assert list(second.y) == pytest.approx([0.3, -0.01])
    assert list(second.error_y.array) == pytest.approx([0.1, 0.04])
    assert list(second.error_x.arrayminus) == pytest.approx([0.1, 0.1])


def test_what_was_measured_is_told_with_its_numbers():
    table = pd.DataFrame({"n_pairs": [97, 101], "n": [202, 202]})
    assert "on 101 pairs of sentences (202) with nouns" in mattering_note(table)
    ends = pd.DataFrame({"parameters": [17_000, 17_000, 17_000], "heads": [1, 2, 4], "seed": [3, 3, 5]})
    assert "every model here has 17,000 parameters" in models_sentence(ends)
    assert models_sentence(ends).endswith("3 models, 2 seeds each.")
