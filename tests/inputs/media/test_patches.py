"""What a processor takes of a picture is seen in what comes out of it."""

import numpy as np
import pytest

from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.inputs.media.patches import image_processor_of, names_of_specials, see, what_was_cut
from mha_viz.inputs.media.picture import read_picture
from tests.support.networks.families import tokenizer
from tests.support.networks.seeing import photograph, processor


def seen(image, **settings):
    return see(processor(**settings), read_picture(image), "tiny")


# (width, height), settings of the processor, left, top, right, bottom. Of 710 × 530 pixels a processor makes 53 × 40
# and takes 28 × 28 from column 12 and row 6 on: a column is 710 / 53 pixels wide, a row 530 / 40 high.
BOXES = [
    ((710, 530), {"shortest": 40}, (12 * 710 / 53, 6 * 530 / 40, 40 * 710 / 53, 34 * 530 / 40)),
    ((530, 710), {"shortest": 40}, (6 * 530 / 40, 12 * 710 / 53, 34 * 530 / 40, 40 * 710 / 53)),
    ((710, 530), {"do_center_crop": False, "size": {"height": 28, "width": 36}}, (0, 0, 710, 530)),
    ((710, 530), {"do_resize": False}, (341, 251, 369, 279)),
    ((30, 30), {"shortest": 28}, (0, 0, 30, 30)),
    ((1, 1), {"shortest": 28}, (0, 0, 1, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("size", "settings", "box"), BOXES)
def test_the_part_of_a_picture_that_is_seen(size, settings, box):
    found = seen(photograph(*size), **settings)
    assert np.abs(np.array(found.box) - box).max() <= 1
    assert found.size == size


def test_pixels_are_those_that_the_network_gets_before_they_are_normalised():
    found = seen(photograph())
    mean, std = np.array([0.4, 0.5, 0.6]), np.array([0.2, 0.3, 0.25])
    shares = (found.pixels.numpy() / 255 - mean) / std
    assert np.abs(shares - found.inputs["pixel_values"][0].permute(1, 2, 0).numpy()).max() < 1e-5
    other = seen(photograph(72, 53))
    assert len(found.digest) == 64
    assert found.digest == seen(photograph()).digest != other.digest


def test_what_was_cut_is_said():
    assert what_was_cut((28, 28), (0, 0, 28, 28), (28, 28)) == ""
    assert what_was_cut((56, 56), (0, 0, 56, 56), (28, 28)) == "The picture of 56 × 56 pixels was resized to 28 × 28."
    assert what_was_cut((71, 53), (0, 0, 71, 53), (28, 28)).endswith("to 28 × 28, which changes its proportions.")
    assert what_was_cut((1000, 53), None, (28, 28)).endswith(
        "seen as 28 × 28; which part of it that is cannot be told."
    )
    whole = what_was_cut((9, 9), (1, 2, 9, 6), (28, 28))
    told = (
        "The model sees about 8 × 4 of the picture’s 9 × 9 pixels, as 28 × 28: cut off are 1 left, 2 above and 3 below."
    )
    assert whole == told


def test_a_part_that_is_padded_has_no_box():
    found = seen(photograph(20, 53), do_resize=False, rows=28, columns=36)  # black on the left and on the right
    assert found.box is None


def test_a_processor_that_reads_no_pictures():
    assert image_processor_of(tokenizer()) is None
    with pytest.raises(InputError, match="minilm reads no pictures: choose a model that does, such as dinov2."):
        see(tokenizer(), read_picture(photograph()), "minilm")


def test_tiles_are_refused():
    class Tiling:
        model_input_names = ("pixel_values",)

        def __call__(self, image, **settings):
            made = processor()(image, **settings)
            return {"pixel_values": made["pixel_values"].repeat(3, 1, 1, 1)}

    with pytest.raises(UnreadableModelError, match="tiny reads a picture in several tiles"):
        see(Tiling(), read_picture(photograph()), "tiny")


def test_names_of_what_is_no_patch():
    assert names_of_specials({"class_embedding"}, 0, 1) == ("CLS",)
    assert names_of_specials({"cls_token", "distillation_token"}, 0, 2) == ("CLS", "DIST")
    assert names_of_specials(set(), 0, 0) == ()
    assert names_of_specials({"cls_token"}, 0, 3) == ("special 1", "special 2", "special 3")
