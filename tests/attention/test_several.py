"""Heads that are drawn together: their maps in the order asked for, their mean, pooled and as a table."""

import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.attention.selection import OVER, Selection
from mha_viz.attention.several import maps_frame, maps_of, pooled_maps
from mha_viz.attention.shown import choose
from mha_viz.attention.tables import map_frame
from mha_viz.recording.capture import capture
from tests.support.networks.families import TEXTS, text_model

HEADS = [(1, 2), (0, 1), (1, 0)]  # of two layers, one of them in two runs


@pytest.fixture(scope="module")
def found():
    return capture(text_model("bert")[1], TEXTS[1])


@pytest.fixture(scope="module")
def shown(found):
    return choose(found, Selection("encoder"))


@pytest.fixture(scope="module")
def maps(found):
    return torch.stack([pattern(found, layer)[head] for layer, head in HEADS])


def test_maps_stand_in_the_order_in_which_heads_were_asked_for(shown, maps):
    values, hidden = maps_of(shown, HEADS, slice(1, 4))
    torch.testing.assert_close(values, maps[:, 1:4])
    assert hidden.shape == (3, 3)


def test_a_map_of_a_whole_layer_stands_once(found):
    whole = choose(found, Selection("encoder", over=OVER[1]))
    values, _ = maps_of(whole, [(1, 2), (1, 0)])
    torch.testing.assert_close(values, pattern(found, 1).mean(dim=0)[None])
    table = maps_frame(whole, [(1, 2)], mean=True)  # of one map there is no mean
    assert set(table["head"]) == {OVER[1]}


def test_pooled_are_the_largest_of_all_heads_or_their_mean(shown, maps):
    n = maps.shape[1]
    torch.testing.assert_close(pooled_maps(shown, HEADS, n), maps.amax(dim=0))
    torch.testing.assert_close(pooled_maps(shown, HEADS, n, mean=True), maps.mean(dim=0))
    assert pooled_maps(shown, HEADS, 1).item() == pytest.approx(maps.max().item())


def test_the_table_has_the_rows_of_each_head(shown):
    table = maps_frame(shown, HEADS)
    assert list(dict.fromkeys(zip(table["layer"], table["head"], strict=True))) == HEADS
    assert table[table["layer"] == 0].reset_index(drop=True).equals(map_frame(shown, 0, [1]))


def test_the_table_of_a_mean_says_of_which_heads(shown, maps):
    table = maps_frame(shown, HEADS, mean=True)
    assert set(table["head"]) == {"mean of L1 H2, L0 H1, L1 H0"}
    assert table["layer"].isna().all()
    assert table["value"].tolist() == pytest.approx(maps.mean(dim=0).flatten().tolist())
    one_layer = maps_frame(shown, [(1, 2), (1, 0)], mean=True)
    assert (set(one_layer["layer"]), set(one_layer["head"])) == ({1}, {"mean of L1 H2, H0"})
