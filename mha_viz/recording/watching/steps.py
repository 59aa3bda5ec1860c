"""Attention that torch computes in one step → the same in several, which show its logits, pattern and values."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from mha_viz.errors import UnreadableModelError

CLOSE = 1e-4  # between one step and several, relative to the largest number
TAKEN = inspect.signature(torch.nn.functional.multi_head_attention_forward)


def steps_of(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[], Any] | None:
    """The same attention in steps, to be called where these are seen; None where it is of a form that is not known."""
    if function is torch.nn.functional.scaled_dot_product_attention:
        of_product = dict(zip(("query", "key", "value", "attn_mask", "dropout_p", "is_causal"), args, strict=False))
        given = {**of_product, **kwargs}
        is_known = given["query"].dim() == 4 and not given.pop("dropout_p", 0.0)
        return (lambda: product_in_steps(**given)) if is_known else None
    if function is torch.nn.functional.multi_head_attention_forward:
        bound = TAKEN.bind(*args, **kwargs)
        bound.apply_defaults()
        is_known = bound.arguments["query"].dim() == 3 and not any(_asks_for_more(bound.arguments))
        return (lambda: heads_in_steps(**bound.arguments)) if is_known else None
    return None


def refuse_other_numbers(steps: Any, whole: Any) -> None:
    """Raise UnreadableModelError unless several steps gave what one gives."""
    own, torchs = (each[0] if isinstance(each, tuple) else each for each in (steps, whole))
    close = (CLOSE if torchs.dtype in (torch.float32, torch.float64) else 0.05) * max(1.0, torchs.abs().max().item())
    if not torch.allclose(own, torchs, rtol=0, atol=close):
        raise UnreadableModelError(
            "An attention that torch computes in one step cannot be reproduced from its queries, keys and values."
        )


def product_in_steps(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None, is_causal: bool = False,
    scale: float | None = None, enable_gqa: bool = False,
) -> Tensor:  # fmt: skip
    """``scaled_dot_product_attention`` of (batch, head, position, d_head)."""
    if enable_gqa:
        key, value = (part.repeat_interleave(query.shape[1] // part.shape[1], dim=1) for part in (key, value))
    logits = query @ key.transpose(-2, -1) * (query.shape[-1] ** -0.5 if scale is None else scale)
    if is_causal:
        attn_mask = torch.ones(logits.shape[-2:], dtype=torch.bool, device=logits.device).tril()
    return torch.softmax(_masked(logits, attn_mask, hides=False), dim=-1) @ value


def heads_in_steps(
    query: Tensor, key: Tensor, value: Tensor, num_heads: int, in_proj_weight: Tensor, in_proj_bias: Tensor | None,
    out_proj_weight: Tensor, out_proj_bias: Tensor | None, key_padding_mask: Tensor | None, attn_mask: Tensor | None,
    use_separate_proj_weight: bool, average_attn_weights: bool, need_weights: bool, **others: Any,
) -> tuple[Tensor, Tensor | None]:  # fmt: skip
    """``multi_head_attention_forward`` of (position, batch, d_model)."""
    names = ("q_proj_weight", "k_proj_weight", "v_proj_weight")
    weights = [others[name] for name in names] if use_separate_proj_weight else in_proj_weight.chunk(3)
    biases = (None, None, None) if in_proj_bias is None else in_proj_bias.chunk(3)
    linear = torch.nn.functional.linear
    made = [linear(*each) for each in zip((query, key, value), weights, biases, strict=True)]
    q, k, v = (part.unflatten(-1, (num_heads, -1)).permute(1, 2, 0, 3) for part in made)
    logits = q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5
    if attn_mask is not None and attn_mask.dim() == 3:  # (batch × head, query, key)
        attn_mask = attn_mask.unflatten(0, (-1, num_heads))
    logits = _masked(logits, attn_mask, hides=True)
    padding = None if key_padding_mask is None else key_padding_mask[:, None, None]
    pattern = torch.softmax(_masked(logits, padding, hides=True), dim=-1)
    heads = (pattern @ v).permute(2, 0, 1, 3).reshape(query.shape)
    shown = pattern.mean(dim=1) if average_attn_weights else pattern
    return linear(heads, out_proj_weight, out_proj_bias), shown if need_weights else None


def _masked(logits: Tensor, mask: Tensor | None, *, hides: bool) -> Tensor:
    """What a mask leaves: truth ``hides`` a key, or shows it; numbers are added."""
    if mask is None:
        return logits
    return logits.masked_fill(mask if hides else ~mask, -torch.inf) if mask.dtype == torch.bool else logits + mask


def _asks_for_more(given: dict[str, Any]) -> list[bool]:
    """Of what is in no network that was seen: keys beside those of the input, dropout, keys made before."""
    beside = [given[name] is not None for name in ("bias_k", "bias_v", "static_k", "static_v")]
    return [*beside, given["add_zero_attn"], bool(given["training"] and given["dropout_p"]), bool(given["is_causal"])]
