"""What a word of a text looks at in the picture beside it, in every head → a view, with what is said of it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from mha_viz.attention.media.words_on_picture import axis_of, looks_at_picture, pieces_of, words_at
from mha_viz.errors import InputError
from mha_viz.inputs.words import unique_labels
from mha_viz.media import Picture
from mha_viz.objects import Capture, Head
from mha_viz.views.captions.facts import fact_lines, notes_of, weights_facts
from mha_viz.views.style import theme
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_percent, name_in_layer, quoted, safe_name

HINT = (
    "Point at a word, or go along them with the arrow keys; a click, or Enter, keeps it. A click on a small picture "
    "opens that head."
)
ALONE = HINT.replace("opens", "shows")
READING = (
    "Orange lies where the word looks; the bar under a small picture is the share that goes to the picture at all. "
    "What heads look at in a picture is not where an answer comes from: cut the word from the picture to try that."
)
FINE = 255  # levels of a share beside the largest one of its head and word
MOST = 24_000_000  # of them


def words_on_picture_view(capture: Capture, query: int, chosen: Head) -> View:
    """The words of a text to scrub through, and what each looks at in the picture, in every head.

    Parameters
    ----------
    query : int
        The position of the word that looks.
    chosen : tuple of int
        Layer and head that lie over the large picture.

    Raises
    ------
    InputError
        If the capture is not of a picture inside a text, the word or the head is not there, or it is too large to draw.
    """
    axis, pieces = axis_of(capture), pieces_of(capture)
    words, heads = words_at(axis), heads_of(capture)
    if query not in words or chosen not in heads:
        raise InputError(f"Choose a word of the text and a head of {capture.model_name}.")
    if len(heads) * len(words) * sum(cell is not None for cell in axis.cells) > MOST:
        raise InputError("This text and picture are too long to draw in every head: shorten the text.")
    arrays: dict[str, Tensor] = {}
    for k, piece in enumerate(pieces):
        looks, shares = looks_at_picture(capture, k)
        tops = looks.amax(dim=-1)
        levels = (looks / tops[..., None].clamp_min(1e-9) * FINE).round().to(torch.uint8)
        arrays |= {f"pixels_{k}": piece.pixels, f"looks_{k}": levels, f"tops_{k}": tops, "shares": shares}
    names = [unique_labels(axis.labels)[i] for i in words]
    word, head = words.index(query), heads.index(chosen)
    across = sorted({number for _, number in heads})
    return View(
        "words_on_picture",
        {
            "words": names, "query": word, "typed": len(words) - capture.n_generated, "chosen": head,
            "heads": [list(one) for one in heads], "across": len(across),
            "across_names": [name_in_layer(number) for number in across],
            "cells": [[layer, across.index(number)] for layer, number in heads],
            "pieces": [_piece(piece, axis.parts[k + 1]) for k, piece in enumerate(pieces)],
            "overlay": theme.ON_BOTH["mark"], "hint": HINT, "identity": pieces[0].digest,
            "caption": sentence(capture, query, chosen), "note": " ".join([*axis.notes, READING]),
            "title": f"What {quoted(names[word])} looks at in the picture, in every head of {capture.model_name}",
            "facts": fact_lines(word_facts(capture, names[word], chosen)),
            "file_name": safe_name(capture.model_name, "picture", names[word]),
        },
        arrays,
    )  # fmt: skip


def heads_of(capture: Capture) -> list[Head]:
    """The heads of the text, layer by layer."""
    return [(call.layer, head) for call in capture.calls_of("decoder") for head in call.heads]


def sentence(capture: Capture, query: int, head: Head) -> str:
    """What one word gives to the picture in one head, beside an even spread, and where most of it lies."""
    axis, heads = axis_of(capture), heads_of(capture)
    place, word = heads.index(head), words_at(axis).index(query)
    of_pieces = [looks_at_picture(capture, k) for k in range(len(pieces_of(capture)))]
    share = of_pieces[0][1][place, word].item()
    whom = quoted(unique_labels(axis.labels)[query])
    told = f"In {head_name(*head)}, {whom} gives {in_percent(share)} of its attention to the picture"
    if share == 0:
        return f"{told}: it stands before it, or looks elsewhere."
    k, looks = max(enumerate(looks[place, word] for looks, _ in of_pieces), key=lambda one: one[1].max().item())
    rows_columns = pieces_of(capture)[k].grid
    cell = divmod(int(looks.argmax()), rows_columns[1])
    where = f" of {axis.parts[k + 1]}" if len(of_pieces) > 1 else ""
    n = sum(cell is not None for cell in axis.cells)
    most = f"most to {cell[0]}, {cell[1]}{where}, {in_percent(looks.max().item())}"
    return f"{told}, {most}; {n:,} of the {len(axis):,} positions are the picture’s."


def word_facts(capture: Capture, word: str, chosen: Head) -> dict[str, Any]:
    """What an export says of itself."""
    picture, axis = capture.picture, axis_of(capture)
    facts: dict[str, Any] = {**weights_facts(capture), "text": axis.text}
    if picture is not None:
        facts |= {"picture": f"{picture.size[0]:,} × {picture.size[1]:,} pixels, sha256 {picture.digest[:12]}…"}
    notes = [*notes_of(capture), *axis.notes]
    facts |= {"shows": "Pattern", "from": word, "head": head_name(*chosen), "notes": notes}
    return {name: fact for name, fact in facts.items() if fact not in (None, "", [])}


def _piece(piece: Picture, name: str) -> dict[str, Any]:
    rows, columns = piece.grid
    size = list(piece.pixels.shape[:2])
    return {"name": name, "rows": rows, "columns": columns, "size": size, "patch": list(piece.patch)}
