"""One word of a text with a picture in it → what it looks at in the picture in every head, and how much that is."""

from __future__ import annotations

import pandas as pd
import torch
from torch import Tensor

from mha_viz.arguments import changed
from mha_viz.attention.calls import call_pattern
from mha_viz.attention.media.patches import frame_of
from mha_viz.errors import InputError
from mha_viz.inputs.words import unique_labels
from mha_viz.media import Picture
from mha_viz.objects import Capture, Positions
from mha_viz.wording import listed

KIND = "decoder"  # the attention over the text that holds the picture
NOT_IN_TEXT = "This capture is not of a picture inside a text: capture_with_picture gives one."


def is_in_text(capture: Capture) -> bool:
    """Whether it is of a text that holds a picture."""
    return capture.picture is not None and KIND in capture.kinds and bool(capture.key_positions[KIND].cells)


def axis_of(capture: Capture) -> Positions:
    """The words and cells of a text with a picture in it.

    Raises
    ------
    InputError
        If the capture is of something else.
    """
    if not is_in_text(capture):
        raise InputError(NOT_IN_TEXT)
    return capture.key_positions[KIND]


def pieces_of(capture: Capture) -> tuple[Picture, ...]:
    """The pictures that the model sees: one, or several tiles."""
    axis_of(capture)
    picture = capture.picture
    return () if picture is None else picture.tiles or (picture,)


def words_at(axis: Positions) -> tuple[int, ...]:
    """The positions that are no cell of the picture."""
    return tuple(i for i, cell in enumerate(axis.cells) if cell is None)


def on_piece(capture: Capture, piece: int) -> Capture:
    """The same as if this piece were all of the picture: cells of others are no cells, and ``picture`` is the piece."""
    pieces, axis = pieces_of(capture), axis_of(capture)
    if not 0 <= piece < len(pieces):
        raise InputError(f"The picture is seen in {len(pieces)} pieces, from 1 on: there is no piece {piece + 1}.")
    own = tuple(cell if at == piece + 1 else None for cell, at in zip(axis.cells, axis.segments, strict=True))
    side = changed(axis, cells=own)
    queries, keys = ({**sides, KIND: side} for sides in (capture.query_positions, capture.key_positions))
    return changed(capture, query_positions=queries, key_positions=keys, picture=pieces[piece])


def find_word(axis: Positions, wanted: str) -> int:
    """The position that somebody means: a word as it is written, ``the#2`` for a second one, ``image 3, 7`` for a cell.

    Raises
    ------
    InputError
        If there is none.
    """
    for labels in (unique_labels(axis.labels), axis.labels):
        folded = [label.casefold() for label in labels]
        if wanted.strip().casefold() in folded:
            return folded.index(wanted.strip().casefold())
    words = [label for label, cell in zip(axis.labels, axis.cells, strict=True) if cell is None]
    raise InputError(f"{wanted[:40]!r} is no word of this text: give one of {listed(unique_labels(tuple(words)))}.")


def word_on_picture_frame(capture: Capture, word: str) -> pd.DataFrame:
    """What one word of a text with a picture in it looks at in every head.

    Parameters
    ----------
    word : str
        As it is written; ``the#2`` is the second ``the``, ``image 3, 7`` a cell of the picture.

    Returns
    -------
    DataFrame with columns layer, head, query, key, piece, row, column, attention
        One row a head and position; ``piece`` counts the pictures that the model sees, from 1; it, row and column are
        missing where a position is a word. The attention of one head sums to 1.

    Raises
    ------
    InputError
        If the capture is not of a picture inside a text, or has no such word.
    """
    axis = axis_of(capture)
    table = frame_of(capture, find_word(axis, word), KIND)
    pieces = [at if cell is not None else None for cell, at in zip(axis.cells, axis.segments, strict=True)]
    table.insert(4, "piece", pd.array(pieces * (len(table) // len(axis)), dtype="Int64"))
    return table


def picture_share(capture: Capture) -> pd.DataFrame:
    """How much of its attention each word gives to the picture, in every head.

    Returns
    -------
    DataFrame with columns layer, head, position, word, share, even
        One row a head and word; ``share`` is 0 to 1, over all cells of the picture; ``even`` is what it would be if the
        word looked at everything alike that it may look at.

    Raises
    ------
    InputError
        If the capture is not of a picture inside a text.
    """
    axis = axis_of(capture)
    words, cells = list(words_at(axis)), torch.tensor([cell is not None for cell in axis.cells])
    parts = []
    for call in capture.calls_of(KIND):
        pattern = call_pattern(call)[:, words].float().cpu()
        shares, may = pattern[..., cells].sum(dim=-1), pattern > 0
        even = may[..., cells].sum(dim=-1) / may.sum(dim=-1).clamp_min(1)
        for head in call.heads:
            parts.append(
                pd.DataFrame(
                    {
                        "layer": call.layer, "head": head, "position": words,
                        "word": [axis.labels[i] for i in words], "share": shares[head].numpy(),
                        "even": even[head].numpy(),
                    }
                )
            )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def looks_at_picture(capture: Capture, piece: int) -> tuple[Tensor, Tensor]:
    """What each word looks at on one piece, (head, word, row × column), and its share for the whole picture, (head,
    word), of all heads that are there, layer by layer.
    """
    axis = axis_of(capture)
    words, whole = list(words_at(axis)), torch.tensor([cell is not None for cell in axis.cells])
    own = [i for i, (cell, at) in enumerate(zip(axis.cells, axis.segments, strict=True)) if cell and at == piece + 1]
    own.sort(key=lambda i: axis.cells[i] or (0, 0))  # row by row, in whatever order they stand in the text
    looks, shares = [], []
    for call in capture.calls_of(KIND):
        pattern = call_pattern(call)[list(call.heads)][:, words].float().cpu()
        looks.append(pattern[..., own])
        shares.append(pattern[..., whole].sum(dim=-1))
    return torch.cat(looks), torch.cat(shares)
