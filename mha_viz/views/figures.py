"""Tables → plotly Figures, for notebooks and ordinary charts. A figure is returned, never shown."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio
from plotly.subplots import make_subplots

from mha_viz.arguments import refuse_outside, refuse_without
from mha_viz.evidence.verdict import CONSISTENT, ESTABLISHED
from mha_viz.language import apart, gettext, ngettext
from mha_viz.views.exports.still import still_of_figure
from mha_viz.views.style.theme import FAMILIES, SEQUENTIAL_LIGHT
from mha_viz.wording import head_name, layer_name

NARROW = {"l": 10, "r": 10, "t": 30, "b": 10}
ABOVE = {"orientation": "h", "y": 1.02, "yanchor": "bottom"}


class StillFigure(go.Figure):  # type: ignore[misc]  # plotly has no types
    """A figure that asks the network for nothing: where a notebook has no plotly of its own, a still picture stands."""

    _ipython_display_ = _repr_html_ = None

    def _repr_mimebundle_(self, *_: Any, **__: Any) -> dict[str, Any]:
        still = {"image/png": b64encode(still_of_figure(self)).decode(), "text/plain": f"Figure({self.data[0].type})"}
        return {**still, **pio.renderers["plotly_mimetype"].to_mimebundle(self.to_dict())}


def heatmap(table: pd.DataFrame, *, title: str = "", maximum: float | None = 1.0) -> go.Figure:
    """A map as a figure: queries down, keys across.

    Parameters
    ----------
    table : DataFrame
        From ``pattern_frame``; index queries, columns keys.
    title : str
    maximum : float, optional
        The value of the darkest colour; None takes the largest value in the table.
    """
    # Numeric axes with tick texts: on a category axis plotly would merge labels that repeat.
    columns, rows = list(range(table.shape[1])), list(range(table.shape[0]))
    trace = go.Heatmap(
        z=table.to_numpy(), x=columns, y=rows,
        customdata=[[(query, key) for key in table.columns] for query in table.index],
        hovertemplate="%{customdata[0]} → %{customdata[1]}<br>%{z:.3f}<extra></extra>",
        colorscale=list(SEQUENTIAL_LIGHT), zmin=0, zmax=None if maximum is None else float(maximum),
    )  # fmt: skip
    figure = StillFigure(trace)
    figure.update_xaxes(tickvals=columns, ticktext=list(table.columns), side="top", title="key (looked at)")
    figure.update_yaxes(tickvals=rows, ticktext=list(table.index), autorange="reversed", title="query (looks)")
    figure.update_layout(title=title, margin={"l": 10, "r": 10, "t": 80 if title else 40, "b": 10})
    return figure


def ranking(table: pd.DataFrame, *, title: str = "", most: int = 12) -> go.Figure:
    """The heads that look most from one word to another, as bars.

    Parameters
    ----------
    table : DataFrame
        From ``attention_between``.
    most : int
        How many heads to draw.
    """
    refuse_without(table, ("layer", "head", "attention"), "attention_between")
    refuse_outside("most", most, 1, 10_000)
    top = table.head(most)
    names = [head_name(layer, head) for layer, head in zip(top["layer"], top["head"], strict=True)]
    figure = StillFigure(go.Bar(x=top["attention"], y=names, orientation="h", marker_color=SEQUENTIAL_LIGHT[5]))
    figure.update_xaxes(range=[0, 1], title="attention")
    figure.update_yaxes(autorange="reversed")
    figure.update_layout(title=title, margin={"l": 10, "r": 10, "t": 60 if title else 10, "b": 10})
    return figure


def heads_by_layer(kinds: pd.DataFrame, n_layers: int, *, title: str = "") -> go.Figure:
    """How many heads of each layer do something of each kind, as stacked bars: established, or consistent.

    Parameters
    ----------
    kinds : DataFrame
        Of ``rankings.kinds_of_heads``.
    n_layers : int
        Layers without such heads are drawn too.
    """
    verdicts, in_legend = (ESTABLISHED, CONSISTENT), set[str]()
    figure = make_subplots(1, 2, shared_yaxes=True, subplot_titles=[gettext(verdict) for verdict in verdicts])
    for column, verdict in enumerate(verdicts, 1):
        for family, rows in kinds[kinds["said"] == verdict].groupby("family", sort=True):
            heads = rows.set_index("layer")["heads"].reindex(range(n_layers), fill_value=0)
            colour = FAMILIES[sorted({*kinds["family"]}).index(family) % len(FAMILIES)]
            bar = go.Bar(
                x=list(heads.index), y=list(heads), name=(said := gettext(family)), legendgroup=family,
                showlegend=family not in in_legend, marker_color=colour,
                hovertemplate=f"L%{{x}}: %{{y}} {said}<extra></extra>",
            )  # fmt: skip
            figure.add_trace(bar, row=1, col=column)
            in_legend.add(family)
    figure.update_xaxes(tickprefix="L", dtick=max(1, n_layers // 6))
    figure.update_yaxes(title=gettext("number of heads"), col=1)
    figure.update_layout(
        title=title, barmode="stack", bargap=0.15, height=320, legend={"orientation": "h", "y": -0.15},
        margin={"l": 10, "r": 10, "t": 60 if title else 30, "b": 10},
    )  # fmt: skip
    return figure


def curves(
    table: pd.DataFrame, lines: dict[str, str], *, unit: str, moment: int, last: int, share: bool = False
) -> go.Figure:
    """What was measured on the way of a training, a line each; ``moment`` is the step that is pointed out.

    Parameters
    ----------
    table : DataFrame
        A row a checkpoint, with ``step`` and the columns that are drawn; where there are ``<column>_low`` and
        ``<column>_high``, they are drawn as a band.
    lines : dict of column to name
    unit : str
        What stands at the axis.
    last : int
        Where the training ends, however far it is.
    share : bool
        Whether the numbers run from 0 to 1, shown in %.
    """
    figure = go.Figure()
    form, at = ".1%" if share else ".3f", gettext("step {n}", n="%{x}")  # plotly puts the step in
    for number, (column, name) in enumerate(lines.items()):
        colour = FAMILIES[number]
        if f"{column}_low" in table:
            figure.add_traces(_band(table["step"], table[f"{column}_low"], table[f"{column}_high"], colour))
        figure.add_scatter(
            x=table["step"], y=table[column], name=name, mode="lines+markers", line={"color": colour, "width": 2.5},
            marker={"size": 5}, hovertemplate=f"{at}<br>{name} %{{y:{form}}}<extra></extra>",
        )  # fmt: skip
    return _over_steps(figure, unit, moment, last, share=share)


def head_curves(
    table: pd.DataFrame, chosen: tuple[int, int], *, unit: str, moment: int, last: int, chance: float
) -> go.Figure:
    """One score of every head over the steps of a training; the chosen head is strong, with its interval.

    Parameters
    ----------
    table : DataFrame
        A row a checkpoint and head: ``step, layer, head, value, low, high``.
    chosen : (layer, head)
    chance : float
        Drawn as a dotted line.
    """
    figure, at = go.Figure(), gettext("step {n}", n="%{x}")
    heads = [(layer, head) for layer, head in table.groupby(["layer", "head"]).groups if (layer, head) != chosen]
    for layer, head in [*heads, chosen]:
        own = table[(table["layer"] == layer) & (table["head"] == head)]
        is_chosen, colour = (layer, head) == chosen, FAMILIES[layer % len(FAMILIES)]
        if is_chosen:
            figure.add_traces(_band(own["step"], own["low"], own["high"], colour))
        figure.add_scatter(
            x=own["step"], y=own["value"], name=head_name(layer, head), mode="lines", showlegend=is_chosen,
            line={"color": colour, "width": 4 if is_chosen else 1.5}, opacity=1.0 if is_chosen else 0.55,
            hovertemplate=f"{head_name(layer, head)}, {at}: %{{y:.1%}}<extra></extra>",
        )  # fmt: skip
    for layer in sorted({layer for layer, _ in heads}):
        figure.add_scatter(
            x=[None], y=[None], mode="lines", name=gettext("other heads of {layer}", layer=layer_name(layer)),
            line={"color": FAMILIES[layer % len(FAMILIES)], "width": 1.5},
        )  # fmt: skip
    figure.add_hline(
        y=chance, line_dash="dot", line_width=1, annotation_text=gettext("chance"), annotation_font_size=11,
        annotation_position="top left",
    )  # fmt: skip
    return _over_steps(figure, unit, moment, last, share=True)


def seed_points(table: pd.DataFrame, column: str, *, unit: str, share: bool = False) -> go.Figure:
    """What came out with each number of heads: a point a seed, lines between points of the same seed, means.

    Parameters
    ----------
    table : DataFrame
        A row a number of heads and seed: ``heads, seed`` and ``column``.
    """
    wide = table.pivot(index="seed", columns="heads", values=column)
    names, form, figure = [str(heads) for heads in wide.columns], ".1%" if share else ".3f", go.Figure()
    in_words, mean = [ngettext("{n} head", "{n} heads", int(heads)) for heads in wide.columns], gettext("mean")
    for seed, row in wide.iterrows():
        of_seed = gettext("seed {n}", n=seed)
        figure.add_scatter(
            x=names, y=row, mode="lines+markers", showlegend=False, hovertext=in_words,
            line={"color": "rgba(122,122,122,0.5)", "width": 1}, marker={"size": 7, "color": FAMILIES[5]},
            hovertemplate=f"{of_seed}, %{{hovertext}}: %{{y:{form}}}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=names, y=wide.mean(), mode="markers", name=mean, hovertemplate=f"{mean} %{{y:{form}}}<extra></extra>",
        marker={"symbol": "line-ew", "size": 34, "line": {"width": 3, "color": FAMILIES[1]}},
    )  # fmt: skip
    figure.update_xaxes(title=gettext("heads a layer"), type="category")
    figure.update_yaxes(title=unit, tickformat=".0%" if share else None)
    figure.update_layout(height=280, margin=NARROW | {"t": 10}, showlegend=False)
    return figure


def _band(steps: pd.Series, low: pd.Series, high: pd.Series, colour: str) -> list[go.Scatter]:
    """An interval at each step, as a band."""
    shared = {"x": steps, "mode": "lines", "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return [
        go.Scatter(y=low, **shared),
        go.Scatter(y=high, fill="tonexty", fillcolor=f"rgba({red},{green},{blue},0.18)", **shared),
    ]


def _over_steps(figure: go.Figure, unit: str, moment: int, last: int, *, share: bool) -> go.Figure:
    figure.add_vline(x=moment, line_width=2, line_color=FAMILIES[6])
    figure.update_xaxes(title=gettext("steps of training"), range=[-0.01 * last, 1.01 * last])
    figure.update_yaxes(title=unit, rangemode="tozero", **({"tickformat": ".0%"} if share else {}))
    figure.update_layout(height=215, margin=NARROW, legend=ABOVE)
    return figure


def looking_and_mattering(table: pd.DataFrame) -> go.Figure:
    """Each head by what it finds and by what is lost without it (``mattering.looks_and_matters``), with intervals."""
    figure = go.Figure()
    says = gettext("{head}: finds {share}, without it {lost}", head="%{text}", share="%{x:.1%}", lost="−%{y:.1%}")
    for layer, own in table.groupby("layer"):
        colour = FAMILIES[int(layer) % len(FAMILIES)]
        figure.add_scatter(
            x=own["looks"], y=own["drop"], mode="markers+text", name=apart(gettext("layer {n}", n=layer)),
            text=[head_name(layer, head) for head in own["head"]], marker={"size": 9, "color": colour},
            error_x=_whiskers(own, "looks", colour), error_y=_whiskers(own, "drop", colour),
            hovertemplate=f"{says}<extra></extra>", textposition="top right",
        )  # fmt: skip
    figure.add_hline(y=0, line_width=1, line_dash="dot")
    figure.update_xaxes(title=gettext("finds the right noun, share of pairs"), tickformat=".0%", range=[-0.05, 1.1])
    figure.update_yaxes(title=gettext("accuracy lost without it"), tickformat=".0%")
    figure.update_layout(height=330, margin=NARROW, legend=ABOVE)
    return figure


def _whiskers(table: pd.DataFrame, column: str, colour: str) -> dict[str, Any]:
    return {
        "type": "data", "symmetric": False, "thickness": 1, "width": 2, "color": colour,
        "array": table[f"{column}_high"] - table[column], "arrayminus": table[column] - table[f"{column}_low"],
    }  # fmt: skip
