"""The colours of heads side by side: apart from each other for every reader, and light or dark enough to write on."""

from itertools import combinations

import numpy as np
import pytest

from mha_viz.views.style import theme

# What readers see who lack one kind of cone, on linear sRGB: Machado et al. (2009), doi:10.1109/TVCG.2009.113.
EYES = {
    "all cones": np.eye(3),
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
}
XYZ = np.array([[0.412456, 0.357576, 0.180437], [0.212673, 0.715152, 0.072175], [0.019334, 0.119192, 0.950304]])
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour):
    parts = np.array(list(bytes.fromhex(colour[1:]))) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    x, y, z = np.cbrt(XYZ @ np.clip(rgb, 0, 1) / WHITE)
    return np.array([116 * y, 500 * (x - y), 200 * (y - z)])


def contrast(one, other):
    low, high = sorted(float(XYZ[1] @ linear(colour)) + 0.05 for colour in (one, other))
    return high / low


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("colours", [theme.HEADS_LIGHT, theme.HEADS_DARK], ids=["light", "dark"])
def test_no_two_heads_look_alike(colours, eyes):
    seen = [lab(np.array(EYES[eyes]) @ linear(colour)) for colour in colours]
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) > 10  # just seen to differ: 2.3
    assert len(colours) == 8


@pytest.mark.parametrize(
    ("colours", "ink", "paper"),
    [
        (theme.HEADS_LIGHT, theme.ON_BOTH["on-dark"], theme.ON_GROUND["paper"][0]),
        (theme.HEADS_DARK, theme.ON_BOTH["on-light"], theme.ON_GROUND["paper"][1]),
    ],
    ids=["light", "dark"],
)
def test_a_switch_can_be_read_and_a_line_be_seen(colours, ink, paper):
    assert all(contrast(colour, ink) >= 4.5 and contrast(colour, paper) >= 3 for colour in colours)
