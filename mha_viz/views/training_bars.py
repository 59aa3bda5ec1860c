"""A training, or several → bars: what one head does from checkpoint to checkpoint, means by the number of heads."""

from __future__ import annotations

from typing import Any

import pandas as pd
import torch

from mha_viz.objects import Head
from mha_viz.training.findings import MEASURES
from mha_viz.training.records import Record
from mha_viz.views.panels import Panel, panels_view
from mha_viz.views.training import FOLLOWED_IN_WORDS
from mha_viz.views.view import View
from mha_viz.wording import counted, head_name


def share_at(record: Record, step: int, score: str, head: Head) -> float:
    """What one head scores at one step."""
    table = record.at(step).table
    rows = table[(table["score"] == score) & (table["layer"] == head[0]) & (table["head"] == head[1])]
    return float(rows["value"].iloc[0])


def course_picture(record: Record, score: str, head: Head, **header: Any) -> View:
    """One bar a checkpoint: what one head scores there."""
    values = torch.tensor([[share_at(record, step, score, head)] for step in record.steps])
    rows = [f"step {step:,}" for step in record.steps]
    title = f"{head_name(*head)} {FOLLOWED_IN_WORDS[score][0]}"
    note = f"From top to bottom: the training. {head_name(*head)} is the head that does most of this at its end."
    panel = Panel(title, rows, values, "share", bars=True, is_share=True)
    return panels_view([panel], note=note, **header)


def counts_picture(ends: pd.DataFrame, **header: Any) -> View:
    """Means over the seeds, a bar a number of heads; ``ends`` of ``at_the_end``."""
    measure = MEASURES[0]
    means = ends.groupby("heads")[measure.column].mean()
    rows = [counted(int(heads), "head") for heads in means.index]
    panel = Panel(measure.title, rows, torch.tensor(means.to_numpy())[:, None], measure.unit, bars=True, is_share=True)
    return panels_view([panel], **header)


def mattering_picture(table: pd.DataFrame, note: str, **header: Any) -> View:
    """How often each head of the trained model looks at the right noun, and what is lost without it; ``table`` of
    ``classroom_heads``.
    """
    rows = [head_name(int(layer), int(head)) for layer, head in zip(table["layer"], table["head"], strict=True)]
    looks, drop = (torch.tensor(table[name].to_numpy(dtype=float))[:, None] for name in ("looks", "drop"))
    panels = [
        Panel("It looks at the right noun", rows, looks, "share of pairs", bars=True, is_share=True, share=0.5),
        Panel("Without it, accuracy falls by", rows, drop, "share of sentences", bars=True, share=0.5),
    ]
    return panels_view(panels, note=note, **header)
