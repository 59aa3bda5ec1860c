"""Heads that look at words of their own, on numbers made by hand; what they add, beside what the network put out."""

import pytest
import torch

from mha_viz.arguments import changed
from mha_viz.attention.heads_apart import added_by_heads, heads_apart
from mha_viz.attention.maps import trace_of
from mha_viz.errors import NotSeenError
from mha_viz.recording.capture import capture
from tests.support.networks.families import TEXTS, text_model

WORDS = [1, 2, 4]  # of five; the others may not be looked at


def layers(*rows):
    """(layer, head, word) for (layer, head, word, share), else 0."""
    values = torch.zeros(3, 4, 5)
    for layer, head, word, share in rows:
        values[layer, head, word] = share
    return values


def test_the_layer_with_most_words_that_have_a_head_of_their_own_is_chosen():
    own = (1, 0, 4, 0.3), (1, 1, 1, 0.5), (1, 2, 1, 0.6), (1, 3, 1, 0.4)
    rows = layers((0, 0, 1, 0.9), *own, (2, 0, 2, 0.95), (2, 3, 3, 0.8))
    apart = heads_apart(rows, rows, WORDS)
    assert (apart.layer, apart.pairs, apart.n_words) == (1, ((2, 1), (0, 4)), 2)  # in the order of the words


def test_a_word_that_every_word_looks_at_is_no_head_s_own():
    rows = layers((0, 0, 1, 0.9), (0, 1, 2, 0.8), (1, 0, 2, 0.3))
    above = layers((0, 0, 1, 0.09), (0, 1, 2, 0.09), (1, 0, 2, 0.11))
    assert heads_apart(rows, above, WORDS).pairs == ((0, 2),)
    assert heads_apart(rows, torch.full_like(above, torch.nan), WORDS).pairs == ()


def test_the_word_that_a_head_looks_at_is_the_one_that_it_gives_most():
    rows = layers((0, 0, 1, 0.5), (0, 0, 2, 0.4))
    above = layers((0, 0, 1, 0.05), (0, 0, 2, 0.4))  # only its second word stands out
    assert heads_apart(rows, above, WORDS).pairs == ()


def test_of_equal_layers_the_one_that_stands_out_more_and_of_many_heads_the_clearest():
    rows = layers((0, 0, 1, 0.5), (0, 1, 2, 0.5), (0, 2, 4, 0.5), (1, 0, 1, 0.2), (1, 1, 2, 0.4), (1, 2, 4, 0.3))
    above = rows.clone()
    above[0] -= 0.3
    apart = heads_apart(rows, above, WORDS, most=2)
    assert (apart.layer, apart.pairs, apart.n_words) == (1, ((1, 2), (2, 4)), 3)


def test_heads_that_were_removed_are_passed_over():
    rows = layers((0, 1, 2, 0.5))
    rows[0, 0] = torch.nan  # as it is in rows and in what is above others
    assert heads_apart(rows, rows, WORDS).pairs == ((1, 2),)


def block_output(network, projection, **inputs):
    """What the linear map with this weight puts out in a plain forward pass."""
    found = []
    hooks = [
        module.register_forward_hook(lambda _module, _inputs, output: found.append(output))
        for module in network.modules()
        if getattr(module, "weight", None) is not None and module.weight.data_ptr() == projection.data_ptr()
    ]
    with torch.no_grad():
        network(**inputs)
    [hook.remove() for hook in hooks]
    return found[0][0]


@pytest.mark.parametrize(("name", "has_bias"), [("bert", True), ("llama", False)])
def test_what_the_heads_add_makes_the_whole_that_the_network_puts_out(name, has_bias):
    network, model = text_model(name)
    seen = capture(model, TEXTS[1])
    kind, tokens = seen.kinds[0], [3, 4]  # a word of two tokens
    call = seen.calls_of(kind)[1]
    whole = block_output(network, call.projection, input_ids=torch.tensor([seen.query_positions[kind].ids]))
    whole = whole[tokens].mean(dim=0)
    added = added_by_heads(seen, 1, tokens, kind=kind)
    assert added.length == pytest.approx(whole.norm().item(), rel=1e-4)
    assert (added.bias is not None) == has_bias
    assert added.shares.sum().item() + (added.bias or 0.0) == pytest.approx(1.0, abs=1e-4)
    assert added.n_numbers == call.n_heads * call.projection.shape[1]
    without = changed(call, projection=call.projection.clone())
    without.projection[0] = 0.0  # the first head alone is left out
    calls = tuple(without if one is call else one for one in seen.calls)
    part = whole - added_whole(changed(seen, calls=calls), tokens, kind)
    assert added.lengths[0].item() == pytest.approx(part.norm().item(), rel=1e-3)
    assert added.shares[0].item() == pytest.approx((part @ whole / (whole @ whole)).item(), abs=1e-4)


def added_whole(seen, tokens, kind):

    return trace_of(seen, 1, kind=kind).output[tokens].mean(dim=0)


def test_a_layer_that_adds_nothing_is_said():
    seen = capture(text_model("llama")[1], TEXTS[0])
    calls = tuple(changed(call, projection=torch.zeros_like(call.projection)) for call in seen.calls)
    with pytest.raises(NotSeenError, match="Layer 1 adds nothing to this word"):
        added_by_heads(changed(seen, calls=calls), 1, [2], kind=seen.kinds[0])
