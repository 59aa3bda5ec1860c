"""Changes + what a network computes unchanged → what is to be done with the outputs of each attention call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from mha_viz.attention.calls import call_head_output, call_logits, call_pattern, part_of, value_of
from mha_viz.attention.maps import chosen_kind
from mha_viz.errors import InputError
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import AttentionCall, Capture, Head
from mha_viz.recording.interventions.changes import Add, Change, Cut, From, Mean, Pattern, Scale, Zero
from mha_viz.recording.interventions.parts import PartEdit, of_part, part_edit, place_of, share_of
from mha_viz.recording.interventions.taken import Read, mean_of, of_these, refuse_other_shape, taken_from
from mha_viz.wording import head_name, layer_name, listed


@dataclass(frozen=True, eq=False)
class Edit:
    """The outputs of some heads at some positions become ``factor`` times themselves, plus ``values``.

    ``values`` is (head, query or 1, d_head or 1), on the heads and positions that are edited. With ``pattern`` (head,
    query, key) they are first made anew, of the values that the call then has.
    """

    heads: Tensor  # (head,)
    positions: Tensor  # (query,)
    factor: float = 1.0
    values: Tensor | None = None
    pattern: Tensor | None = None


@dataclass(eq=False)
class CallEdits:
    """What is done in one call: keys and values that are changed, keys that are hidden, then edits in their order."""

    kind: str
    layer: int
    shape: tuple[int, int]  # queries and keys
    share: int = 1  # heads that share keys and values
    parts: list[PartEdit] = field(default_factory=list)
    hidden: Tensor | None = None  # (head, query, key), True where a head's query no longer sees a key
    edits: list[Edit] = field(default_factory=list)

    @property
    def attending_anew(self) -> list[int]:
        """The heads whose outputs are made anew, of the keys and values as they are changed."""
        of_parts = {
            int(group) * self.share + i for part in self.parts for group in part.groups for i in range(self.share)
        }
        hidden = [] if self.hidden is None else self.hidden.flatten(1).any(dim=1).nonzero().flatten().tolist()
        return sorted(of_parts | {*hidden})


Plan = dict[int, CallEdits]  # by the number of the call in a run


def plan_of(capture: Capture, changes: Iterable[Change], read: Read) -> Plan:
    """What a run of the same text has to do so that the changes take place.

    Parameters
    ----------
    capture : Capture
        Of the text, without changes.
    changes : iterable of Change
        Keys and values are changed first, then keys are hidden, then heads look as they are told, then the others
        follow in their order.
    read : callable
        Text → capture, for changes that take from other texts.

    Raises
    ------
    InputError
        If a head, position, text or tensor does not fit the network and the text.
    """
    changes = list(changes)
    plan: Plan = {}
    for change in sorted(changes, key=lambda one: (not isinstance(one, Cut), not isinstance(one, Pattern))):
        kind = chosen_kind(capture, change.kind)
        for number, call, heads in _calls(capture, kind, change):
            edits = plan.setdefault(number, CallEdits(kind, call.layer, (call.n_query, call.n_key), share_of(call)))
            if of_part(change):
                edits.parts.append(part_edit(change, call, heads, read))
            elif isinstance(change, Cut):
                edits.hidden = _hidden(change, call, heads, edits.hidden)
            else:
                edits.edits.append(_edit(change, call, heads, read))
    return plan


def refuse_unknown_heads(capture: Capture, kind: str, heads: Sequence[Head]) -> None:
    """Raise InputError unless a network has these heads."""
    calls = {call.layer: call for call in capture.calls_of(kind)}
    for layer, head in heads:
        call = calls.get(layer)
        if call is None or not 0 <= head < call.n_heads:
            known = lazy_gettext("its layers are {layers}", layers=_range(set(calls)))
            if capture.not_attending.get(kind):
                known = lazy_gettext("it has heads in {layers} alone", layers=listed([layer_name(n) for n in calls]))
            if call is not None:
                known = lazy_gettext("it has {n} heads", n=call.n_heads)
            message, name = N_("There is no head {head} in {model} ({kind}): {known}."), head_name(layer, head)
            raise InputError(lazy_gettext(message, head=name, model=capture.short_name, kind=kind, known=known))
        if head in call.removed:
            message = N_("{head} was taken out of {model}: nothing can change it.")
            raise InputError(lazy_gettext(message, head=head_name(layer, head), model=capture.short_name))


def _calls(capture: Capture, kind: str, change: Change) -> list[tuple[int, AttentionCall, list[int]]]:
    """The calls that a change is made in: the number of each in a run, and the heads."""
    calls = [(number, call) for number, call in enumerate(capture.calls) if call.kind == kind]
    if change.heads is None:
        return [(number, call, list(call.heads)) for number, call in calls]
    refuse_unknown_heads(capture, kind, change.heads)
    heads = _by_layer(change.heads)
    return [(number, call, heads[call.layer]) for number, call in calls if call.layer in heads]


def _by_layer(heads: Sequence[Head]) -> dict[int, list[int]]:
    by_layer: dict[int, list[int]] = defaultdict(list)
    for layer, head in heads:
        by_layer[layer].append(head)
    return by_layer


def _range(layers: set[int]) -> str:
    return f"{min(layers)} to {max(layers)}" if len(layers) == max(layers) - min(layers) + 1 else str(sorted(layers))


def _hidden(change: Cut, call: AttentionCall, heads: list[int], before: Tensor | None) -> Tensor:
    hidden = torch.zeros(call.n_heads, call.n_query, call.n_key, dtype=torch.bool) if before is None else before
    queries = torch.tensor([place_of(query, call.n_query, "query") for query, _ in change.edges])
    keys = torch.tensor([place_of(key, call.n_key, "key") for _, key in change.edges])
    hidden[torch.tensor(heads)[:, None], queries, keys] = True
    logits = call_logits(part_of(call, heads=heads)).cpu()
    if call.sinks is None and (logits.masked_fill(hidden[heads], -torch.inf) == -torch.inf).all(dim=-1).any():
        where = (logits.masked_fill(hidden[heads], -torch.inf) == -torch.inf).all(dim=-1).any(dim=0)
        raise InputError(f"Cut: query {int(where.nonzero()[0])} would see nothing; leave it one key.")
    return hidden


def _edit(
    change: Zero | Mean | From | Pattern | Scale | Add, call: AttentionCall, heads: list[int], read: Read
) -> Edit:
    wanted = getattr(change, "positions", None)
    places = range(call.n_query) if wanted is None else [place_of(one, call.n_query, "position") for one in wanted]
    at, positions = torch.tensor(heads), torch.tensor(sorted(set(places)))

    def outputs(one: AttentionCall) -> Tensor:
        return call_head_output(part_of(one, heads=heads))

    if isinstance(change, Zero):
        return Edit(at, positions, 0.0)
    if isinstance(change, Scale):
        return Edit(at, positions, float(change.factor))
    if isinstance(change, Add):
        refuse_other_shape(change.vector, value_of(call).shape[-1], len(change.heads))
        return Edit(at, positions, values=of_these(change.vector, tuple(change.heads), call, heads, 1)[:, None])
    if isinstance(change, Pattern):
        return Edit(at, positions, pattern=_pattern(change, call, heads)[:, positions])
    if isinstance(change, Mean):
        return Edit(at, positions, 0.0, mean_of(change, call, read, outputs))
    positions, values = taken_from(change, call, positions, read, outputs)
    return Edit(at, positions, 0.0, values)


def _pattern(change: Pattern, call: AttentionCall, heads: list[int]) -> Tensor:
    """(head, query, key)."""
    allowed = (call_logits(part_of(call, heads=heads)) > -torch.inf).float()
    if isinstance(change.pattern, Tensor):
        shapes = ((call.n_query, call.n_key), (len(change.heads), call.n_query, call.n_key))
        if tuple(change.pattern.shape) not in shapes:
            wanted = " or ".join(map(str, shapes))
            raise InputError(f"Pattern: the tensor has the shape {tuple(change.pattern.shape)}; give {wanted}.")
        pattern = of_these(change.pattern, tuple(change.heads), call, heads, 2).to(allowed)
        if ((pattern != 0) & (allowed == 0)).any():
            _, query, key = ((pattern != 0) & (allowed == 0)).nonzero()[0].tolist()
            raise InputError(f"Pattern: query {query} is to look at key {key}, where it may not look.")
        return pattern
    if change.pattern == "uniform":
        return allowed / allowed.sum(dim=-1, keepdim=True)
    if call.kind == "cross":
        raise InputError("Pattern: the keys of cross-attention are another text, in which no token is the previous.")
    before = (torch.arange(call.n_query) - 1).clamp_min(0)
    pattern = torch.zeros_like(allowed)
    pattern[:, torch.arange(call.n_query), before] = 1.0
    if ((pattern != 0) & (allowed == 0)).any():
        raise InputError(f"Pattern: in layer {call.layer} a query may not look at the token before it.")
    return pattern


def new_pattern(call: AttentionCall, hidden: Tensor) -> Tensor:
    """The pattern of a call with keys hidden before the softmax, both (head, query, key): rows still sum to 1."""
    if call.seen_pattern is None:
        allowed = ~hidden if call.allowed is None else ~hidden & call.allowed
        return call_pattern(replace(call, allowed=allowed))
    logits = call_logits(call).masked_fill(hidden, -torch.inf)
    return logits.softmax(dim=-1)
