"""A text that is read only to be counted → the table of every head score, with one layer in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from mha_viz.annotation.annotated import Annotated
from mha_viz.evidence.one_text import table_of_tallies
from mha_viz.media import Chat
from mha_viz.objects import Model, Positions
from mha_viz.recording.looking.together import look_at_request
from mha_viz.recording.requests import requests_of
from mha_viz.scores.tallies import TextTallies, similarity_at


def read_scores(
    model: Model, twin: Model, text: str | Chat | Sequence[Mapping[str, str]],
    annotate: Callable[[Positions], Annotated | None], *, add_generation_prompt: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """What ``score_table`` says of a text and a control, without a capture of either.

    Parameters
    ----------
    model, twin : Model
        The model, and the one with random weights that reads the same (``random_twin``).
    text : str or list of messages
        As for ``capture``.
    annotate : callable
        Called once with the tokens of the text, when the model can read it; gives the annotation, or None for the
        scores that need none.

    Returns
    -------
    DataFrame with the columns ``one_text.COLUMNS``

    Raises
    ------
    InputError, UnreadableModelError
        As ``capture`` and ``score_table``.
    """
    (request,) = requests_of(text, None, None, 0, (None, None), add_generation_prompt)
    annotated: list[Annotated | None] = []

    def begin(positions: Positions) -> TextTallies:
        if not annotated:
            annotated.append(annotate(positions))
        (of_text,) = annotated
        similarity = None if of_text is None else similarity_at(model, positions, of_text)
        return TextTallies(positions, of_text, similarity=similarity)

    counted, control = (look_at_request(one, request, begin) for one in (model, twin))
    return table_of_tallies(counted.tallies(), control.tallies(), counted.blocks.layers)
