"""Still pictures, read back pixel by pixel, and the text that goes with them."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from mha_viz.attention.overview import overview_of
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.recording.elsewhere.tensors import capture_of
from mha_viz.views.exports.still import _short, still_of, text_of
from mha_viz.views.grid import model_picture
from mha_viz.views.head import head_picture, heads_picture
from mha_viz.views.style import theme

WORDS = ("the", "cat", "sat", "on", "it")
DARKEST, PAPER = (8, 48, 107), (255, 255, 255)  # ends of the scale


def one_hot(n_heads, shift):
    """Heads whose query i looks at nothing but key i + head + shift."""
    at = (torch.arange(5)[None] + torch.arange(n_heads)[:, None] + shift) % 5
    return torch.nn.functional.one_hot(at, 5).float()


def shown_of(layers, tokens=WORDS):
    found = capture_of(layers, tokens, kind="encoder")
    return choose(found, Selection("encoder"))


def pixels(view):
    return np.asarray(Image.open(io.BytesIO(still_of(view))).convert("RGB"))


def cells(image, left, top, side, n):
    """The colours in the middles of n × n cells of a square."""
    middles = [int((i + 0.5) * side / n) for i in range(n)]
    return [[tuple(image[top + y, left + x].tolist()) for x in middles] for y in middles]


def expected(pattern):
    return [[DARKEST if value == 1 else PAPER for value in row] for row in pattern.tolist()]


@pytest.mark.parametrize("n_heads", [(3, 3), (2, 3)])
def test_every_head_stands_in_its_cell_of_the_grid(n_heads):
    layers = [one_hot(n, layer) for layer, n in enumerate(n_heads)]
    shown = shown_of(layers)
    image = pixels(model_picture(shown, overview_of(shown, 30)))
    assert image.shape == (20 + 2 * 68, 30 + 3 * 68, 3)
    for layer, maps in enumerate(layers):
        for head, pattern in enumerate(maps):
            assert cells(image, 30 + head * 68, 20 + layer * 68, 64, 5) == expected(pattern), (layer, head)
    empty = image[20:84, 30 + 2 * 68 : 30 + 3 * 68 - 4]  # where the first layer may have a third head
    assert (empty == 255).all() == (n_heads[0] == 2)
    names = image[:18], image[:, :28]
    assert all((part < 128).any() for part in names)


def test_chosen_heads_carry_their_names():
    shown = shown_of([one_hot(3, 0), one_hot(3, 1)])
    image = pixels(model_picture(shown, overview_of(shown, 30), order=[4, 2]))
    for place, pattern in enumerate((one_hot(3, 1)[1], one_hot(3, 0)[2])):
        assert cells(image, 2 + place * 68, 20, 64, 5) == expected(pattern)
        assert (image[2:18, 2 + place * 68 : 66 + place * 68] < 128).any()


def test_the_heatmap_is_that_of_the_shown_heads():
    shown = shown_of([one_hot(3, 0)])
    image = pixels(head_picture(shown, 0, [1]))
    edge = 8 + 7 * 3
    assert image.shape == (edge + 5 * 28 + 4, edge + 5 * 28 + 4, 3)
    assert cells(image, edge, edge, 5 * 28, 5) == expected(one_hot(3, 0)[1])
    for i in range(5):  # each row and each column has its label
        assert (image[edge + i * 28 : edge + (i + 1) * 28, :edge] < 128).any()
        assert (image[:edge, edge + i * 28 : edge + (i + 1) * 28] < 128).any()


def test_several_heads_have_a_heatmap_each_under_their_names_and_a_mean_has_one():
    shown = shown_of([one_hot(3, 0)])
    both = [(0, 1), (0, 2)]
    image, alone = pixels(heads_picture(shown, both)), pixels(head_picture(shown, 0, [1]))
    edge, high = 8 + 7 * 3, alone.shape[0]
    assert image.shape == (2 * (high + 20), *alone.shape[1:])
    for place, head in enumerate((1, 2)):
        top = place * (high + 20) + 20
        assert (image[top - 20 : top] < 128).any()  # its name
        assert cells(image[top:], edge, edge, 5 * 28, 5) == expected(one_hot(3, 0)[head])
    mean = pixels(heads_picture(shown, both, mean=True))
    assert mean.shape == alone.shape
    drawn = cells(mean, edge, edge, 5 * 28, 5)
    whole = {cell for row in expected(one_hot(3, 0)[1]) for cell in row if cell != (255, 255, 255)}
    assert all(sum(cell != (255, 255, 255) for cell in row) == 2 for row in drawn)  # a half each
    assert not any(cell in whole for row in drawn for cell in row)


def test_labels_that_the_font_lacks_are_numbers():
    def picture(*tokens):
        return still_of(head_picture(shown_of([one_hot(1, 0)], tokens), 0, [0]))

    assert picture("東京", "cat", "né", "on", "it") == picture("(0)", "cat", "(2)", "on", "it")
    assert picture("東京", "cat", "né", "on", "it") != picture("(0)", "cat", "(1)", "on", "it")


def test_pieces_keep_their_mark_and_long_labels_say_that_they_are_cut():
    assert _short(["un", "·affable", "·é", "x" * 18, "y" * 19]) == ["un", "·affable", "(2)", "x" * 18, "y" * 17 + "…"]


def test_masked_cells_and_signs_keep_their_colours():
    shown = shown_of([one_hot(1, 0)])
    view = head_picture(shown, 0, [0])
    values = np.full((1, 5, 5), -np.inf, dtype=np.float32)
    values[0, 1, 2], values[0, 3, 4] = -2.0, 2.0
    palette = {"light": theme.DIVERGING_LIGHT}
    header = {**view.header, "low": -2.0, "high": 2.0, "palette": palette}
    image = pixels(type(view)("head", header, {"values": values}))
    drawn = cells(image, 29, 29, 5 * 28, 5)
    ends = {"#" + "".join(f"{part:02x}" for part in drawn[i][j]) for i, j in ((0, 0), (1, 2), (3, 4))}
    assert ends == {theme.MASKED["light"], theme.DIVERGING_LIGHT[0], theme.DIVERGING_LIGHT[-1]}


def test_the_text_says_what_the_picture_cannot():
    shown = shown_of([torch.cat([one_hot(1, 0) * 0.9 + 0.02, one_hot(1, 1)])])
    lines = text_of(model_picture(shown, overview_of(shown, 30)), WORDS, WORDS[:2]).splitlines()
    assert lines[0] == "Pattern: every head of attention tensors"
    assert lines[-3:] == [
        "queries: the cat sat on it",
        "keys: the cat",
        "strongest: L0 H1 the → cat 1.000; L0 H0 the → the 0.920",
    ]
