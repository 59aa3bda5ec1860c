"""The layers of two models as a picture and as a table, on distances that are written down."""

import pytest
import torch

from mha_viz.comparison.comparison import comparison_of
from mha_viz.comparison.layers import nearest_in_layers
from mha_viz.views.compare.layers import layers_picture, layers_table
from mha_viz.views.compare.sentences import Usual
from tests.support.captures.comparing import WORDS, made, random_layers

APART = torch.tensor([[0.5, 0.25, 0.75], [0.625, 0.125, 0.875]])  # dark is what is near
USUAL = Usual("m", 0.375)


@pytest.fixture(scope="module")
def comparison():
    """Two layers of three heads beside three layers of two."""
    return comparison_of(made(random_layers(2, 3, 5), WORDS), made(random_layers(3, 2, 5, seed=1), WORDS, name="other"))


@pytest.fixture(scope="module")
def nearest(comparison):
    distances = torch.full((6, 6), 0.5)
    distances[4, 3] = 0.0625  # L1 H1 and L1 H1
    return nearest_in_layers(comparison, distances)


def test_layers_stand_with_their_numbers_and_the_two_that_are_most_alike_are_named(comparison, nearest):
    view = layers_picture(comparison, APART, nearest, ((1, 0), (2, 1)), usual=USUAL, facts={"model": "m"})
    header = view.header
    assert (header["queries"], header["keys"]) == (["L0", "L1"], ["L0", "L1", "L2"])
    assert (header["low"], header["high"], header["chosen"]) == (0.125, 0.875, [1, 2])
    assert view.arrays["values"].tolist() == APART.flatten().tolist()
    assert header["nearest"][1][1] == "L1 H1 and L1 H1"
    assert header["caption"] == (
        "Most alike are L1 of m and L1 of other: their heads are 0.125 bits apart; two heads of m are 0.375 apart "
        "(median)."
    )
    light = header["palette"]["light"]
    assert sum(int(light[0][i : i + 2], 16) for i in (1, 3, 5)) < sum(int(light[-1][i : i + 2], 16) for i in (1, 3, 5))


def test_the_table_has_a_row_for_each_two_layers(comparison, nearest):
    table = layers_table(comparison, APART, nearest)
    assert table.iloc[4].tolist() == [1, 1, 0.125, "L1 H1", "L1 H1"]
    assert table["distance"].tolist() == APART.flatten().tolist()
    assert table[["layer", "other_layer"]].to_numpy().tolist() == [[i, j] for i in range(2) for j in range(3)]
