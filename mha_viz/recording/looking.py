"""Each attention call is handed to a function as it happens, and only what that returns is kept: memory does not grow
with layers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from operator import index
from typing import Any, TypeVar

import torch
from torch import Tensor

from mha_viz.arguments import said, with_checked_fields
from mha_viz.errors import InputError
from mha_viz.objects import AttentionCall, Capture, Model, Positions
from mha_viz.recording.capture import capture, read_one
from mha_viz.recording.cut import OneText, cut_out, refuse_two_of_the_same
from mha_viz.recording.recorder import Path, RecordedCall, Recorder, Run
from mha_viz.recording.requests import requests_of
from mha_viz.recording.run import Known, known_calls, part_to_run, record, remember, run_recorded
from mha_viz.recording.sparing import AllRecordedError
from mha_viz.recording.validate import validate
from mha_viz.reprs import fields_line
from mha_viz.wording import listed

T = TypeVar("T")
SHORT = 16  # tokens of the run in which a network is checked that was not seen yet


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
    request = requests_of(text, target, pair, 0, (None, None), False)[0]
    batch, row = read_one(model, request)
    encoder_only = target is None
    known = _known(model, batch, encoder_only)
    if known is not None:
        recorder = LookingRecorder(
            False, (encoder_only, *sorted(batch)), progress=progress, known=known, function=function, layers=layers,
            text=OneText(model, 0, row[0], row[1], _lengths(batch)),
        )  # fmt: skip
        if recorder.runs_as_known(model, batch, encoder_only):
            return recorder.looked()
    whole: Capture = capture(model, text, target=target, pair=pair, progress=progress)
    return _of_capture(whole, function, layers)


def _numbers(layers: Collection[int]) -> frozenset[int]:
    try:
        return frozenset(map(index, layers))
    except TypeError:
        raise InputError(f"look: layers is {said(layers)}; give numbers of layers, such as [3].") from None


def _known(model: Model, batch: dict[str, Tensor], encoder_only: bool) -> Known | None:
    """What is known of such a run, which was checked on a few tokens where it was not seen before; None where its calls
    can be told only from a whole run.
    """
    run: Run = (encoder_only, *sorted(batch))
    validate(model, batch, encoder_only=encoder_only, is_text=True)
    if known_calls(model.network, run) is None and model.reading == "interface":
        short = {name: values[:, :SHORT] for name, values in batch.items()}
        recorder = record(model, short, encoder_only=encoder_only)
        paths = [call.path for call in recorder.calls]
        cut_out(model, recorder, 0, None, None, None)
        remember(model.network, recorder, paths)
    known = known_calls(model.network, run)
    is_seen_whole = known is None or model.reading == "observed" or None in known.modules
    return None if is_seen_whole else known


def _lengths(batch: dict[str, Tensor]) -> set[int]:
    return {values.shape[1] for name, values in batch.items() if name.endswith("input_ids")}


def _of_capture(whole: Capture, function: Callable[[AttentionCall], T], layers: Collection[int] | None) -> Looked:
    calls = [call for call in whole.calls if layers is None or call.layer in layers]
    _refuse_nothing(calls, layers)
    kinds, numbers = zip(*((call.kind, call.layer) for call in calls), strict=True)
    return Looked(tuple(map(function, calls)), kinds, numbers, whole.query_positions, whole.key_positions)


def _refuse_nothing(found: Sequence[Any], layers: Collection[int] | None) -> None:
    if not found:
        raise InputError(f"No layer of {listed(sorted(map(str, layers or ())))} attends in this model.")


@dataclass
class LookingRecorder(Recorder):
    """Hands each call to a function, and keeps two of them at most: it has to be seen that two in a row are not of the
    same queries. ``known`` is what such runs do; a run that does otherwise ends, and says so.
    """

    known: Any = None
    function: Callable[[AttentionCall], Any] = field(default=lambda call: call)
    layers: Collection[int] | None = None
    text: Any = None
    found: list[tuple[Any, str, int]] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    is_other: bool = False
    failed: BaseException | None = None

    def begin(self) -> None:
        super().begin()
        self.found, self.paths, self.is_other, self.failed = [], [], False, None

    @property
    def wanted(self) -> list[int]:
        """The numbers of the calls that are looked at."""
        places = enumerate(self.known.places)
        return [i for i, place in places if self.layers is None or place.layer in self.layers]

    def add(self, call: RecordedCall) -> None:
        number, modules = len(self.paths), self.known.modules
        if number >= len(modules) or call.module is not modules[number] or call.chooses_keys:
            self.is_other = True
            raise AllRecordedError
        self.paths.append(call.path)
        try:
            self._look(call, number)
        except Exception as error:  # noqa: BLE001 - of the function, or of a check: raised once the run has ended
            self.failed = error
            raise AllRecordedError from None
        if self.progress is not None:
            self.progress(len(self.paths) / len(modules))
        if self.layers is not None and number == self.wanted[-1]:
            raise AllRecordedError

    def _look(self, call: RecordedCall, number: int) -> None:
        if (number, call.path) in self.known.checked:
            call.output = None
        call.projection = self.known.projections[number]
        for previous in self.calls:
            refuse_two_of_the_same(self.text.model, previous, call)
        self.calls = [call]
        if number not in self.wanted:
            return
        place = self.known.places[number]
        with torch.inference_mode(False):  # what is handed over may be used with modules that learn
            kind = self.text.kind(call, place)
            self.found.append((self.function(self.text.cut(call, place, kind)), kind, place.layer))

    def runs_as_known(self, model: Model, batch: dict[str, Tensor], encoder_only: bool) -> bool:
        """Run it; whether the network did what is known of it."""
        _refuse_nothing(self.wanted, self.layers)
        run_recorded(model, part_to_run(model, batch, encoder_only), batch, self)
        self.calls = []
        if self.failed is not None:
            raise self.failed
        return not self.is_other and (self.layers is not None or len(self.paths) == len(self.known.modules))

    def looked(self) -> Looked:
        found, kinds, layers = zip(*self.found, strict=True)
        return Looked(found, kinds, layers, dict(self.text.queries), dict(self.text.keys))
