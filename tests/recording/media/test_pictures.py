"""Pictures are captured as patches, whichever family reads them; each position's patch is found by changing it."""

import copy

import numpy as np
import pytest
import torch
import transformers as hf
from PIL import Image

from mha_viz.attention.calls import call_pattern
from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.inputs.words import group_words
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.media.pictures import cells_of
from tests.support.networks.families import make, text_model
from tests.support.networks.seeing import SEEING, photograph, processor, seeing_model
from tests.support.networks.several_parts import BLIP

NON_SQUARE = ("dinov2", "dinov2, registers", "dinov3")  # the families that read any size by themselves


def eager_maps(model, inputs):
    reference = copy.deepcopy(model.network)
    part = getattr(reference, "vision_model", reference)
    for module in part.modules():
        if hasattr(module, "config"):
            module.config._attn_implementation_internal = "eager"
    with torch.no_grad():
        return part(**inputs, output_attentions=True).attentions


@pytest.mark.parametrize("name", SEEING)
def test_a_picture_is_captured_as_its_patches(name):
    specials = SEEING[name][2]
    model = seeing_model(name)
    found = capture(model, photograph())
    assert found.kinds == ("encoder",)
    axis = found.query_positions["encoder"]
    assert axis is found.key_positions["encoder"]
    patches = [(row, column) for row in range(7) for column in range(7)]
    assert axis.labels == (*specials, *(f"{row}, {column}" for row, column in patches))
    assert axis.cells == (*[None] * len(specials), *patches)
    assert axis.is_special == (*[True] * len(specials), *[False] * 49)
    assert len(set(axis.ids)) == len(axis.ids)
    assert found.picture.grid == (7, 7)
    assert found.picture.size == (71, 53)
    inputs = processor()(photograph(), return_tensors="pt")
    maps = eager_maps(model, {"pixel_values": inputs["pixel_values"]})
    for call, expected in zip(found.calls, maps, strict=True):
        torch.testing.assert_close(call_pattern(call), expected[0], rtol=0, atol=2e-5)


@pytest.mark.parametrize("name", NON_SQUARE)
def test_pictures_that_are_not_square(name):
    found = capture(seeing_model(name, processor(20, 44)), photograph(97, 53))
    cells = [cell for cell in found.query_positions["encoder"].cells if cell is not None]
    assert cells == [(row, column) for row in range(5) for column in range(11)]
    assert found.picture.grid == (5, 11)


def test_what_is_said_of_the_picture_goes_with_its_axis():
    found = capture(seeing_model(), photograph())
    (note,) = found.query_positions["encoder"].notes
    assert note.startswith("The model sees about 38 × 37 of the picture’s 71 × 53 pixels, as 28 × 28: cut off are")
    assert "seen as 7 × 7 patches" in repr(found.picture)


def test_words_of_a_picture_are_its_patches():
    axis = capture(seeing_model(), photograph()).query_positions["encoder"]
    words = group_words(axis)
    assert words.positions.cells == axis.cells
    assert words.positions.labels == axis.labels


def test_left_over_pixels_belong_to_no_patch():
    model = seeing_model("dinov2", processor(23, 30))
    found = capture(model, photograph())
    assert found.picture.grid == (5, 7)
    assert found.query_positions["encoder"].cells[1:] == tuple((row, column) for row in range(5) for column in range(7))


def with_patches_in_order(order):
    """A network whose positions are the patches of a picture in another order, or some of them twice."""
    model = seeing_model("vit")
    patches = model.network.embeddings.patch_embeddings
    patches.register_forward_hook(lambda _module, _inputs, output: output[:, order])
    return model


def test_patches_in_another_order_are_found_out():
    order = torch.randperm(49, generator=torch.Generator().manual_seed(3))
    cells = capture(with_patches_in_order(order), photograph()).query_positions["encoder"].cells
    assert cells == (None, *((number // 7, number % 7) for number in order.tolist()))


def test_positions_that_are_not_one_patch_each_are_refused():
    twice = with_patches_in_order(torch.tensor([*range(48), 0]))
    with pytest.raises(UnreadableModelError, match="its positions are not the patches of a picture, one each"):
        capture(twice, photograph())
    model = seeing_model("vit")
    inputs = {"pixel_values": processor()(photograph(), return_tensors="pt")["pixel_values"]}
    with pytest.raises(UnreadableModelError, match="not the patches"):  # a position of four of these, each
        cells_of(model, inputs, (2, 2))


def test_a_position_that_also_sees_the_first_patch_is_refused():
    """The number of that patch has no digit that is 1: only pictures in which it is changed show it."""
    model = seeing_model("vit")
    patches = model.network.embeddings.patch_embeddings
    patches.register_forward_hook(lambda _module, _inputs, output: output + output[:, :1])
    with pytest.raises(UnreadableModelError, match="not the patches"):
        capture(model, photograph())


def test_a_changed_patch_is_seen_whatever_it_holds():
    black = Image.new("RGB", (71, 53))
    assert capture(seeing_model("clip"), black).picture.grid == (7, 7)


@pytest.mark.parametrize(
    ("settings", "name"),
    [({"pair": "a"}, "pair"), ({"new_tokens": 3}, "new"), ({"target": "a"}, "t"), ({"source_language": "en"}, "l")],
)
def test_a_picture_is_read_alone(settings, name):
    with pytest.raises(InputError, match="A picture is read alone"):
        capture(seeing_model(), photograph(), **settings)


def test_a_network_that_needs_words_beside_the_picture_says_so():
    model = model_from(make(hf.BlipForConditionalGeneration, BLIP), processor(12, 12), name="blip")
    with pytest.raises(UnreadableModelError, match="reads more than pixel_values: .* takes input_ids"):
        capture(model, photograph())


def test_who_reads_what():
    with pytest.raises(InputError, match="bert reads no pictures: choose a model that does"):
        capture(text_model("bert")[1], photograph())
    with pytest.raises(InputError, match="vit does not read text: give a picture"):
        capture(seeing_model("vit"), "the cat")
    swin = hf.SwinConfig(image_size=28, patch_size=2, embed_dim=8, depths=[2, 2], num_heads=[2, 4], window_size=7)
    with pytest.raises(UnreadableModelError, match="attends inside windows"):
        capture(model_from(make(hf.SwinModel, swin), processor(), name="swin"), photograph())


def test_a_second_picture_changes_nothing_but_numbers():
    model = seeing_model()
    first, second = capture(model, photograph()), capture(model, np.asarray(photograph(90, 53)))
    assert first.query_positions["encoder"].cells == second.query_positions["encoder"].cells
    assert first.picture.digest != second.picture.digest
    again = capture(model, photograph())
    for one, other in zip(first.calls, again.calls, strict=True):
        assert torch.equal(one.query, other.query)
