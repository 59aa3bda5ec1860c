"""What a patch looks at: found by row and column, and laid out on the grid."""

import math

import pytest
import torch

from mha_viz.attention.calls import call_pattern
from mha_viz.attention.media.patches import find_patch, grid_of, looks_of, on_grid, patch_frame
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.attention.tables import map_frame
from mha_viz.errors import InputError
from mha_viz.inputs.text import numbered
from mha_viz.recording.capture import capture
from tests.support.networks.seeing import photograph, processor, seeing_model


@pytest.fixture(scope="module")
def found():
    return capture(seeing_model("dinov2, registers", processor(20, 44)), photograph())  # 5 rows, 11 columns


def axis_of(found):
    return found.query_positions["encoder"]


@pytest.mark.parametrize(
    ("wanted", "place"), [("0,0", 5), ("4, 10", 59), (" 1 ,2", 5 + 11 + 2), ("cls", 0), ("reg 4", 4), ("Reg 1", 1)]
)
def test_a_position_by_what_people_write(found, wanted, place):
    assert find_patch(axis_of(found), wanted) == place


@pytest.mark.parametrize("wanted", ["5,0", "0,11", "-1,0", "cat", "", "1"])
def test_a_position_that_is_not_there(found, wanted):
    with pytest.raises(InputError) as error:
        find_patch(axis_of(found), wanted)
    end = "give row,column from 0,0 to 4,10, or CLS, reg 1, reg 2, reg 3, reg 4."
    assert str(error.value) == f"{wanted!r} is no position of this picture: {end}"


def test_rows_of_all_heads(found):
    looks = looks_of(found, 17)
    for call, rows in zip(found.calls, looks, strict=True):
        torch.testing.assert_close(rows, call_pattern(call)[:, 17], rtol=0, atol=1e-6)


def test_numbers_on_the_grid(found):
    axis = axis_of(found)
    assert grid_of(axis) == (5, 11)
    grid = on_grid(torch.arange(60.0).expand(3, 60), axis)
    assert grid.shape == (3, 5, 11)
    assert (grid[2, 4, 10], grid[0, 1, 2]) == (59, 18)
    turned = axis.cells[::-1]
    other = type(axis)(axis.ids, axis.labels, axis.is_special, axis.spans, cells=turned)
    assert on_grid(torch.arange(60.0), other)[4, 10] == 0
    with pytest.raises(InputError, match="This capture is not of a picture"):
        grid_of(numbered(7))


def test_a_tidy_table_of_what_a_patch_looks_at(found):
    table = patch_frame(found, "3,7")
    assert list(table) == ["layer", "head", "query", "key", "row", "column", "attention"]
    assert len(table) == 2 * 3 * 60
    assert set(table["query"]) == {"3, 7"}
    assert table.groupby(["layer", "head"])["attention"].sum().tolist() == pytest.approx([1.0] * 6, abs=1e-5)
    one = table[(table["layer"] == 1) & (table["head"] == 2) & (table["row"] == 4) & (table["column"] == 10)]
    assert one["attention"].item() == pytest.approx(
        call_pattern(found.calls[1])[2, 5 + 3 * 11 + 7, 59].item(), abs=1e-6
    )
    assert table["key"][:6].tolist() == ["CLS", "reg 1", "reg 2", "reg 3", "reg 4", "0, 0"]
    assert table["row"][:5].isna().all()


def test_the_table_of_a_map_has_rows_and_columns_of_patches(found):
    table = map_frame(choose(found, Selection("encoder")), 1, [2])
    row = table[(table["query_position"] == 5 + 11 + 2) & (table["key_position"] == 59)].iloc[0]
    assert [row[name] for name in ("query_row", "query_column", "key_row", "key_column")] == [1, 2, 4, 10]
    assert math.isnan(table["query_row"].iloc[0])
