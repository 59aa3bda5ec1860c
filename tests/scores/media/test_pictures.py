"""Scores of pictures, each on a pattern whose answer can be counted."""

import math

import numpy as np
import pytest
import torch

import mha_viz
from mha_viz.errors import InputError
from mha_viz.recording.capture import capture
from mha_viz.scores.media.pictures import along, covered, inside, patch_distance, picture_scores
from tests.support.networks.families import text_model
from tests.support.networks.seeing import photograph, processor, seeing_model

ROWS, COLUMNS = 3, 5
CELLS = tuple((i // COLUMNS, i % COLUMNS) for i in range(ROWS * COLUMNS))
EVEN = torch.full((15, 15), 1 / 15)


def test_the_distance_of_neighbours_and_of_a_fixed_step():
    assert patch_distance(torch.eye(15), CELLS) == 0
    step = torch.zeros(15, 15)
    for i, (row, column) in enumerate(CELLS):  # a knight's move, once round where the picture ends
        step[i, CELLS.index(((row + 1) % ROWS, (column + 2) % COLUMNS))] = 0.25  # the rest goes to no patch
    expected = [math.dist(cell, ((cell[0] + 1) % ROWS, (cell[1] + 2) % COLUMNS)) for cell in CELLS]
    assert patch_distance(step, CELLS).item() == pytest.approx(sum(expected) / 15)
    both = torch.stack([torch.eye(15), step])
    assert patch_distance(both, CELLS).tolist() == pytest.approx([0, sum(expected) / 15])


def test_along_rows_and_columns():
    assert along(EVEN, CELLS, 0).item() == pytest.approx(4 / 14)
    assert along(EVEN, CELLS, 1).item() == pytest.approx(2 / 14)
    right = torch.zeros(15, 15)
    for i, (row, column) in enumerate(CELLS):
        right[i, i] = 0.5
        right[i, CELLS.index((row, (column + 1) % COLUMNS))] = 0.3
    assert [along(right, CELLS, side).item() for side in (0, 1)] == pytest.approx([1, 0])
    assert along(torch.eye(15), CELLS, 0).isnan()


def test_how_much_of_each_patch_a_figure_covers():
    figure = np.zeros((6, 20), dtype=bool)  # 2 × 4 pixels a patch
    figure[2:4, 4:8] = True
    figure[0, 8:12] = True
    expected = torch.zeros(15)
    expected[CELLS.index((1, 1))] = 1
    expected[CELLS.index((0, 2))] = 0.5
    assert torch.equal(covered(figure, ROWS, COLUMNS), expected)
    assert covered(np.ones((7, 23), dtype=bool), ROWS, COLUMNS).tolist() == [1] * 15
    for wrong in (np.ones((2, 20)), np.ones((6, 4)), np.ones((6, 20, 1))):
        with pytest.raises(InputError, match="figure has the shape"):
            covered(wrong, ROWS, COLUMNS)


def test_an_even_spread_gives_the_figure_its_area():
    figure = torch.rand(15, generator=torch.Generator().manual_seed(1))
    assert inside(EVEN[0] * 0.4, figure).item() == pytest.approx(figure.mean().item())
    assert inside(torch.eye(15), figure).tolist() == pytest.approx(figure.tolist())


@pytest.fixture(scope="module")
def found():
    return capture(seeing_model("dinov2, registers", processor(20, 44)), photograph())


def test_the_table_of_a_picture(found):
    figure = np.zeros((20, 44), dtype=bool)
    figure[4:12, 8:20] = True  # patches of rows 1 and 2, columns 2 to 4
    table = picture_scores(found, figure)
    others = ["to_CLS", "to_reg 1", "to_reg 2", "to_reg 3", "to_reg 4"]
    scores = ["layer", "head", "distance", "same_row", "same_column", *others, "inside", "inside_from_CLS", "area"]
    assert list(table) == scores
    row = table[(table["layer"] == 1) & (table["head"] == 2)].iloc[0]
    pattern = mha_viz.pattern(found, 1)[2]
    places = [5 + 11 * row + column for row in (1, 2) for column in (2, 3, 4)]
    assert row["to_reg 2"] == pytest.approx(pattern[5:, 2].mean().item(), abs=1e-6)
    assert row["inside_from_CLS"] == pytest.approx((pattern[0, places].sum() / pattern[0, 5:].sum()).item(), abs=1e-5)
    whole = (pattern[5:, places].sum(dim=1) / pattern[5:, 5:].sum(dim=1)).mean()
    assert row["inside"] == pytest.approx(whole.item(), abs=1e-5)
    assert row["area"] == pytest.approx(6 / 55)
    assert "area" not in picture_scores(found)


def test_a_random_control_stands_beside_it(found):
    model = seeing_model("dinov2, registers", processor(20, 44))
    control = capture(mha_viz.random_twin(model), photograph())
    figure = np.tile(np.arange(44) < 16, (20, 1))
    table, random = picture_scores(found, figure, control=control), picture_scores(control, figure)
    assert table["inside_random"].tolist() == [random["inside"].max()] * 6
    assert table["inside_from_CLS_random"].tolist() == [random["inside_from_CLS"].max()] * 6


def test_a_text_has_no_such_scores():
    with pytest.raises(InputError, match="This capture is not of a picture"):
        picture_scores(capture(text_model("bert")[1], "the cat sat"))
