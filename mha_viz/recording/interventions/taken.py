"""What heads have in other texts, and where it goes in this one."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.media import Sound
from mha_viz.objects import AttentionCall, Capture, Head
from mha_viz.recording.interventions.changes import From, Mean

Read = Callable[[str | Sound], Capture]
Of = Callable[[AttentionCall], Tensor]  # what is taken of a call: (head or group, position, width)


def mean_of(change: Mean, call: AttentionCall, read: Read, of: Of) -> Tensor:
    """(head or group, 1, width), over all positions of all texts."""
    return torch.cat([of(_same_call(call, read(text))) for text in change.over], dim=1).mean(dim=1, keepdim=True)


def taken_from(change: From, call: AttentionCall, positions: Tensor, read: Read, of: Of) -> tuple[Tensor, Tensor]:
    """Of the wanted positions those that have a counterpart in the other text; and what stands there, (head or group,
    position, width).

    Raises
    ------
    InputError
        If the texts do not fit each other, or no position has a counterpart.
    """
    n, there = of(call).shape[1], of(_same_call(call, read(change.text)))
    values, given = there.new_zeros(len(there), n, there.shape[-1]), torch.zeros(n, dtype=torch.bool)
    for here, other in _pairs(change, n, there.shape[1]):
        each = there[:, list(other)] if len(here) == len(other) else there[:, list(other)].mean(1, keepdim=True)
        values[:, list(here)] = each
        given[list(here)] = True
    positions = positions[given[positions]]
    if not len(positions):
        raise InputError("From: none of the positions has a counterpart in the other text.")
    return positions, values[:, positions]


def of_these(
    given: Tensor, all_heads: tuple[Head, ...], call: AttentionCall, heads: list[int], n_axes: int
) -> Tensor:  # fmt: skip
    """Of numbers for all heads of a change, or one for each, those of the heads of one call."""
    if given.dim() == n_axes:
        return given.expand(len(heads), *given.shape)
    return given[[all_heads.index((call.layer, head)) for head in heads]]


def refuse_other_shape(vector: Tensor, width: int, n_heads: int) -> None:
    """Raise InputError unless there is one vector for all heads, or one for each."""
    if tuple(vector.shape) not in ((width,), (n_heads, width)):
        raise InputError(
            f"Add: vector has the shape {tuple(vector.shape)}; give ({width},) or, one a head, ({n_heads}, {width})."
        )


def _pairs(change: From, n: int, n_there: int) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """Positions here, and those there that they take from."""
    if change.pairs is not None:
        return change.pairs
    if change.align == "words":
        raise InputError("From: align='words' needs the words of both texts: take it to mha_viz.effect.")
    if n != n_there:
        raise InputError(
            f"From: the text has {n} tokens and the other one {n_there}; take texts with as many, or align='words'."
        )
    return tuple(((i,), (i,)) for i in range(n))


def _same_call(call: AttentionCall, other: Capture) -> AttentionCall:
    return next(one for one in other.calls_of(call.kind) if one.layer == call.layer)
