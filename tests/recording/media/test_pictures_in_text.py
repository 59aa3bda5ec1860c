"""A picture inside a text, whichever family reads it: words stay words, and each cell of the picture is found."""

import copy

import numpy as np
import pytest
import torch

from mha_viz.attention.calls import call_pattern
from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.inputs.media.picture import read_picture
from mha_viz.inputs.media.picture_in_text import see_in_text
from mha_viz.inputs.words import group_words
from mha_viz.models.load import model_from
from mha_viz.recording.media.image_tokens import image_tokens
from mha_viz.recording.media.pictures_in_text import capture_with_picture
from tests.support.networks.families import EXACT, text_model
from tests.support.networks.picture_in_text import READING, reading_model
from tests.support.networks.seeing import photograph, seeing_model

TILED = ["idefics3, tiles", "smolvlm, tiles"]
ONE = [name for name in READING if "tiles" not in name]
TEXT = "the cat sat on a mat"


def cells_in(grid):
    return [(row, column) for row in range(grid[0]) for column in range(grid[1])]


@pytest.mark.parametrize("name", ONE)
def test_words_stay_words_and_the_picture_is_a_grid_between_them(name):
    model, grid = reading_model(name)
    found = capture_with_picture(model, photograph(), TEXT)
    axis = found.query_positions["decoder"]
    assert axis is found.key_positions["decoder"]
    assert [cell for cell in axis.cells if cell is not None] == cells_in(grid)  # the order of a row after the other
    of_picture = [i for i, cell in enumerate(axis.cells) if cell is not None]
    assert of_picture == list(range(of_picture[0], of_picture[-1] + 1))
    assert axis.parts == ("text", "picture")
    assert [axis.segments[i] for i in range(len(axis))] == [int(cell is not None) for cell in axis.cells]
    assert TEXT in axis.text
    assert [axis.text[slice(*span)].strip() for span in axis.spans if span] == axis.text.split()
    assert axis.labels[of_picture[0]] == "image 0, 0"
    assert len({axis.ids[i] for i in of_picture}) == len(of_picture)
    assert found.picture.grid == grid
    assert found.picture.size == (71, 53)
    assert not any(axis.is_special[i] for i in of_picture)
    assert {*TEXT.split()} <= {*group_words(axis).positions.labels}


@pytest.mark.parametrize("name", READING)
def test_the_attention_over_words_and_cells_is_what_eager_returns(name):
    model, _ = reading_model(name)
    inputs = see_in_text(model.processor, read_picture(photograph()), TEXT, name).inputs
    reference = copy.deepcopy(model.network)
    for module in reference.modules():
        if hasattr(module, "config"):
            module.config._attn_implementation_internal = "eager"
    with torch.no_grad():
        maps = reference(**inputs, output_attentions=True).attentions
    found = capture_with_picture(model, photograph(), TEXT)
    assert len(found.calls_of("decoder")) == len(maps) == 3
    for call, expected in zip(found.calls_of("decoder"), maps, strict=True):
        torch.testing.assert_close(call_pattern(call), expected[0], **EXACT)


@pytest.mark.parametrize("name", TILED)
def test_tiles_are_a_grid_each_and_where_each_lies_in_the_picture_is_known(name):
    model, grid = reading_model(name)
    found = capture_with_picture(model, photograph(), TEXT)
    axis = found.query_positions["decoder"]
    assert axis.parts == ("text", *(f"tile {k}" for k in range(1, 6)))
    for k in range(1, 6):
        own = [axis.cells[i] for i in range(len(axis)) if axis.segments[i] == k]
        assert own == cells_in(grid)
    assert axis.labels[axis.segments.index(2)] == "tile 2 0, 0"
    boxes = [tile.box for tile in found.picture.tiles]
    assert boxes[-1] == (0, 0, 71, 53)  # the whole picture comes last
    for box, (left, top) in zip(boxes, [(0, 0), (71 / 2, 0), (0, 53 / 2), (71 / 2, 53 / 2)], strict=False):
        assert abs(box[0] - left) <= 1
        assert abs(box[1] - top) <= 1
        assert abs(box[2] - left - 71 / 2) <= 1
        assert abs(box[3] - top - 53 / 2) <= 1
    assert "is seen as 5 pictures" in axis.notes[0]


def test_tiles_of_a_wide_picture_stand_side_by_side():
    model, grid = reading_model("internvl, tiles")
    wide = np.random.default_rng(5).integers(0, 256, (31, 61, 3), dtype=np.uint8)
    found = capture_with_picture(model, wide, TEXT)
    axis = found.query_positions["decoder"]
    assert axis.parts == ("text", "tile 1", "tile 2", "tile 3")
    assert [axis.cells[i] for i in range(len(axis)) if axis.segments[i]] == cells_in(grid) * 3
    left, right, whole = (tile.box for tile in found.picture.tiles)
    assert (left[:2], left[3], right[1:], whole) == ((0, 0), 31, (0, 61, 31), (0, 0, 61, 31))
    assert {left[2], right[0]} <= {30, 31}


def with_tokens_in_order(name, order):
    """A model whose image tokens are the cells of the picture in another order, or some of them twice."""
    model, _ = reading_model(name)
    network = copy.deepcopy(model.network)
    inner = network.model.multi_modal_projector
    inner.register_forward_hook(lambda _module, _inputs, output: order(output))
    return model_from(network, model.processor, name=name)


def test_cells_in_another_order_are_found_out():
    order = torch.randperm(49, generator=torch.Generator().manual_seed(3))
    model = with_tokens_in_order("llava", lambda output: output[:, order])
    axis = capture_with_picture(model, photograph(), TEXT).query_positions["decoder"]
    assert [cell for cell in axis.cells if cell] == [(n // 7, n % 7) for n in order.tolist()]


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (lambda output: output[:, [*range(48), 0]], "not one to one"),
        (lambda output: output + output[:, :1], "changes with several cells"),
        (lambda output: output + output.roll(7, dims=1), "changes with several cells"),
        (lambda output: output * 0, "no token changes with the picture alone"),
        (
            lambda output: output * (torch.arange(49) < 47)[None, :, None],
            "47 tokens are no grid on a picture of 28 × 28",
        ),
    ],
)
def test_tokens_that_are_no_cell_each_are_refused(order, why):
    with pytest.raises(UnreadableModelError, match=why) as error:
        capture_with_picture(with_tokens_in_order("llava", order), photograph(), TEXT)
    assert "the tensors of its processor can be captured" in str(error.value)


def test_heads_that_mix_the_picture_before_it_is_merged_do_not_hide_a_cell():
    """Every head of the tower looks everywhere: only where all are silent does a token change with its own cell."""
    model, _ = reading_model("llava")
    seen = see_in_text(model.processor, read_picture(photograph()), TEXT, "llava")
    cells = image_tokens(model, seen.inputs, seen.places).cells
    assert cells == tuple((0, row, column) for row, column in cells_in((7, 7)))
    found = capture_with_picture(model, photograph(), TEXT)
    assert (call_pattern(found.calls_of("encoder")[0]) > 0).all()


def test_the_cells_are_looked_for_once_a_size_whatever_the_text(monkeypatch):
    model, _ = reading_model("gemma3")
    first = capture_with_picture(model, photograph(), TEXT)
    monkeypatch.setattr("mha_viz.recording.media.image_tokens._Search", None)
    second = capture_with_picture(model, photograph(90, 53), "fish")
    of_picture = [[cell for cell in each.query_positions["decoder"].cells if cell] for each in (first, second)]
    assert of_picture[0] == of_picture[1]
    assert second.picture.digest != first.picture.digest


@pytest.mark.parametrize("size", [(71, 53), (40, 97)])
def test_a_picture_of_any_shape_is_packed_and_found(size):
    model, _ = reading_model("qwen2-vl")
    found = capture_with_picture(model, photograph(*size), TEXT)
    rows, columns = found.picture.grid
    cells = [cell for cell in found.query_positions["decoder"].cells if cell]
    assert cells == cells_in((rows, columns))
    assert (rows > columns) == (size[1] > size[0])
    assert found.picture.box == (0, 0, *size)


@pytest.mark.parametrize("name", READING)
def test_what_is_written_is_what_token_by_token_comes_out(name):
    model, _ = reading_model(name)
    found = capture_with_picture(model, photograph(), TEXT, new_tokens=3)
    axis = found.query_positions["decoder"]
    assert axis.parts[-1] == "generated"
    n = found.n_generated
    assert 0 < n <= 3
    assert axis.segments[-n:] == (len(axis.parts) - 1,) * n
    alone = capture_with_picture(model, photograph(), TEXT)
    for call, other in zip(alone.calls_of("decoder"), found.calls_of("decoder"), strict=True):
        before, after = call_pattern(call), call_pattern(other)
        torch.testing.assert_close(after[:, :-n, :-n], before, rtol=0, atol=1e-4)  # nothing looks at what comes later
        assert after[:, :-n, -n:].max() < 1e-6
    inputs = see_in_text(model.processor, read_picture(photograph()), TEXT, name).inputs
    with torch.no_grad():
        first = model.network(**inputs).logits[0, -1].argmax().item()
    assert axis.ids[-n] == first


def test_the_sign_of_a_picture_says_where_it_stands():
    model, _ = reading_model("llava")
    axis = capture_with_picture(model, photograph(), "the cat <image> sat").query_positions["decoder"]
    assert axis.labels[:2] == ("the", "cat")
    assert axis.labels[-1] == "sat"


@pytest.mark.parametrize(
    ("make", "picture", "text", "told"),
    [
        (lambda: reading_model("llava")[0], photograph(), " ", "The text is empty: type at least one word beside"),
        (seeing_model, photograph(), TEXT, "does not read a picture inside a text: give the picture alone"),
        (lambda: text_model("llama")[1], photograph(), TEXT, "llama does not read a picture inside a text"),
        (lambda: reading_model("llava")[0], b"", TEXT, "is empty (0 bytes)"),
        (lambda: reading_model("llava")[0], photograph(), "<image> <image> a", "processor does not take this picture"),
    ],
)
def test_what_does_not_fit_is_one_sentence(make, picture, text, told):
    with pytest.raises(InputError) as error:
        capture_with_picture(make(), picture, text)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_progress_is_told_from_beginning_to_end():
    model, _ = reading_model("paligemma")
    told = []
    capture_with_picture(model, np.asarray(photograph(30, 40)), TEXT, new_tokens=2, progress=told.append)
    assert told == sorted(told)
    assert 0 <= told[0] <= told[-1] <= 1
