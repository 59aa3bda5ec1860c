"""A text → what a model finds likely next: at its end, and before each token that the model wrote itself."""

from __future__ import annotations

import pandas as pd

from mha_viz.comparison.asks import predicted
from mha_viz.errors import NO_HEAD, READS_BOTH_WAYS, CannotGoOnError
from mha_viz.inputs.labels import readable
from mha_viz.inputs.text import tokenizer_of
from mha_viz.language import lazy_gettext
from mha_viz.objects import Capture, Model
from mha_viz.recording.again import batch_of
from mha_viz.recording.generate import can_write
from mha_viz.recording.interventions.run import run_changed

LIKELIEST = 5  # tokens at each place


def next_words(model: Model, read: Capture, n: int = LIKELIEST) -> pd.DataFrame:
    """The likeliest next tokens after a text, and at each place where the model went on with it.

    Parameters
    ----------
    model : Model
        One that predicts the next token: a decoder with its head, alone or behind an encoder.
    read : Capture
        Of the text. Behind an encoder every token of the decoder is a place.
    n : int
        How many tokens at each place.

    Returns
    -------
    DataFrame with the columns ``after, next, probability, stands``
        Those of one place together, the likeliest first. ``after`` and ``next`` are labels, ``probability`` is the
        softmax of all logits, 0 to 1; ``stands`` is whether the text goes on with this token. One that stands and is
        not among the likeliest is listed too, after them.

    Raises
    ------
    CannotGoOnError
        If the model reads in both directions or has no head that writes.
    """
    if "decoder" not in read.kinds:
        raise CannotGoOnError(lazy_gettext(READS_BOTH_WAYS, model=model.short_name))
    if not can_write(model):
        raise CannotGoOnError(lazy_gettext(NO_HEAD, model=model.short_name))
    positions, tokenizer = predicted(read), tokenizer_of(model.processor)
    last = len(positions) - 1
    places = list(range(last - read.n_generated if read.kinds == ("decoder",) else 0, last + 1))
    logits = run_changed(model, batch_of(model, read), read, {}, positions=places)
    rows = []
    for place, shares in zip(places, logits.float().softmax(dim=-1), strict=True):
        stands = positions.ids[place + 1] if place < last else None
        ids: list[int] = shares.topk(min(n, len(shares))).indices.tolist()
        for one in dict.fromkeys(ids if stands is None else [*ids, stands]):
            word = positions.labels[place + 1] if one == stands else readable(str(tokenizer.decode([one])))
            rows.append((positions.labels[place], word, float(shares[one]), one == stands))
    return pd.DataFrame(rows, columns=["after", "next", "probability", "stands"])
