"""One attention call, whole or in part → logits, pattern, head outputs: the same numbers the network computed.

A part (some heads, some queries) costs what it shows: that is how a map of 4,096 × 4,096 is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

import mha_viz.first_calls  # noqa: F401 - so that what torch computes is exact from the first call on
from mha_viz.arguments import changed
from mha_viz.attention.awaited import whole
from mha_viz.errors import InputError, NotSeenError
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import LACKING, AttentionCall
from mha_viz.precision import PACKED
from mha_viz.wording import listed

NO_LOGITS = N_("Layer {n}: only the pattern of this attention is known, not its logits.")
NO_VALUES = N_(
    "Layer {n}: this model was observed from outside, and the product of its pattern with the values could not be "
    "seen; the pattern is exact, values and head outputs are not known."
)
PACKED_AFTER = N_(
    "Layer {n}: the linear map after the heads computes with packed numbers, for which what goes in is rounded too, so "
    "what it makes of all heads is not the sum of what it makes of each."
)
NOT_APART = N_(
    "Layer {n}: between the heads and the next linear map stands something else (a gate or a norm), so what one head "
    "adds cannot be told apart."
)
BY_HEAD = (
    "query", "key", "value", "allowed", "bias", "sinks", "seen_logits", "seen_pattern", "projection",
)  # fmt: skip
BLOCK = 2**21  # numbers of a map that are worked on at a time: what stays near the processor


def part_of(call: AttentionCall, *, heads: Sequence[int] | None = None, queries: slice | None = None) -> AttentionCall:
    """Some heads, or consecutive queries, of a call: every function below then computes those and no more.

    A row of a pattern depends on its own query and all keys it may look at, so what a part gives is equal to the rows
    of the whole; of a causal call, keys that come after the last query are left out (``widened`` puts them back).
    """
    call = whole(call)
    if heads is not None:
        fields: dict[str, Any] = {name: _of_heads(call, name, heads) for name in BY_HEAD}  # Any: of several types
        removed = tuple(place for place, head in enumerate(heads) if head in call.removed)
        call = changed(call, removed=removed, **fields)
    if queries is None:
        return call
    begin, end, _ = queries.indices(call.n_query)
    rows = {name: getattr(call, name) for name in ("query", "seen_logits", "seen_pattern")}
    masks = {name: getattr(call, name) for name in ("allowed", "bias")}
    parts: dict[str, Any] = {name: rows[name][:, begin:end] for name in rows if rows[name] is not None}
    parts |= {name: mask[:, begin:end] for name, mask in masks.items() if mask is not None and mask.shape[1] > 1}
    part = changed(call, first_query=call.first_query + begin, **parts)
    key, value = call.key, call.value
    if not call.is_causal or any(mask is not None for mask in masks.values()) or key is None or value is None:
        return part
    n_key = call.first_query + end
    return changed(part, key=key[:, :n_key], value=value[:, :n_key])


def rows_at(call: AttentionCall, queries: Sequence[int]) -> AttentionCall:
    """Some queries of a call, wherever they stand and in this order; else as ``part_of``, keys left out included."""
    call, at = whole(call), torch.tensor(queries, dtype=torch.long)
    fields = {name: getattr(call, name) for name in ("query", "seen_logits", "seen_pattern", "allowed", "bias")}
    fields = {name: rows for name, rows in fields.items() if rows is not None}
    masks = ("allowed", "bias")
    picked = {
        name: rows[:, at.to(rows.device)] if name not in masks or rows.shape[1] > 1 else rows
        for name, rows in fields.items()
    }
    part = changed(call, **picked)
    key, value = call.key, call.value
    if not call.is_causal or key is None or value is None:
        return part
    places = call.first_query + at.to(key.device)  # the rows no longer follow each other: causality as a mask
    n_key = int(places.max()) + 1
    may = torch.arange(n_key, device=places.device) <= places[None, :, None]  # (1, query, key)
    allowed = may if part.allowed is None else part.allowed[..., :n_key] & may
    bias = None if part.bias is None else part.bias[..., :n_key]
    part = changed(part, key=key[:, :n_key], value=value[:, :n_key])
    return changed(part, is_causal=False, first_query=0, allowed=allowed, bias=bias)


def call_patterns(calls: Sequence[AttentionCall]) -> Tensor:
    """The patterns of layers of one size, (layer, head, query, key), all on the device of the first."""
    patterns = [call_pattern(call) for call in calls]
    return torch.stack([pattern.to(patterns[0].device) for pattern in patterns])


def stacked(layers: Sequence[Tensor]) -> Tensor:
    """Layers as one tensor, (layer, head, …), where they have the same number of heads."""
    check_same_heads(map(len, layers))
    return torch.stack(list(layers))


def check_same_heads(numbers: Iterable[int]) -> None:
    """Whether layers have the same number of heads.

    Raises
    ------
    InputError
        If they have not.
    """
    different = list(dict.fromkeys(numbers))
    if len(different) > 1:
        raise InputError(
            f"The layers have different numbers of heads ({listed([str(n) for n in different])}), and this needs as "
            "many in every layer; model_view, head_view, tables of heads and the atlas do not."
        )


def widened(values: Tensor, n_key: int, nothing: float) -> Tensor:
    """(head, query, key) with all keys again; ``nothing`` stands for those that were left out."""
    missing = n_key - values.shape[2]
    return pad(values, (0, missing), value=nothing) if missing > 0 else values


def query_blocks(call: AttentionCall) -> Iterator[slice]:
    """The queries of a call in blocks whose maps hold at most ``BLOCK`` numbers (or a single row)."""
    step = max(1, BLOCK // (call.n_heads * call.n_key))
    for begin in range(0, call.n_query, step):
        yield slice(begin, min(begin + step, call.n_query))


def call_logits(call: AttentionCall) -> Tensor:
    return without_removed(_logits(call), call)


def without_removed(of_heads: Tensor, call: AttentionCall, nothing: float = torch.nan) -> Tensor:
    """Numbers of all heads, (head, …), with nan, or another number, for those that were removed."""
    if not call.removed:
        return of_heads
    return of_heads.index_fill(0, torch.tensor(call.removed, device=of_heads.device), nothing)


def _logits(call: AttentionCall) -> Tensor:
    if call.query is None:
        if call.seen_logits is None:
            raise NotSeenError(lazy_gettext(NO_LOGITS, n=call.layer))
        return masked_below(call.seen_logits)
    if call.key is None:
        raise NotSeenError(LACKING)
    # (head, query, key)
    query = at_least_float32(call.query) * call.scaling  # the small factor, not every logit
    raw = query @ _per_head(call, at_least_float32(call.key)).mT
    if call.softcap is not None:
        raw = call.softcap * torch.tanh(raw / call.softcap)
    if call.bias is not None:
        raw = masked_below(raw + call.bias)
    if call.allowed is not None:
        raw.masked_fill_(~call.allowed, -torch.inf)
    if call.is_causal:
        hidden = raw[..., call.first_query :]  # every query may look at the keys before these
        ahead = torch.ones(hidden.shape[-2:], dtype=torch.bool, device=raw.device).triu(1)
        hidden.masked_fill_(ahead, -torch.inf)
    return raw


def call_pattern(call: AttentionCall) -> Tensor:
    if call.seen_pattern is not None:
        return without_removed(at_least_float32(call.seen_pattern), call)
    raw = call_logits(call)
    if call.sinks is None:
        return raw.softmax(dim=-1)
    column = call.sinks.to(raw.dtype)[:, None, None].expand(*raw.shape[:2], 1)  # (head, query, 1)
    return torch.cat([raw, column], dim=-1).softmax(dim=-1)[..., :-1]


def value_lengths(call: AttentionCall) -> Tensor:
    """Length of each key's value vector, (head, key): what a head that looks only there takes."""
    return _per_head(call, value_of(call).norm(dim=-1, keepdim=True)).squeeze(-1)


def contribution_lengths_of(call: AttentionCall) -> Tensor:
    """Length of each key's value after the output projection, (head, key): what that head then adds."""
    values, projection = _per_head(call, value_of(call)), at_least_float32(_projection(call))
    # One head at a time: (key, d_model) of all heads together would be the largest thing in memory.
    return torch.stack([(value @ head).norm(dim=-1) for value, head in zip(values, projection, strict=True)])


def call_contributions(call: AttentionCall) -> Tensor:
    return call_head_output(call) @ at_least_float32(_projection(call))  # (head, query, d_model)


def call_head_output(call: AttentionCall) -> Tensor:
    outputs = call_pattern(call) @ _per_head(call, value_of(call))  # (head, query, d_head)
    return without_removed(outputs, call, 0.0)


def at_least_float32(tensor: Tensor) -> Tensor:
    return tensor if tensor.dtype == torch.float64 else tensor.float()


def masked_below(raw: Tensor) -> Tensor:
    """Models mask by adding the most negative number they have; what lies that deep is a mask: ``-inf``."""
    return raw.masked_fill(raw <= torch.finfo(torch.float16).min, -torch.inf)


def _per_head(call: AttentionCall, grouped: Tensor) -> Tensor:
    """Keys or values of a group, repeated for each head that shares them."""
    share = call.n_heads // len(grouped)
    return grouped if share == 1 else grouped.repeat_interleave(share, dim=0)


def value_of(call: AttentionCall) -> Tensor:
    if call.value is None:
        raise NotSeenError(lazy_gettext(NO_VALUES, n=call.layer))
    return at_least_float32(call.value)


def _projection(call: AttentionCall) -> Tensor:
    if call.followed_by == PACKED:
        raise NotSeenError(lazy_gettext(PACKED_AFTER, n=call.layer))
    if call.projection is None:
        raise NotSeenError(lazy_gettext(NOT_APART, n=call.layer))
    return call.projection if call.value is None else call.projection.to(call.value.device)  # one may lie elsewhere


def _of_heads(call: AttentionCall, name: str, heads: Sequence[int]) -> Tensor | None:
    """A field for some heads, where a group of heads or all of them may share one entry."""
    tensor: Tensor | None = getattr(call, name)
    if tensor is None or len(tensor) == 1:
        return tensor
    share = call.n_heads // len(tensor)
    places = [head // share for head in heads]
    return tensor.narrow(0, places[0], 1) if len(places) == 1 else tensor[torch.tensor(places, device=tensor.device)]
