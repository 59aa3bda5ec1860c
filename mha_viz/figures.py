"""Tables → plotly Figures, for notebooks and ordinary charts. A figure is returned, never shown."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mha_viz.theme import FAMILIES, SEQUENTIAL_LIGHT


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
        z=table.to_numpy(),
        x=columns,
        y=rows,
        customdata=[[(query, key) for key in table.columns] for query in table.index],
        hovertemplate="%{customdata[0]} → %{customdata[1]}<br>%{z:.3f}<extra></extra>",
        colorscale=list(SEQUENTIAL_LIGHT),
        zmin=0,
        zmax=maximum,
    )
    figure = go.Figure(trace)
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
    top = table.head(most)
    names = [f"L{layer} H{head}" for layer, head in zip(top["layer"], top["head"], strict=True)]
    trace = go.Bar(x=top["attention"], y=names, orientation="h", marker_color=SEQUENTIAL_LIGHT[5])
    figure = go.Figure(trace)
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
    verdicts = ("established", "consistent with")
    figure = make_subplots(1, 2, shared_yaxes=True, subplot_titles=["established", "consistent with"])
    shown: set[str] = set()
    for column, said in enumerate(verdicts, 1):
        for family, rows in kinds[kinds["said"] == said].groupby("family", sort=True):
            heads = rows.set_index("layer")["heads"].reindex(range(n_layers), fill_value=0)
            colour = FAMILIES[sorted({*kinds["family"]}).index(family) % len(FAMILIES)]
            bar = go.Bar(
                x=list(heads.index), y=list(heads), name=family, legendgroup=family, showlegend=family not in shown,
                marker_color=colour, hovertemplate=f"L%{{x}}: %{{y}} {family}<extra></extra>",
            )  # fmt: skip
            figure.add_trace(bar, row=1, col=column)
            shown.add(family)
    figure.update_xaxes(tickprefix="L", dtick=max(1, n_layers // 6))
    figure.update_yaxes(title="heads", col=1)
    figure.update_layout(
        title=title, barmode="stack", bargap=0.15, height=320, legend={"orientation": "h", "y": -0.15},
        margin={"l": 10, "r": 10, "t": 60 if title else 30, "b": 10},
    )  # fmt: skip
    return figure
