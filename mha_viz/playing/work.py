"""What of a lesson takes time, each piece a function: worked out here or, on a page, once for everybody who looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from mha_viz.attention.overview import Overview, overview_of, thumbnail_cells
from mha_viz.attention.shown import Shown
from mha_viz.comparison.asks import Ask
from mha_viz.comparison.changed import changed_capture
from mha_viz.comparison.changes import head_changes
from mha_viz.comparison.comparison import Comparison, comparison_of
from mha_viz.comparison.effects import effect_of
from mha_viz.comparison.shared_pattern import least_change
from mha_viz.comparison.trials import Trial, change_of
from mha_viz.evidence.importance.set_control import Control
from mha_viz.evidence.importance.trial_control import number_ask, trial_control
from mha_viz.inputs.media.picture_examples import drawn_file
from mha_viz.models.catalogue import SEES
from mha_viz.models.fetching.sums import is_whole
from mha_viz.models.load import load_model
from mha_viz.objects import Capture, Model
from mha_viz.recording.capture import capture
from mha_viz.training.findings import classroom_heads


def _overview(shown: Shown) -> Overview:
    return overview_of(shown, thumbnail_cells(len(shown.maps)))


def _compare(first: Capture, second: Capture, kinds: tuple[str, str]) -> Comparison:
    return comparison_of(first, second, kinds=kinds)


def _effect(model: Model, capture: Capture, trial: Trial, ask: Ask) -> pd.DataFrame:
    return effect_of(changed_capture(model, capture, change_of(trial)), ask)


def _control(model: Model, capture: Capture, trial: Trial, ask: Ask) -> Control:
    number = number_ask(ask, lambda other: _effect(model, capture, trial, other))
    return trial_control(model, capture, trial, number)


def _least_change(capture: Capture, layer: int, kind: str) -> float | None:
    return least_change(capture, layer, kind=kind)


def _look_at(name: str) -> Capture | None:
    return capture(load_model(SEES), drawn_file(name)) if is_whole(SEES) else None


@dataclass(frozen=True)
class Work:
    """How a scene gets what takes time."""

    overview: Callable[[Shown], Overview] = _overview
    compare: Callable[[Capture, Capture, tuple[str, str]], Comparison] = _compare
    changes: Callable[..., pd.DataFrame] = head_changes  # of a comparison, a pairing, and a cell by its names
    effect: Callable[[Model, Capture, Trial, Ask], pd.DataFrame] = _effect
    control: Callable[[Model, Capture, Trial, Ask], Control] = _control  # of one number, whatever is asked
    classroom_heads: Callable[[], pd.DataFrame] = classroom_heads
    least_change: Callable[[Capture, int, str], float | None] = _least_change  # of a layer whose heads share a pattern
    look_at: Callable[[str], Capture | None] = _look_at  # a picture of ours; None where no model for it is here
