"""Figures of plotly in a notebook: they ask the network for nothing, and a still picture goes with them."""

import base64
import copy
import io
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from mha_viz.views.figures import heatmap, ranking

DARKEST, PAPER, BAR = (8, 48, 107), (255, 255, 255), (42, 114, 192)


def still(figure):
    bundle = figure._repr_mimebundle_()
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))).convert("RGB"))


def shares(maximum=1.0):
    """Three queries and five keys: query i looks at key i + 1 alone, twice as much as fits on the scale."""
    return pd.DataFrame(np.eye(3, 5, 1) * maximum, index=list("abc"), columns=list("vwxyz"))


@pytest.mark.parametrize(
    "figure", [heatmap(shares()), ranking(pd.DataFrame({"layer": [2], "head": 3, "attention": 1}))]
)
def test_a_figure_brings_its_numbers_and_a_still_picture_and_no_address(figure):
    bundle = figure._repr_mimebundle_(include=None, exclude=None)
    assert set(bundle) == {"application/vnd.plotly.v1+json", "image/png", "text/plain"}
    assert bundle["application/vnd.plotly.v1+json"]["data"][0]["type"] == figure.data[0].type
    assert "http" not in json.dumps(bundle["application/vnd.plotly.v1+json"])
    assert not callable(figure._repr_html_)  # plotly's own would be asked, and bring a script from elsewhere
    assert not callable(figure._ipython_display_)
    again = copy.deepcopy(figure)
    assert again._repr_mimebundle_()["image/png"] == bundle["image/png"]


@pytest.mark.parametrize("maximum", [1.0, None])
def test_the_still_picture_of_a_map_has_its_cells_and_its_scale(maximum):
    image = still(heatmap(shares(0.25), maximum=maximum))
    edge, cell = 8 + 7 * 1, 28
    assert image.shape == (edge + 3 * cell + 4, edge + 5 * cell + 4, 3)
    middles = [
        [tuple(image[edge + row * cell + 14, edge + column * cell + 14].tolist()) for column in range(5)]
        for row in range(3)
    ]
    assert [[middle != PAPER for middle in row] for row in middles] == np.eye(3, 5, 1, dtype=bool).tolist()
    assert (middles[0][1] == DARKEST) == (maximum is None)


def test_the_still_picture_of_a_ranking_has_a_bar_each():
    table = pd.DataFrame({"layer": [2, 3, 5], "head": [7, 1, 0], "attention": [0.75, 0.25, 0.0]})
    image = still(ranking(table))
    rows = [(image[12 + 20 * i] == BAR).all(axis=-1).sum() for i in range(3)]
    assert rows == [301, 101, 1]  # of 400 pixels, and the first
