"""Keys and values are changed as by hand where they are made; heads that share them move, and are named."""

from contextlib import ExitStack

import pytest
import torch
import transformers as hf

from mha_viz.comparison.asks import Vectors
from mha_viz.comparison.changed import description
from mha_viz.comparison.effects import effect, pattern_changes
from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.evidence.importance.importance import importance
from mha_viz.models.load import model_from
from mha_viz.recording.again import read_for_changes
from mha_viz.recording.capture import capture
from mha_viz.recording.interventions.changes import Cut, Scale, Zero
from mha_viz.recording.interventions.parts import moved_with
from tests.support.networks.changing import TEXT, by_hand, changed
from tests.support.networks.families import ENCODER_DECODERS, EXACT, make, text_model, tokenizer

# Where each family makes keys and values, by hand: the module, and which part of its output is a group's.
MADE = {
    ("llama", "values"): ("layers.{}.self_attn.v_proj", 0, 4),
    ("llama", "keys"): ("layers.{}.self_attn.k_proj", 0, 4),
    ("gpt2", "values"): ("h.{}.attn.c_attn", 48, 8),
    ("gpt2", "keys"): ("h.{}.attn.c_attn", 24, 8),
    ("bert", "values"): ("encoder.layer.{}.attention.self.value", 0, 8),
    ("mpnet", "values"): ("encoder.layer.{}.attention.attn.v", 0, 8),
    ("gpt-neo", "values"): ("h.{}.attn.attention.v_proj", 0, 8),
}


def made_otherwise(model, path, own, factor, positions):
    """The vectors of the last layer, with a part of what a module puts out times a factor."""

    def hook(_module, _given, output):
        output = output.clone()
        output[:, positions, own] *= factor
        return output

    with ExitStack() as hooks:
        hooks.callback(model.network.get_submodule(path).register_forward_hook(hook).remove)
        return by_hand(model, read_for_changes(model, TEXT)[1], [])


@pytest.mark.parametrize(("name", "of"), MADE)
def test_keys_and_values_are_changed_as_where_they_are_made(name, of):
    _, model = text_model(name)
    read, batch = read_for_changes(model, TEXT)
    path, begin, width = MADE[name, of]
    share = read.calls[0].n_heads // len(read.calls[0].value)
    for layer, head, positions in ((0, share, [1, 3]), (1, 2 * share - 1, slice(None))):
        own = slice(begin + width, begin + 2 * width)  # the second group
        at = positions if isinstance(positions, list) else None
        wanted = {"of": of, "positions": at}
        for change, factor in ((Zero([(layer, head)], **wanted), 0.0), (Scale([(layer, head)], 2.5, **wanted), 2.5)):
            expected = made_otherwise(model, path.format(layer), own, factor, positions)
            assert (expected - by_hand(model, batch, [])).abs().max() > 1e-3
            torch.testing.assert_close(changed(model, read, batch, [change]), expected, **EXACT)


def test_heads_that_share_them_move_and_are_named():
    _, model = text_model("llama")
    read = capture(model, TEXT)
    for of in ("keys", "values"):
        change = Zero([(1, 4)], of=of)
        assert moved_with(change, read) == [(1, 3), (1, 5)]
        assert description(change, read) == f"zero the {of} of L1 H4, which L1 H3, L1 H5 share"
        assert effect(model, TEXT, change, Vectors())["change"][0] == description(change, read)
    assert moved_with(Zero([(1, 4)]), read) == []
    assert (
        description(Scale([(0, 0)], 2.0, of="values"), read)
        == "scale the values of L0 H0 by 2, which L0 H1, L0 H2 share"
    )
    moved = pattern_changes(model, TEXT, Zero([(1, 4)], of="keys"))
    assert sorted(moved[moved["distance"] > 1e-4]["head"]) == [3, 4, 5]
    assert {*moved[moved["distance"] > 1e-4]["layer"]} == {1}
    _, alone = text_model("gpt2")
    assert moved_with(Zero([(1, 2)], of="keys"), capture(alone, TEXT)) == []


def test_a_key_may_be_cut_and_its_values_changed_at_once():
    """A value that nobody sees may be anything."""
    _, model = text_model("llama")
    read, batch = read_for_changes(model, TEXT)
    group = [(1, 3), (1, 4), (1, 5)]
    edges = [(query, 2) for query in range(3, 6)]
    cut = changed(model, read, batch, [Cut(edges, group)])
    both = changed(model, read, batch, [Scale([(1, 4)], 9.0, of="values", positions=[2]), Cut(edges, group)])
    torch.testing.assert_close(both[3:], cut[3:], **EXACT)
    assert (both[2] - cut[2]).abs().max() > 1e-2  # the position itself still sees it


def test_cross_attention_has_keys_of_another_text():
    model = model_from(make(*ENCODER_DECODERS["bart"]), tokenizer(), name="bart")
    read, batch = read_for_changes(model, TEXT, target="he ran home")
    n_key = read.calls_of("cross")[0].n_key
    change = Zero([(2, 1)], of="values", positions=[n_key - 1], kind="cross")
    plain = by_hand(model, batch, [])

    def hook(_module, _given, output):
        output = output.clone()
        output[:, n_key - 1, 6:12] = 0.0
        return output

    handle = model.network.get_submodule("decoder.layers.2.encoder_attn.v_proj").register_forward_hook(hook)
    expected = by_hand(model, batch, [])
    handle.remove()
    assert (expected - plain).abs().max() > 1e-4
    torch.testing.assert_close(changed(model, read, batch, [change]), expected, **EXACT)


@pytest.mark.parametrize("name", ["mpnet", "gpt-neo"])
def test_keys_that_are_not_seen_are_refused(name):
    _, model = text_model(name)
    with pytest.raises(InputError, match=r"Zero: the keys of layer 0 \(.*\) cannot be seen from outside"):
        effect(model, TEXT, Zero([(0, 1)], of="keys"), Vectors())
    with pytest.raises(InputError, match="There is no position 99"):
        effect(model, TEXT, Zero([(0, 1)], of="values", positions=[99]), Vectors())


SIZES = {"vocab_size": 37, "d_model": 24, "n_head": 3, "d_inner": 31}
EINSUM = {
    "xlnet": (hf.XLNetModel, hf.XLNetConfig(**SIZES, n_layer=2)),
    "funnel": (hf.FunnelModel, hf.FunnelConfig(**SIZES, d_head=8, block_sizes=[2], num_decoder_layers=1)),
}


@pytest.mark.parametrize("name", EINSUM)
def test_families_that_multiply_by_einsum_are_refused_by_name(name):
    """Their patterns are seen; their values are not, and so nothing of them can be changed."""
    model = model_from(make(*EINSUM[name]), tokenizer(), name=name)
    read = capture(model, TEXT)
    assert read.calls[0].seen_pattern is not None
    says = rf"{name} \({type(model.network).__name__}\) multiplies patterns and values in a form that does not show"
    with pytest.raises(UnreadableModelError, match=says):
        effect(model, TEXT, Zero([(0, 1)], kind=read.kinds[0]), Vectors())
    with pytest.raises(UnreadableModelError, match=f"{name} "):
        importance(model, TEXT, Vectors(), effects=["total"])
    with pytest.raises(InputError, match="the values of layer 0"):
        effect(model, TEXT, Zero([(0, 1)], kind=read.kinds[0], of="values"), Vectors())
