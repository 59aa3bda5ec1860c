"""Capture → logits, pattern, head output, contributions, rollout: pure functions, one layer at a time.

A capture keeps queries, keys and values; every map is recomputed from them when asked: a text costs one layer's memory.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from mha_viz.arguments import only_kind
from mha_viz.attention.calls import (
    call_contributions,
    call_head_output,
    call_logits,
    call_pattern,
    contribution_lengths_of,
    value_lengths,
    value_of,
)
from mha_viz.attention.trace import Trace
from mha_viz.errors import InputError
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import AttentionCall, Capture
from mha_viz.wording import layer_name, listed

ROLLOUT_POSITIONS = 1024  # whole maps are multiplied: 4,096 positions would take minutes and 64 MB a layer


def logits(capture: Capture, layer: int, *, kind: str | None = None) -> Tensor:
    """What enters the softmax: ``query · key × scaling``, capped and biased as the model does.

    Parameters
    ----------
    capture : Capture
    layer : int
        As the model numbers it, from 0.
    kind : {"encoder", "decoder", "cross"}, optional
        May be left out when the capture holds only one.

    Returns
    -------
    Tensor of shape (n_heads, n_query, n_key)
        Any real number, no unit; ``-inf`` where the query may not look. The field also calls these "attention
        scores"; we do not.

    Raises
    ------
    InputError
        If there is no such layer or kind.
    """
    return call_logits(call_at(capture, layer, kind))


def pattern(capture: Capture, layer: int, *, kind: str | None = None) -> Tensor:
    """How much each query looks at each key: the softmax of the logits, exactly as the model used it.

    Returns
    -------
    Tensor of shape (n_heads, n_query, n_key)
        0 to 1. Rows sum to 1, except with learned sinks (gpt-oss), whose column takes its share and is dropped.
        Equal to what eager attention returns, within 1e-5. A head that was removed from the model has none: nan.
    """
    return call_pattern(call_at(capture, layer, kind))


def value_weighted_pattern(capture: Capture, layer: int, *, kind: str | None = None) -> Tensor:
    """Length of what each key hands to each query: the norm of ``pattern × value``.

    A head may look at ``[SEP]`` with all its attention and take nothing, because the value there is nearly zero.

    Returns
    -------
    Tensor of shape (n_heads, n_query, n_key)
        0 or more, in the units of the value vectors; rows do not sum to 1.

    Raises
    ------
    NotSeenError
        If the model was observed from outside and the product with the values could not be seen.

    References
    ----------
    .. [1] Kobayashi et al. (2020), arXiv:2004.10102. They take the norm after the output projection; this is
       before it, inside the head.
    """
    call = call_at(capture, layer, kind)
    return call_pattern(call) * value_lengths(call)[:, None, :]


def head_output(capture: Capture, layer: int, *, kind: str | None = None) -> Tensor:
    """What each head hands on, before the output projection: ``pattern @ value``.

    Returns
    -------
    Tensor of shape (n_heads, n_query, d_head)

    Raises
    ------
    NotSeenError
        As for ``value_weighted_pattern``.
    """
    return call_head_output(call_at(capture, layer, kind))


def contribution(capture: Capture, layer: int, *, kind: str | None = None) -> Tensor:
    """What each head adds to the attention block's output: its output through its slice of the output projection.

    The sum over heads, plus the projection's bias, is the block's output. What the network does with that afterwards
    (a norm, a layer scale, the residual sum) differs from family to family and is not in here.

    Returns
    -------
    Tensor of shape (n_heads, n_query, d_model)
        In the units of the residual stream.

    Raises
    ------
    NotSeenError
        If something other than a linear map follows the heads (a gate or a norm over all of them), or if the values
        could not be seen.

    References
    ----------
    .. [1] Elhage et al. (2021), "A Mathematical Framework for Transformer Circuits": heads add up independently.
    """
    return call_contributions(call_at(capture, layer, kind))


def trace_of(capture: Capture, layer: int, *, kind: str | None = None) -> Trace:
    """Every step of one captured layer, in the form that our own ``MultiHeadAttention`` returns.

    Returns
    -------
    Trace
        ``query`` and ``key`` are None for a model observed from outside.

    Raises
    ------
    NotSeenError
        If values or the output projection could not be seen.
    """
    call = call_at(capture, layer, kind)
    contributions = call_contributions(call)
    outputs = call_head_output(call)
    bias = 0.0 if call.projection_bias is None else call.projection_bias.to(contributions.device)
    return Trace(
        query=call.query,
        key=call.key,
        value=value_of(call),
        logits=call_logits(call),
        pattern=call_pattern(call),
        head_outputs=outputs,
        concatenation=outputs.transpose(0, 1).flatten(1),
        contributions=contributions,
        output=contributions.sum(dim=0) + bias,
    )


def call_at(capture: Capture, layer: int, kind: str | None = None) -> AttentionCall:
    """The attention call of one layer, or a sentence that says which there are."""
    kind = chosen_kind(capture, kind)
    calls = capture.calls_of(kind)
    call_of_layer = next((call for call in calls if call.layer == layer), None)
    if call_of_layer is not None:
        return call_of_layer
    layers, others = [call.layer for call in calls], capture.not_attending.get(kind, ())
    if layer in others:
        attending = f"{listed([layer_name(number) for number in layers])} attend{'s' if len(layers) == 1 else ''}"
        raise InputError(f"{layer_name(layer)} of {capture.short_name} has no pattern, as only {attending}.")
    ends = f"layers {min(layers)} to {max(layers)}" if len(layers) > 1 else f"layer {layers[0]} alone"
    raise InputError(f"Layer {layer} does not exist: {capture.short_name} has {ends}.")


def chosen_kind(capture: Capture, kind: str | None) -> str:
    """The kind asked for, or the only one; a sentence where that is not clear."""
    kind = kind or only_kind(capture.kinds)
    if kind not in capture.kinds:
        raise InputError(f"No {kind[:40]!r} attention in this capture; it holds: {', '.join(capture.kinds)}.")
    return kind


def contribution_lengths(capture: Capture, layer: int, *, kind: str | None = None) -> Tensor:
    """Length of what each key adds to each query through one head: the norm of ``pattern × value @ W_output``.

    Returns
    -------
    Tensor of shape (n_heads, n_query, n_key)
        0 or more, in the units of the residual stream. Lengths do not add up: parts may cancel.

    Raises
    ------
    NotSeenError
        If values or the output projection could not be seen.

    References
    ----------
    .. [1] Kobayashi et al. (2020), arXiv:2004.10102, equation 6.
    """
    call = call_at(capture, layer, kind)
    return call_pattern(call) * contribution_lengths_of(call)[:, None, :]


def rollout(capture: Capture, layer: int, *, kind: str | None = None) -> Tensor:
    """How much of each input token is in each position after this layer, if attention were all that mixes them.

    Each layer's heads are averaged, half a unit matrix is added for the residual stream, and the layers up to this
    one are multiplied. Norms, values and the layers between are left out. In a causal model early tokens gather
    weight whatever the heads do, because every row can reach them: read it against that.

    Returns
    -------
    Tensor of shape (n_query, n_key)
        0 to 1; rows sum to 1.

    Raises
    ------
    InputError
        For cross-attention, whose axes are different sequences.

    References
    ----------
    .. [1] Abnar & Zuidema (2020), arXiv:2005.00928.
    """
    kind = call_at(capture, layer, kind).kind
    for number, result in zip(capture.layers_of(kind), rollouts(capture, kind), strict=True):
        if number == layer:
            return result
    raise AssertionError("call_at has checked that the layer exists")


def rollouts(capture: Capture, kind: str) -> Iterator[Tensor]:
    """The rollout after each layer in turn."""
    if kind == "cross":
        message = N_("Rollout follows one sequence through its layers: there is none for cross-attention.")
        raise InputError(lazy_gettext(message))
    n = len(capture.query_positions[kind])
    if n > ROLLOUT_POSITIONS:
        message = N_("Rollout multiplies whole maps: at most {most} tokens; this text has {n}.")
        raise InputError(lazy_gettext(message, most=ROLLOUT_POSITIONS, n=n))
    result = None
    for layer in capture.layers_of(kind):
        weights = pattern(capture, layer, kind=kind)[list(call_at(capture, layer, kind).heads)].mean(dim=0)
        weights = weights / weights.sum(dim=-1, keepdim=True)
        mixed = (weights + torch.eye(len(weights), device=weights.device)) / 2
        result = mixed if result is None else mixed @ result.to(mixed.device)  # layers may lie on several devices
        yield result
