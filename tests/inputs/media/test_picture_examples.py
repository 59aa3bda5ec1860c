"""Pictures of our own: drawn the same each time, and of each it is known what is its figure."""

import io

import numpy as np
import pytest
from PIL import Image

from mha_viz.inputs.media.picture_examples import DRAWN, SIZE, drawn_figure, drawn_file, drawn_picture


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_is_some_of_the_picture_and_another_colour(name):
    image, figure = np.asarray(drawn_picture(name)).astype(int), drawn_figure(name)
    assert image.shape == (SIZE[1], SIZE[0], 3)
    assert figure.shape == image.shape[:2]
    assert 0.04 < figure.mean() < 0.4
    redder = image[..., 0] - image[..., 2]
    assert redder[figure].mean() > redder[~figure].mean() + 40
    assert np.asarray(Image.open(io.BytesIO(drawn_file(name)))).tolist() == image.tolist()


def test_they_differ():
    assert len({drawn_file(name) for name in DRAWN}) == len(DRAWN)
