"""Changes of keys and values: several heads may share these, and all of them then move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mha_viz.attention.maps import chosen_kind
from mha_viz.errors import InputError
from mha_viz.objects import AttentionCall, Capture, Head
from mha_viz.recording.interventions.changes import Change, Scale, Zero


@dataclass(frozen=True, eq=False)
class PartEdit:
    """The keys or values of some groups of heads at some positions become ``factor`` times themselves."""

    of: str
    groups: Tensor  # (group,)
    positions: Tensor  # (key,)
    factor: float


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
    return isinstance(change, Zero | Scale) and change.of != "outputs"


def share_of(call: AttentionCall) -> int:
    """How many heads share their keys and values."""
    return 1 if call.value is None else call.n_heads // len(call.value)


def part_edit(change: Any, call: AttentionCall, heads: list[int]) -> PartEdit:
    """What a change does to the keys or values of a call.

    Raises
    ------
    InputError
        If these were not seen, or there is no such position.
    """
    if (call.value if change.of == "values" else call.key) is None:
        raise InputError(
            f"{type(change).__name__}: the {change.of} of layer {call.layer} ({call.kind}) cannot be seen from "
            "outside, so they cannot be changed; change the outputs of heads, or give a Pattern."
        )
    wanted = change.positions
    places = range(call.n_key) if wanted is None else [place_of(one, call.n_key, "position") for one in wanted]
    groups = sorted({head // share_of(call) for head in heads})
    factor = change.factor if isinstance(change, Scale) else 0.0
    return PartEdit(change.of, torch.tensor(groups), torch.tensor(sorted(set(places))), float(factor))


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
