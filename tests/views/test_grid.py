"""The two big views of real and made captures: what is sent, what is left at home, what they say of themselves."""

import numpy as np
import pytest
import torch
from torch.nn.functional import adaptive_max_pool2d

from mha_viz.attention import overview
from mha_viz.attention.maps import logits, pattern
from mha_viz.attention.overview import overview_of
from mha_viz.attention.selection import MAPS, OVER, Selection
from mha_viz.attention.shown import choose
from mha_viz.errors import InputError
from mha_viz.inputs.text import numbered
from mha_viz.inputs.words import unique_labels
from mha_viz.models.load import model_from
from mha_viz.objects import AttentionCall, Capture
from mha_viz.recording.capture import capture
from mha_viz.views.grid import model_picture, strongest_cells
from mha_viz.views.head import head_picture
from mha_viz.views.style import theme
from mha_viz.views.view import to_bytes
from tests.support.networks.families import TEXT, TEXTS, make, text_model, tokenizer
from tests.support.pages.drawn import opened


def captured(name, text=TEXTS[1]):
    return capture(text_model(name)[1], text)


def shown_of(found, **settings):
    return choose(found, Selection(found.kinds[0], **settings))


def made(n_layers, n_heads, n_query, n_key=None, kind="cross"):
    torch.manual_seed(0)
    calls = tuple(
        AttentionCall(i, kind, seen_pattern=torch.randn(n_heads, n_query, n_key or n_query).mul(3).softmax(dim=-1))
        for i in range(n_layers)
    )
    axes = {kind: numbered(n_query)}, {kind: numbered(n_key or n_query)}
    return Capture("made", "0123456789abcdef" * 4, "the text", None, calls, *axes)


# ---- every head of a model ---------------------------------------------------------------------------------------


def model_of(found, cells=30, order=None, settings=None, **more):
    shown = shown_of(found, **(settings or {}))
    return opened(model_picture(shown, overview_of(shown, cells), order=order, **more))


def test_every_head_has_its_picture_and_its_exact_strongest_value():
    found = captured("bert")
    header, arrays = model_of(found)
    n = len(found.query_positions["encoder"])
    whole = torch.cat([pattern(found, layer) for layer in range(2)])
    assert header["top"] == whole.max().item() < theme.FAINT  # a network that looks nowhere in particular
    assert np.abs(arrays["levels"].reshape(6, n, n) - (whole / header["top"] * 255).numpy()).max() <= 0.51
    assert header["names"] == ["L0 H0", "L0 H1", "L0 H2", "L1 H0", "L1 H1", "L1 H2"]
    assert header["across_names"] == ["H0", "H1", "H2"]
    assert header["opens"] == [[layer, head] for layer in range(2) for head in range(3)]
    labels = found.query_positions["encoder"].labels
    for one, (query, key, value) in zip(whole, header["strongest"], strict=True):
        assert np.float32(value) == value  # a float32, with all its digits
        assert value == one.max().item()
        row, column = divmod(one.argmax().item(), n)
        assert (query, key) == (labels[row], labels[column])
    assert all(score.startswith("entropy ") and ", distance " in score for score in header["scores"])
    assert (header["sorted"], header["chosen"], header["own_scales"]) == (False, None, False)


def test_pictures_of_a_long_text_are_pooled():
    found = captured("llama", " ".join(["the cat sat on a"] * 7))
    header, arrays = model_of(found)
    expected = torch.cat([adaptive_max_pool2d(pattern(found, layer), (30, 30)) for layer in range(2)])
    assert np.abs(arrays["levels"].reshape(12, 30, 30) - (expected * 255).numpy()).max() <= 0.51
    query, key = divmod(int(pattern(found, 0)[0, 1:, 1:].argmax()), 34)
    labels = unique_labels(found.key_positions["decoder"].labels)
    assert header["strongest"][0][:2] == [labels[query + 1], labels[key + 1]]
    assert "Pooled to 30 × 30" in header["note"]


def test_an_order_picks_and_sorts():
    found = captured("bert")
    header, arrays = model_of(found, order=[4, 0], chosen=(0, 0), opens=True)
    assert header["names"] == ["L1 H1", "L0 H0"]
    assert header["opens"] == [[1, 1], [0, 0]]
    assert header["chosen"] == 1
    assert header["sorted"]  # not every head is there, so rows are no layers
    assert header["label"] == "Pattern of 2 maps of bert"
    maps = torch.stack([pattern(found, 1)[1], pattern(found, 0)[0]]).flatten().numpy()
    assert np.abs(arrays["levels"] - maps / header["top"] * 255).max() <= 0.51
    assert header["strongest"] == [model_of(found)[0]["strongest"][i] for i in (4, 0)]
    assert model_of(found, order=[5, 4, 3, 2, 1, 0], is_sorted=True)[0]["sorted"]
    assert model_of(found, order=[4, 0], chosen=(1, 2))[0]["chosen"] is None
    assert model_of(found, opens=False)[0]["opens"] is None


def test_heads_that_are_drawn_beside_it_are_marked_in_their_colours():
    found = captured("bert")
    drawn = [(1, 2), (0, 1), (1, 0)]
    header, _ = model_of(found, order=[5, 0, 3], drawn=drawn, adds=8)
    assert header["drawn"] == [[0, 0], [2, 2]]  # the second is left out of the map, and keeps its colour
    assert header["colours"]["dark"] == list(theme.HEADS_DARK)
    assert "With Shift or Ctrl" in header["hint"]
    mean, _ = model_of(found, drawn=drawn[:2], mean=True)
    assert (mean["drawn"], mean["colours"]["light"]) == ([[5, 0], [1, 0]], [theme.ON_GROUND["line"][0]])
    alone, _ = model_of(found, drawn=drawn[:1], adds=None)
    assert "drawn" not in alone
    assert "Shift" not in alone["hint"]


def test_groups_and_words_follow_the_order():
    found = captured("bert")
    looks = {"groups": [4, None, 0, 0, 4, 1], "group_names": "abcde", "fit": True, "preview_beside": True}
    header, _ = model_of(found, order=[4, 1, 0, 5], **looks)
    assert [group if group is None else header["swatches"][group]["name"] for group in header["groups"]] == [
        "e", None, "e", "b"
    ]  # fmt: skip
    labels = unique_labels(found.query_positions["encoder"].labels)
    assert header["queries"] == header["keys"] == list(labels)
    assert (header["fit"], header["preview_beside"]) == (True, True)
    assert "fit" not in model_of(found)[0]


@pytest.mark.parametrize("name", [name for name in MAPS if name != "Pattern"])
def test_other_maps_of_every_head(name):
    found = captured("llama")
    header, arrays = model_of(found, settings={"map": name})
    n_maps = 1 if name == "Rollout" else 6
    assert len(header["names"]) == 2 * n_maps
    assert header["names"][-1] == ("L1" if name == "Rollout" else "L1 H5")
    assert header["own_scales"] == (name != "Rollout")
    assert header["scores"] == [""] * 2 * n_maps
    assert header["title"] == f"{name}: every {'layer' if name == 'Rollout' else 'head'} of llama"
    levels = arrays["levels"].reshape(2 * n_maps, 9, 9)
    if name == "Logits":
        ahead = np.triu(np.ones((9, 9), dtype=bool), 1)
        assert (levels[:, ahead] == 0).all()
        assert (levels[:, ~ahead] > 0).all()
        raw = torch.cat([logits(found, 0), logits(found, 1)])
        finite = raw.masked_fill(raw == -torch.inf, 0.0)
        expected = 128 + finite / finite.abs().amax(dim=(1, 2), keepdim=True) * 127
        assert np.abs(levels - expected.numpy())[:, ~ahead].max() <= 0.51


def test_of_layers_there_is_one_map_each():
    header, arrays = model_of(captured("bert"), settings={"over": OVER[2]})
    assert (header["names"], header["across_names"]) == (["L0", "L1"], ["all heads"])
    assert header["title"] == "Pattern: every layer of bert"
    assert arrays["levels"].size == 2 * 11 * 11


@pytest.mark.parametrize(
    ("n_layers", "n_heads", "cells", "most"),
    [(12, 12, 30, 300_000), (32, 32, 30, 1_500_000), (80, 64, 20, 3_000_000)],
)
def test_many_heads_fit_in_few_bytes(n_layers, n_heads, cells, most):
    shown = shown_of(made(n_layers, n_heads, 31, 37))
    view = model_picture(shown, overview_of(shown, overview.thumbnail_cells(len(shown.maps))))
    header, arrays = opened(view)
    assert arrays["levels"].size == n_layers * n_heads * cells * cells
    assert f"Pooled to {cells} × {cells}:" in header["note"]
    assert len(header["names"]) == n_layers * n_heads
    assert len(to_bytes(view)) < most


# ---- heads -----------------------------------------------------------------------------------------------------


def head_of(found, layer=1, heads=(2,), settings=None, **more):
    return opened(head_picture(shown_of(found, **(settings or {})), layer, list(heads), **more))


def test_of_a_short_text_all_heads_are_sent():
    found = captured("llama")
    header, arrays = head_of(found, heads=[4, 1], picked=[0, 3], side="key", threshold=0.25, turns=True)
    torch.testing.assert_close(torch.tensor(arrays["values"]).reshape(6, 9, 9), pattern(found, 1), rtol=0, atol=1e-6)
    assert [head["head"] for head in header["heads"]] == [0, 1, 2, 3, 4, 5]
    assert header["switches"] == [[1, head] for head in range(6)]
    assert header["shown"] == [4, 1]
    assert header["queries"] == header["keys"] == TEXTS[1].split()
    assert (header["picked"], header["side"], header["threshold"], header["turns"]) == ([0, 3], "key", 0.25, True)
    assert set(arrays) == {"values"}
    assert not {"window", "whole", "overview_size"} & set(header)
    assert header["label"] == "Pattern of L1 H4, H1 of llama: queries down, keys across"
    assert header["title"] == "Pattern of L1 H4, H1, llama"
    assert header["file_name"] == "llama-L1-H4--H1-Pattern"


def test_of_a_larger_map_only_the_chosen_heads_are_sent(monkeypatch):
    found = captured("llama")
    monkeypatch.setattr(theme, "ALL_HEADS_NUMBERS", 6 * 9 * 9)
    assert len(head_of(found)[0]["heads"]) == 6
    monkeypatch.setattr(theme, "ALL_HEADS_NUMBERS", 6 * 9 * 9 - 1)
    header, arrays = head_of(found, heads=[4, 1])
    assert [head["head"] for head in header["heads"]] == [4, 1]
    assert header["shown"] == [0, 1]
    assert header["switches"] == [[1, head] for head in range(6)]  # what a page can ask for
    expected = pattern(found, 1)[[4, 1]]
    torch.testing.assert_close(torch.tensor(arrays["values"]).reshape(2, 9, 9), expected, rtol=0, atol=1e-6)
    assert head_of(found, heads=[4, 1], switches=False)[0]["switches"] == [[1, 4], [1, 1]]


def test_the_mean_of_heads_and_a_rollout_are_maps_of_the_layer():
    for settings in ({"over": OVER[1]}, {"map": "Rollout"}):
        header, arrays = head_of(captured("bert"), settings=settings)
        assert header["heads"] == [{"layer": 1, "head": -1, "name": "all heads"}]
        assert (header["shown"], header["switches"]) == ([0], [])
        assert arrays["values"].size == 11 * 11


def test_logits_are_sent_with_what_is_masked():
    found = captured("llama")
    header, arrays = head_of(found, settings={"map": "Logits"})
    values = arrays["values"].reshape(6, 9, 9)
    np.testing.assert_allclose(values, logits(found, 1).numpy(), rtol=1e-5, atol=1e-5)
    assert np.isneginf(values[:, 0, 1:]).all()
    most = np.abs(values[2][np.isfinite(values[2])]).max()
    assert (header["low"], header["high"]) == (-most, most)
    assert (header["unit"], header["unit_label"]) == ("number", "query · key × scaling")


def test_a_window_and_an_overview_are_there_only_for_long_texts():
    found = made(1, 3, 131, 257)
    header, arrays = head_of(found, 0, [2, 0], window=(3, 131, 100, 211), picked=[2, 3, 130])
    assert header["window"] == [3, 131, 100, 211]
    assert header["whole"] == [131, 257]
    assert (header["queries"][0], header["queries"][-1]) == ("3", "130")
    assert (header["keys"][0], header["keys"][-1]) == ("100", "210")
    whole = found.calls[0].seen_pattern
    sent = arrays["values"].reshape(3, 128, 111)
    np.testing.assert_allclose(sent, whole[:, 3:131, 100:211].numpy(), rtol=0, atol=1e-6)
    assert header["picked"] == [0, 127]  # inside the window, counted from its beginning
    small = adaptive_max_pool2d(whole[[2, 0]].amax(dim=0)[None], (131, theme.OVERVIEW_CELLS))[0]
    assert header["overview_size"] == [131, 220]
    np.testing.assert_allclose(arrays["overview"].reshape(131, 220), small.numpy(), rtol=0, atol=1e-6)
    assert "window queries 3 to 130, keys 100 to 210" in header["facts"][-1]
    header, arrays = head_of(made(1, 3, 128, 127), 0, [2], window=(3, 9, 5, 7))
    assert "window" not in header
    assert "window" not in header["facts"][-1]
    assert set(arrays) == {"values"}
    assert arrays["values"].size == 3 * 128 * 127


def test_the_keys_of_a_window_are_picked_on_their_own_axis():
    header, _ = head_of(made(1, 3, 131, 257), 0, window=(3, 131, 100, 211), picked=[99, 100, 210, 211], side="key")
    assert header["picked"] == [0, 110]


def test_the_facts_name_model_text_head_and_settings():
    found = captured("gemma2", "the cat sat")
    settings = {"hidden": ("first token", "punctuation"), "renormalise": True, "words": True}
    header, _ = head_of(found, 0, [3], settings=settings)
    text, rest = header["facts"]
    assert text == "“the cat sat”"
    for fact in ("model gemma2", "layer 0", "heads H3", "on words", "hidden first token, punctuation", "decoder"):
        assert fact in rest
    assert "rows scaled to sum to 1" in rest
    facts = model_of(made(2, 3, 5, 7))[0]["facts"]
    assert facts[0] == "“the text”"
    assert facts[1].endswith("weights 0123456789ab…")
    assert "layer" not in facts[1]


def test_what_a_reader_picked_belongs_to_one_text_and_window():
    found, other = captured("llama"), captured("llama", "the cat sat")
    identity = head_of(found, 0)[0]["identity"]
    assert identity == head_of(found, 1, heads=[5])[0]["identity"]
    assert identity != head_of(other, 0)[0]["identity"]
    assert identity != head_of(found, 0, settings={"hidden": ("first token",)})[0]["identity"]


def test_labels_of_two_parts_are_told_apart():
    model = model_from(make(*TEXT["llama"]), tokenizer(ends=False), name="llama")
    header, _ = head_of(capture(model, "the cat sat", pair="he ran"))
    assert header["second"] == {"query": [False] * 3 + [True] * 2, "key": [False] * 3 + [True] * 2}
    assert head_of(captured("llama"))[0]["second"] == {"query": [], "key": []}


@pytest.mark.parametrize("map_name", MAPS)
@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize("name", ["bert", "mistral", "gpt-oss"])
def test_no_number_that_is_no_json_is_sent(name, over, map_name):
    """``opened`` refuses NaN and infinities in a header."""
    found = captured(name)
    for hidden in ((), ("first token", "special tokens")):
        settings = {"map": map_name, "over": over, "hidden": hidden}
        _, arrays = model_of(found, settings=settings)
        assert arrays["levels"].any()
        _, arrays = head_of(found, settings=settings)
        assert not np.isnan(arrays["values"]).any()


@pytest.mark.parametrize("map_name", MAPS)
def test_what_comes_later_cannot_be_looked_at(map_name):
    model = model_from(make(*TEXT["llama"]), tokenizer(ends=False), name="llama")
    found = capture(model, "the cat sat", pair="he ran")
    with pytest.raises(InputError, match="cannot look at one that comes after it"):
        model_of(found, settings={"map": map_name, "between": (0, 1)})


@pytest.mark.parametrize("map_name", ["Pattern", "Logits"])
def test_rows_that_hold_nothing_are_no_nan(map_name):
    """A window of three tokens: most of the second text cannot see the first any more."""
    model = model_from(make(*TEXT["mistral"]), tokenizer(ends=False), name="mistral")
    found = capture(model, "the cat", pair="he ran home to eat fish")
    header, _ = model_of(found, settings={"map": map_name, "between": (1, 0)})
    assert not any("nan" in score for score in header["scores"])


def test_the_strongest_cell_of_each_map_is_told_with_its_labels():
    maps = torch.zeros(2, 3, 5)
    maps[0, 2, 1], maps[1, 0, 4], maps[1, 1, 0] = 0.5, 0.75, 0.25
    axes = ["p", "q", "r"], ["a", "b", "c", "d", "e"]
    assert strongest_cells(maps, *axes, is_causal=False) == [("r", "b", 0.5), ("p", "e", 0.75)]
    maps[1, 2, 3] = 0.125
    assert strongest_cells(maps, *axes, is_causal=True) == [("r", "b", 0.5), ("r", "d", 0.125)]
    assert strongest_cells(maps[1:, :1], ["p"], axes[1], is_causal=True) == [("p", "e", 0.75)]  # there is nothing else
