"""Our multi-head attention against torch's, by hand, and by its invariants; a different prime on every axis."""

import pytest
import torch
from torch import nn

from mha_viz.attention.multi_head_attention import MultiHeadAttention, rotate
from mha_viz.errors import InputError

BATCH, QUERY, KEY, HEADS, WIDTH = 2, 5, 7, 3, 33  # d_head 11
EXACT = {"rtol": 0, "atol": 1e-6}


def pair(*, bias=True, batch_first=True, **options):
    """torch's module with weights far from its start, and ours with the same weights, in float64."""
    torch.manual_seed(0)
    module = nn.MultiheadAttention(WIDTH, HEADS, bias=bias, batch_first=batch_first, dtype=torch.float64, **options)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(std=0.4)
    return module.eval(), MultiHeadAttention.from_torch(module)


def made(**options):
    torch.manual_seed(1)
    return MultiHeadAttention(WIDTH, HEADS, **options).double()


def tensor(*shape):
    return torch.randn(*shape, dtype=torch.float64)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("batch_first", [True, False])
def test_self_attention_equals_torch(bias, batch_first):
    module, ours = pair(bias=bias, batch_first=batch_first)
    x = tensor(BATCH, QUERY, WIDTH)
    given = x if batch_first else x.transpose(0, 1)
    expected, pattern = module(given, given, given, average_attn_weights=False)
    output, trace = ours(x, trace=True)
    assert output.dtype == torch.float64
    torch.testing.assert_close(output, expected if batch_first else expected.transpose(0, 1), **EXACT)
    torch.testing.assert_close(trace.pattern, pattern, **EXACT)


@pytest.mark.parametrize("d_context", [None, 13])
def test_cross_attention_with_padding_and_both_kinds_of_mask_equals_torch(d_context):
    module, ours = pair(kdim=d_context, vdim=d_context)
    x, context = tensor(BATCH, QUERY, WIDTH), tensor(BATCH, KEY, d_context or WIDTH)
    padding = torch.tensor([[False] * KEY, [False] * 4 + [True] * 3])  # torch: True is not looked at
    forbidden = torch.rand(QUERY, KEY) > 0.8
    for mask in (forbidden, tensor(QUERY, KEY)):
        expected, pattern = module(
            x, context, context, average_attn_weights=False, attn_mask=mask,
            key_padding_mask=padding if mask.dtype == torch.bool else padding.double().masked_fill(padding, -torch.inf),
        )  # fmt: skip
        both = (
            ~mask & ~padding[:, None, :] if mask.dtype == torch.bool else mask.masked_fill(padding[:, None], -torch.inf)
        )
        output, trace = ours(x, context, mask=both, trace=True)
        torch.testing.assert_close(output, expected, **EXACT)
        torch.testing.assert_close(trace.pattern, pattern, **EXACT)


def test_a_causal_mask_equals_torch():
    module, ours = pair()
    x = tensor(BATCH, QUERY, WIDTH)
    mask = nn.Transformer.generate_square_subsequent_mask(QUERY, dtype=torch.float64)
    expected, _ = module(x, x, x, attn_mask=mask, is_causal=True)
    torch.testing.assert_close(ours(x, causal=True), expected, **EXACT)


def test_gradients_equal_torch_and_pass_gradcheck():
    module, ours = pair()
    x = tensor(BATCH, QUERY, WIDTH).requires_grad_()
    weight = tensor(BATCH, QUERY, WIDTH)
    (theirs,) = torch.autograd.grad((module(x, x, x)[0] * weight).sum(), x)
    (mine,) = torch.autograd.grad((ours(x) * weight).sum(), x)
    torch.testing.assert_close(mine, theirs, **EXACT)
    small = MultiHeadAttention(6, 2, n_kv_heads=1).double()
    masks = torch.tensor([[True, False, True], [False, False, False]])  # the second query may look nowhere
    inputs = tensor(2, 6).requires_grad_(), tensor(3, 6).requires_grad_()
    assert torch.autograd.gradcheck(lambda a, b: small(a, b, mask=masks), inputs)


@pytest.mark.parametrize("n_kv_heads", [1, 3])
def test_contributions_and_bias_add_up_to_the_output(n_kv_heads):
    attention = made(n_kv_heads=n_kv_heads)
    output, trace = attention(tensor(BATCH, QUERY, WIDTH), tensor(BATCH, KEY, WIDTH), trace=True)
    total = trace.contributions.sum(dim=-3) + attention.output_projection.bias
    torch.testing.assert_close(total, output, rtol=0, atol=1e-5)


def test_shapes_of_a_trace_and_leading_axes():
    attention = made(n_kv_heads=1)
    for leading in ((), (2,), (2, 13)):
        _, trace = attention(tensor(*leading, QUERY, WIDTH), tensor(*leading, KEY, WIDTH), trace=True)
        assert trace.query.shape == (*leading, HEADS, QUERY, 11)
        assert trace.key.shape == trace.value.shape == (*leading, 1, KEY, 11)
        assert trace.logits.shape == trace.pattern.shape == (*leading, HEADS, QUERY, KEY)
        assert trace.head_outputs.shape == (*leading, HEADS, QUERY, 11)
        assert trace.concatenation.shape == (*leading, QUERY, HEADS * 11)
        assert trace.contributions.shape == (*leading, HEADS, QUERY, WIDTH)


def test_grouped_keys_equal_the_same_keys_repeated():
    grouped = MultiHeadAttention(24, 6, n_kv_heads=2).double()
    full = MultiHeadAttention(24, 6).double()
    state = grouped.state_dict()
    for name in ("key_projection", "value_projection"):
        for part in ("weight", "bias"):
            heads = state[f"{name}.{part}"].unflatten(0, (2, 4))
            state[f"{name}.{part}"] = heads.repeat_interleave(3, dim=0).flatten(0, 1)
    full.load_state_dict(state)
    x = tensor(QUERY, 24)
    torch.testing.assert_close(grouped(x), full(x), **EXACT)


def test_a_head_scaled_to_zero_takes_its_contribution_away():
    attention = made()
    x = tensor(QUERY, WIDTH)
    output, trace = attention(x, trace=True)
    without = attention(x, head_scale=torch.tensor([1.0, 0.0, 1.0], dtype=torch.float64))
    torch.testing.assert_close(output - without, trace.contributions[1], **EXACT)


def test_a_pattern_from_outside_replaces_one_head_s_own():
    attention = made()
    x = tensor(QUERY, WIDTH)
    first = torch.zeros(QUERY, QUERY, dtype=torch.float64)
    first[:, 0] = 1.0
    _, trace = attention(x, trace=True)
    _, forced = attention(x, patterns={2: first}, trace=True)
    assert torch.equal(forced.pattern[2], first)
    assert torch.equal(forced.pattern[:2], trace.pattern[:2])
    torch.testing.assert_close(forced.head_outputs[2], trace.value[2, :1].expand(QUERY, -1), **EXACT)


def test_a_query_that_may_look_nowhere_gets_nothing():
    attention = made()
    mask = torch.ones(QUERY, QUERY, dtype=torch.bool)
    mask[3] = False
    output, trace = attention(tensor(QUERY, WIDTH), mask=mask, trace=True)
    assert not trace.pattern[:, 3].any()
    torch.testing.assert_close(output[3], attention.output_projection.bias, **EXACT)


def test_rotary_logits_depend_on_distance_alone():
    attention = made(frequencies=torch.tensor([1.0, 0.3, 0.07]))
    x = tensor(1, WIDTH).expand(13, WIDTH)  # the same vector everywhere
    _, trace = attention(x, trace=True)
    diagonals = [trace.logits[0].diagonal(offset) for offset in range(-12, 13)]
    assert all(torch.allclose(row, row[:1].expand_as(row)) for row in diagonals)
    assert diagonals[0][0] != diagonals[5][0]
    assert torch.equal(rotate(x, attention.frequencies)[0], x[0])


def test_a_relative_bias_is_added_by_distance_and_clamped():
    table = torch.tensor([[10.0, 20.0, 30.0]] * HEADS, dtype=torch.float64)
    plain, biased = made(), made(relative_bias=table)
    biased.load_state_dict({**plain.state_dict(), "relative_bias": table})
    x = tensor(QUERY, WIDTH)
    added = biased(x, trace=True)[1].logits - plain(x, trace=True)[1].logits
    expected = torch.tensor([[20.0, 30, 30, 30, 30], [10, 20, 30, 30, 30], [10, 10, 20, 30, 30]], dtype=torch.float64)
    torch.testing.assert_close(added[0, :3], expected)


def test_refusals_name_both_numbers():
    with pytest.raises(InputError, match="6 heads cannot share 4 key heads"):
        MultiHeadAttention(24, 6, n_kv_heads=4)
    with pytest.raises(InputError, match="width of 32 cannot be split evenly over 3 heads"):
        MultiHeadAttention(32, 3)
    with pytest.raises(InputError, match=r"\(5, 6\) does not fit .* \(3, 5, 5\)"):
        made()(tensor(QUERY, WIDTH), mask=torch.ones(5, 6, dtype=torch.bool))
    for patterns in ({9: torch.eye(5)}, {-1: torch.eye(5)}):
        with pytest.raises(InputError, match="There is no head (9|-1): patterns are for heads 0 to 2"):
            made()(tensor(QUERY, WIDTH), patterns=patterns)
    with pytest.raises(InputError, match="head_scale is a Tensor of shape \\(1,\\); give"):
        made()(tensor(QUERY, WIDTH), head_scale=torch.ones(1))
    with pytest.raises(InputError, match=r"this one is torch\.int64"):
        made()(tensor(QUERY, WIDTH), mask=torch.ones(5, 5, dtype=torch.long))
    with pytest.raises(InputError, match="add_bias_kv"):
        MultiHeadAttention.from_torch(nn.MultiheadAttention(8, 2, add_bias_kv=True))
    with pytest.raises(InputError, match="width 3 and values of width 5"):
        MultiHeadAttention.from_torch(nn.MultiheadAttention(8, 2, kdim=3, vdim=5))
