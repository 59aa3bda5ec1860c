"""Many heads against one: a layer's patterns beside their average, and what several heads cost."""

from __future__ import annotations

from typing import Any

import pandas as pd
import torch

from mha_viz.attention.maps import call_at, pattern
from mha_viz.attention.overview import thumbnails
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.objects import Capture
from mha_viz.views.captions.labels import both_labels, labels_sentence, said_of_names
from mha_viz.views.grid import grid_view, strongest_cells
from mha_viz.views.panels import Panel, panels_view
from mha_viz.views.view import View
from mha_viz.wording import in_percent, name_in_layer

AVERAGE = "average"


def average_picture(capture: Capture, layer: int, kind: str) -> View:
    """The patterns of a layer's heads, and last their average."""
    heads = call_at(capture, layer, kind).heads
    weights = pattern(capture, layer, kind=kind)[list(heads)]
    weights = torch.cat([weights, weights.mean(dim=0, keepdim=True)])
    axes = both_labels(choose(capture, Selection(kind)), unique=True)
    strongest = strongest_cells(weights, axes[0].names, axes[1].names, is_causal=kind == "decoder")
    names = [*(name_in_layer(head) for head in heads), AVERAGE]
    return grid_view(
        thumbnails(weights),
        strongest,
        names,
        across_names=names,
        own_names=True,
        queries=axes[0].names,
        keys=axes[1].names,
        label=f"The patterns of layer {layer}, and their average last",
        note="Each head's pattern, and last the one pattern that would be their average."
        + labels_sentence(*(pair[:2] for pair in strongest)),
        **said_of_names(*axes, [pair[:2] for pair in strongest]),
    )


def distances_picture(table: pd.DataFrame, change: float, least: float | None = None) -> View:
    """How far each head is from the average; ``table`` and ``change`` of ``against_average``, ``least`` of
    ``least_change`` where it is known.
    """
    note = (
        f"On average a head's rows are {table['distance'].mean():.2f} bits away from the average pattern (0: the same, "
        f"1: no key shared). If every head used the average, this layer's output would change by {in_percent(change)} "
        f"of its length{least_sentence(least)}"
    )
    names = [name_in_layer(head) for head in table["head"]]
    distances = torch.tensor(table["distance"].tolist())[:, None]
    panel = Panel("Distance to the average, bits", names, distances, "", bars=True, is_share=True)
    return panels_view([panel], note=note)


def least_sentence(least: float | None) -> str:
    """How the sentence on the average ends."""
    if least is None:
        return ". Another pattern for all of them may change it less."
    return f"; if all used the one pattern that changes it least, by {in_percent(least)}."


def cost_table(costs: pd.DataFrame) -> pd.DataFrame:
    """What several heads cost (``heads_cost``), with columns as people read them."""
    names = {"d_head": "width of a head", "flops": "operations", "time": "time, × one head"}
    return costs.rename(columns=names).drop(columns=["low", "high"])


def cost_picture(costs: pd.DataFrame, **header: Any) -> View:
    """Parameters, operations and time of several heads against one, each relative to it; a bar a row of ``costs``."""
    one = costs.iloc[0]
    rows = [f"{heads} of {width}" for heads, width in zip(costs["heads"], costs["d_head"], strict=True)]
    panels = [
        Panel(
            title,
            rows,
            torch.tensor((costs[column] / one[column]).to_numpy())[:, None],
            "× one head",
            bars=True,
            share=0.5,
        )
        for title, column in (("Operations, one head = 1", "flops"), ("Time, one head = 1", "time"))
    ]
    return panels_view(panels, note=f"{cost_sentence(costs)} {MEASURED_ONCE}", **header)


MEASURED_ONCE = (
    "Processor time on one core, the median of 201 rounds, for the width 256 and 256 tokens; the page Inside a head "
    "measures it on a machine of yours."
)


def cost_sentence(costs: pd.DataFrame) -> str:
    """What heads that divide the width cost against one, and what heads of the full width do."""
    width = int(costs["d_head"].max())
    is_divided = costs["heads"] * costs["d_head"] == width
    divided, whole = costs[is_divided].iloc[-1], costs[~is_divided].iloc[-1]
    return (
        f"Heads that divide the width have the same parameters and do the same operations as one; here "
        f"{divided['heads']:.0f} of them took {divided['time']:.2f} × its time (patterns are made and read for each). "
        f"{whole['heads']:.0f} heads of the full width have {whole['parameters'] / costs['parameters'].iloc[0]:.0f} × "
        f"the parameters and took {whole['time']:.1f} × the time."
    )
