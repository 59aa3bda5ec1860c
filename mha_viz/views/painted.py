"""What is shown of a capture → the text itself, painted by what a word of it looks at in one head."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from mha_viz.attention.selection import MAPS
from mha_viz.attention.shown import Shown, rows_of
from mha_viz.inputs.words import Words
from mha_viz.language import N_, gettext
from mha_viz.objects import Positions
from mha_viz.recording.written import is_written
from mha_viz.views.captions.facts import fact_lines, facts_of, file_name, hidden_sentence, name_of, reading_sentence
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.captions.labels import Labels, both_labels, labels_sentence, said_header
from mha_viz.views.code import drawn_pieces, kinds_of_code, layout_sentence
from mha_viz.views.style import theme
from mha_viz.views.style.scales import palette, range_of
from mha_viz.views.view import View
from mha_viz.wording import runs_from_right

WHOLE = 400  # words: up to here every row travels along, so that pointing at a word needs no server
ROW_ALONE = N_(" Of a text as long as this only the chosen word's numbers are sent: click a word to choose it.")


def painted_picture(
    shown: Shown, layer: int, head: int, *, picked: int, side: str = "query", is_code: bool = False
) -> View:
    """The text, painted for one word.

    Parameters
    ----------
    picked : int
        The word: of the queries if ``side`` is "query" (what it looks at is painted), else of the keys (what looks at
        it is painted).
    is_code : bool
        Whether the text is Python code, which is laid out and coloured as such.
    """
    heads = [head] if shown.has_heads else None
    is_whole = max(len(shown.query), len(shown.key)) <= WHOLE
    values = _all_rows(shown, layer, heads) if is_whole else _of_one_word(shown, layer, heads, picked, side)
    low, high = range_of(values)
    if MAPS[shown.selection.map].is_share and high >= theme.FAINT:
        high = 1.0
    query, key = both_labels(shown)
    name = name_of(shown, layer, [head])
    return View(
        "painted",
        {
            "sides": _sides(shown, query, key, is_code),
            "whole": is_whole,
            "picked": picked,
            "side": side,
            "low": low,
            "high": high,
            "unit_label": gettext(MAPS[shown.selection.map].unit),
            "palette": palette(diverging=low < 0),
            "masked": theme.MASKED,
            **said_hint(Hints.two_sides if shown.selection.kind == "cross" else Hints.painted),
            "identity": f"{shown.capture.text}|{shown.capture.short_name}|{len(shown.query)}×{len(shown.key)}",
            "label": gettext("The text, painted by {head} of {model}", head=name, model=shown.capture.short_name),
            "title": gettext("The text as {head} of {model} reads it", head=name, model=shown.capture.short_name),
            "note": reading_sentence(shown)
            + hidden_sentence(shown)
            + gettext(MAPS[shown.selection.map].sentence)
            + labels_sentence(query.names, key.names)
            + (layout_sentence(shown.key.positions) if is_code else "")
            + gettext(ROW_ALONE) * (not is_whole),
            "facts": fact_lines(facts_of(shown, layer, [head])),
            "file_name": file_name(shown, f"{name} text"),
            **said_header(query, key),
        },
        {"values": values.float().cpu().numpy()},
    )


def _all_rows(shown: Shown, layer: int, heads: Sequence[int] | None) -> Tensor:
    """(n_query, n_key)"""
    return rows_of(shown, layer, heads=heads)[0][0]


def _of_one_word(shown: Shown, layer: int, heads: Sequence[int] | None, picked: int, side: str) -> Tensor:
    """The row of the chosen word, or behind it its column, as asked: (n_key + n_query,), where the other is 0."""
    row = torch.zeros(len(shown.key))
    column = torch.zeros(len(shown.query))
    if side == "query":
        row = rows_of(shown, layer, heads=heads, rows=slice(picked, picked + 1))[0][0, 0]
    else:
        column = _all_rows(shown, layer, heads)[:, picked]
    return torch.cat([row, column])


def _sides(shown: Shown, query: Labels, key: Labels, is_code: bool) -> dict[str, Any]:
    """The words of both axes, with what stands between each and the next; once where one text looks at itself."""
    if shown.selection.kind == "cross":  # what is read, then what is written of it, as people lay them out
        target = gettext(N_("Target, written by the model") if is_written(shown.capture) else N_("Target"))
        source = _side(key.names, shown.key, gettext("Source"), is_code)
        return {"key": source, "query": _side(query.names, shown.query, target)}
    sides = {"query": _side(query.names, shown.query, is_code=is_code)}
    if key.names != query.names:
        sides["key"] = _side(key.names, shown.key, is_code=is_code)
    return sides


def _side(names: Sequence[str], words: Words, title: str = "", is_code: bool = False) -> dict[str, Any]:
    side = {"title": title, "words": list(names), "gaps": gaps(words.positions)}
    if is_code:
        drawn, between = drawn_pieces(words.positions)
        return {
            **side,
            "drawn": drawn,
            "gaps": between,
            "kinds": kinds_of_code(words.positions),
            "right_to_left": False,
        }
    return {**side, "right_to_left": runs_from_right("".join(names), mostly=True)}


def gaps(positions: Positions) -> list[str]:
    """What stands between each position and the next: nothing inside a word, a space, or a line that ends."""
    ends = [*positions.spans, None]
    return [_gap(positions.text, one, after) for one, after in pairwise(ends)]


def _gap(text: str, one: tuple[int, int] | None, after: tuple[int, int] | None) -> str:
    if one is None or after is None:
        return " "
    here, there = text[slice(*one)], text[slice(*after)]
    # Tokens of many models begin with the space before them; one that is nothing else is drawn itself.
    between = here[len(here.rstrip()) :] + text[one[1] : after[0]]
    between += there[: len(there) - len(there.lstrip())] if there.strip() else ""
    return "\n" if "\n" in between else " " if between else ""
