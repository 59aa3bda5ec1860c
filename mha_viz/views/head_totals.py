"""How many heads models have in all → bars, the model at hand beside models that many people know."""

from __future__ import annotations

from typing import Any

import torch

from mha_viz.language import N_, gettext
from mha_viz.views.panels import Panel, panels_view
from mha_viz.views.view import View

# (model, layers, heads a layer), as their papers give them.
KNOWN = (
    ("BERT base", 12, 12),
    ("BERT large", 24, 16),
    ("Llama 3.1 8B", 32, 32),
    ("GPT-3", 96, 96),
    ("Llama 3.1 405B", 126, 128),
)
SOURCES = N_(
    "From the papers: BERT (Devlin et al. 2019), GPT-3 (Brown et al. 2020, table 2.1), Llama 3.1 "
    "(Grattafiori et al. 2024, table 3)."
)


def totals_picture(model_name: str, n_layers: int, n_heads: int, **header: Any) -> View:
    """One bar a model: all its heads."""
    models = [(model_name, n_layers, n_heads), *KNOWN]
    rows = [name for name, _, _ in models]
    values = torch.tensor([[float(layers * heads)] for _, layers, heads in models])
    panel = Panel(gettext("Heads in all"), rows, values, gettext("heads"), marked=0, bars=True, is_count=True)
    sizes = ", ".join(f"{name} {layers} × {heads}" for name, layers, heads in models)
    note = gettext("Layers × heads: {sizes}.", sizes=sizes) + f" {gettext(SOURCES)}"
    return panels_view([panel], note=note, **header)
