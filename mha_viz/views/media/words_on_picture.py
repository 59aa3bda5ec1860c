"""What a word of a text looks at in the picture beside it, in every head → a view, with what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from mha_viz.attention.media.words_on_picture import axis_of, looks_at_picture, pieces_of, words_at
from mha_viz.errors import InputError
from mha_viz.inputs.words import unique_labels
from mha_viz.language import N_, gettext, lazy_gettext, ngettext, said
from mha_viz.language import whole as whole_number
from mha_viz.media import Picture
from mha_viz.objects import Capture, Head
from mha_viz.scores.media.pictures import Cells
from mha_viz.views.captions.facts import fact_lines, notes_of, weights_facts
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.captions.places import said_part
from mha_viz.views.style import theme
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_percent, listed, name_in_layer, quoted, safe_name

READING = N_(
    "Orange lies where the word looks; the bar under a small picture is the share that goes to the picture at all. "
    "What heads look at in a picture is not where an answer comes from: cut the word from the picture to try that."
)
NAMED = 4  # heads that a sentence names one by one
FINE = 255  # levels of a share beside the largest one of its head and word
MOST = 24_000_000  # of them


Over = str | tuple[Head, ...]  # "head", "layer", "all", or heads


def words_on_picture_view(
    capture: Capture, query: int, chosen: Head, *, over: Over = "head", summed: bool = False,
    piece: int | None = None, region: Cells = (),
) -> View:  # fmt: skip
    """The words of a text to scrub through, and what each looks at in the picture, in every head.

    Parameters
    ----------
    query : int
        The position of the word that looks.
    chosen : tuple of int
        Layer and head that lie over the large picture.
    over : "head", "layer", "all", or tuple of heads
        What lies over it: the chosen head, all heads of its layer, all of the model, or these.
    summed : bool
        Whether several heads are summed; else their mean is shown.
    piece : int, optional
        Of a picture that is seen in tiles, which of them is large, from 0; by default the last, the whole picture.
    region : tuple of (row, column)
        Cells of it that are set off from the others.

    Raises
    ------
    InputError
        If the capture is not of a picture inside a text, the word or a head is not there, or it is too large to draw.
    """
    axis, pieces = axis_of(capture), pieces_of(capture)
    words, heads = words_at(axis), heads_of(capture)
    together = heads_over(capture, chosen, over)
    if query not in words or not {chosen, *together} <= set(heads):
        raise InputError(lazy_gettext("Choose a word of the text and a head of {model}.", model=capture.short_name))
    if len(heads) * len(words) * sum(cell is not None for cell in axis.cells) > MOST:
        raise InputError(lazy_gettext("This text and picture are too long to draw in every head: shorten the text."))
    names = [unique_labels(axis.labels)[i] for i in words]
    word, head = words.index(query), heads.index(chosen)
    at = len(pieces) - 1 if piece is None or not 0 <= piece < len(pieces) else piece
    across = sorted({number for _, number in heads})
    return View(
        "words_on_picture",
        {
            "words": names, "query": word, "typed": len(words) - capture.n_generated, "chosen": head,
            "over": over if isinstance(over, str) else "picked", "summed": summed,
            "region": _numbers(region, pieces[at].grid), "piece": at,
            "picked": [] if isinstance(over, str) else [heads.index(one) for one in over],
            "heads": [list(one) for one in heads], "across": len(across),
            "across_names": [name_in_layer(number) for number in across],
            "cells": [[layer, across.index(number)] for layer, number in heads],
            "pieces": [_piece(one, said_part(axis.parts[k + 1])) for k, one in enumerate(pieces)],
            "overlay": theme.ON_BOTH["mark"], **said_hint(Hints.words_on_picture), "identity": pieces[0].digest,
            "caption": sentence(capture, query, together, summed=summed),
            "note": " ".join([*map(said, axis.notes), gettext(READING)]),
            "title": _title(names[word], capture.short_name, together, summed=summed),
            "facts": fact_lines(word_facts(capture, names[word], together, summed=summed)),
            "file_name": safe_name(capture.short_name, "picture", names[word]),
        },
        _arrays(capture, pieces),
    )  # fmt: skip


def _arrays(capture: Capture, pieces: Sequence[Picture]) -> dict[str, Tensor]:
    """Of each piece its pixels, and what every word looks at in it as shares of the most."""
    arrays: dict[str, Tensor] = {}
    for k, one in enumerate(pieces):
        looks, shares = looks_at_picture(capture, k)
        tops = looks.amax(dim=-1)
        levels = (looks / tops[..., None].clamp_min(1e-9) * FINE).round().to(torch.uint8)
        arrays |= {f"pixels_{k}": one.pixels, f"looks_{k}": levels, f"tops_{k}": tops, "shares": shares}
    return arrays


def heads_of(capture: Capture) -> list[Head]:
    """The heads of the text, layer by layer."""
    return [(call.layer, head) for call in capture.calls_of("decoder") for head in call.heads]


def heads_over(capture: Capture, chosen: Head, over: Over) -> tuple[Head, ...]:
    """The heads that lie over the large picture together."""
    if not isinstance(over, str):
        return over
    all_heads = {"all": heads_of(capture), "layer": [head for head in heads_of(capture) if head[0] == chosen[0]]}
    return tuple(all_heads.get(over, [chosen]))


def named(heads: Sequence[Head], *, summed: bool) -> str:
    """One head by its name, or several together.

    >>> named([(0, 1), (2, 3)], summed=True)
    'the sum of L0 H1, L2 H3'
    """
    if len(heads) == 1:
        return head_name(*heads[0])
    names = [head_name(*head) for head in heads]
    of = listed(names) if len(heads) <= NAMED else ngettext("{n} head", "{n} heads", len(heads))
    return gettext("the sum of {heads}", heads=of) if summed else gettext("the mean of {heads}", heads=of)


def _title(word: str, model: str, heads: Sequence[Head], *, summed: bool) -> str:
    told = {"word": quoted(word), "model": model}
    if len(heads) == 1:
        return gettext("What {word} looks at in the picture, in every head of {model}", **told)
    over = N_("What {word} looks at in the picture, in every head of {model}; over it {heads}")
    return gettext(over, heads=named(heads, summed=summed), **told)


def sentence(capture: Capture, query: int, heads: Sequence[Head], *, summed: bool = False) -> str:
    """What one word gives to the picture in one head, or in several together, and where most of it lies. Each head
    gives at most 1 in all, so that a sum is told as a number of that many.
    """
    axis, all_heads = axis_of(capture), heads_of(capture)
    places, word = [all_heads.index(head) for head in heads], words_at(axis).index(query)
    is_sum = summed and len(heads) > 1
    by = 1 if is_sum else len(heads)
    of_pieces = [looks_at_picture(capture, k) for k in range(len(pieces_of(capture)))]
    share = of_pieces[0][1][places, word].sum().item() / by
    whom, told = quoted(unique_labels(axis.labels)[query]), (lambda x: f"{x:.2f}") if is_sum else in_percent
    whole = (
        gettext("{n} of {all}", n=told(share), all=len(heads))
        if is_sum
        else gettext("{share} of its attention", share=told(share))
    )
    begins = {"heads": named(heads, summed=summed), "word": whom, "share": whole}
    if share == 0:
        none = N_("In {heads}, {word} gives {share} to the picture: it stands before it, or looks elsewhere.")
        return gettext(none, **begins)
    pieces = [looks[places, word].sum(dim=0) / by for looks, _ in of_pieces]
    k, looks = max(enumerate(pieces), key=lambda one: one[1].max().item())
    cell = divmod(int(looks.argmax()), pieces_of(capture)[k].grid[1])
    at = f"{cell[0]}, {cell[1]}"
    where = gettext("{cell} of {piece}", cell=at, piece=said_part(axis.parts[k + 1])) if len(of_pieces) > 1 else at
    n = sum(cell is not None for cell in axis.cells)
    return gettext(
        "In {heads}, {word} gives {share} to the picture, most to {where}, {most}; {n} of the {all} positions are the "
        "picture’s.",
        **begins, where=where, most=told(looks.max().item()), n=whole_number(n), all=whole_number(len(axis)),
    )  # fmt: skip


def word_facts(capture: Capture, word: str, heads: Sequence[Head], *, summed: bool = False) -> dict[str, Any]:
    """What an export says of itself."""
    picture, axis = capture.picture, axis_of(capture)
    facts: dict[str, Any] = {**weights_facts(capture), "text": axis.text}
    if picture is not None:
        facts |= {"picture": f"{picture.size[0]:,} × {picture.size[1]:,} pixels, sha256 {picture.digest[:12]}…"}
    notes = [*notes_of(capture), *axis.notes]
    facts |= {"shows": "Pattern", "from": word, "head": named(heads, summed=summed), "notes": notes}
    return {name: fact for name, fact in facts.items() if fact not in (None, "", [])}


def _numbers(region: Cells, grid: tuple[int, int]) -> list[int]:
    """Cells of a piece, counted row by row; without what is none."""
    rows, columns = grid
    return [row * columns + column for row, column in region if row < rows and column < columns]


def _piece(piece: Picture, name: str) -> dict[str, Any]:
    rows, columns = piece.grid
    size = list(piece.pixels.shape[:2])
    return {"name": name, "rows": rows, "columns": columns, "size": size, "patch": list(piece.patch)}
