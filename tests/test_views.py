"""What the browser is handed: the numbers, the labels, and how many bytes."""

import json
import struct

import numpy as np
import torch

from mha_viz.views import grid_view, heatmap_view, strips_view, thumbnail


def opened(view):
    length = struct.unpack("<I", view[:4])[0]
    assert length % 4 == 0
    header = json.loads(view[4 : 4 + length])
    arrays = {
        name: np.frombuffer(view, dtype="<" + a["type"], count=a["count"], offset=4 + length + a["offset"])
        for name, a in header["arrays"].items()
    }
    return header, arrays


def test_heatmap_holds_exact_numbers_and_labels():
    values = torch.rand(3, 5)
    values[0, 0] = 0.75
    header, arrays = opened(heatmap_view(values, ["a", "<b>", "é"], list("vwxyz"), label="map", unit_label="share"))
    assert np.array_equal(arrays["values"].reshape(3, 5), values.numpy())
    assert header["queries"] == ["a", "<b>", "é"]
    assert (header["low"], header["high"]) == (0.0, 1.0)


def test_a_faint_head_is_drawn_on_a_scale_of_its_own():
    header, _ = opened(heatmap_view(torch.tensor([[0.01, 0.125]]), ["q"], ["a", "b"], label="", unit_label=""))
    assert (header["low"], header["high"]) == (0.0, 0.125)


def test_other_numbers_get_a_scale_of_their_own():
    def limits(*numbers):
        view = heatmap_view(torch.tensor([numbers]), ["q"], list("abc"), label="", unit_label="", is_share=False)
        header, _ = opened(view)
        return header["low"], header["high"]

    assert limits(-2.0, 5.0, -torch.inf) == (-5.0, 5.0)
    assert limits(1.0, 4.0, 2.0) == (0.0, 4.0)
    assert limits(-torch.inf, -torch.inf, -torch.inf) == (0.0, 1.0)


def test_a_thumbnail_keeps_the_largest_value_of_each_cell():
    pattern = torch.zeros(2, 61, 90)
    pattern[1, 60, 89] = 1.0
    small = thumbnail(pattern)
    assert small.shape == (2, 30, 30)
    assert small[1, -1, -1] == 255
    assert small.sum() == 255
    assert thumbnail(torch.full((1, 7, 5), 0.5)).unique().tolist() == [128]


def test_144_heads_fit_in_300_kilobytes():
    strongest = [("because", "tired", 0.1234)] * 144
    view = grid_view(torch.zeros(144, 30, 30, dtype=torch.uint8), strongest, n_heads=12, label="all heads")
    assert len(view) < 300_000
    assert opened(view)[0]["n_layers"] == 12


def test_strips_hold_one_row_a_head():
    rows = torch.rand(2, 3)
    view = strips_view(
        ["the", "cat", "it"], rows, [(0, 1), (3, 2)], query=2, target=1, from_others=[0.5, None], caption="c", note="n"
    )
    header, arrays = opened(view)
    assert np.array_equal(arrays["values"].reshape(2, 3), rows.numpy())
    assert header["heads"] == [[0, 1], [3, 2]]
