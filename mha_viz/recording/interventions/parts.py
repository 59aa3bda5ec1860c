"""Changes of keys and values: several heads may share these, and all of them then move."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from mha_viz.attention.maps import chosen_kind
from mha_viz.errors import InputError
from mha_viz.objects import AttentionCall, Capture, Head, seen
from mha_viz.recording.interventions.changes import Add, Change, From, Mean, Scale
from mha_viz.recording.interventions.taken import Read, mean_of, of_these, refuse_other_shape, taken_from
from mha_viz.wording import head_name


@dataclass(frozen=True, eq=False)
class PartEdit:
    """The keys or values of some groups of heads at some positions become ``factor`` times themselves, plus ``values``,
    (group, key or 1, width).
    """

    of: str
    groups: Tensor  # (group,)
    positions: Tensor  # (key,)
    factor: float
    values: Tensor | None = None


def moved_with(change: Change, capture: Capture) -> list[Head]:
    """The heads that a change moves though it does not name them: of keys and values, all heads that share them."""
    if not of_part(change) or change.heads is None:
        return []
    calls = {call.layer: call for call in capture.calls_of(chosen_kind(capture, change.kind))}
    groups = {(layer, head // share_of(calls[layer])) for layer, head in change.heads if layer in calls}
    all_heads = ((layer, call, head) for layer, call in calls.items() for head in call.heads)
    moved = {(layer, head) for layer, call, head in all_heads if (layer, head // share_of(call)) in groups}
    return sorted(moved - {*change.heads})


def of_part(change: Change) -> bool:
    """Whether keys or values are changed."""
    return getattr(change, "of", "outputs") != "outputs"


def share_of(call: AttentionCall) -> int:
    """How many heads share their keys and values."""
    return 1 if call.value is None else call.n_heads // len(call.value)


def part_edit(change: Any, call: AttentionCall, heads: list[int], read: Read) -> PartEdit:
    """What a change does to the keys or values of a call.

    Raises
    ------
    InputError
        If these were not seen, or there is no such position, or what they are to become does not fit.
    """
    if _part(change, call) is None:
        raise InputError(
            f"{type(change).__name__}: the {change.of} of layer {call.layer} ({call.kind}) cannot be seen from "
            "outside, so they cannot be changed; change the outputs of heads, or give a Pattern."
        )
    wanted = change.positions
    places = range(call.n_key) if wanted is None else [place_of(one, call.n_key, "position") for one in wanted]
    groups, positions = sorted({head // share_of(call) for head in heads}), torch.tensor(sorted(set(places)))

    def part(one: AttentionCall) -> Tensor:
        return seen(_part(change, one))[groups]

    edit = partial(PartEdit, change.of, torch.tensor(groups))
    if isinstance(change, Add):
        return edit(positions, 1.0, _vectors(change, call, heads, part(call).shape[-1]))
    if isinstance(change, Mean):
        return edit(positions, 0.0, mean_of(change, call, read, part))
    if isinstance(change, From):
        positions, values = taken_from(change, call, positions, read, part)
        return edit(positions, 0.0, values)
    return edit(positions, float(change.factor) if isinstance(change, Scale) else 0.0)


def _part(change: Any, call: AttentionCall) -> Tensor | None:
    return call.value if change.of == "values" else call.key


def _vectors(change: Add, call: AttentionCall, heads: list[int], width: int) -> Tensor:
    """(group, 1, width); heads that share keys and values cannot each get a vector of its own."""
    refuse_other_shape(change.vector, width, len(change.heads))
    vectors = of_these(change.vector, tuple(change.heads), call, heads, 1)
    of_groups: dict[int, Tensor] = {}
    for head, vector in zip(heads, vectors, strict=True):
        before = of_groups.setdefault(head // share_of(call), vector)
        if not torch.equal(before, vector):
            raise InputError(
                f"Add: {head_name(call.layer, head)} shares its {change.of} with another head that is to get another "
                "vector; name one of them, or give them the same."
            )
    return torch.stack([of_groups[group] for group in sorted(of_groups)])[:, None]


def place_of(number: int, n: int, what: str) -> int:
    """A position as it was asked for, from 0.

    Raises
    ------
    InputError
        If there is none such.
    """
    if not -n <= number < n:
        raise InputError(f"There is no {what} {number}: the text has {n}.")
    return number % n
