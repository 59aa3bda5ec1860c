"""The objects that travel along the data flow: frozen, data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mha_viz.arguments import refuse_other_shape, said, with_checked_fields
from mha_viz.errors import InputError, NotSeenError
from mha_viz.media import Chat, Picture, Sound
from mha_viz.model_names import name_without_path
from mha_viz.precision import WHOLE
from mha_viz.reprs import beginning, heads_on_tokens, one_line
from mha_viz.wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

KINDS = ("encoder", "decoder", "cross")
Head = tuple[int, int]  # layer, head
ModelHead = tuple[str, int, int]  # model, layer, head
LACKING = "This attention lacks a part: it needs queries, keys and values, or else a seen pattern."
Languages = tuple[str | None, str | None]  # of a text and of its target; None: what the tokenizer is set to


@with_checked_fields
@dataclass(frozen=True)
class Positions:
    """What one axis of an attention map indexes: the tokens of a text, the patches of an image, …

    ``labels`` are for people to read and may repeat; ``words.unique_labels`` tells repeats apart. ``spans`` are
    character ranges in ``text``, ``None`` where a position stands for no characters (special tokens, patches).
    ``segments`` says which part each position belongs to, special tokens included: 0 and 1 for the two texts of a pair,
    or for what was typed and what the model went on with; the number of the message in a chat. ``parts`` is what each
    segment is called: ``A`` and ``B``, ``typed`` and ``generated``; in a chat the role of each message, then
    ``template`` for all that the chat template writes around them. Both are empty where there is one part only.
    ``contents`` are the character ranges of the messages of a chat, in their order, then of the model's answer; empty
    where there is no chat. ``tokens`` are the tokenizer's own forms (``Ġcat``, ``##ing``), empty where there are none,
    and ``ids`` their numbers: below 0 where nobody says which, and the same for equal tokens. ``reads`` says what the
    model reads in place of the characters that were typed, "" where it reads just these; empty where nothing was typed.
    ``notes`` are sentences on how the text was read, for example that some of it is unknown to the tokenizer. ``cells``
    are the row and the column of the patch of a picture, both from 0, None for no part of one; empty where there is no
    picture. ``seconds`` are where in a sound each position begins and ends; empty elsewhere.
    """

    ids: tuple[int, ...]
    labels: tuple[str, ...]
    is_special: tuple[bool, ...]
    spans: tuple[tuple[int, int] | None, ...]
    text: str = ""
    segments: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    contents: tuple[tuple[int, int], ...] = ()
    cells: tuple[tuple[int, int] | None, ...] = ()
    seconds: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        for name in ("ids", "is_special", "spans", "segments", "tokens", "reads", "cells", "seconds"):
            n = len(getattr(self, name))
            if n != len(self.labels) and not (n == 0 and name in ("segments", "tokens", "reads", "cells", "seconds")):
                raise InputError(f"Positions: {name} has {n} items and labels {len(self.labels)}; give one a position.")

    __repr__ = one_line(lambda of: f"{len(of)}: {beginning(' '.join(of.labels))}")

    def __len__(self) -> int:
        return len(self.labels)

    def cells_of(self, groups: Sequence[Sequence[int]]) -> tuple[tuple[int, int] | None, ...]:
        """The cell of the first position of each group; empty where there is no picture."""
        return tuple(self.cells[group[0]] for group in groups) if self.cells else ()


@with_checked_fields
@dataclass(frozen=True, eq=False)
class Model:
    """A loaded network with what turns input into numbers.

    ``identity`` is the sha256 of the weights (None for a network made in memory): what was measured on one set of
    weights is never shown as another's. ``reading`` says how its attention is read: ``"interface"`` (queries, keys and
    values) or ``"observed"`` (patterns seen from outside). ``notes`` are facts of its weights that go with all that is
    shown of it, such as a merged adapter. ``dtype`` is what it computes in, ``packed`` ("4-bit") how it is rounded.
    """

    name: str
    network: Any  # of any family: what a network or a processor has is asked of it, not known here
    processor: Any
    reading: str
    identity: str | None = None
    source: str = ""
    notes: tuple[str, ...] = ()
    dtype: str = WHOLE
    packed: str = ""
    __repr__ = one_line(
        lambda of: f"{of.name}: {type(of.network).__name__}{(of.identity and f', weights {of.identity[:12]}…') or ''}"
    )

    @property
    def short_name(self) -> str:
        """What pictures and files call it: a folder by its own name, so that no path of a machine travels in them."""
        return name_without_path(self.name)


@with_checked_fields
@dataclass(frozen=True, eq=False)
class AttentionCall:
    """One attention of one layer, for one text, without padding.

    On the interface: ``query (n_heads, n_query, d_head)``, ``key`` and ``value (n_kv_heads, n_key, d_head)``, where
    ``n_heads`` is a multiple of ``n_kv_heads`` (grouped keys). ``allowed`` (bool, True where a query may look) and
    ``bias`` (added to the logits) broadcast to ``(n_heads, n_query, n_key)``; ``sinks (n_heads,)`` are learned logits
    of a column that takes attention and is then dropped. ``layer`` is its number in the model, where layers that mix
    positions in another way count too; ``first_query`` is the position of the first query, above 0 in a part of them.
    Observed from outside: ``seen_logits``, ``seen_pattern (n_heads, n_query, n_key)`` and, where the product with the
    values could be seen, ``value``; queries and keys are None. ``projection (n_heads, d_head, d_model)`` is each head's
    slice of the output projection, with one bias for all; None where something other than a linear map follows the
    heads. ``followed_by`` is what the network does first with the sum: "sum" (adds the residual stream), "norm",
    "scale", None: not seen; "packed": no plain weights project it. ``removed`` are heads that were taken out of the
    network (pruned): their places stay, so that the others keep their numbers, with a pattern of nan and nothing added.
    """

    layer: int
    kind: str
    query: Tensor | None = None
    key: Tensor | None = None
    value: Tensor | None = None
    scaling: float = 1.0
    is_causal: bool = False
    first_query: int = 0
    allowed: Tensor | None = None
    bias: Tensor | None = None
    softcap: float | None = None
    sinks: Tensor | None = None
    seen_logits: Tensor | None = None
    seen_pattern: Tensor | None = None
    projection: Tensor | None = None
    projection_bias: Tensor | None = None
    followed_by: str | None = None
    removed: tuple[int, ...] = ()
    __repr__ = one_line(lambda of: f"layer {of.layer}, {of.kind}: {of.size}")

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"AttentionCall: kind is {said(self.kind)}; give {' or '.join(map(repr, KINDS))}.")
        if min(self.layer, self.first_query) < 0:
            raise InputError(f"AttentionCall: layer, first_query are {self.layer}, {self.first_query}; give 0 or more.")
        for name in ("query", "key", "value", "seen_logits", "seen_pattern", "projection"):
            if (tensor := getattr(self, name)) is not None and tensor.dim() != 3:
                refuse_other_shape(f"AttentionCall: {name}", tensor.shape, "(head, …, …)", fits=False)

    @property
    def heads(self) -> tuple[int, ...]:
        """The numbers of the heads that are there."""
        return tuple(head for head in range(self.n_heads) if head not in self.removed)

    @property
    def size(self) -> str:
        """How many heads there are, and the size of their maps."""
        lacks = self.seen_pattern is None and (self.query is None or self.key is None)
        return "lacks a part" if lacks else f"{counted(self.n_heads, 'head')}, {self.n_query} × {self.n_key}"

    @property
    def n_heads(self) -> int:
        return len(self.query if self.query is not None else seen(self.seen_pattern))

    @property
    def n_query(self) -> int:
        return (self.query if self.query is not None else seen(self.seen_pattern)).shape[1]

    @property
    def n_key(self) -> int:
        return seen(self.seen_pattern).shape[2] if self.key is None else self.key.shape[1]


def seen(tensor: Tensor | None) -> Tensor:
    """A part of an attention that comes with another one: keys with queries, a pattern where there are no queries.

    Raises
    ------
    NotSeenError
        If it is missing all the same.
    """
    if tensor is None:
        raise NotSeenError(LACKING)
    return tensor


@with_checked_fields
@dataclass(frozen=True, eq=False)
class Capture:
    """Every attention call of one forward pass over one text, and the positions of both axes, by kind.

    ``text`` is what was given and what the model went on with: its last ``n_generated`` tokens. ``pair`` is a second
    text, on a line of its own in the ``text`` of the positions. ``not_attending`` are layers without a pattern.
    ``notes`` are those of the model, and what is unusual about the text; ``languages`` what a translation model was
    told; ``chat`` the messages that became the text; ``as_drawn`` whether its weights have learned nothing. ``picture``
    is what the model saw, whose patches ``cells`` number; ``sound`` what it heard. ``dtype`` is what it computed in.
    """

    model_name: str
    identity: str | None
    text: str
    target: str | None
    calls: tuple[AttentionCall, ...]
    query_positions: Mapping[str, Positions]
    key_positions: Mapping[str, Positions]
    n_generated: int = 0
    pair: str | None = None
    not_attending: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    languages: Languages = (None, None)
    chat: Chat | None = None
    as_drawn: bool = False
    picture: Picture | None = None
    sound: Sound | None = None
    dtype: str = WHOLE
    __repr__ = one_line(lambda of: f"{'; '.join([of.model_name, *map(of._size, of.kinds)])}; {beginning(of.text)!r}")

    def __post_init__(self) -> None:
        for name in ("query_positions", "key_positions", "not_attending"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
            if name != "not_attending" and (missing := {call.kind for call in self.calls} - set(getattr(self, name))):
                raise InputError(f"Capture: {name} has nothing for {min(missing)}, of which there are calls.")

    @property
    def short_name(self) -> str:
        """What pictures and files call its model: as ``Model.short_name``."""
        return name_without_path(self.model_name)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of attention in here, in the order encoder, decoder, cross."""
        return tuple(sorted({call.kind for call in self.calls}, key=KINDS.index))

    def _size(self, kind: str) -> str:
        heads = [len(call.heads) for call in self.calls_of(kind)]
        return heads_on_tokens(kind, heads, len(self.query_positions[kind]), len(self.key_positions[kind]))

    def calls_of(self, kind: str) -> tuple[AttentionCall, ...]:
        """The calls of one kind, one a layer, in order."""
        return tuple(call for call in self.calls if call.kind == kind)

    def layers_of(self, kind: str) -> tuple[int, ...]:
        """The numbers of the layers that attend in this way, in order; often, but not always, 0, 1, 2, …"""
        return tuple(call.layer for call in self.calls_of(kind))
