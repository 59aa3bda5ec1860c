"""A text whose heads are changed while a network reads it, and what is changed, in a few words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from torch import Tensor

from mha_viz.comparison.alignment import align
from mha_viz.inputs.words import group_words
from mha_viz.media import Sound
from mha_viz.objects import Capture, Model
from mha_viz.recording.again import batch_of, read_for_changes
from mha_viz.recording.capture import capture
from mha_viz.recording.interventions.changes import Change, Cut, From, Mean, Pattern, Scale, Zero
from mha_viz.recording.interventions.edits import Plan, plan_of
from mha_viz.recording.interventions.parts import moved_with, of_part
from mha_viz.recording.interventions.run import run_changed
from mha_viz.wording import counted, head_name, listed, quoted


@dataclass(frozen=True)
class Changed:
    """A text, what the network takes of it, and what is to be changed while it reads."""

    model: Model
    changes: tuple[Change, ...]
    read: Capture
    batch: dict[str, Tensor]
    others: dict[str | Sound, Capture] = field(default_factory=dict)  # what changes take from, as it is read

    @cached_property
    def plan(self) -> Plan:
        def read(text: str | Sound) -> Capture:
            if text not in self.others:
                self.others[text] = capture(self.model, text, target=self.read.target)
            return self.others[text]

        return plan_of(self.read, [_in_words(self.read, change, read) for change in self.changes], read)

    def both(
        self, positions: list[int] | None = None, *, vectors: bool = False, classes: bool = False
    ) -> tuple[Tensor, Tensor]:
        """What the network puts out without and with the changes, (position, …); of a classifier (class,)."""
        how: dict[str, Any] = {"positions": positions, "vectors": vectors, "classes": classes}
        before, after = (
            run_changed(self.model, self.batch, self.read, plan, **how).float() for plan in ({}, self.plan)
        )
        return before, after


def changed_text(
    model: Model, text: Any, changes: Change | Sequence[Change], *, target: str | None = None, pair: str | None = None
) -> Changed:
    """A text or what stands in its place, read, and changes of it."""
    return Changed(model, _as_tuple(changes), *read_for_changes(model, text, target=target, pair=pair))


def changed_capture(
    model: Model, read: Capture, changes: Change | Sequence[Change], others: dict[str | Sound, Capture] | None = None
) -> Changed:
    """The same for a text that was read already; ``others`` are texts that changes take from, read before."""
    return Changed(model, _as_tuple(changes), read, batch_of(model, read), {} if others is None else others)


def _as_tuple(changes: Change | Sequence[Change]) -> tuple[Change, ...]:
    return (changes,) if isinstance(changes, Change) else tuple(changes)


def description(change: Change, read: Capture | None = None) -> str:
    """A change in a few words; of keys and values, which heads of what was read move with those that are named.

    >>> description(Zero([(3, 1)])), description(Zero([(3, 1)], of="values"))
    ('zero L3 H1', 'zero the values of L3 H1')
    """
    moved = [] if read is None else moved_with(change, read)
    also = f", which {listed([head_name(*head) for head in moved])} share" if moved else ""
    return f"{_in_words_of(change)}{also}"


def _in_words_of(change: Change) -> str:
    heads = "all heads" if change.heads is None else listed([head_name(*head) for head in change.heads])
    if of_part(change):
        heads = f"the {change.of} of {heads}"  # type: ignore[union-attr]
    at = getattr(change, "positions", None)
    where = heads if at is None else f"{heads} at {listed([str(position) for position in at])}"
    if isinstance(change, Zero):
        return f"zero {where}"
    if isinstance(change, Mean):
        over = counted(len(change.over), "sound" if isinstance(change.over[0], Sound) else "text")
        return f"mean over {over} in {where}"
    if isinstance(change, From):
        source = quoted(change.text) if isinstance(change.text, str) else "another sound"
        return f"patch {where} from {source}, {change.align} aligned"
    if isinstance(change, Pattern):
        return f"{change.pattern if isinstance(change.pattern, str) else 'given'} pattern in {where}"
    if isinstance(change, Cut):
        return f"cut {listed([f'{query} → {key}' for query, key in change.edges])} in {where}"
    return f"scale {where} by {change.factor:g}" if isinstance(change, Scale) else f"add a vector to {where}"


def _in_words(read: Capture, change: Change, of: Callable[[str | Sound], Capture]) -> Change:
    """A patch that is aligned by words knows which tokens stand for which."""
    if not isinstance(change, From) or change.align != "words" or change.pairs is not None:
        return change
    kind = change.kind or read.kinds[0]
    both = (read, of(change.text))
    here, there = (group_words((one.key_positions if of_part(change) else one.query_positions)[kind]) for one in both)
    alignment = align(here, there)
    pairs = tuple(zip(alignment.tokens(0), alignment.tokens(1), strict=True))
    return replace(change, pairs=pairs)
