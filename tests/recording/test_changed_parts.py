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
from mha_viz.recording.interventions.changes import Add, Cut, From, Mean, Scale, Zero
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
    return made_by(model, path, own, positions, lambda part: part * factor)


def made_by(model, path, own, positions, new, *, target=None):
    """The same with a part (position, width) that ``new`` makes of itself."""

    def hook(_module, _given, output):
        output = output.clone()
        output[:, positions, own] = new(output[0, positions, own])
        return output

    with ExitStack() as hooks:
        hooks.callback(model.network.get_submodule(path).register_forward_hook(hook).remove)
        return by_hand(model, read_for_changes(model, TEXT, target=target)[1], [])


def made_of(model, text, path, own):
    """A part of what a module puts out of a text: (position, width)."""
    found = []
    with ExitStack() as hooks:
        keep = model.network.get_submodule(path).register_forward_hook(lambda *given: found.append(given[2][0, :, own]))
        hooks.callback(keep.remove)
        by_hand(model, read_for_changes(model, text)[1], [])
    return found[0]


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


OTHER = "his old dog ran home again"


@pytest.mark.parametrize(("name", "of"), MADE)
def test_keys_and_values_of_another_text_take_their_place(name, of):
    _, model = text_model(name)
    read, batch = read_for_changes(model, TEXT)
    assert capture(model, OTHER).calls[0].n_key == read.calls[0].n_key
    path, begin, width = MADE[name, of]
    path, own = path.format(1), slice(begin + width, begin + 2 * width)
    head = read.calls[0].n_heads // len(read.calls[0].value)
    there = made_of(model, OTHER, path, own)
    for positions in (None, [1, 3]):
        at = slice(None) if positions is None else positions
        expected = made_by(model, path, own, at, lambda _part, at=at: there[at])
        assert (expected - by_hand(model, batch, [])).abs().max() > 1e-3
        change = From([(1, head)], OTHER, of=of, positions=positions)
        torch.testing.assert_close(changed(model, read, batch, [change]), expected, **EXACT)


def test_positions_without_a_counterpart_stay_as_they_are():
    _, model = text_model("bert")
    read, batch = read_for_changes(model, TEXT)
    path, own = "encoder.layer.1.attention.self.value", slice(8, 16)
    there = made_of(model, OTHER, path, own)
    pairs = (((1,), (2,)), ((3, 4), (3,)), ((5,), (0, 1, 4)))  # a token, the mean of one, the mean of three
    new = torch.stack([there[2], there[3], there[3], there[[0, 1, 4]].mean(dim=0)])
    expected = made_by(model, path, own, [1, 3, 4, 5], lambda _part: new)
    change = From([(1, 1)], OTHER, of="values", pairs=pairs)
    torch.testing.assert_close(changed(model, read, batch, [change]), expected, **EXACT)
    with pytest.raises(InputError, match="none of the positions has a counterpart"):
        changed(model, read, batch, [From([(1, 1)], OTHER, of="values", pairs=pairs, positions=[0, 2])])


@pytest.mark.parametrize(("name", "of"), [one for one in MADE if one != ("llama", "keys")])  # these turn by position
def test_keys_and_values_become_their_mean_or_get_a_vector(name, of):
    _, model = text_model(name)
    read, batch = read_for_changes(model, TEXT)
    path, begin, width = MADE[name, of]
    path, own = path.format(0), slice(begin + width, begin + 2 * width)
    head = read.calls[0].n_heads // len(read.calls[0].value)
    texts = (OTHER, "a cat")  # of other lengths: the mean is over positions
    mean = torch.cat([made_of(model, text, path, own) for text in texts]).mean(dim=0)
    expected = made_by(model, path, own, [2, 3], lambda part: mean.expand_as(part))
    change = Mean([(0, head)], texts, of=of, positions=[2, 3])
    torch.testing.assert_close(changed(model, read, batch, [change]), expected, **EXACT)
    vector = torch.linspace(-2, 3, width)
    expected = made_by(model, path, own, slice(None), lambda part: part + vector)
    for given in (vector, vector[None]):
        torch.testing.assert_close(changed(model, read, batch, [Add([(0, head)], given, of=of)]), expected, **EXACT)


def test_heads_that_share_values_get_one_vector():
    _, model = text_model("llama")
    read, batch = read_for_changes(model, TEXT)
    vectors = torch.arange(12.0).reshape(3, 4)
    path, own = "layers.0.self_attn.v_proj", lambda group: slice(4 * group, 4 * group + 4)
    expected = made_by(model, path, own(1), slice(None), lambda part: part + vectors[1])
    change = Add([(1, 0), (0, 3)], vectors[:2], of="values")
    alone = changed(model, read, batch, [Add([(1, 0)], vectors[0], of="values")])
    assert (alone - by_hand(model, batch, [])).abs().max() > 1e-3
    torch.testing.assert_close(
        changed(model, read, batch, [Add([(0, 3), (0, 4)], vectors[1], of="values")]), expected, **EXACT
    )
    both = changed(model, read, batch, [change])
    assert (both - alone).abs().max() > 1e-3
    assert (both - expected).abs().max() > 1e-3
    first = made_by(model, path, slice(0, 8), slice(None), lambda part: part + torch.cat([vectors[1], vectors[0]]))
    named_backwards = Add([(0, 3), (0, 0)], vectors[:2], of="values")
    torch.testing.assert_close(changed(model, read, batch, [named_backwards]), first, **EXACT)
    with pytest.raises(InputError, match="L0 H4 shares its values with another head that is to get another vector"):
        changed(model, read, batch, [Add([(0, 3), (0, 4)], vectors[:2], of="values")])
    with pytest.raises(InputError, match=r"vector has the shape \(5,\); give \(4,\) or, one a head, \(2, 4\)"):
        changed(model, read, batch, [Add([(0, 3), (0, 4)], torch.ones(5), of="values")])


def test_a_patch_of_values_in_cross_attention_takes_words_of_the_text_that_is_looked_at():
    model = model_from(make(*ENCODER_DECODERS["bart"]), tokenizer(), name="bart")
    there = "the dog sat on a mat"  # as many words, one of them another
    _, batch = read_for_changes(model, "the cat sat on a mat", target="he ran home")
    change = From([(2, 1)], there, align="words", of="values", kind="cross")
    said = effect(model, "the cat sat on a mat", change, Vectors(), target="he ran home")
    assert said["change"][0].startswith("patch the values of L2 H1 from")
    path, own = "decoder.layers.2.encoder_attn.v_proj", slice(6, 12)
    other = []
    handle = model.network.get_submodule(path).register_forward_hook(lambda *given: other.append(given[2][0, :, own]))
    by_hand(model, read_for_changes(model, there, target="he ran home")[1], [])
    handle.remove()

    def hook(_module, _given, output):
        output = output.clone()
        output[0, :, own] = other[0]
        return output

    handle = model.network.get_submodule(path).register_forward_hook(hook)
    expected = by_hand(model, batch, [])
    handle.remove()
    plain = by_hand(model, batch, [])
    turned = 1 - torch.cosine_similarity(plain, expected, dim=-1)
    assert turned.max() > 1e-5
    torch.testing.assert_close(torch.tensor(said["difference"].tolist()), -turned, atol=2e-6, rtol=0)


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
