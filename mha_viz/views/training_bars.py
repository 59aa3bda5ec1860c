"""A training, or several → bars: what one head does from checkpoint to checkpoint, means by the number of heads."""

from __future__ import annotations

from typing import Any

import pandas as pd
import torch

from mha_viz.language import N_, gettext, ngettext, whole
from mha_viz.objects import Head
from mha_viz.training.findings import MEASURES
from mha_viz.training.records import Record
from mha_viz.views.panels import Panel, panels_view
from mha_viz.views.training import FOLLOWED_IN_WORDS
from mha_viz.views.view import View
from mha_viz.wording import head_name


def share_at(record: Record, step: int, score: str, head: Head) -> float:
    """What one head scores at one step."""
    table = record.at(step).table
    rows = table[(table["score"] == score) & (table["layer"] == head[0]) & (table["head"] == head[1])]
    return float(rows["value"].iloc[0])


def course_picture(record: Record, score: str, head: Head, **header: Any) -> View:
    """One bar a checkpoint: what one head scores there."""
    values = torch.tensor([[share_at(record, step, score, head)] for step in record.steps])
    rows = [gettext("step {n}", n=whole(step)) for step in record.steps]
    title = gettext("{head} {does}", head=head_name(*head), does=gettext(FOLLOWED_IN_WORDS[score][0]))
    note = gettext(
        "From top to bottom: the training. {head} is the head that does most of this at its end.", head=head_name(*head)
    )
    panel = Panel(title, rows, values, gettext("share"), bars=True, is_share=True)
    return panels_view([panel], note=note, **header)


def counts_picture(ends: pd.DataFrame, **header: Any) -> View:
    """Means over the seeds, a bar a number of heads; ``ends`` of ``at_the_end``."""
    measure = MEASURES[0]
    means = ends.groupby("heads")[measure.column].mean()
    rows = [ngettext("{n} head", "{n} heads", int(heads)) for heads in means.index]
    means_drawn, unit = torch.tensor(means.to_numpy())[:, None], gettext(measure.unit)
    panel = Panel(gettext(measure.title), rows, means_drawn, unit, bars=True, is_share=True)
    return panels_view([panel], **header)


def mattering_picture(table: pd.DataFrame, note: str, **header: Any) -> View:
    """How often each head of the trained model looks at the right noun, and what is lost without it; ``table`` of
    ``classroom_heads``.
    """
    rows = [head_name(int(layer), int(head)) for layer, head in zip(table["layer"], table["head"], strict=True)]
    looks, drop = (torch.tensor(table[name].to_numpy(dtype=float))[:, None] for name in ("looks", "drop"))
    panels = [
        Panel(gettext(title), rows, values, gettext(unit), bars=True, is_share=is_share, of_whole=True, share=0.5)
        for title, values, unit, is_share in (
            (N_("It looks at the right noun"), looks, N_("share of pairs"), True),
            (N_("Without it, accuracy falls by"), drop, N_("share of sentences"), False),
        )
    ]
    return panels_view(panels, note=note, **header)
