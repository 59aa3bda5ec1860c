"""A word of a text with a picture in it never sees some of its cells → what that does to what the model predicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import torch

from mha_viz.arguments import refuse_outside
from mha_viz.attention.media.patches import looks_of
from mha_viz.attention.media.words_on_picture import KIND, axis_of, find_word
from mha_viz.comparison.asks import LIKELIEST, NextWord
from mha_viz.comparison.changed import Changed
from mha_viz.comparison.effects import effect_of
from mha_viz.errors import InputError
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Capture, Model, Positions
from mha_viz.recording.interventions.changes import Cut
from mha_viz.recording.media.pictures_in_text import read_with_picture
from mha_viz.wording import counted, quoted

Patch = tuple[int, int]


def picture_effect(
    model: Model, picture: Any, text: str, word: str | None = None, cells: Sequence[Patch] | None = None, *,
    piece: int = 0, n: int = LIKELIEST, progress: Callable[[float], None] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """What it does to the next token when a word of the text never sees cells of the picture, in no head of any layer.

    What heads look at in a picture is not where an answer comes from; this tries it. What the cells hold may still
    reach the word by way of other words that see them.

    Parameters
    ----------
    model, picture, text
        As for ``capture_with_picture``.
    word : str, optional
        As it is written; ``the#2`` is the second ``the``. By default every word.
    cells : sequence of (int, int), optional
        Rows and columns of the picture, from 0; by default all of it.
    piece : int
        Of a picture that is seen in several tiles, which of them, from 0; without ``cells`` all tiles are cut.
    n : int
        So many of the likeliest tokens, before and after.

    Returns
    -------
    DataFrame with the columns ``ask, what, before, after, difference, change, way``
        As ``effect`` has it: one row a token, its probability at the last position without and with the cut.

    Raises
    ------
    InputError
        If there is no such word or cell, or the word stands before the picture and never sees it.
    UnreadableModelError
        As for ``capture_with_picture``.
    """
    read, batch = read_with_picture(model, picture, text, progress=progress)
    return cut_effect(model, read, batch, word, cells, piece=piece, n=n)


def cut_effect(
    model: Model, read: Capture, batch: dict[str, Any], word: str | None, cells: Sequence[Patch] | None, *,
    piece: int = 0, n: int = LIKELIEST,
) -> pd.DataFrame:  # fmt: skip
    """The same of what was read already."""
    refuse_outside("n", n, 1, model.network.config.get_text_config().vocab_size)
    axis = axis_of(read)
    keys = _cells_at(axis, cells, piece)
    words = [i for i, cell in enumerate(axis.cells) if cell is None] if word is None else [find_word(axis, word)]
    edges = [(query, key) for query in words for key in _seen(read, query, keys)]
    if not edges:
        if word is None:
            none = N_("No word sees these cells of the picture: choose a word that stands after it.")
            raise InputError(lazy_gettext(none))
        message = N_("{word} sees none of these cells of the picture: choose a word that stands after it.")
        raise InputError(lazy_gettext(message, word=quoted(word)))
    table = effect_of(Changed(model, (Cut(edges, kind=KIND),), read, batch), NextWord(n))
    looker = "all words" if word is None else quoted(word)
    return table.assign(change=f"cut {looker} → {counted(len(keys), 'cell')} of the picture in all heads")


def _cells_at(axis: Positions, cells: Sequence[Patch] | None, piece: int) -> list[int]:
    places = {
        (at, cell): i for i, (cell, at) in enumerate(zip(axis.cells, axis.segments, strict=True)) if cell is not None
    }
    if cells is None:
        return list(places.values())
    cells = list(cells)  # of a tensor, too, which is neither true nor false
    unknown = [cell for cell in cells if (piece + 1, tuple(cell)) not in places]
    if unknown or not cells:
        last = max((cell for at, cell in places if at == piece + 1), default=(0, 0))
        cell = N_("The picture has no cell {cell}: give rows and columns from 0, 0 to {last}.")
        named = N_("The picture has no cell that was named: give rows and columns from 0, 0 to {last}.")
        told = {"cell": f"{unknown[0][0]}, {unknown[0][1]}"} if unknown else {}
        raise InputError(lazy_gettext(cell if unknown else named, last=f"{last[0]}, {last[1]}", **told))
    return [places[piece + 1, cell] for cell in dict.fromkeys((row, column) for row, column in cells)]


def _seen(read: Capture, query: int, keys: Sequence[int]) -> list[int]:
    """Those keys that a query looks at, in some head: what is read from left to right sees none that is later."""
    seen = torch.cat(looks_of(read, query, kind=KIND)).amax(dim=0).tolist()
    return [key for key in keys if seen[key] > 0]
