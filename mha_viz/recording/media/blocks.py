"""Calls that attend to one picture part by part (tiles, frames, windows) → one map of all parts, empty between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby

import torch
from torch import Tensor

from mha_viz.inputs.media.patches import PIXELS
from mha_viz.objects import seen
from mha_viz.recording.watching.origins import storage
from mha_viz.recording.watching.recorder import RecordedCall, Recorder

IN_PARTS = (
    "A part of the network attends to tiles, frames or windows of its input, each by itself: its maps hold them one "
    "after the other, in the order in which the network takes them, and are empty between them."
)


def join(recorder: Recorder, batch: Mapping[str, Tensor]) -> None:
    """Make one call of those that are blocks of one map, and note that it is so."""
    if not recorder.watched or len(next(iter(batch.values()))) != 1:
        return
    calls = _joined(recorder.calls, batch)
    if any(call not in recorder.calls for call in calls):
        recorder.calls, recorder.in_parts = calls, IN_PARTS


def pictures_of(inputs: Mapping[str, Tensor]) -> int:
    """How many pictures, or tiles of one, one text has, each in a row of its own; 1 where there is no text."""
    pixels = inputs.get(PIXELS)
    if "input_ids" not in inputs or len(inputs["input_ids"]) != 1 or pixels is None or pixels.dim() != 4:
        return 1
    return len(pixels)


def _joined(calls: list[RecordedCall], batch: Mapping[str, Tensor]) -> list[RecordedCall]:
    """The calls of one example, where those of one layer that are blocks of one map are one call.

    They are so where the input itself has an axis of tiles or pictures, and where one module takes what was made for
    all positions at once piece by piece, each beginning where the one before ended. What is shifted or reordered from
    layer to layer (Swin) is not: there the axes of its maps would not be the same.
    """
    tiles = {value.shape[1] for value in batch.values() if value.dim() > 4 and len(value) == 1} | {pictures_of(batch)}
    found: list[RecordedCall] = []
    for _, group in groupby(calls, key=lambda call: id(call.module)):
        blocks = list(group)
        if len(blocks) > 1 and _are_pieces(blocks):
            found.append(_one_call(blocks))
        else:
            found += [_one_call([call]) if _is_tiled(call, tiles) else call for call in blocks]
    return found


def _is_tiled(call: RecordedCall, tiles: set[int]) -> bool:
    return _is_plain(call) and len(seen(call.query)) > 1 and len(seen(call.query)) in tiles


def _is_plain(call: RecordedCall) -> bool:
    """Whether every query of it looks at all keys, which are its own positions."""
    if call.query is None or call.key is None or call.mask is not None or call.is_causal or call.crosses is not False:
        return False
    extra = [value for value in call.options.values() if isinstance(value, Tensor) and value.dim() > 2]
    return not extra and call.query.shape[2] == call.key.shape[2]


def _are_pieces(blocks: list[RecordedCall]) -> bool:
    if not all(map(_is_plain, blocks)) or any(len(seen(call.query)) != 1 for call in blocks):
        return False
    queries = [seen(call.query) for call in blocks]
    ends = [query.storage_offset() + query.shape[2] * query.stride(2) for query in queries]
    follow = all(query.storage_offset() == end for query, end in zip(queries[1:], ends[:-1], strict=True))
    return follow and len({(storage(query), query.stride()) for query in queries}) == 1


def _one_call(blocks: list[RecordedCall]) -> RecordedCall:
    """Blocks of one map: pieces, or what lies side by side in the first axis."""
    first = blocks[0]
    sizes = [part.shape[1] for call in blocks for part in seen(call.query)]
    mask = torch.block_diag(*[torch.ones(n, n) for n in sizes]).bool()[None, None].to(seen(first.query).device)
    outputs = [call.output for call in blocks]
    output = (
        None if any(each is None for each in outputs) else torch.cat([seen(each).flatten(0, 1) for each in outputs])
    )
    query, key, value = (
        _in_a_row([seen(getattr(call, name)) for call in blocks]) for name in ("query", "key", "value")
    )
    return replace(first, query=query, key=key, value=value, mask=mask, output=None if output is None else output[None])


def _in_a_row(tensors: list[Tensor]) -> Tensor:
    """(1, head, position, d_head) of all parts, one after the other."""
    return torch.cat([part for tensor in tensors for part in tensor], dim=1)[None]
