"""A run of a network in which changes take place: in the one registered function, or in the product seen from outside.

Nothing is hooked for a run, and nothing of the network is written to: the functions that are there already ask which
run they belong to, by a context variable. So runs of several threads on one network never mix.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor

from mha_viz.attention.calls import call_pattern, part_of
from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import AttentionCall, Capture, Model, seen
from mha_viz.recording.cut import call_of
from mha_viz.recording.interventions.edits import CallEdits, Edit, Plan, new_pattern
from mha_viz.recording.run import NOWHERE, part_to_run, run_recorded
from mha_viz.recording.watching.recorder import Recorder

if TYPE_CHECKING:
    from mha_viz.recording.watching.recorder import RecordedCall


@dataclass
class ChangingRecorder(Recorder):
    """Counts the calls of a run and changes what they put out; keeps nothing of them."""

    changes: ClassVar[bool] = True
    model: Any = None
    capture: Capture | None = None  # of the same text unchanged: what calls are to be expected
    plan: Plan = field(default_factory=dict)
    keeps: bool = False
    kept: list[AttentionCall] = field(default_factory=list)  # of the first text, as they were with the changes
    n_calls: int = 0
    n_changed: int = 0

    def begin(self) -> None:
        super().begin()
        self.n_calls, self.n_changed, self.kept = 0, 0, []

    def add(self, call: RecordedCall) -> None:  # noqa: ARG002
        self.n_calls += 1

    def change(self, call: RecordedCall, output: Tensor) -> Tensor:
        """What the network goes on with; ``output`` (batch, query, head, d_head) may be written to."""
        self.refuse_other_call(output)
        if self.keeps:
            self.kept.append(self.with_changes(call))
        if (edits := self.plan.get(self.n_calls - 1)) is not None:
            apply(edits, self.model, call, output)
            self.n_changed += 1
        return output

    def with_changes(self, call: RecordedCall) -> AttentionCall:
        """The call of the first text, its keys hidden and its patterns put in."""
        expected, edits = self.capture.calls[self.n_calls - 1], self.plan.get(self.n_calls - 1)  # type: ignore[union-attr]
        shape = (expected.n_query, expected.n_key)
        call = call if edits is None else with_parts(edits, call)
        own = call_of(self.model, call, 0, shape, expected.layer, expected.kind)
        if edits is None or (edits.hidden is None and all(edit.pattern is None for edit in edits.edits)):
            return own
        pattern = call_pattern(own) if edits.hidden is None else new_pattern(own, edits.hidden.to(own_device(own)))
        for edit in edits.edits:
            if edit.pattern is not None:
                pattern[edit.heads[:, None], edit.positions] = edit.pattern.to(pattern)
        return replace(own, query=None, key=None, seen_pattern=pattern)

    def refuse_other_call(self, output: Tensor) -> None:
        """A call that the unchanged run had not: its heads are not those that were asked for."""
        expected = self.capture.calls[self.n_calls - 1 : self.n_calls] if self.capture else ()
        shape = (expected[0].n_query, expected[0].n_heads) if expected else None
        # Tiles of a picture, each a row of the batch, are one map in a capture: they may run where nothing is changed.
        tiles = (output.shape[:2].numel(), output.shape[2]) if self.n_calls - 1 not in self.plan else None
        if shape is None or (output.shape[1:3] != shape and tiles != shape):
            raise self.not_as_before()

    def not_as_before(self) -> UnreadableModelError:
        return UnreadableModelError(
            f"{self.model.name}: the network attends otherwise in a second run of the same text, so no "
            "change can be told to have taken place."
        )

    def unchangeable(self) -> UnreadableModelError:
        return UnreadableModelError(
            f"{self.model.name} ({type(self.model.network).__name__}) multiplies patterns and values in a form that "
            "does not show from outside, so its heads cannot be changed; its patterns can be looked at."
        )

    def block_ends(self, _output: Any) -> None:
        """Told where blocks tell of themselves (``hooks.blocks_tell``)."""

    def check(self) -> None:
        """Every call of the unchanged run happened, and every change took place in it, once.

        Raises
        ------
        UnreadableModelError
            If not.
        """
        if self.capture is None or self.n_calls != len(self.capture.calls) or self.n_changed != len(self.plan):
            raise self.not_as_before()


def run_changed(
    model: Model, batch: dict[str, Tensor], capture: Capture, plan: Plan, *, positions: list[int] | None = None,
    vectors: bool = False, classes: bool = False,
) -> Tensor:  # fmt: skip
    """What a network makes of a text while changes take place.

    Parameters
    ----------
    model : Model
    batch : dict of Tensor
        The text, alone; what ``capture`` was made of.
    capture : Capture
        Of the same text, unchanged.
    plan : Plan
        From ``plan_of``; an empty one changes nothing.
    positions : list of int, optional
        Logits at these positions alone, by default at all.
    vectors : bool
        Not the logits but the vectors of the last layer.
    classes : bool
        The logits of a classifier.

    Returns
    -------
    Tensor of shape (position, vocabulary), or (position, d_model), or (class,)

    Raises
    ------
    UnreadableModelError
        If a change did not take place as often as it should, or the network does not run on this text.
    InputError
        If logits are asked of a network without a head, or memory runs out.
    """
    recorder = ChangingRecorder(False, model=model, capture=capture, plan=plan)
    output = run_whole(model, batch, recorder, positions=positions, vectors=vectors, classes=classes)[0]
    recorder.check()
    return output


def run_kept(model: Model, batch: dict[str, Tensor], capture: Capture, plan: Plan) -> list[AttentionCall]:
    """The attention calls of a text while changes take place; as ``run_changed``."""
    recorder = ChangingRecorder(False, model=model, capture=capture, plan=plan, keeps=True)
    run_whole(model, batch, recorder, vectors=True)
    recorder.check()
    return recorder.kept


def own_device(call: AttentionCall) -> torch.device:
    return (call.query if call.query is not None else seen(call.seen_pattern)).device


def run_whole(
    model: Model, batch: dict[str, Tensor], recorder: ChangingRecorder, *, positions: list[int] | None = None,
    vectors: bool = False, grad: bool = False, classes: bool = False,
) -> Tensor:  # fmt: skip
    """Logits (row, position, vocabulary) of a whole network, or the vectors of its last layer; (row, class) of one that
    classifies.
    """
    recorder.observes = any(call.query is None for call in recorder.capture.calls)  # type: ignore[union-attr]
    encoder_only = model.network.config.is_encoder_decoder and "decoder_input_ids" not in batch
    if not vectors and (encoder_only or not (classes or model.network.get_output_embeddings() is not None)):
        message = N_("{model} predicts nothing here: {why}.")
        raise InputError(lazy_gettext(message, model=model.name, why=_why(model, encoder_only)))
    network = part_to_run(model, batch, encoder_only) if vectors else model.network
    at = NOWHERE if vectors else positions
    outputs = run_recorded(model, network, batch, recorder, grad=grad, positions=at)
    found: Any = outputs.last_hidden_state if vectors else outputs.logits
    if vectors and positions is not None:
        found = found[:, positions]
    return found  # type: ignore[no-any-return]


def _why(model: Model, encoder_only: bool) -> str:
    if encoder_only:
        return lazy_gettext("its decoder reads nothing; give a target")
    if model.identity:
        return lazy_gettext("its files hold no prediction head")
    return lazy_gettext("this network has no prediction head")


# ---- what is done with the outputs of a call -------------------------------------------------------------------


def apply(edits: CallEdits, model: Model, call: RecordedCall, output: Tensor) -> None:
    """Change the outputs of a call, (batch, query, head, d_head), in place."""
    call = with_parts(edits, call)
    if heads := edits.attending_anew:
        _attend_anew(heads, model, call, output, edits)
    for edit in edits.edits:
        _make(edit, call, output)


def with_parts(edits: CallEdits, call: RecordedCall) -> RecordedCall:
    """The call with its keys and values as they are changed; those of the run stay as they are."""
    for part in edits.parts:
        before = call.key if part.of == "keys" else call.value
        if before is None:
            raise InputError(f"The {part.of} of this attention cannot be seen from outside, so they cannot be changed.")
        after = before.clone()
        where = (slice(None), part.groups[:, None].to(before.device), part.positions.to(before.device))
        new = after[where] * part.factor if part.factor else torch.zeros_like(after[where])
        after[where] = new if part.values is None else new + part.values.to(new)
        call = replace(call, key=after) if part.of == "keys" else replace(call, value=after)
    return call


def _attend_anew(heads: list[int], model: Model, call: RecordedCall, output: Tensor, edits: CallEdits) -> None:
    n_query, n_key = edits.shape
    hidden = None if edits.hidden is None else edits.hidden[heads].to(output.device)
    for row in range(len(output)):
        part = part_of(call_of(model, call, row, (n_query, n_key), edits.layer, edits.kind), heads=heads)
        values = _values(call, heads, slice(row, row + 1)).float()
        pattern = call_pattern(part) if hidden is None else new_pattern(part, hidden)
        output[row][:, heads] = (pattern @ values[0, :, :n_key]).transpose(0, 1).to(output)


def _make(edit: Edit, call: RecordedCall, output: Tensor) -> None:
    device = output.device
    where = (slice(None), edit.positions[:, None].to(device), edit.heads[None].to(device))
    if edit.pattern is not None:
        values = _values(call, edit.heads.tolist()).float()
        output[where] = (edit.pattern.to(device) @ values).transpose(1, 2).to(output)
        return
    new = output[where] * edit.factor if edit.factor else torch.zeros_like(output[where])  # an infinity too is zeroed
    output[where] = new if edit.values is None else new + edit.values.transpose(0, 1).to(output)


def _values(call: RecordedCall, heads: list[int], rows: slice = slice(None)) -> Tensor:
    """(row, head, key, d_head) of some heads, of which several may share their values."""
    value = call.value
    if value is None:
        raise InputError("The values of this attention cannot be seen from outside, so no pattern can be put in.")
    n_heads = (call.query if call.query is not None else call.seen_pattern).shape[1]  # type: ignore[union-attr]
    share = n_heads // value.shape[1]
    chosen = value[:, [head // share for head in heads]]
    return chosen[rows] if len(chosen) > 1 else chosen
