"""Many heads against one: a layer's patterns beside their average, and what several heads cost."""

from __future__ import annotations

from typing import Any

import pandas as pd
import torch

from mha_viz.attention.maps import call_at, pattern
from mha_viz.attention.pooling import thumbnails
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.language import N_, gettext
from mha_viz.objects import Capture
from mha_viz.views.captions.labels import both_labels, labels_sentence, said_of_names
from mha_viz.views.grid import grid_view, strongest_cells
from mha_viz.views.panels import Panel, panels_view
from mha_viz.views.view import View
from mha_viz.wording import in_percent, name_in_layer

AVERAGE = N_("average")
TIME = N_("time, × one head")
COLUMNS = {
    "heads": N_("heads"), "d_head": N_("width of a head"), "parameters": N_("parameters"), "flops": N_("operations"),
    "time": TIME,
}  # fmt: skip


def average_picture(capture: Capture, layer: int, kind: str) -> View:
    """The patterns of a layer's heads, and last their average."""
    heads = call_at(capture, layer, kind).heads
    weights = pattern(capture, layer, kind=kind)[list(heads)]
    weights = torch.cat([weights, weights.mean(dim=0, keepdim=True)])
    axes = both_labels(choose(capture, Selection(kind)), unique=True)
    strongest = strongest_cells(weights, axes[0].names, axes[1].names, is_causal=kind == "decoder")
    names = [*(name_in_layer(head) for head in heads), gettext(AVERAGE)]
    return grid_view(
        thumbnails(weights),
        strongest,
        names,
        across_names=names,
        own_names=True,
        queries=axes[0].names,
        keys=axes[1].names,
        label=gettext("The patterns of layer {layer}, and their average last", layer=layer),
        note=gettext("Each head's pattern, and last the one pattern that would be their average.")
        + labels_sentence(*(pair[:2] for pair in strongest)),
        **said_of_names(*axes, [pair[:2] for pair in strongest]),
    )


def distances_picture(table: pd.DataFrame, change: float, least: float | None = None) -> View:
    """How far each head is from the average; ``table`` and ``change`` of ``against_average``, ``least`` of
    ``least_change`` where it is known.
    """
    note = gettext(
        "On average a head's rows are {distance} bits away from the average pattern (0: the same, 1: no key shared).",
        distance=f"{table['distance'].mean():.2f}",
    )
    note += f" {_change_sentence(change, least)}"
    names = [name_in_layer(head) for head in table["head"]]
    distances = torch.tensor(table["distance"].tolist())[:, None]
    panel = Panel(gettext("Distance to the average, bits"), names, distances, "", bars=True, is_share=True)
    return panels_view([panel], note=note)


def _change_sentence(change: float, least: float | None) -> str:
    """What the average in place of every pattern would do, and the pattern that would do least."""
    if least is None:
        return gettext(
            "If every head used the average, this layer's output would change by {share} of its length. Another "
            "pattern for all of them may change it less.",
            share=in_percent(change),
        )
    return gettext(
        "If every head used the average, this layer's output would change by {share} of its length; if all used the "
        "one pattern that changes it least, by {least}.",
        share=in_percent(change),
        least=in_percent(least),
    )


def cost_table(costs: pd.DataFrame) -> pd.DataFrame:
    """What several heads cost (``heads_cost``), with columns as people read them, in the language of the run."""
    return costs[list(COLUMNS)].rename(columns={column: gettext(name) for column, name in COLUMNS.items()})


def cost_picture(costs: pd.DataFrame, **header: Any) -> View:
    """Parameters, operations and time of several heads against one, each relative to it; a bar a row of ``costs``."""
    one = costs.iloc[0]
    pairs = zip(costs["heads"], costs["d_head"], strict=True)
    rows = [gettext("{heads} of {width}", heads=heads, width=width) for heads, width in pairs]
    panels = [
        Panel(
            gettext(title),
            rows,
            torch.tensor((costs[column] / one[column]).to_numpy())[:, None],
            gettext("× one head"),
            bars=True,
            share=0.5,
        )
        for title, column in ((N_("Operations, one head = 1"), "flops"), (N_("Time, one head = 1"), "time"))
    ]
    return panels_view(panels, note=f"{cost_sentence(costs)} {gettext(MEASURED_ONCE)}", **header)


MEASURED_ONCE = N_(
    "Processor time on one core, the median of 201 rounds, for the width 256 and 256 tokens; the page Inside a head "
    "measures it on a machine of yours."
)


def cost_sentence(costs: pd.DataFrame) -> str:
    """What heads that divide the width cost against one, and what heads of the full width do."""
    width = int(costs["d_head"].max())
    is_divided = costs["heads"] * costs["d_head"] == width
    divided, whole = costs[is_divided].iloc[-1], costs[~is_divided].iloc[-1]
    return gettext(
        "Heads that divide the width have the same parameters and do the same operations as one; here {n} of them took "
        "{time} × its time (patterns are made and read for each). {m} heads of the full width have {parameters} × the "
        "parameters and took {longer} × the time.",
        n=f"{divided['heads']:.0f}",
        time=f"{divided['time']:.2f}",
        m=f"{whole['heads']:.0f}",
        parameters=f"{whole['parameters'] / costs['parameters'].iloc[0]:.0f}",
        longer=f"{whole['time']:.1f}",
    )
