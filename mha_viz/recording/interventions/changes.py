"""What can be changed in the heads of a network while it reads: frozen descriptions, and nothing happens yet.

Every change is made before the output projection, the last place where heads stand apart. Heads are query heads: where
several share keys and values, a change of one's output leaves the others of its group alone; a change of keys or values
moves all of them, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from torch import Tensor

from mha_viz.arguments import said, with_checked_fields
from mha_viz.errors import InputError
from mha_viz.media import Sound
from mha_viz.objects import KINDS, Head
from mha_viz.reprs import fields_line

Heads = tuple[Head, ...]
Pairs = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]  # token positions here, and those there they stand for


@with_checked_fields
@dataclass(frozen=True, eq=False)
class Zero:
    """The heads hand on nothing: their outputs are zero. The bias of the output projection stays. Or their keys or
    values are zero: then every head that shares them is changed.

    Parameters
    ----------
    heads : sequence of (int, int)
        Layer and head, from 0, as the model numbers its layers.
    positions : sequence of int, optional
        At these token positions alone (of queries); below 0 from the end. By default at all.
    kind : {"encoder", "decoder", "cross"}, optional
        May be left out where the model has only one.
    of : {"outputs", "keys", "values"}
        What is changed; of keys (as they meet the queries) and values, ``positions`` are those of keys.
    """

    heads: Sequence[Head]
    positions: Sequence[int] | None = field(default=None, kw_only=True)
    kind: str | None = field(default=None, kw_only=True)
    of: Literal["outputs", "keys", "values"] = field(default="outputs", kw_only=True)
    __repr__ = fields_line

    def __post_init__(self) -> None:
        _freeze(self)


@with_checked_fields
@dataclass(frozen=True, eq=False)
class Mean:
    """The heads hand on at every position what they hand on in the mean, over all positions of the texts (or sounds)
    ``over``; or their keys or values (``of``, as in ``Zero``) are everywhere what they are in the mean.
    """

    heads: Sequence[Head]
    over: Sequence[str | Sound]
    positions: Sequence[int] | None = field(default=None, kw_only=True)
    kind: str | None = field(default=None, kw_only=True)
    of: Literal["outputs", "keys", "values"] = field(default="outputs", kw_only=True)
    __repr__ = fields_line

    def __post_init__(self) -> None:
        _freeze(self)
        object.__setattr__(self, "over", tuple(self.over))
        if not self.over:
            raise InputError("Mean: over is empty; give the texts whose mean the heads are to hand on.")


@with_checked_fields
@dataclass(frozen=True, eq=False)
class From:
    """The heads hand on what they hand on in another text, best one that differs in little (activation patching); or
    have its keys or values (``of``, as in ``Zero``; many models turn keys by their position, which comes along). It may
    be a sound, with which the decoder reads the same transcript.

    ``align`` says what stands for what: ``"tokens"`` position by position, of texts with as many tokens;
    ``"words"`` word by word (``mha_viz.effect`` finds the words), where a word of other pieces gives their mean, and
    words without a counterpart stay as they are. ``pairs`` says it token by token instead.
    """

    heads: Sequence[Head]
    text: str | Sound
    align: Literal["tokens", "words"] = "tokens"
    positions: Sequence[int] | None = field(default=None, kw_only=True)
    kind: str | None = field(default=None, kw_only=True)
    of: Literal["outputs", "keys", "values"] = field(default="outputs", kw_only=True)
    pairs: Pairs | None = field(default=None, kw_only=True)
    __repr__ = fields_line

    def __post_init__(self) -> None:
        _freeze(self)


@with_checked_fields
@dataclass(frozen=True, eq=False)
class Pattern:
    """The heads look as they are told, and hand on the values that they find there.

    ``pattern`` is ``"uniform"`` (evenly over all keys that a query may look at), ``"previous"`` (at the token before;
    the first looks at itself), or a tensor (n_query, n_key) for all the heads or (head, n_query, n_key), in their
    order.
    """

    heads: Sequence[Head]
    pattern: Literal["uniform", "previous"] | Tensor
    positions: Sequence[int] | None = field(default=None, kw_only=True)
    kind: str | None = field(default=None, kw_only=True)
    __repr__ = fields_line

    def __post_init__(self) -> None:
        _freeze(self)


@with_checked_fields
@dataclass(frozen=True, eq=False)
class Cut:
    """A query never sees a key: it is hidden before the softmax, so that the rest of the row still sums to 1.

    ``edges`` are pairs of token positions, query and key; without ``heads``, all heads of all layers are cut.
    """

    edges: Sequence[tuple[int, int]]
    heads: Sequence[Head] | None = None
    kind: str | None = field(default=None, kw_only=True)
    __repr__ = fields_line

    def __post_init__(self) -> None:
        _freeze(self)
        object.__setattr__(self, "edges", tuple((int(query), int(key)) for query, key in self.edges))
        if not self.edges:
            raise InputError("Cut: edges is empty; give pairs of a query and a key.")


@with_checked_fields
@dataclass(frozen=True, eq=False)
class Scale:
    """What the heads hand on, or their keys or values (``of``, as in ``Zero``), times ``factor``: 0 is ``Zero``, 2
    doubles them, −1 turns them round.
    """

    heads: Sequence[Head]
    factor: float
    positions: Sequence[int] | None = field(default=None, kw_only=True)
    kind: str | None = field(default=None, kw_only=True)
    of: Literal["outputs", "keys", "values"] = field(default="outputs", kw_only=True)
    __repr__ = fields_line

    def __post_init__(self) -> None:
        _freeze(self)


@with_checked_fields
@dataclass(frozen=True, eq=False)
class Add:
    """What the heads hand on, or their keys or values (``of``, as in ``Zero``), plus ``vector``: (d_head,) for all the
    heads, or (head, d_head) in their order.
    """

    heads: Sequence[Head]
    vector: Tensor
    positions: Sequence[int] | None = field(default=None, kw_only=True)
    kind: str | None = field(default=None, kw_only=True)
    of: Literal["outputs", "keys", "values"] = field(default="outputs", kw_only=True)
    __repr__ = fields_line

    def __post_init__(self) -> None:
        _freeze(self)


Change = Zero | Mean | From | Pattern | Cut | Scale | Add


def _freeze(change: Any) -> None:
    """Lists become tuples, and what no network has is refused."""
    name = type(change).__name__
    if change.heads is not None:
        heads = tuple((int(layer), int(head)) for layer, head in change.heads)
        if not heads:
            raise InputError(f"{name}: heads is empty; give pairs of a layer and a head, such as [(3, 1)].")
        object.__setattr__(change, "heads", tuple(dict.fromkeys(heads)))
    if getattr(change, "positions", None) is not None:
        object.__setattr__(change, "positions", tuple(map(int, change.positions)))
        if not change.positions:
            raise InputError(f"{name}: positions is empty; leave it out for all positions.")
    if change.kind not in (None, *KINDS):
        raise InputError(f"{name}: kind is {said(change.kind)}; give {', '.join(KINDS)}.")
