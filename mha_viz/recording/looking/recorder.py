"""A run whose calls are handed on, text by text, and not kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.objects import AttentionCall, Model
from mha_viz.recording.cut import OneText, refuse_two_of_the_same
from mha_viz.recording.run import part_to_run, remember, run_recorded
from mha_viz.recording.sparing import AllRecordedError, is_sparing
from mha_viz.recording.watching.recorder import Path, RecordedCall, Recorder
from mha_viz.wording import listed

Look = Callable[[AttentionCall], object]


@dataclass
class LookingRecorder(Recorder):
    """Hands each call of each text to a function, and keeps two calls at most: it has to be seen that two in a row are
    not of the same queries. ``known`` is what such runs do; a run that does otherwise ends, and says so.

    ``made`` makes the functions, one a text, anew for each run.
    """

    known: Any = None
    texts: Sequence[OneText] = ()
    made: Callable[[], Sequence[Look]] = tuple
    layers: Collection[int] | None = None
    functions: Sequence[Look] = ()
    paths: list[Path] = field(default_factory=list)
    kept_row: int | None = None  # of which the calls are kept nevertheless
    kept: list[AttentionCall] = field(default_factory=list)
    is_other: bool = False
    failed: BaseException | None = None

    def begin(self) -> None:
        super().begin()
        self.functions, self.paths, self.kept = self.made(), [], []
        self.is_other, self.failed = False, None

    @property
    def wanted(self) -> list[int]:
        """The numbers of the calls that are looked at."""
        places = enumerate(self.known.places)
        return [i for i, place in places if self.layers is None or place.layer in self.layers]

    def add(self, call: RecordedCall) -> None:
        number, modules = len(self.paths), self.known.modules
        if not self._is_as_known(call, number):
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
        if number == self.wanted[-1] and (self.layers is not None or is_sparing()):
            raise AllRecordedError

    def _is_as_known(self, call: RecordedCall, number: int) -> bool:
        if number >= len(self.known.modules) or call.module is not self.known.modules[number] or call.chooses_keys:
            return False
        return call.query is None or len(call.query) == len(self.texts)

    def _look(self, call: RecordedCall, number: int) -> None:
        if (number, call.path) in self.known.checked:
            call.output = None
        call.projection, place = self.known.projections[number], self.known.places[number]
        for previous in self.calls:
            refuse_two_of_the_same(self.texts[0].model, previous, call)
        self.calls = [call]
        if number not in self.wanted:
            return
        # What is handed over may be used with modules that learn; what is done with it is no part of the run.
        with torch.inference_mode(False), torch._C.DisableTorchFunction():
            for text, function in zip(self.texts, self.functions, strict=True):
                of_text = text.cut(call, place, text.kind(call, place))
                function(of_text)
                if text.row == self.kept_row:
                    self.kept.append(of_text)

    def runs_as_known(self, model: Model, batch: dict[str, Tensor], encoder_only: bool) -> bool:
        """Run it; whether the network did what is known of it."""
        refuse_nothing(self.wanted, self.layers)
        run_recorded(model, part_to_run(model, batch, encoder_only), batch, self)
        self.calls = []
        if self.failed is not None:
            raise self.failed
        if self.layers is None and len(self.paths) != len(self.known.modules):
            self.is_other = True
        if self.layers is None and not self.is_other:
            remember(model.network, self, self.paths)
        return not self.is_other


def refuse_nothing(found: Sequence[Any], layers: Collection[int] | None) -> None:
    """Raise InputError where there is nothing to look at."""
    if not found:
        raise InputError(f"No layer of {listed(sorted(map(str, layers or ())))} attends in this model.")
