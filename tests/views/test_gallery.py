"""The gallery of examples: small pictures of patterns that were computed, and the numbers beside them."""

import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.attention.proposals import FirstLook
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.views.gallery import Thumbnail, gallery_view, look_sentence, thumbnail_of
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.pages.drawn import opened

LOOK = FirstLook("it", "cat", (3, 1), 0.492, 0.128)
EXAMPLES = [{"name": f"n{i}", "text": f"t{i}", "look_for": f"l{i}", "from": "a", "to": "b"} for i in range(3)]


@pytest.mark.parametrize(
    ("others", "sentence"),
    [
        (0.128, "L3 H1: “it” gives “cat” 49 % (other words: 13 %)."),
        (None, "L3 H1: “it” gives “cat” 49 %."),
    ],
)
def test_the_numbers_of_the_head_stand_beside_its_picture(others, sentence):
    assert look_sentence(LOOK._replace(others=others)).replace("\N{NO-BREAK SPACE}", " ") == sentence


def test_each_piece_has_its_cells_on_one_scale():
    pictures = [Thumbnail(LOOK, torch.tensor([[0.0, 1.0], [0.2, 0.8]])), None, Thumbnail(LOOK, torch.full((3, 3), 0.6))]
    header, arrays = opened(gallery_view(EXAMPLES, pictures))
    assert [piece["name"] for piece in header["pieces"]] == ["n0", "n1", "n2"]
    assert [(piece.get("side"), piece.get("offset")) for piece in header["pieces"]] == [(2, 0), (None, None), (3, 4)]
    assert ["says" in piece for piece in header["pieces"]] == [True, False, True]
    assert arrays["levels"].tolist() == [0, 255, 51, 204, *[153] * 9]


def test_without_a_model_there_are_names_alone():
    header, arrays = opened(gallery_view(EXAMPLES, [None] * 3))
    assert (len(header["pieces"]), len(arrays["levels"])) == (3, 0)


@pytest.mark.parametrize("family", ["bert", "llama"])
def test_a_picture_is_the_pattern_of_the_head_that_is_named(family):
    model = model_from(make(*TEXT[family]), tokenizer(ends=family == "bert"), name="tiny")
    found = capture(model, "the cat sat on a mat and it was a cat")
    thumbnail = thumbnail_of(found)
    layer, head = thumbnail.look.head
    torch.testing.assert_close(thumbnail.pattern, pattern(found, layer)[head], atol=1e-6, rtol=0)
