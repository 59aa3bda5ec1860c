"""The effect of every head alone, many heads in one run: the batch grows by a row for each head as layers come.

A row is a copy of the plain run from the layer on in which its head is changed; row 0 stays plain. Rows that are not
there yet cost nothing, and the weights of a layer are read once for all rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from mha_viz.errors import UnreadableModelError
from mha_viz.objects import Capture, Model
from mha_viz.recording.interventions.edits import Plan
from mha_viz.recording.interventions.run import ChangingRecorder, run_whole
from mha_viz.recording.watching.hooks import blocks_tell

if TYPE_CHECKING:
    from mha_viz.recording.watching.recorder import RecordedCall

Places = Mapping[int, int]  # call → which of the blocks, in the order in which they begin, it is a part of
Instead = Mapping[int, Tensor]  # call → what each of its heads hands on instead, (head, d_head)


@dataclass
class GrowingRecorder(ChangingRecorder):
    """One row a head: ``instead`` is put in its place. Where heads are ``frozen``, all others of later calls hand on in
    every row what they hand on in row 0: what is left is the direct effect.
    """

    calls_of_heads: Sequence[int] = ()  # the calls of which each head gets a row, ascending
    growth: Mapping[int, int] = field(default_factory=dict)  # block → how many rows come with it
    instead: Instead = field(default_factory=dict)
    frozen: bool = False
    alone: bool = False  # a row keeps its head, and all others of its layer are changed
    n_made: int = 0  # rows whose head was changed, but for row 0
    n_begun: int = 0

    def begin(self) -> None:
        super().begin()
        self.n_made = self.n_begun = 0

    def block_begins(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any] | None:
        """More rows, before a block of which heads are changed."""
        more, self.n_begun = self.growth.get(self.n_begun, 0), self.n_begun + 1
        x = args[0] if args else kwargs["hidden_states"]
        streams = [value for value in (*args, *kwargs.values()) if _is_stream(value, x)]
        n_before = max(map(len, streams))  # an encoder's rows come to a decoder that has one, and the other way round
        if not more and all(len(stream) == n_before for stream in streams):
            return None

        def grown(value: Any) -> Any:
            if not _is_stream(value, x):
                return value
            value = value.expand(n_before, *value.shape[1:]) if len(value) < n_before else value
            return torch.cat([value, value[:1].expand(more, *value.shape[1:])])

        return tuple(map(grown, args)), {name: grown(value) for name, value in kwargs.items()}

    def change(self, call: RecordedCall, output: Tensor) -> Tensor:
        output = super().change(call, output)
        number = self.n_calls - 1
        if self.frozen and self.n_made:
            output[1 : self.n_made + 1] = output[:1]
        if number in self.calls_of_heads:
            heads = torch.arange(output.shape[2], device=output.device)
            rows = heads + self.n_made + 1
            if len(output) <= int(rows[-1]):
                raise self.not_as_before()
            instead = self.instead[number].to(output)
            if self.alone:
                output[rows] = torch.where(
                    (heads == heads[:, None])[:, None, :, None], output[rows], instead[None, None]
                )
            else:
                output[rows, :, heads] = instead[:, None]
            self.n_made += len(heads)
        return output


def _is_stream(value: Any, x: Tensor) -> bool:
    """Whether it is vectors of positions, as those that a block reads."""
    return isinstance(value, Tensor) and value.dim() == 3 and value.shape[-1] == x.shape[-1]


@dataclass
class TracingRecorder(ChangingRecorder):
    """Notes which block each call is a part of: the innermost that runs."""

    running: list[int] = field(default_factory=list)
    n_begun: int = 0
    places: Any = field(default_factory=dict)

    def begin(self) -> None:
        super().begin()
        self.running, self.n_begun, self.places = [], 0, {}

    def block_begins(self, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> None:
        self.running.append(self.n_begun)
        self.n_begun += 1

    def block_ends(self, _output: Any) -> None:
        self.running.pop()

    def change(self, call: RecordedCall, output: Tensor) -> Tensor:
        if self.running:
            self.places[self.n_calls - 1] = self.running[-1]
        return super().change(call, output)


def blocks_of(model: Model, batch: dict[str, Tensor], capture: Capture, *, vectors: bool) -> Places:
    """Which block each call is a part of; calls that are in none are missing."""
    recorder = TracingRecorder(False, model=model, capture=capture)
    with blocks_tell(recorder):
        run_whole(model, batch, recorder, positions=[-1], vectors=vectors)
    recorder.check()
    return dict(recorder.places)


def run_growing(
    model: Model, batch: dict[str, Tensor], capture: Capture, calls: Sequence[int], instead: Instead, *,
    places: Places | None, positions: list[int] | None, vectors: bool = False, frozen: bool = False,
    alone: bool = False, plan: Plan | None = None,
) -> Tensor:  # fmt: skip
    """What a network puts out for a text, plain in row 0, and in every other row without one head.

    Parameters
    ----------
    calls : sequence of int
        The calls whose heads are changed, one a row: in the order of the calls, then of the heads.
    instead : mapping of int to Tensor of shape (head, d_head)
        What they hand on instead.
    places : mapping, optional
        From ``blocks_of``. Without it the batch does not grow: the text is repeated from the beginning.
    frozen : bool
        Whether all other heads hand on what they hand on in row 0.
    alone : bool
        Whether a row keeps its head, and it is the others of the same call that are changed.
    plan : Plan, optional
        What is changed in every row, row 0 included.

    Returns
    -------
    Tensor of shape (1 + number of heads, position, …)

    Raises
    ------
    UnreadableModelError
        If the network cannot run so; most that cannot grow can repeat the text.
    """
    calls = sorted(calls)
    growth: Counter[int] = Counter()
    n_rows = 1 + sum(capture.calls[number].n_heads for number in calls)
    if places is None:
        batch = {name: values.expand(n_rows, *values.shape[1:]).contiguous() for name, values in batch.items()}
    else:
        for number in calls:
            growth[places[number]] += capture.calls[number].n_heads
    recorder = GrowingRecorder(
        False, model=model, capture=capture, plan=plan or {}, calls_of_heads=calls, growth=growth, instead=instead,
        frozen=frozen, alone=alone,
    )  # fmt: skip
    with blocks_tell(recorder if places is not None else None):
        output = run_whole(model, batch, recorder, positions=positions, vectors=vectors)
    recorder.check()
    if recorder.n_made != n_rows - 1 or len(output) != n_rows:
        raise recorder.not_as_before()
    return output


@dataclass
class GradientRecorder(ChangingRecorder):
    """Keeps what each call puts out, and a zero that is added to it, to ask for slopes."""

    zeros: list[Tensor] = field(default_factory=list)
    outputs: list[Tensor] = field(default_factory=list)

    def begin(self) -> None:
        super().begin()
        self.zeros, self.outputs = [], []

    def change(self, call: RecordedCall, output: Tensor) -> Tensor:  # noqa: ARG002
        self.refuse_other_call(output)
        self.zeros.append(torch.zeros_like(output, requires_grad=True))
        self.outputs.append(output.detach())
        return output + self.zeros[-1]


def slopes(
    model: Model, batch: dict[str, Tensor], capture: Capture, score: Any, positions: list[int] | None, *,
    vectors: bool = False,
) -> tuple[list[Tensor], list[Tensor]]:  # fmt: skip
    """How fast a number of the logits, or of the vectors, grows with what each head hands on; and what it hands on.

    Returns
    -------
    slopes, outputs : lists of Tensor of shape (query, head, d_head), one a call
    """
    recorder = GradientRecorder(False, model=model, capture=capture)
    output = run_whole(model, batch, recorder, positions=positions, vectors=vectors, grad=True)
    recorder.check()
    try:
        found = torch.autograd.grad(score(output).sum(), recorder.zeros)
    except RuntimeError as error:
        raise UnreadableModelError(f"{model.name} gives no slopes: {str(error).splitlines()[0]}") from error
    return [one[0] for one in found], [one[0] for one in recorder.outputs]
