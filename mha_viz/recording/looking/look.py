"""Each attention call is handed to a function as it happens, and only what that returns is kept: memory does not grow
with layers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from operator import index
from typing import Any, TypeVar

from mha_viz.arguments import said, with_checked_fields
from mha_viz.errors import InputError
from mha_viz.objects import AttentionCall, Model, Positions
from mha_viz.recording.capture import read_all
from mha_viz.recording.cut import axes_of
from mha_viz.recording.looking.together import look_at_rows
from mha_viz.recording.requests import requests_of
from mha_viz.reprs import fields_line

T = TypeVar("T")


@with_checked_fields
@dataclass(frozen=True, eq=False)
class Looked:
    """What a function made of each attention call of one text, in the order of the calls.

    Attributes
    ----------
    found : tuple
    kinds, layers : tuple of str, tuple of int
        Of which call each is.
    query_positions, key_positions : mapping of str to Positions
        The positions of both axes, by kind.
    """

    found: tuple[Any, ...]
    kinds: tuple[str, ...]
    layers: tuple[int, ...]
    query_positions: Mapping[str, Positions]
    key_positions: Mapping[str, Positions]
    __repr__ = fields_line


def look(
    model: Model, text: str, function: Callable[[AttentionCall], T], *, layers: Collection[int] | None = None,
    target: str | None = None, pair: str | None = None, progress: Callable[[float], None] | None = None,
) -> Looked:  # fmt: skip
    """The same calls as those of ``capture``, bit for bit, one at a time: for texts of which a whole capture would not
    fit into memory, or where one layer is enough.

    Parameters
    ----------
    model : Model
    text : str
    function : callable
        Called with each ``AttentionCall``; what it returns is kept, the call is not. For a long text let it go through
        ``query_blocks(call)``: a whole pattern has as many numbers as the square of the length.
    layers : collection of int, optional
        Calls of these layers alone, as the model numbers them; nothing after the last of them is computed.
    target, pair, progress
        As for ``capture``.

    Raises
    ------
    InputError
        If a text is empty or longer than the model reads, or no call is of these layers.
    UnreadableModelError
        If the attention of this model cannot be reproduced.

    Notes
    -----
    A network that was not read before is checked on the first 16 tokens. Families that attend in their own code, which
    is seen from outside, are captured whole before the function is called.
    """
    layers = None if layers is None else _numbers(layers)
    batch, rows = read_all(model, requests_of(text, target, pair, 0, (None, None), False))
    (seen,) = look_at_rows(
        model, batch, rows, [lambda: _Kept(function)], encoder_only=target is None, layers=layers, progress=progress
    )
    found, kinds, numbers = zip(*seen.found, strict=True)
    axes = {kind: axes_of(*rows[0][:2], kind, (0, 0)) for kind in kinds}
    queries, keys = ({kind: both[i] for kind, both in axes.items()} for i in (0, 1))
    return Looked(found, kinds, numbers, queries, keys)


class _Kept:
    """What a function returned of each call, and of which."""

    def __init__(self, function: Callable[[AttentionCall], Any]) -> None:
        self.function = function
        self.found: list[tuple[Any, str, int]] = []

    def __call__(self, call: AttentionCall) -> None:
        self.found.append((self.function(call), call.kind, call.layer))


def _numbers(layers: Collection[int]) -> frozenset[int]:
    try:
        return frozenset(map(index, layers))
    except TypeError:
        raise InputError(f"look: layers is {said(layers)}; give numbers of layers, such as [3].") from None
