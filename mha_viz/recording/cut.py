"""What one forward pass left behind → one text's Capture: kinds, axes, masks and projections of every call."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from mha_viz.arguments import unchecked
from mha_viz.attention.calls import call_head_output, part_of, query_blocks
from mha_viz.errors import UnreadableModelError
from mha_viz.inputs.text import numbered
from mha_viz.objects import AttentionCall, Capture, Model, Positions, seen
from mha_viz.precision import PACKED
from mha_viz.recording.removed_heads import with_removed_heads
from mha_viz.recording.watching.origins import storage
from mha_viz.recording.watching.place import Place
from mha_viz.recording.watching.recorder import RecordedCall, Recorder
from mha_viz.recording.watching.streams import WINDOWS, body_of, kind_of, not_attending

# Tensors that an attention function may be handed without changing the numbers: they steer caches and other kernels,
# or are already part of the mask. Those that do change them and that we compute:
HARMLESS = {"position_ids", "cache_position", "cu_seq_lens_q", "cu_seq_lens_k"}
COMPUTED = {"position_bias", "s_aux"}
TOLERANCE = 1e-4  # of the self-check, relative to the largest head output


def cut_out(
    model: Model,
    recorder: Recorder,
    row: int,
    source: Positions | None,
    decoded: Positions | None,
    target: str | None,
    *,
    is_last: bool = False,
) -> Capture:
    """One text's share of a recorded batch; after the last one nothing of the batch is kept."""
    recorded = recorder.calls
    _refuse_what_is_more_than_attention(model, recorded, recorder.places, is_left_out=bool(recorder.left_out))
    text = OneText(model, row, source, decoded, recorder.padded)
    kinds = [text.kind(*each) for each in zip(recorded, recorder.places, strict=True)]
    without = not_attending(model, kinds, recorder.places)
    calls = []
    for item, place, kind in zip(recorded, recorder.places, kinds, strict=True):
        calls.append(text.cut(item, place, kind))
        if is_last:
            item.release()
    notes = tuple(filter(None, (recorder.left_out, recorder.in_parts)))
    return unchecked(Capture)(
        model.name, model.identity, source.text if source else "", target, tuple(calls), text.queries, text.keys,
        not_attending=without, notes=notes,
    )  # fmt: skip


class OneText:
    """One text of a recorded batch: its calls as they come, and the positions that they index.

    ``source`` and ``decoded`` are what the encoder and the decoder read; ``padded`` are the lengths of the batch.
    """

    def __init__(
        self, model: Model, row: int, source: Positions | None, decoded: Positions | None, padded: set[int]
    ) -> None:
        self.model, self.row, self.source, self.decoded = model, row, source, decoded
        self.padded = padded if source else set()
        self.queries: dict[str, Positions] = {}
        self.keys: dict[str, Positions] = {}

    def kind(self, item: RecordedCall, place: Place) -> str:
        """Told from this text's own queries."""
        own = self.source if place.in_encoder or self.decoded is None else self.decoded
        n = _shape(item)[0]
        return kind_of(self.model, place, item, self.row, n if own is None else min(len(own), n))

    def cut(self, item: RecordedCall, place: Place, kind: str) -> AttentionCall:
        """Its share of a call, checked against what the network computed where that was not done before."""
        shape = _shape(item)
        if kind not in self.queries:
            self.queries[kind], self.keys[kind] = axes_of(self.source, self.decoded, kind, shape)
        axes = len(self.queries[kind]), len(self.keys[kind])
        _refuse_other_axes(self.model, item, shape, axes, self.padded, place.crosses)
        call = call_of(self.model, item, self.row, axes, place.layer, kind)
        if item.output is not None:
            _self_check(self.model, call, item.output[self.row, : axes[0]].transpose(0, 1))
        return with_removed_heads([call], self.model.network.config)[0]


def _refuse_what_is_more_than_attention(
    model: Model, recorded: list[RecordedCall], places: list[Place], *, is_left_out: bool
) -> None:
    """Two calls on the same queries in one layer (differential attention), or an encoder that does not show."""
    for first, second in pairwise(recorded):
        refuse_two_of_the_same(model, first, second)
    if model.network.config.is_encoder_decoder and not is_left_out and not any(place.in_encoder for place in places):
        name, body = f"{model.name} ({type(model.network).__name__})", body_of(model.network)
        if body.get_encoder() is body:
            raise UnreadableModelError(f"{name} is one half of an encoder-decoder: give the whole network.")
        raise UnreadableModelError(
            f"{name} computes its encoder's attention in its own code, where it cannot be told apart from outside."
        )


def refuse_two_of_the_same(model: Model, first: RecordedCall, second: RecordedCall) -> None:
    """Two calls, one after the other, of the same queries: what the network goes on with is made of both."""
    if first.query is None or second.query is None or first.module is not second.module:
        return
    if first.query.data_ptr() == second.query.data_ptr():
        raise UnreadableModelError(
            f"{model.name} ({type(first.module).__name__}) attends twice in one layer and combines the two: "
            "neither pattern alone is what the model uses."
        )
    if storage(first.query) == storage(second.query):  # one row after the other of what was made at once
        raise UnreadableModelError(f"{model.name} ({type(model.network).__name__}) {WINDOWS}")


def axes_of(
    source: Positions | None, decoded: Positions | None, kind: str, shape: tuple[int, int]
) -> tuple[Positions, Positions]:
    """What the queries and the keys of a kind index, of what the encoder and the decoder read."""
    if source is None:
        return numbered(shape[0]), numbered(shape[1])
    of_decoder = decoded or source
    return source if kind == "encoder" else of_decoder, of_decoder if kind == "decoder" else source


def _shape(item: RecordedCall) -> tuple[int, int]:
    if item.query is None:
        _, _, n_query, n_key = seen(item.seen_pattern).shape
        return n_query, n_key
    return item.query.shape[2], seen(item.key).shape[2]


def _refuse_other_axes(
    model: Model,
    item: RecordedCall,
    shape: tuple[int, int],
    axes: tuple[int, int],
    padded: set[int],
    crosses: bool | None,
) -> None:
    """All calls of a kind index the same positions, as many as the longest text of the batch has tokens, and where it
    is its own positions that a layer looks at, as many keys as queries: windows, pooled or extra ones are refused.
    """
    known = shape == axes if not padded else set(shape) <= padded and shape[0] >= axes[0] and shape[1] >= axes[1]
    if known and (crosses or shape[0] == shape[1]):
        return
    axes = axes if crosses else (axes[0], axes[0])
    raise UnreadableModelError(
        f"{model.name} ({type(item.module or model.network).__name__}) attends over {shape[0]} × {shape[1]} positions "
        f"where {axes[0]} × {axes[1]} are known: attention in windows, over pooled or over extra positions cannot be "
        "labelled."
    )


def call_of(model: Model, item: RecordedCall, row: int, shape: tuple[int, int], layer: int, kind: str) -> AttentionCall:
    """One text's rows of a recorded call, copied: neither the padded batch nor a fused projection stays alive for them,
    and unlike what was made in inference mode they may be used with modules that learn.
    """
    n_query, n_key = shape
    if item.module is None:
        return unchecked(AttentionCall)(
            layer,
            kind,
            value=None if item.value is None else _own(item.value, row, n_key),
            seen_logits=_part(seen(item.seen_logits), row, n_query, n_key),
            seen_pattern=_part(seen(item.seen_pattern), row, n_query, n_key),
            **_projection(item, seen(item.seen_pattern).shape[1]),
        )
    _refuse_unknown_options(model, item)
    query = seen(item.query)
    mask, bias, sinks = item.mask, item.options.get("position_bias"), item.options.get("s_aux")
    allowed = mask if mask is not None and mask.dtype == torch.bool else None
    if mask is not None and allowed is None:
        bias = mask if bias is None else bias + mask
    return unchecked(AttentionCall)(
        layer,
        kind,
        query=_own(query, row, n_query),
        key=_own(seen(item.key), row, n_key),
        value=_own(seen(item.value), row, n_key),
        scaling=query.shape[-1] ** -0.5 if item.scaling is None else float(item.scaling),
        is_causal=item.is_causal,
        allowed=None if allowed is None else _part(allowed, row, n_query, n_key),
        bias=None if bias is None else _part(bias, row, n_query, n_key),
        softcap=item.options.get("softcap"),
        sinks=None if sinks is None else sinks.detach().reshape(-1),
        **_projection(item, query.shape[1]),
    )


def _projection(item: RecordedCall, n_heads: int) -> dict[str, Any]:  # Any: fields of several types
    """Each head's slice of the output projection: (head, d_head, d_model), a view of the model's own weights."""
    if item.projection is None:
        return {}
    weight = item.projection.weight
    if not weight.numel():
        return {"followed_by": PACKED}
    slices = weight.detach().mT.unflatten(0, (n_heads, -1))
    followed_by = item.projection.followed_by
    return {"projection": slices, "projection_bias": item.projection.bias, "followed_by": followed_by}


def _own(tensor: Tensor, row: int, n: int) -> Tensor:
    """(head, n, d_head) of one text."""
    return tensor[row if len(tensor) > 1 else 0, :, :n].clone()


def _part(tensor: Tensor, row: int, n_query: int, n_key: int) -> Tensor:
    """One row of a batch, or of what the whole batch shares: (head or 1, query, key)."""
    part = tensor[row if len(tensor) > 1 else 0, :, :n_query, :n_key]
    return part.clone() if len(tensor) > 1 else part


def _refuse_unknown_options(model: Model, item: RecordedCall) -> None:
    unknown = [
        key for key, value in item.options.items() if isinstance(value, Tensor) and key not in HARMLESS | COMPUTED
    ]
    if unknown:
        raise UnreadableModelError(
            f"{model.name} ({type(item.module).__name__}) hands {', '.join(unknown)} to its attention, which changes "
            "the pattern in a way that is not known here."
        )


def _self_check(model: Model, call: AttentionCall, output: Tensor) -> None:
    """Recompute what the model computed, once a network: a pattern that does not explain it is not shown."""
    blocks = [
        (call_head_output(part_of(call, queries=rows)) - output[:, rows]).abs().max() for rows in query_blocks(call)
    ]
    difference = torch.stack(blocks).max().item()  # nan where one of them is
    if math.isnan(difference) and call.query is not None and call.query.isfinite().all():
        raise UnreadableModelError(
            f"{model.name}: some positions can look at none in layer {call.layer} ({call.kind}), as where padding "
            "stands before a text: leave it out of the tensors."
        )
    tolerance = TOLERANCE if output.dtype in (torch.float32, torch.float64) else 0.05
    if not difference <= tolerance * max(1.0, output.abs().max().item()):
        raise UnreadableModelError(
            f"{model.name}: the attention of layer {call.layer} ({call.kind}) cannot be reproduced from its queries, "
            f"keys and values (head outputs differ by {difference:.2g})."
        )
