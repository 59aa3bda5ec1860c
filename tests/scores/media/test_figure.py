"""Figure against ground: what heads give to a region, counted on the pattern itself."""

import numpy as np
import pytest

from mha_viz.errors import InputError
from mha_viz.recording.capture import capture
from mha_viz.scores.media.figure import cells_covered, cells_in, patch_looks, region_of
from mha_viz.scores.media.pictures import even_scores, picture_scores
from tests.support.networks.families import text_model
from tests.support.networks.seeing import photograph, processor, seeing_model


@pytest.fixture(scope="module")
def found():
    return capture(seeing_model("dinov2, registers", processor(20, 44)), photograph())  # 5 × 11 patches


def test_what_heads_give_to_patches_is_what_the_scores_count(found):
    looks, figure = patch_looks(found), np.zeros((20, 44), dtype=bool)
    figure[4:12, 8:20] = True  # patches of rows 1 and 2, columns 2 to 4
    cells = tuple((row, column) for row in (1, 2) for column in (2, 3, 4))
    assert cells_covered(figure, None, 5, 11) == cells
    region, table = region_of(cells, 5, 11), picture_scores(found, figure)
    assert looks.heads == tuple(zip(table["layer"], table["head"], strict=True))
    assert (looks.by_patches @ region).tolist() == pytest.approx(table["inside"].tolist(), abs=1e-5)
    assert (looks.by_class @ region).tolist() == pytest.approx(table["inside_from_CLS"].tolist(), abs=1e-5)


def test_without_a_class_token_nothing_looks_from_it():
    looks = patch_looks(capture(seeing_model("siglip"), photograph()))
    assert looks.by_class is None
    assert looks.by_patches.sum(dim=1).tolist() == pytest.approx([1] * len(looks.heads), abs=1e-5)


def test_a_region_keeps_to_the_grid(found):
    assert region_of([(0, 1), (2, 4), (3, 0), (-1, 2), (0, 5)], 3, 5).nonzero().flatten().tolist() == [1, 14]
    assert cells_in(found, [(4, 10), (0, 3), (5, 0), (0, 11), (0, 3)]) == ((0, 3), (4, 10))


def test_only_the_part_that_the_model_saw_counts():
    figure = np.zeros((6, 20), dtype=bool)
    figure[:, 9:11] = True
    assert cells_covered(figure, (4, 0, 16, 6), 1, 3) == ((0, 1),)  # 4–8, 8–12 by half, 12–16


def test_an_even_spread_is_what_even_rows_give(found):
    even = even_scores(found.key_positions["encoder"])
    assert even["same_row"] == pytest.approx(10 / 54)
    assert even["same_column"] == pytest.approx(4 / 54)
    assert even["to_reg 3"] == pytest.approx(1 / 60)


def test_a_text_has_no_patches():
    with pytest.raises(InputError, match="This capture is not of a picture"):
        patch_looks(capture(text_model("bert")[1], "the cat sat"))
