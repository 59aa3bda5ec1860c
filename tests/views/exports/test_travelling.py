"""Which heads a page holds beside those that it shows, counted by hand."""

import pytest
import torch

from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.recording.elsewhere.tensors import capture_of
from mha_viz.views.exports import travelling as module
from mha_viz.views.exports.travelling import travelling

HEADS = (2, 3, 5, 3)  # of each layer


def shown_of(n=7):
    layers = [torch.full((n_heads, n, n), 1 / n) for n_heads in HEADS]
    return choose(capture_of(layers, [f"t{i}" for i in range(n)], kind="encoder"), Selection("encoder"))


@pytest.mark.parametrize(
    ("room", "layer", "layers"),
    [
        (13, 1, [0, 1, 2, 3]),
        (12, 1, [0, 1, 2]),  # layers 1, 0 and 2 are 10 heads, and 3 would be 13
        (9, 1, [0, 1]),  # as 2 does not fit, 3 is not tried: it would lie beyond a gap
        (4, 1, [1]),
        (2, 1, []),
        (8, 3, [2, 3]),
        (7, 3, [3]),
    ],
)
def test_layers_travel_whole_and_the_nearest_first(monkeypatch, room, layer, layers):
    monkeypatch.setattr(module, "ALL_HEADS_NUMBERS", room * 49 + 48)
    shown = shown_of()
    assert travelling(shown, layer, shown.maps) == [place for place in shown.maps if place[0] in layers]


def test_of_a_long_text_its_window_counts(monkeypatch):
    monkeypatch.setattr(module, "ALL_HEADS_NUMBERS", 5 * 128 * 128)
    shown = shown_of(131)
    assert {layer for layer, _ in travelling(shown, 0, shown.maps)} == {0, 1}
    assert travelling(shown, 2, [(2, 0), (2, 4), (3, 1)]) == [(2, 0), (2, 4), (3, 1)]
