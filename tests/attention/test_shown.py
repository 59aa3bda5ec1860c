"""What is left of the maps when words are joined, positions hidden, heads put together: worked out by hand."""

import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.attention.selection import MAPS, OVER, Selection
from mha_viz.attention.shown import arranged, choose, factor_of, fitted_window, rows_of
from mha_viz.errors import InputError
from mha_viz.inputs.text import numbered
from mha_viz.models.load import model_from
from mha_viz.objects import Positions
from mha_viz.recording.capture import capture
from tests.support.captures.shown import MAPS_OF_TWO_HEADS, assert_rows, made, shown_of
from tests.support.networks.families import ENCODER_DECODERS, TEXTS, make, text_model, tokenizer
from tests.support.texts.texts import positions

CLOSE = {"rtol": 1e-5, "atol": 1e-6}


def test_everything_is_shown_as_it_is():
    shown = shown_of(made())
    values, hidden = rows_of(shown, 0)
    assert torch.equal(values, MAPS_OF_TWO_HEADS)
    assert hidden.tolist() == [[0.0] * 3] * 2
    assert (shown.hidden, shown.query_index, shown.key_index) == ((), (0, 1, 2), (0, 1, 2))
    assert shown.all_keys
    assert (shown.n_layers, shown.n_maps) == (1, 2)


def test_special_tokens_hidden_by_hand():
    expected = [[[0.1, 0.3], [0.8, 0.1]], [[0.5, 0.1], [0.2, 0.1]]]
    assert_rows(made(), expected, [[0.6, 0.1], [0.4, 0.7]], hidden=("special tokens",))
    shown = shown_of(made(), hidden=("special tokens",))
    assert shown.query.positions.labels == shown.key.positions.labels == ("a", ",")
    assert shown.key.positions.spans == ((0, 1), (1, 2))
    assert shown.hidden == ("[S]",)
    assert shown.query_index == shown.key_index == (1, 2)
    assert not shown.all_keys


def test_the_first_token_hidden_by_hand():
    axis = positions("b a", (0, 1), (2, 3), None)
    expected = [[[0.1, 0.3], [0.8, 0.1]], [[0.5, 0.1], [0.2, 0.1]]]
    assert_rows(made(queries=axis), expected, [[0.6, 0.1], [0.4, 0.7]], hidden=("first token",))
    assert shown_of(made(queries=axis), hidden=("first token",)).hidden == ("b",)


def test_punctuation_hidden_by_hand():
    expected = [[[0.5, 0.3], [0.6, 0.1]], [[0.2, 0.2], [0.4, 0.5]]]
    assert_rows(made(), expected, [[0.2, 0.3], [0.6, 0.1]], hidden=("punctuation",))
    assert shown_of(made(), hidden=("punctuation",)).hidden == (",",)


def test_all_of_it_hidden_leaves_one_cell():
    assert_rows(made(), [[[0.1]], [[0.5]]], [[0.9], [0.5]], hidden=("special tokens", "punctuation", "first token"))


@pytest.mark.parametrize(
    ("label", "is_sign"),
    [(",", True), ("…", True), ("$", True), ("?!", True), ("a,", False), ("", False), ("3", False)],
)
def test_what_counts_as_punctuation(label, is_sign):
    axis = Positions((0, 0, 0), ("x", label, "y"), (False,) * 3, (None,) * 3)
    assert len(shown_of(made(queries=axis), hidden=("punctuation",)).key) == 3 - is_sign


def test_a_special_token_that_looks_like_a_sign_is_no_punctuation():
    axis = Positions((0, 0, 0), ("<>", "a", "b"), (True, False, False), (None,) * 3)
    assert len(shown_of(made(queries=axis), hidden=("punctuation",)).key) == 3


def test_rows_scaled_to_one_by_hand():
    expected = [[[1 / 4, 3 / 4], [8 / 9, 1 / 9]], [[5 / 6, 1 / 6], [2 / 3, 1 / 3]]]
    assert_rows(made(), expected, [[0.6, 0.1], [0.4, 0.7]], hidden=("special tokens",), renormalise=True)
    half = made(MAPS_OF_TWO_HEADS / 2)  # learned sinks took the other half
    assert_rows(half, MAPS_OF_TWO_HEADS.tolist(), [[0.0] * 3] * 2, renormalise=True)
    nothing = made(torch.tensor([[[1.0, 0.0, 0.0]] * 3]))
    assert_rows(nothing, [[[0.0, 0.0]] * 2], [[1.0, 1.0]], hidden=("special tokens",), renormalise=True)


def test_words_by_hand():
    """To a word the sum over its pieces, from a word the mean: "ab" is two pieces."""
    found = made(queries=positions("ab c", (0, 1), (1, 2), (3, 4)))
    expected = [[[(0.8 + 0.7) / 2, (0.2 + 0.3) / 2], [0.9, 0.1]], [[(0.4 + 0.9) / 2, (0.6 + 0.1) / 2], [0.9, 0.1]]]
    assert_rows(found, expected, [[0.0, 0.0]] * 2, words=True)
    hiding = [[[0.25], [0.1]], [[0.35], [0.1]]]
    both = shown_of(found, words=True, hidden=("first token",))
    assert both.key.positions.labels == ("c",)
    assert both.query_index == (1,)
    values, hidden = rows_of(both, 0)
    torch.testing.assert_close(values, torch.tensor(hiding)[:, 1:])
    torch.testing.assert_close(hidden, torch.tensor([[0.9], [0.9]]))
    shown = shown_of(found, words=True)
    assert (len(shown.query), len(shown.key), shown.all_keys) == (2, 2, False)


def test_mean_and_largest_over_heads_by_hand():
    mean = [[[0.35, 0.25, 0.4], [0.5, 0.3, 0.2], [0.4, 0.5, 0.1]]]
    most = [[[0.5, 0.3, 0.6], [0.6, 0.5, 0.3], [0.7, 0.8, 0.1]]]
    assert_rows(made(), mean, over=OVER[1])
    assert_rows(made(), most, over=OVER[2])
    for over, expected in ((OVER[1], mean), (OVER[2], most)):
        shown = shown_of(made(), over=over)
        assert (shown.has_heads, shown.n_maps) == (False, 1)
        values, _ = rows_of(shown, 0, heads=[1])  # of all heads, whichever are asked for
        torch.testing.assert_close(values, torch.tensor(expected))
    assert_rows(made(), [[[0.3, 0.2], [0.5, 0.1]]], [[0.5, 0.4]], over=OVER[1], hidden=("special tokens",))


def test_between_parts_by_hand():
    axis = Positions((0, 0, 0), ("a", "b", "c"), (False,) * 3, (None,) * 3, segments=(0, 1, 1))
    assert_rows(made(queries=axis), [[[0.3, 0.2]], [[0.2, 0.6]]], [[0.5], [0.2]], between=(0, 1))
    assert_rows(made(queries=axis), [[[0.6], [0.1]], [[0.4], [0.7]]], [[0.4, 0.9], [0.6, 0.3]], between=(1, 0))
    shown = shown_of(made(queries=axis), between=(1, 0))
    assert (shown.query_index, shown.key_index, shown.hidden) == ((1, 2), (0,), ("b", "c"))
    assert shown.query.positions.segments == (1, 1)
    assert shown.key.positions.segments == (0,)
    assert_rows(made(), MAPS_OF_TWO_HEADS.tolist(), between=(0, 1))  # a text without parts is shown whole


def test_logits_keep_their_values_and_hide_no_share():
    raw = torch.tensor([[[1.0, -torch.inf, -torch.inf], [2.0, -3.0, -torch.inf], [4.0, 5.0, 6.0]]])
    found = made(raw.softmax(dim=-1), logits=raw, kind="decoder")
    assert_rows(found, raw.tolist(), [[0.0] * 3], map="Logits")
    assert_rows(found, raw[:, 1:, 1:].tolist(), [[0.0] * 2], map="Logits", hidden=("first token",))
    assert shown_of(found, map="Logits").nothing == -torch.inf
    assert shown_of(found).nothing == 0.0


def test_what_does_not_add_up_is_refused():
    for name, chosen in MAPS.items():
        for setting in ({"words": True}, {"renormalise": True}):
            if chosen.is_share:
                shown_of(made(), map=name, **setting)
                continue
            with pytest.raises(InputError, match=f"{name} does not add up over the pieces of a word"):
                shown_of(made(), map=name, **setting)


def test_nothing_left_is_said():
    signs = positions("!?.", (0, 1), (1, 2), (2, 3))
    with pytest.raises(InputError, match="Nothing is left to show"):
        shown_of(made(queries=signs), hidden=("punctuation",))
    words, one = positions("a b c", (0, 1), (2, 3), (4, 5)), positions("!", (0, 1))
    with pytest.raises(InputError, match="Nothing is left to show"):
        shown_of(made(MAPS_OF_TWO_HEADS[..., :1], words, one, "cross"), hidden=("punctuation",))
    parts = Positions((0,) * 3, ("a", "b", "c"), (False,) * 3, (None,) * 3, segments=(0, 0, 0))
    with pytest.raises(InputError, match="choose other parts"):
        shown_of(made(queries=parts), between=(0, 1))


SELECTIONS = [
    {},
    {"hidden": ("special tokens", "punctuation")},
    {"hidden": ("first token",), "renormalise": True},
    {"words": True},
    {"words": True, "hidden": ("first token",), "over": OVER[1]},
    {"over": OVER[2]},
    {"map": "Logits"},
    {"map": "Logits", "over": OVER[1], "hidden": ("first token",)},
    {"map": "Value-weighted"},
    {"map": "Contribution", "over": OVER[1], "hidden": ("first token",)},
    {"map": "Rollout", "hidden": ("first token",)},
    {"map": "Rollout", "words": True, "renormalise": True},
]


@pytest.mark.parametrize("settings", SELECTIONS, ids=str)
@pytest.mark.parametrize("name", ["bert", "llama", "mistral", "gpt-oss"])
def test_rows_are_a_slice_of_the_whole(name, settings):
    found = capture(text_model(name)[1], "the cat sat. on a mat, because")
    shown = shown_of(found, **settings)
    n, heads = len(shown.query), [2, 0]
    whole, hidden = rows_of(shown, 1)
    assert whole.shape == (shown.n_maps, n, len(shown.key))
    assert hidden.shape == whole.shape[:2]
    factor = factor_of(shown, 1)
    assert (factor is None) == (shown.selection.map not in ("Value-weighted", "Contribution"))
    for rows in (slice(0, 1), slice(1, 4), slice(n - 2, n), slice(2, None)):
        for per_key in (None, factor):
            part, part_hidden = rows_of(shown, 1, rows=rows, per_key=per_key)
            torch.testing.assert_close(part, whole[:, rows], **CLOSE)
            torch.testing.assert_close(part_hidden, hidden[:, rows], **CLOSE)
            part, _ = rows_of(shown, 1, heads=heads, rows=rows, per_key=per_key)
            expected = whole[heads] if shown.has_heads else whole
            torch.testing.assert_close(part, expected[:, rows], **CLOSE)
        trimmed, _ = rows_of(shown, 1, rows=rows, trim=True)
        torch.testing.assert_close(trimmed, whole[:, rows, : trimmed.shape[2]], **CLOSE)
        assert (whole[:, rows, trimmed.shape[2] :] == shown.nothing).all()


def test_only_what_is_asked_for_may_be_missing_at_the_end():
    found = capture(text_model("llama")[1], TEXTS[1])
    shown = shown_of(found)
    assert rows_of(shown, 0, rows=slice(1, 3))[0].shape == (6, 2, 9)
    assert rows_of(shown, 0, rows=slice(1, 3), trim=True)[0].shape == (6, 2, 3)


def test_a_map_on_tokens_is_arranged_as_its_rows_are():
    found = capture(text_model("bert")[1], TEXTS[1])
    for settings in SELECTIONS[:4]:
        shown = shown_of(found, **settings)
        expected = rows_of(shown, 0)
        on_tokens = pattern(found, 0)[:, shown.query.groups[0][0] :]  # from the first token of the first row on
        for one, other in zip(arranged(shown, on_tokens), expected, strict=True):
            torch.testing.assert_close(one, other, **CLOSE)


def test_cross_attention_hides_on_each_axis_for_itself():
    model = model_from(make(*ENCODER_DECODERS["bart"]), tokenizer(), name="bart")
    found = capture(model, TEXTS[0], target="he ran")
    shown = choose(found, Selection("cross", hidden=("special tokens",)))
    assert shown.query.positions.labels == ("he", "ran")
    assert shown.key.positions.labels == tuple(TEXTS[0].split())
    assert (shown.n_layers, shown.n_maps) == (3, 4)
    assert rows_of(shown, 2)[0].shape == (4, 2, 6)


def long(n_query, n_key):
    maps = torch.zeros(1, n_query, n_key)
    return choose(made(maps, numbered(n_query), numbered(n_key), "cross"), Selection("cross"))


@pytest.mark.parametrize(
    ("window", "fitted"),
    [
        (None, (0, 11, 0, 11)),
        ((2, 13, 100, 111), (2, 13, 100, 111)),
        ((2, 5, 100, 105), (2, 5, 100, 105)),
        ((9, 15, 290, 301), (7, 13, 288, 299)),  # beyond the end: as long as it was
        ((0, 1, -7, 2), (0, 1, 0, 9)),  # before the beginning
        ((1, 8, 50, 250), (1, 8, 50, 61)),  # too long
        ((1, 8, 70, 60), (1, 8, 70, 71)),  # turned round
        ((-50, 50, 5000, 5007), (0, 11, 292, 299)),
    ],
)
def test_windows_are_fitted(window, fitted, monkeypatch):
    monkeypatch.setattr("mha_viz.attention.shown.WINDOW", 11)
    assert fitted_window(long(13, 299), window) == fitted


def test_a_side_that_fits_is_shown_whole(monkeypatch):
    monkeypatch.setattr("mha_viz.attention.shown.WINDOW", 13)
    assert fitted_window(long(13, 299), (3, 5, 100, 105)) == (0, 13, 100, 105)
    assert fitted_window(long(299, 13), (100, 400, 2, 3)) == (100, 113, 0, 13)


def test_a_window_of_a_short_text_is_the_whole():
    assert fitted_window(long(5, 7), (1, 2, 3, 4)) == (0, 5, 0, 7)
    assert fitted_window(long(5, 129), None) == (0, 5, 0, 128)
    assert fitted_window(long(128, 128), (7, 9, 7, 9)) == (0, 128, 0, 128)
