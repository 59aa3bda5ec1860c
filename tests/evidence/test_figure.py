"""Which heads pick a region out: more than its area and more than random weights, each by hand."""

import pytest
import torch

from mha_viz.errors import InputError
from mha_viz.evidence.figure import figure_sentence, figure_table
from mha_viz.scores.media.figure import PatchLooks

HEADS = ((3, 0), (3, 2))
REGION = torch.tensor([1.0, 0.0, 0.0, 1.0, 0.0])  # an area of 2/5


def looks(first, second, by_class=None):
    rows = [[share / 2, (1 - share) / 3, (1 - share) / 3, share / 2, (1 - share) / 3] for share in (first, second)]
    return PatchLooks(HEADS, torch.tensor(rows), None if by_class is None else torch.tensor([rows[0], by_class]))


def test_a_head_picks_a_region_out_above_its_area_and_above_all_controls():
    controls = [looks(0.1, 0.2), looks(0.55, 0.3)]
    table = figure_table(looks(0.5, 0.7), controls, REGION)
    assert list(table) == ["layer", "head", "inside", "inside_random", "picks_out", "area"]
    assert table["inside"].tolist() == pytest.approx([0.5, 0.7])
    assert table["inside_random"].tolist() == pytest.approx([0.55, 0.55])
    assert table["picks_out"].tolist() == [False, True]
    assert table["area"].tolist() == pytest.approx([0.4, 0.4])
    below = figure_table(looks(0.35, 0.38), [looks(0.1, 0.2)], REGION)
    assert below["picks_out"].tolist() == [False, False]  # above random weights, but not above the area


def test_what_is_said_of_it():
    own = looks(0.5, 0.7, [0.9, 0.1, 0.0, 0.0, 0.0])
    control = looks(0.6, 0.2, [0.2, 0.2, 0.2, 0.2, 0.2])
    told = figure_sentence(figure_table(own, [control, control], REGION), 2).replace("\N{NO-BREAK SPACE}", " ")
    assert told == (
        "The region is 40 % of the picture. Of what patches give to patches, it gets more than that, and more than in "
        "any head of two networks with random weights (60 % at most), in 1 of 2 heads: most in L3 H2, 70 %; of what "
        "CLS gives to patches, in 1 (random weights 60 % at most): most in L3 H2, 90 %. One picture says what heads do "
        "in it, not what they do in general."
    )


@pytest.mark.parametrize("region", [torch.zeros(5), torch.ones(5)])
def test_all_or_nothing_is_no_region(region):
    with pytest.raises(InputError, match="whole picture, or nothing of it"):
        figure_table(looks(0.5, 0.7), [looks(0.1, 0.2)], region)


def test_without_a_control_nothing_is_said():
    with pytest.raises(InputError, match="random weights"):
        figure_table(looks(0.5, 0.7), [], REGION)
