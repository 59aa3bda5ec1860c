"""One layer of a pretrained model → what our MultiHeadAttention needs to compute the same, read off a probe run.

No family tables: a probe goes through the model, every linear map and every attention call is watched, and the weights
are found by what they put out: column by column the values of the call are looked up among the outputs of the linear
maps, separate or fused, in any order. Queries and keys likewise; where they match at position 0 alone, positions are
rotary. What was found is then checked by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mha_viz.attention.calls import call_logits
from mha_viz.attention.multi_head_attention import MultiHeadAttention, copy_linear
from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.inputs.limits import position_limit
from mha_viz.objects import AttentionCall, Model, seen
from mha_viz.recording.cut import cut_out
from mha_viz.recording.run import watch
from mha_viz.recording.watching.recorder import LinearCall, RecordedCall, Recorder
from mha_viz.recording.watching.streams import body_of
from mha_viz.wording import layer_name, listed

N_BATCH, N_POSITIONS = 4, 160  # T5's relative bias is constant from distance 128
CLOSE = 1e-5


@dataclass(frozen=True, eq=False)
class LayerParts:
    """The weights of one attention, and the probe they were found with: ``x`` and ``context`` in, ``output`` out."""

    name: str
    n_heads: int
    n_kv_heads: int
    d_head: int
    scaling: float
    query: tuple[Tensor, Tensor]  # weight (d_out, d_in) and bias
    key: tuple[Tensor, Tensor]
    value: tuple[Tensor, Tensor]
    output: tuple[Tensor, Tensor | None]
    frequencies: tuple[Tensor, ...]  # candidates, where positions are rotary; else empty
    relative_bias: Tensor | None  # (head, 2 × reach + 1)
    mask: Tensor | None
    x: Tensor
    context: Tensor
    expected: Tensor


def attention_of_layer(model: Model, layer: int, *, kind: str | None = None) -> MultiHeadAttention:
    """The attention of one layer of a pretrained model, rebuilt from its weights.

    Raises
    ------
    UnreadableModelError
        If it cannot be rebuilt, or does not give the model's own output on a probe within 1e-4.
    """
    parts = layer_parts(model, layer, kind)
    errors = []
    for frequencies in parts.frequencies or (None,):
        rebuilt = _from_parts(parts, frequencies)
        with torch.inference_mode():
            context = None if parts.context is parts.x else parts.context
            difference = (rebuilt(parts.x, context, mask=parts.mask) - parts.expected).abs().max().item()
        if difference < 1e-4 * max(1.0, parts.expected.abs().max().item()):
            return rebuilt
        errors.append(difference)
    raise UnreadableModelError(f"{parts.name} was rebuilt, but its output differs by {min(errors):.2g}.")


def _from_parts(parts: LayerParts, frequencies: Tensor | None) -> MultiHeadAttention:
    weight, bias = parts.output
    rebuilt = MultiHeadAttention(
        parts.x.shape[-1], parts.n_heads, n_kv_heads=parts.n_kv_heads, d_head=parts.d_head,
        d_context=parts.context.shape[-1], scaling=parts.scaling, frequencies=frequencies,
        relative_bias=parts.relative_bias,
    ).to(weight.device, weight.dtype)  # fmt: skip
    copy_linear(rebuilt.query_projection, *parts.query)
    copy_linear(rebuilt.key_projection, *parts.key)
    copy_linear(rebuilt.value_projection, *parts.value)
    copy_linear(rebuilt.output_projection, weight, bias)
    return rebuilt.eval()


def layer_parts(model: Model, layer: int, kind: str | None = None) -> LayerParts:
    """Find the weights of one layer's attention.

    Raises
    ------
    UnreadableModelError
        If the model is read from outside, or something other than linear maps, rotary positions and a bias by
        distance makes its queries, keys, values or output.
    """
    if model.reading == "observed":
        raise UnreadableModelError(
            f"{model.name} computes attention in its own code: its queries and keys are not seen."
        )
    recorder = watch(model, _probe(model))
    recorded, call = chosen_call(model, recorder, layer, kind)
    name = f"Layer {call.layer} ({call.kind}) of {model.name}"
    if call.softcap is not None or call.sinks is not None:
        raise UnreadableModelError(f"{name} has a softcap or learned sinks, which our module does not have.")
    if recorded.projection is not None and not recorded.projection.weight.numel():
        raise UnreadableModelError(f"{name} computes with packed numbers after its heads, which are no plain weights.")
    if recorded.projection is None:
        raise UnreadableModelError(f"{name} has something other than a linear map after its heads (a gate or a norm).")
    query = source_of(recorder.linears, seen(recorded.query), f"{name}: its queries")
    key = source_of(recorder.linears, seen(recorded.key), f"{name}: its keys")
    value = source_of(recorder.linears, seen(recorded.value), f"{name}: its values")
    if value.turns:
        raise UnreadableModelError(f"{name}: its values are not a linear map of what it reads.")
    projection = recorded.projection
    distance_bias = recorded.options.get("position_bias")
    return LayerParts(
        name=name,
        n_heads=call.n_heads,
        n_kv_heads=len(seen(call.key)),
        d_head=seen(call.query).shape[-1],
        scaling=call.scaling,
        query=query.map,
        key=key.map,
        value=value.map,
        output=(projection.weight, projection.bias),
        frequencies=_frequencies(model.network) if query.turns else (),
        relative_bias=None if distance_bias is None else _by_distance(distance_bias[0], name),
        mask=_mask_alone(call, distance_bias),
        x=query.went_in[0],
        context=key.went_in[0],
        expected=seen(projection.output).reshape(*query.went_in.shape[:2], -1)[0],
    )


def _probe(model: Model) -> dict[str, Tensor]:
    """Random input of the kind the network reads: tokens or an image."""
    network, config, device = body_of(model.network), model.network.config, model.network.device
    generator = torch.Generator().manual_seed(0)
    if network.main_input_name == "pixel_values":
        size = config.image_size if isinstance(config.image_size, (tuple, list)) else (config.image_size,) * 2
        pixels = torch.randn(N_BATCH, getattr(config, "num_channels", 3), *size, generator=generator)
        return {"pixel_values": pixels.to(device, network.dtype)}
    if network.main_input_name != "input_ids":
        raise UnreadableModelError(f"{model.name} reads {network.main_input_name}: only text and images are probed.")
    n, n_ids = min(position_limit(model.network) or N_POSITIONS, N_POSITIONS), config.get_text_config().vocab_size
    ids = torch.randint(n_ids // 2, n_ids, (N_BATCH, n), generator=generator).to(device)
    batch = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    return batch | {"decoder_input_ids": ids.flip(1)} if config.is_encoder_decoder else batch


def chosen_call(model: Model, recorder: Recorder, layer: int, kind: str | None) -> tuple[RecordedCall, AttentionCall]:
    """One layer's call as it was recorded, and as a capture holds it.

    Raises
    ------
    InputError
        If there is no such layer, or several kinds of attention and none is named.
    """
    calls = cut_out(model, recorder, 0, None, None, None).calls
    kinds = list(dict.fromkeys(call.kind for call in calls))
    if kind is None and len(kinds) > 1:
        raise InputError(f"{model.name} has {' and '.join(kinds)} attention: say which with kind=.")
    of_kind = [pair for pair in zip(recorder.calls, calls, strict=True) if pair[1].kind == (kind or kinds[0])]
    own = next((pair for pair in of_kind if pair[1].layer == layer), None)
    if own is None:
        layers = listed([layer_name(call.layer) for _, call in of_kind])
        raise InputError(f"Layer {layer} does not exist: {model.name} has {len(of_kind)} such layers: {layers}.")
    return own


class Source(NamedTuple):
    """Where queries, keys or values come from: some rows of a linear map, times a factor; and what went into it."""

    linear: LinearCall
    rows: Tensor
    factor: float
    went_in: Tensor  # (batch, position, d_in)
    turns: bool  # whether positions turn them: what the map puts out is theirs at position 0 alone

    @property
    def map(self) -> tuple[Tensor, Tensor]:
        """Weight (d_out, d_in) and bias."""
        weight = self.linear.weight
        bias = self.linear.bias if self.linear.bias is not None else weight.new_zeros(len(weight))
        return weight[self.rows] * self.factor, bias[self.rows] * self.factor


def source_of(linears: list[LinearCall], vectors: Tensor, what: str) -> Source:
    """The linear map that put out these queries, keys or values (batch, head, position, d_head), among all that ran.

    Raises
    ------
    UnreadableModelError
        If none did.
    """
    wanted = vectors.transpose(1, 2).flatten(2)  # (batch, position, head × d_head)
    for linear in reversed(linears):
        out = seen(linear.output)
        if out.shape[0] == wanted.shape[0] * wanted.shape[1] and out.dim() == 2:
            out = out.unflatten(0, wanted.shape[:2])
        if out.shape[:-1] != wanted.shape[:-1] or out.shape[-1] < wanted.shape[-1]:
            continue
        for turns, factor in ((False, 1.0), (True, 1.0), (False, vectors.shape[-1] ** -0.5)):  # OPT scales its queries
            where = (slice(None), slice(0, 1)) if turns else slice(None)
            rows = _matching_columns(out[where].flatten(0, 1) * factor, wanted[where].flatten(0, 1))
            if rows is not None:
                return Source(linear, rows, factor, seen(linear.input).reshape(*wanted.shape[:2], -1), turns)
    raise UnreadableModelError(f"{what} are not a linear map of what it reads (a norm, or something unknown).")


def _matching_columns(out: Tensor, wanted: Tensor) -> Tensor | None:
    """For each column of ``wanted`` the equal column of ``out``; None unless all are there, each once."""
    close = CLOSE * 10 * max(1.0, wanted.abs().max().item())
    glance = out[:8].to(wanted.device)  # of a layer that may lie on another device; most maps end here
    if not ((glance - wanted[:8, :1]).abs().amax(dim=0) < 2 * close).any():
        return None
    some, others = (part[:64].mT[None].cpu().double() for part in (wanted, out))  # enough rows to tell columns apart
    nearest, rows = torch.cdist(some, others)[0].min(dim=1)
    removed, zeros = (wanted == 0).all(dim=0).cpu(), (out == 0).all(dim=0).nonzero().flatten().cpu()
    if len(zeros) >= removed.sum():  # columns of heads that were removed: one is as good as another
        rows[removed] = zeros[: removed.sum()]
    return rows if nearest.max() < close and len(rows.unique()) == len(rows) else None


def _frequencies(network: Any) -> tuple[Tensor, ...]:
    """The rotary frequencies a network holds; some hold one set for local and one for global layers."""
    return tuple(buffer for name, buffer in network.named_buffers() if name.rpartition(".")[2].endswith("inv_freq"))


def _by_distance(bias: Tensor, name: str) -> Tensor:
    """A bias (head, query, key) as a table by distance; refused if it depends on more than that."""
    if (n_query := bias.shape[-2]) != (n_key := bias.shape[-1]):
        raise UnreadableModelError(f"{name} has a bias between two different sequences.")
    table = torch.cat([bias[:, :, 0].flip(1), bias[:, 0, 1:]], dim=1)  # distances -(n-1) … n-1
    distance = torch.arange(n_key)[None, :] - torch.arange(n_query)[:, None] + n_query - 1
    if not torch.equal(table[:, distance.to(bias.device)], bias):
        raise UnreadableModelError(f"{name} has a bias that depends on more than the distance.")
    return table


def _mask_alone(call: AttentionCall, distance_bias: Tensor | None) -> Tensor | None:
    """Where the probe's queries may look, without the bias by distance."""
    if call.bias is not None and distance_bias is None:
        return call.bias
    hides = call.allowed is not None or call.bias is not None or call.is_causal
    return call_logits(call) > -torch.inf if hides else None
