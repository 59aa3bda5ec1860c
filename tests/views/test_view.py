"""What the browser is handed: bytes that read back, scales, and the numbers unchanged."""

import json
import struct

import numpy as np
import pytest
import torch

from mha_viz.views.captions.labels import Labels
from mha_viz.views.exports.saving import saving_view
from mha_viz.views.grid import grid_view
from mha_viz.views.head import head_maps_view
from mha_viz.views.strips import strips_view
from mha_viz.views.style import theme
from mha_viz.views.style.scales import TONES, palette, range_of
from mha_viz.views.view import View, to_bytes
from tests.support.pages.drawn import opened

# ---- bytes -----------------------------------------------------------------------------------------------------


GIVEN = {
    "small": np.arange(5, dtype=np.uint8),
    "numbers": np.array([0.1, -np.inf, 3e-39], dtype=np.float32),
    "turned": np.arange(6, dtype=np.float32).reshape(2, 3).T,
    "tensor": torch.arange(3.0),
    "none": np.zeros((1, 0), dtype=np.float32),
}


def test_a_view_reads_back():
    header, arrays = opened(View("kind", {"text": 'é "\u2028</script>', "nothing": None}, GIVEN))
    assert set(arrays) == set(GIVEN)
    for name, array in GIVEN.items():
        assert arrays[name].dtype == np.asarray(array).dtype
        assert np.array_equal(arrays[name], array.flatten())
    assert header == {"kind": "kind", "identity": "", "text": 'é "\u2028</script>', "nothing": None}
    assert opened(View("kind", {"identity": "mine"}, {}))[0]["identity"] == "mine"


def test_every_array_stands_where_a_browser_can_read_it_in_place():
    found = to_bytes(View("kind", {"text": "odd"}, GIVEN))
    (length,) = struct.unpack("<Q", found[:8])
    for one in json.loads(found[8 : 8 + length]).values():
        assert (8 + length + one["data_offsets"][0]) % {"F32": 4, "U8": 1}[one["dtype"]] == 0


def test_a_view_is_the_same_bytes_each_time():
    assert len({to_bytes(View("kind", {"a": 1, "b": 2}, GIVEN)) for _ in range(20)}) == 1


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_json_is_never_sent(number):
    with pytest.raises(ValueError, match="JSON"):
        to_bytes(View("kind", {"number": number}, {}))


def test_the_ends_of_a_scale():
    def ends(*numbers):
        return range_of(torch.tensor(numbers))

    assert ends(-2.0, 5.0, -torch.inf) == (-5.0, 5.0)
    assert ends(-7.0, 5.0) == (-7.0, 7.0)
    assert ends(1.0, 4.0, 2.0) == (0.0, 4.0)
    assert ends(-1.0, -4.0) == (-4.0, 0.0)
    assert ends(-torch.inf, -torch.inf) == (0.0, 1.0)


def test_a_palette_has_two_grounds():
    assert palette() == {"light": theme.SEQUENTIAL_LIGHT, "dark": theme.SEQUENTIAL_DARK}
    assert palette(diverging=True) == {"light": theme.DIVERGING_LIGHT, "dark": theme.DIVERGING_DARK}


# ---- heads -----------------------------------------------------------------------------------------------------


def heads_of(maps, shown=(0,), is_share=True, **header):
    queries, keys = [f"q{i}" for i in range(maps.shape[1])], [f"k{i}" for i in range(maps.shape[2])]
    heads = [(3, head) for head in range(len(maps))]
    settings = {"heads": heads, "switches": [], "unit_label": "share", **header}
    return opened(head_maps_view(maps, queries, keys, shown=shown, is_share=is_share, **settings))


def test_a_head_holds_exact_numbers_and_labels():
    maps = torch.rand(3, 5, 7)
    header, arrays = heads_of(maps, heads=[(3, 4), (3, 0), (3, -1)], switches=[(3, 0)], note="<b>", label="L")
    assert np.array_equal(arrays["values"].reshape(3, 5, 7), maps.numpy())
    assert header["queries"] == ["q0", "q1", "q2", "q3", "q4"]
    assert header["keys"][-1] == "k6"
    assert [head["name"] for head in header["heads"]] == ["L3 H4", "L3 H0", "all heads"]
    assert (header["shown"], header["switches"], header["unit"]) == ([0], [[3, 0]], "share")
    assert (header["note"], header["label"]) == ("<b>", "L")
    assert set(arrays) == {"values"}


def test_other_number_formats_become_float32():
    maps = torch.rand(2, 3, 5, dtype=torch.float64)
    assert np.array_equal(heads_of(maps)[1]["values"], maps.float().flatten().numpy())


def scale(maps, **settings):
    header, _ = heads_of(torch.tensor(maps), **settings)
    return (
        header["low"],
        header["high"],
        header["line_scale"],
        header["palette"]["light"] == list(theme.DIVERGING_LIGHT),
    )


def test_shares_run_from_zero_to_one_unless_all_are_faint():
    assert scale([[[0.75, 0.125]]]) == (0.0, 1.0, 1.0, False)
    assert scale([[[0.5, 0.125]]]) == (0.0, 1.0, 1.0, False)
    assert scale([[[0.01, 0.25]]]) == (0.0, 0.25, 0.25, False)
    assert scale([[[0.0, 0.0]]]) == (0.0, 0.0, 1.0, False)


def test_the_scale_is_that_of_the_heads_shown():
    two = [[[0.25, 0.125]], [[1.0, 0.0]]]
    assert scale(two, shown=[0])[1] == 0.25
    assert scale(two, shown=[1])[1] == 1.0
    two = [[[0.4375, 0.125]], [[0.0, 0.25]]]
    assert scale(two, shown=[0, 1])[1] == 0.4375  # one scale for all
    assert scale(two, shown=[0, 1], mean=True)[1] == 0.21875


def test_logits_lie_around_zero_and_masked_ones_do_not_count():
    assert scale([[[-2.0, -torch.inf, 5.0]]], is_share=False) == (-5.0, 5.0, 5.0, True)
    assert scale([[[1.0, 4.0]]], is_share=False) == (0.0, 4.0, 4.0, False)
    assert scale([[[-6.0, -torch.inf]]], is_share=False) == (-6.0, 0.0, 6.0, True)
    assert scale([[[-torch.inf]]], is_share=False) == (0.0, 1.0, 1.0, False)
    header, arrays = heads_of(torch.tensor([[[-2.0, -torch.inf]]]), is_share=False)
    assert arrays["values"].tolist() == [-2.0, -np.inf]
    assert header["unit"] == "number"


def test_an_overview_travels_with_its_window():
    pooled = torch.rand(11, 13)
    header, arrays = heads_of(torch.rand(1, 3, 5), overview=pooled, window=(2, 5, 7, 12), whole=(101, 103))
    assert np.array_equal(arrays["overview"].reshape(11, 13), pooled.numpy())
    assert (header["window"], header["whole"], header["overview_size"]) == ([2, 5, 7, 12], [101, 103], [11, 13])
    assert "window" not in heads_of(torch.rand(1, 3, 5), window=(0, 3, 0, 5), whole=(3, 5))[0]


# ---- grids -----------------------------------------------------------------------------------------------------


def grid(pictures, **settings):
    n = len(pictures)
    names, strongest = [f"L{i}" for i in range(n)], [("q", "k", 0.5)] * n
    header, arrays = opened(grid_view(pictures, strongest, names, **{"across_names": ["H0"], **settings}))
    return header, arrays["levels"].reshape(pictures.shape)


def test_levels_of_shares_are_255ths():
    pictures = torch.tensor([[[0.0, 0.2], [0.5, 1.0]], [[0.001, 0.003], [0.25, 1.5]]])
    header, levels = grid(pictures)
    assert levels.dtype == np.uint8
    assert levels.tolist() == [[[0, 51], [128, 255]], [[0, 1], [64, 255]]]
    assert (header["own_scales"], header["masked_level"]) == (False, False)
    assert header["palette"]["light"] == list(theme.SEQUENTIAL_LIGHT)
    assert (header["rows"], header["columns"], header["across"]) == (2, 2, 1)


@pytest.mark.parametrize(("most", "top", "level"), [(1.0, 1.0, 255), (0.5, 1.0, 128), (0.25, 0.25, 255), (0.0, 1.0, 0)])
def test_faint_shares_end_at_the_largest_of_all_pictures(most, top, level):
    header, levels = grid(torch.tensor([[[most, 0.0]], [[most / 2, 0.0]]]))
    assert header["top"] == top
    assert levels[0].tolist() == [[level, 0]]
    assert abs(levels[1, 0, 0] - level / 2) <= 0.51  # the second on the scale of the first
    assert not header["own_scales"]


def test_other_maps_have_scales_of_their_own():
    pictures = torch.tensor([[[0.0, 2.0, 4.0]], [[0.0, 0.05, 0.2]], [[0.0, 0.0, 0.0]]])
    header, levels = grid(pictures, is_share=False)
    assert levels.tolist() == [[[1, 128, 255]], [[1, 64, 255]], [[1, 1, 1]]]
    assert (header["own_scales"], header["masked_level"]) == (True, True)
    assert header["palette"]["light"] == list(theme.SEQUENTIAL_LIGHT)


def test_maps_with_two_signs_have_zero_in_the_middle():
    pictures = torch.tensor([[[-4.0, 0.0, 2.0, -torch.inf]], [[0.0, 0.5, 0.25, -torch.inf]], [[-torch.inf] * 4]])
    header, levels = grid(pictures, is_share=False)
    assert levels.tolist() == [[[1, 128, 192, 0]], [[128, 255, 192, 0]], [[0, 0, 0, 0]]]
    assert header["palette"]["light"] == list(theme.DIVERGING_LIGHT)


def test_a_grid_says_what_a_click_opens():
    pictures = torch.rand(2, 3, 5)
    header, _ = grid(pictures, opens=[(0, 1), (3, 2)], scores=["a", "b"], chosen=1, is_sorted=True)
    assert header["opens"] == [[0, 1], [3, 2]]
    assert (header["scores"], header["chosen"], header["sorted"]) == (["a", "b"], 1, True)
    assert "opens it" in header["hint"]
    assert "chooses it" in grid(pictures, opens=[(0, 1), (3, 2)], does="choose")[0]["hint"]
    header, _ = grid(pictures)
    assert (header["opens"], header["scores"], header["chosen"], header["sorted"]) == (None, ["", ""], None, False)
    assert "opens it" not in header["hint"]


@pytest.mark.parametrize(
    ("n_query", "n_key", "words", "sizes"),
    [(16, 13, True, [16, 13]), (17, 13, False, [17, 13]), (31, 13, False, [31, 13]), (0, 0, False, None)],
)
def test_words_travel_where_each_cell_is_one_and_they_can_be_read(n_query, n_key, words, sizes):
    queries, keys = [f"q{i}" for i in range(n_query)], [f"k{i}" for i in range(n_key)]
    header, _ = grid(torch.rand(2, min(n_query, 30) or 3, n_key or 5), queries=queries, keys=keys)
    assert (header["queries"], header["keys"]) == ((queries, keys) if words else ([], []))
    assert header["axis_sizes"] == sizes


def test_pooled_pictures_have_no_words():
    header, _ = grid(torch.rand(2, 3, 5), queries=[f"q{i}" for i in range(7)], keys=[f"k{i}" for i in range(5)])
    assert (header["queries"], header["axis_sizes"]) == ([], [7, 5])


def test_groups_that_are_there_have_the_colours_of_their_places():
    names = [f"kind {i}" for i in range(12)]
    header, _ = grid(torch.rand(5, 3, 5), groups=[7, None, 2, 7, 11], group_names=names)
    assert header["groups"] == [1, None, 0, 1, 2]
    assert [swatch["name"] for swatch in header["swatches"]] == ["kind 2", "kind 7", "kind 11"]
    assert [swatch["light"] for swatch in header["swatches"]] == [TONES[2], TONES[7], theme.UNKNOWN["light"]]
    assert header["swatches"][1]["dark"] == TONES[7]
    assert len(set(TONES)) == 10
    assert "swatches" not in grid(torch.rand(2, 3, 5))[0]


@pytest.mark.parametrize(("n", "most"), [(144, 300_000), (1024, 1_500_000)])
def test_many_heads_fit_in_few_bytes(n, most):
    strongest = [("because#2", "understanding", 0.12345678806304932)] * n
    scores = ["entropy 1.23, distance 12.3"] * n
    names = [f"L{i // 12} H{i % 12}" for i in range(n)]
    settings = {"scores": scores, "opens": [(11, 11)] * n, "across_names": names[:12]}
    assert len(to_bytes(grid_view(torch.rand(n, 30, 30), strongest, names, **settings))) < most


# ---- strips ----------------------------------------------------------------------------------------------------


def test_strips_hold_one_row_a_head():
    rows = torch.rand(2, 3)
    view = strips_view(
        Labels(["the", "cat", "<i>"], []), rows, [(0, 1), (3, 2)], query=2, target=1, from_others=[0.5, None], note="n"
    )
    header, arrays = opened(view)
    assert np.array_equal(arrays["values"].reshape(2, 3), rows.numpy())
    assert header["heads"] == [[0, 1], [3, 2]]
    assert header["words"] == ["the", "cat", "<i>"]
    assert (header["query"], header["target"], header["from_others"], header["note"]) == (2, 1, [0.5, None], "n")


def test_saving_buttons_need_no_numbers():
    header, arrays = opened(saving_view("Pattern of L0 H1", ("https://school.example",)))
    assert (header["picture"], header["origins"], arrays) == ("Pattern of L0 H1", ["https://school.example"], {})
