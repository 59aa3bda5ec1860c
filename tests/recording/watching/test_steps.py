"""Attention that torch computes in one step is read in several: the same numbers, and those of the weights."""

import inspect

import pytest
import torch
from torch.nn.functional import multi_head_attention_forward, scaled_dot_product_attention

from mha_viz.attention.calls import call_pattern
from mha_viz.attention.maps import contribution
from mha_viz.errors import UnreadableModelError
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.validate import MEANS_RETURNED, NONE_RETURNED
from mha_viz.recording.watching import steps
from mha_viz.recording.watching.steps import refuse_other_numbers, steps_of
from tests.support.networks.families import make, pixels
from tests.support.networks.other_senses import ONE_STEP_SENSES, sound

CLOSE = {"rtol": 0, "atol": 1e-6}
B, H, L, S, D = 2, 3, 5, 7, 4
E = H * D


def drawn(*sizes):
    return torch.randn(*sizes, generator=torch.Generator().manual_seed(sum(sizes)))


BOOL = drawn(B, 1, L, S) > -0.7
PRODUCTS = [
    {},
    {"attn_mask": drawn(1, H, L, S)},
    {"attn_mask": BOOL},
    {"is_causal": True},
    {"scale": 0.31},
    {"enable_gqa": True},
]


@pytest.mark.parametrize("more", PRODUCTS)
def test_a_product(more):
    n_kv = 1 if "enable_gqa" in more else H
    given = (drawn(B, H, L, D), drawn(B, n_kv, S, D), drawn(B, n_kv, S, D + 1))
    in_steps = steps_of(scaled_dot_product_attention, given, more)
    torch.testing.assert_close(in_steps(), scaled_dot_product_attention(*given, **more), **CLOSE)


HEADS = [
    {},
    {"attn_mask": drawn(L, S)},
    {"attn_mask": drawn(B * H, L, S), "average_attn_weights": False},
    {"attn_mask": drawn(L, S) > 0.4, "key_padding_mask": torch.arange(S).expand(B, S) > 4},
    {"key_padding_mask": drawn(B, S)},
    {"need_weights": False},
]


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("more", HEADS)
def test_heads_and_the_maps_around_them(more, apart):
    weights = drawn(3 * E, E)
    of_parts = dict(zip(("q_proj_weight", "k_proj_weight", "v_proj_weight"), weights.chunk(3), strict=True))
    given = {
        "query": drawn(L, B, E), "key": drawn(S, B, E), "value": drawn(S, B, E), "num_heads": H,
        "embed_dim_to_check": E, "in_proj_weight": None if apart else weights, "in_proj_bias": drawn(3 * E),
        "bias_k": None, "bias_v": None, "add_zero_attn": False, "dropout_p": 0.1, "out_proj_weight": drawn(E, E),
        "out_proj_bias": drawn(E),
        "training": False, "use_separate_proj_weight": apart, **(of_parts if apart else {}), **more,
    }  # fmt: skip
    own, of_torch = steps_of(multi_head_attention_forward, (), given)(), multi_head_attention_forward(**given)
    torch.testing.assert_close(own[0], of_torch[0], rtol=0, atol=1e-5)
    assert (own[1] is None) == (of_torch[1] is None) == (more.get("need_weights") is False)
    if own[1] is not None:
        torch.testing.assert_close(own[1], of_torch[1], **CLOSE)


def test_what_is_in_another_form_is_left_alone():
    q = drawn(B, H, L, D)
    assert steps_of(scaled_dot_product_attention, (q[0], q[0], q[0]), {}) is None
    assert steps_of(scaled_dot_product_attention, (q, q, q), {"dropout_p": 0.1}) is None
    assert steps_of(torch.softmax, (q,), {"dim": -1}) is None
    names = list(inspect.signature(multi_head_attention_forward).parameters)
    plain = dict.fromkeys(names) | {
        "query": drawn(L, B, E),
        "add_zero_attn": False,
        "training": False,
        "is_causal": False,
    }
    assert steps_of(multi_head_attention_forward, (), plain) is not None
    for more in ({"bias_k": q}, {"add_zero_attn": True}, {"training": True, "dropout_p": 0.1}, {"query": drawn(L, E)}):
        assert steps_of(multi_head_attention_forward, (), plain | more) is None


def test_other_numbers_are_refused():
    whole = drawn(L, B, E)
    refuse_other_numbers((whole + 1e-6, None), (whole, None))
    for other in (whole + 1e-2, whole * torch.nan):
        with pytest.raises(UnreadableModelError, match="in one step cannot be reproduced"):
            refuse_other_numbers(other, whole)


# ---- WavLM: its family returns the mean of heads -------------------------------------------------------------------


@pytest.fixture
def wavlm():
    return model_from(make(*ONE_STEP_SENSES["wavlm"][:2]), name="it")


def gated_positions(attention, states):
    """The bias of each head: by the distance of two positions, as much as the query's gate lets through."""
    bias = (
        attention.compute_bias(len(states), len(states))
        if hasattr(attention, "rel_attn_embed")
        else gated_positions.bias
    )
    gated_positions.bias = bias
    of_heads = states.reshape(len(states), 3, 8).transpose(0, 1)
    a, b = torch.sigmoid(attention.gru_rel_pos_linear(of_heads).reshape(3, -1, 2, 4).sum(-1)).unbind(-1)
    return (a * (b * attention.gru_rel_pos_const[0, :, 0] - 1) + 2)[..., None] * bias


def test_every_head_of_wavlm_is_the_product_of_its_weights(wavlm):
    attentions = [layer.attention for layer in wavlm.network.encoder.layers]
    states, outputs = [], []

    def note(_module, inputs, output):
        states.append(inputs[0][0])
        outputs.append(output[0][0])

    hooks = [attention.register_forward_hook(note) for attention in attentions]
    found = capture(wavlm, sound()())
    states, outputs = states[-2:], outputs[-2:]
    for hook in hooks:
        hook.remove()
    assert [(call.kind, call.layer) for call in found.calls] == [("encoder", 0), ("encoder", 1)]
    assert found.notes == (MEANS_RETURNED,)
    with torch.no_grad():
        for call, attention, state, output in zip(found.calls, attentions, states, outputs, strict=True):
            q, k = (part(state).reshape(-1, 3, 8).transpose(0, 1) for part in (attention.q_proj, attention.k_proj))
            expected = (q @ k.mT / 8**0.5 + gated_positions(attention, state)).softmax(dim=-1)
            torch.testing.assert_close(call_pattern(call), expected, rtol=0, atol=1e-5)
            assert (expected[0] - expected[1]).abs().max() > 0.1
            own = contribution(found, call.layer).sum(dim=0) + attention.out_proj.bias
            torch.testing.assert_close(own, output, rtol=0, atol=1e-4)


def test_a_sound_is_read_again_and_again_and_by_other_steps_not_at_all(wavlm, monkeypatch):
    first, again = (capture(wavlm, sound()()) for _ in range(2))
    for call, other in zip(first.calls, again.calls, strict=True):
        assert torch.equal(call_pattern(call), call_pattern(other))
    fresh = model_from(make(*ONE_STEP_SENSES["wavlm"][:2]), name="it")
    real = steps.heads_in_steps
    monkeypatch.setattr(steps, "heads_in_steps", lambda **given: (real(**given)[0] + 1, None))
    with pytest.raises(UnreadableModelError, match="in one step cannot be reproduced"):
        capture(fresh, sound()())


def test_a_family_that_returns_nothing_when_asked_equals_the_same_weights_as_its_eager_class():
    network_class, config, _ = ONE_STEP_SENSES["data2vec-vision"]
    network = make(network_class, config)
    eager = network_class._from_config(config, attn_implementation="eager").eval()
    eager.load_state_dict(network.state_dict())
    batch = pixels()
    found = capture(model_from(network, name="it"), batch)
    assert found.notes == (NONE_RETURNED,)
    with torch.no_grad():
        expected = eager(**batch, output_attentions=True).attentions
    assert [(call.kind, call.layer) for call in found.calls] == [("encoder", 0), ("encoder", 1)]
    for call, attention in zip(found.calls, expected, strict=True):
        torch.testing.assert_close(call_pattern(call), attention[0], rtol=0, atol=1e-5)
