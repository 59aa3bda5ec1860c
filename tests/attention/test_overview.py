"""Pooled pictures and exact numbers of every map, against full maps that torch pools and loops that one can read."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.nn.functional import adaptive_max_pool2d

from mha_viz.attention.maps import contribution_lengths, logits, pattern, rollout, value_weighted_pattern
from mha_viz.attention.overview import overview_of
from mha_viz.attention.pooling import row_blocks, row_cells, thumbnails
from mha_viz.attention.selection import MAPS, OVER, Selection
from mha_viz.attention.several import pooled_maps
from mha_viz.attention.shown import choose, rows_of
from mha_viz.inputs.text import numbered
from mha_viz.models.load import model_from
from mha_viz.objects import AttentionCall, Capture
from mha_viz.recording.capture import capture
from tests.support.networks.families import ENCODER_DECODERS, TEXT, WORDS, make, tokenizer

CLOSE = {"rtol": 1e-5, "atol": 1e-6}
FULL = {
    "Pattern": pattern,
    "Logits": logits,
    "Value-weighted": value_weighted_pattern,
    "Contribution": contribution_lengths,
    "Rollout": lambda *place, kind: rollout(*place, kind=kind)[None],
}
BLOCKS = (1, 200, 2**21)  # a cell of a picture at a time, several, everything


def captured(name, n_tokens=13):
    """A text of so many tokens; of an encoder-decoder, cross-attention from 7 tokens to them."""
    if name in ENCODER_DECODERS:
        model = model_from(make(*ENCODER_DECODERS[name]), tokenizer(), name=name)
        return capture(model, " ".join(WORDS[: n_tokens - 2]), target="a dog and he ran")
    ends = name == "bert"
    model = model_from(make(*TEXT[name]), tokenizer(ends=ends), name=name)
    return capture(model, " ".join(WORDS[: n_tokens - 2 * ends]))


def of_patterns(patterns, kind="encoder"):
    """A capture of patterns (layer, head, query, key)."""
    calls = tuple(AttentionCall(i, kind, seen_pattern=layer) for i, layer in enumerate(patterns))
    queries, keys = (numbered(n) for n in patterns.shape[2:])
    return Capture("made", None, "", None, calls, {kind: queries}, {kind: keys})


def pooled(maps, cells):
    return adaptive_max_pool2d(maps, (min(maps.shape[-2], cells), min(maps.shape[-1], cells)))


def assert_equals_full_maps(shown, maps, cells):
    """Pictures, the largest value and its place, layer by layer."""
    seen = overview_of(shown, cells)
    hides_first, is_causal = "first token" in shown.selection.hidden, shown.selection.kind == "decoder"
    row = int(is_causal and (not hides_first or shown.selection.renormalise))
    column = int(is_causal and not hides_first)
    for layer, full in enumerate(maps):
        torch.testing.assert_close(seen.pictures[layer], pooled(full, cells), **CLOSE)
        flat = full.clone()
        flat[:, :row], flat[:, :, :column] = -math.inf, -math.inf
        flat = flat.flatten(1).numpy()
        place = flat.argmax(axis=1)  # numpy promises the first of equal ones
        torch.testing.assert_close(seen.value[layer], torch.tensor(flat.max(axis=1)), **CLOSE)
        assert seen.query[layer].tolist() == (place // full.shape[2]).tolist()
        assert seen.key[layer].tolist() == (place % full.shape[2]).tolist()
    assert len(seen.pictures) == len(maps)


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("n_tokens", [12, 13])
@pytest.mark.parametrize("map_name", MAPS)
@pytest.mark.parametrize("name", ["bert", "llama", "gemma3"])
def test_an_overview_equals_the_pooled_full_maps(name, map_name, n_tokens, block, monkeypatch):
    monkeypatch.setattr("mha_viz.attention.pooling.BLOCK", block)
    found = captured(name, n_tokens)
    (kind,) = found.kinds
    maps = [FULL[map_name](found, layer, kind=kind) for layer in range(len(found.calls))]
    assert maps[0].shape[1:] == (n_tokens, n_tokens)
    if map_name == "Logits":
        assert (maps[0] == -torch.inf).any() == (name != "bert")
    shown = choose(found, Selection(kind, map_name))
    for cells in (1, 4, 5, 30):  # 12 divides by 4 and 13 by none
        assert_equals_full_maps(shown, maps, cells)


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("map_name", [name for name in MAPS if name != "Rollout"])
@pytest.mark.parametrize("name", ["bart", "t5"])
def test_an_overview_of_cross_attention(name, map_name, block, monkeypatch):
    monkeypatch.setattr("mha_viz.attention.pooling.BLOCK", block)
    found = captured(name)
    shown = choose(found, Selection("cross", map_name))
    maps = [FULL[map_name](found, layer, kind="cross") for layer in range(shown.n_layers)]
    assert maps[0].shape[1:] == (7, 13)
    for cells in (3, 5, 10, 30):
        assert_equals_full_maps(shown, maps, cells)
    assert overview_of(shown, 3).mean_distance is None  # both axes count something else


@pytest.mark.parametrize("block", [1, 100])
@pytest.mark.parametrize(
    "settings",
    [
        {"over": OVER[1]},
        {"over": OVER[2]},
        {"words": True},
        {"hidden": ("special tokens", "first token")},
        {"hidden": ("first token",), "renormalise": True},
        {"map": "Logits", "hidden": ("first token",)},
        {"map": "Logits", "over": OVER[1]},
        {"map": "Contribution", "over": OVER[2], "hidden": ("first token",)},
        {"map": "Rollout", "hidden": ("first token",), "words": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["bert", "llama"])
def test_an_overview_of_any_selection(name, settings, block, monkeypatch):
    monkeypatch.setattr("mha_viz.attention.pooling.BLOCK", block)
    found = captured(name)
    shown = choose(found, Selection(found.kinds[0], **settings))
    assert_equals_full_maps(shown, [rows_of(shown, layer)[0] for layer in range(2)], 5)


def naive_entropy(pattern):
    """Nats, in float64, a cell at a time."""
    rows = []
    for row in pattern.double().tolist():
        shares = [share / sum(row) for share in row]
        rows.append(-sum(share * math.log(share) for share in shares if share > 0))
    return sum(rows) / len(rows)


def naive_distance(pattern):
    rows = []
    for i, row in enumerate(pattern.double().tolist()):
        rows.append(sum(share * abs(i - j) for j, share in enumerate(row)) / sum(row))
    return sum(rows) / len(rows)


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("name", ["bert", "llama", "mistral", "gpt-oss", "bloom"])
def test_entropy_and_distance_equal_a_loop_in_float64(name, block, monkeypatch):
    monkeypatch.setattr("mha_viz.attention.pooling.BLOCK", block)
    found = captured(name)
    for cells in (4, 30):
        seen = overview_of(choose(found, Selection(found.kinds[0])), cells)
        for layer in range(2):
            maps = pattern(found, layer)
            assert seen.entropy[layer].tolist() == pytest.approx([naive_entropy(one) for one in maps], rel=1e-5)
            assert seen.mean_distance[layer].tolist() == pytest.approx([naive_distance(one) for one in maps], rel=1e-5)


def test_only_patterns_have_an_entropy_and_a_distance():
    found = captured("bert")
    for name in MAPS:
        seen = overview_of(choose(found, Selection("encoder", name)), 4)
        assert (seen.entropy is None) == (seen.mean_distance is None) == (name != "Pattern")
    hiding = overview_of(choose(found, Selection("encoder", hidden=("first token",))), 4)
    assert hiding.entropy is not None
    assert hiding.mean_distance is None  # positions are no longer neighbours


@pytest.mark.parametrize("block", [1, 14, 10**6])
def test_of_equal_values_the_first_is_named(block, monkeypatch):
    monkeypatch.setattr("mha_viz.attention.pooling.BLOCK", block)
    patterns = torch.zeros(1, 3, 5, 7)
    for query, key in ((1, 6), (1, 2), (3, 0)):  # the same value in one row and in a later one
        patterns[0, 0, query, key] = 0.5
    patterns[0, 1] = 0.125
    patterns[0, 2, 4, 6] = 0.25
    seen = overview_of(choose(of_patterns(patterns, "cross"), Selection("cross", "Pattern")), 5)
    assert seen.value.tolist() == [[0.5, 0.125, 0.25]]
    assert seen.query.tolist() == [[1, 0, 4]]
    assert seen.key.tolist() == [[2, 0, 6]]


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("map_name", MAPS)
@pytest.mark.parametrize("name", ["bert", "llama"])
def test_a_pooled_map_is_the_mean_of_the_chosen_heads(name, map_name, block, monkeypatch):
    monkeypatch.setattr("mha_viz.attention.pooling.BLOCK", block)
    found = captured(name)
    (kind,) = found.kinds
    shown = choose(found, Selection(kind, map_name))
    heads = [2, 0]
    full = FULL[map_name](found, 1, kind=kind)
    mean = full[heads].mean(dim=0) if map_name != "Rollout" else full[0]
    places = [(1, head) for head in heads]
    for cells in (1, 4, 5, 13, 30):
        torch.testing.assert_close(pooled_maps(shown, places, cells, mean=True), pooled(mean[None], cells)[0], **CLOSE)
    largest = choose(found, Selection(kind, over=OVER[2]))
    expected = pooled(pattern(found, 1).amax(dim=0)[None], 5)[0]
    torch.testing.assert_close(pooled_maps(largest, places[:1], 5), expected, **CLOSE)


@pytest.mark.parametrize(("n_query", "n_key"), [(61, 90), (31, 239), (40, 241), (241, 37), (307, 503)])
def test_thumbnails_keep_the_largest_value_of_each_cell(n_query, n_key):
    patterns = torch.randn(2, n_query, n_key)  # of both signs, as logits are
    patterns[0, 5], patterns[1, :, 7] = -torch.inf, -torch.inf
    torch.testing.assert_close(thumbnails(patterns), adaptive_max_pool2d(patterns, (30, 30)), rtol=0, atol=0)


def test_small_patterns_are_their_own_thumbnails():
    assert thumbnails(torch.rand(3, 7, 5)).shape == (3, 7, 5)
    assert thumbnails(torch.rand(3, 7, 5), 6).shape == (3, 6, 5)


def test_cells_cover_the_rows_that_torch_pools():
    assert row_cells(7, 3) == [(0, 3), (2, 5), (4, 7)]
    for n in range(1, 40):
        for cells in range(1, 45):
            size = min(n, cells)
            count = torch.arange(n, dtype=torch.float32)[None, None, :, None]
            ends = adaptive_max_pool2d(count, (size, 1)).flatten() + 1
            begins = -adaptive_max_pool2d(-count, (size, 1)).flatten()
            assert row_cells(n, cells) == list(zip(begins.int().tolist(), ends.int().tolist(), strict=True))


@pytest.mark.parametrize(
    ("block", "n_parts", "n_blocks"), [(1, 3, 15), (33, 2, 6), (44, 1, 5), (66, 1, 3), (88, 1, 2), (10**6, 1, 1)]
)
def test_blocks_of_cells_stay_small_and_leave_none_out(block, n_parts, n_blocks, monkeypatch):
    monkeypatch.setattr("mha_viz.attention.pooling.BLOCK", block)
    blocks = list(row_blocks(13, 11, 5))  # cells of 3 or 4 rows with 11 numbers each
    parts = [part for some in blocks for part in some]
    of_cells = [parts[i : i + n_parts] for i in range(0, len(parts), n_parts)]
    assert [(some[0][0], some[-1][1]) for some in of_cells] == row_cells(13, 5)
    assert all(one[1] == other[0] for some in of_cells for one, other in pairwise(some))
    assert all((some[-1][1] - some[0][0]) * 11 <= max(block, 22) for some in blocks)  # two rows where cells are unequal
    assert len(blocks) == n_blocks


def test_a_cell_of_many_rows_is_never_whole_in_memory(monkeypatch):
    """One picture of one cell: its rows come in blocks all the same."""
    monkeypatch.setattr("mha_viz.attention.pooling.BLOCK", 5 * 2 * 37)
    found = of_patterns(torch.rand(1, 2, 43, 37), "cross")
    sizes = []
    monkeypatch.setattr(
        "mha_viz.attention.overview.row_entropy", lambda rows: sizes.append(rows.shape[1]) or rows.sum(-1)
    )
    seen = overview_of(choose(found, Selection("cross", "Pattern")), 1)
    assert max(sizes) <= 5
    assert sum(sizes) == 43
    assert torch.equal(seen.pictures[0, :, 0, 0], found.calls[0].seen_pattern.amax(dim=(1, 2)))


@pytest.mark.parametrize("map_name", MAPS)
def test_progress_rises_to_one(map_name, monkeypatch):
    monkeypatch.setattr("mha_viz.attention.recent.AT_ONCE", 1)
    shares = []
    found = captured("bart")
    overview_of(choose(found, Selection("decoder", map_name)), 4, progress=shares.append)
    assert shares == pytest.approx([1 / 3, 2 / 3, 1.0])
    assert shares[-1] == 1.0


@pytest.mark.parametrize("map_name", MAPS)
@pytest.mark.parametrize("name", ["bert", "gemma3"])
def test_layers_at_once_give_the_same(name, map_name, monkeypatch):
    found, shares = captured(name), []
    shown = choose(found, Selection(found.kinds[0], map_name))
    one = overview_of(shown, 4)
    monkeypatch.setattr("mha_viz.attention.recent.AT_ONCE", 1)
    monkeypatch.setattr("mha_viz.attention.recent.OF_A_TEXT", 0)
    several = overview_of(shown, 4, shares.append, n_threads=3)
    for alone, together in zip(vars(one).values(), vars(several).values(), strict=True):
        assert (alone is None and together is None) or torch.equal(alone, together)
    assert shares == pytest.approx([(i + 1) / shown.n_layers for i in range(shown.n_layers)])


def test_few_numbers_are_kept_of_a_long_text():
    """What an overview holds does not grow with the text."""
    patterns = torch.rand(1, 2, 301, 307).softmax(dim=-1)
    seen = overview_of(choose(of_patterns(patterns, "cross"), Selection("cross")), 30)
    assert seen.pictures.shape == (1, 2, 30, 30)
    assert seen.pictures.untyped_storage().nbytes() == 2 * 30 * 30 * 4
    assert np.isfinite(seen.entropy.numpy()).all()
