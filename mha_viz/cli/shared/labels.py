"""Labels in the terminal: pieces of words marked, and text that runs from the right kept apart from its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from mha_viz.attention.shown import Shown


def axes_of(shown: Shown) -> tuple[list[dict[str, str]], str]:
    """What each label of both axes is called in a table, and a sentence on the marks in there ("" without any)."""
    from mha_viz.inputs.words import unique_labels
    from mha_viz.views.captions.labels import both_labels, labels_sentence
    from mha_viz.wording import END, ISOLATE

    axes = both_labels(shown, unique=True)
    plain = (unique_labels(side.positions.labels) for side in (shown.query, shown.key))
    drawn = ([name.strip(ISOLATE + END) for name in axis.names] for axis in axes)
    names = [dict(zip(labels, marked, strict=True)) for labels, marked in zip(plain, drawn, strict=True)]
    sentence = labels_sentence(*(axis.names for axis in axes)).strip()
    return names, f". {sentence}" if sentence else ""


def as_text(table: pd.DataFrame, *, index: bool = True) -> str:
    """A table in columns. Signs around what runs from the right come last, so that they take no room."""
    from mha_viz.inputs.pieces import isolated_in

    return isolated_in(table.to_string(index=index))
