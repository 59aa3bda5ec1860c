"""A capture and what somebody wants to see of it → axes and numbers, in blocks of queries however long the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from mha_viz.attention.calls import part_of, widened
from mha_viz.attention.maps import call_at, rollout
from mha_viz.attention.selection import MAPS, OVER, Selection
from mha_viz.errors import InputError
from mha_viz.inputs.words import Words, gathered, is_sign, word_axes
from mha_viz.objects import AttentionCall, Capture, Head, Positions

Window = tuple[int, int, int, int]  # first query and the one after the last, first key and the one after the last

WINDOW = 128  # positions a side that are drawn in full; more are shown pooled, with a window to move


@dataclass(frozen=True, eq=False)
class Shown:
    """A capture seen through a selection: the positions on both axes, each with the tokens that it stands for."""

    capture: Capture
    selection: Selection
    query: Words
    key: Words
    hidden: tuple[str, ...]  # labels of the keys that are left out
    query_index: tuple[int, ...]  # where the positions stood before some were left out
    key_index: tuple[int, ...]

    @property
    def all_keys(self) -> bool:
        """Whether the key axis is the tokens of the capture, all of them."""
        return not self.selection.words and not self.hidden

    @property
    def nothing(self) -> float:
        """What stands where a query may not look."""
        return -torch.inf if self.selection.map == "Logits" else 0.0

    @cached_property
    def layers(self) -> tuple[int, ...]:
        """The numbers of the layers that have maps."""
        return self.capture.layers_of(self.selection.kind)

    @property
    def n_layers(self) -> int:
        return len(self.layers)

    def call(self, layer: int) -> AttentionCall:
        return call_at(self.capture, layer, self.selection.kind)

    @property
    def has_heads(self) -> bool:
        """Whether there is a map for each head, or one for all heads of a layer."""
        return self.selection.over == OVER[0] and self.selection.map != "Rollout"

    @cached_property
    def n_maps(self) -> int:
        """Maps a layer, at most: layers may have different numbers of heads."""
        return max(call.n_heads for call in self.capture.calls_of(self.selection.kind)) if self.has_heads else 1

    @cached_property
    def maps(self) -> list[Head]:
        """Every map, layer after layer: its layer, and its number in there."""
        calls = self.capture.calls_of(self.selection.kind)
        return [(call.layer, head) for call in calls for head in (call.heads if self.has_heads else (0,))]

    @cached_property
    def places(self) -> list[int]:
        """Where each of ``maps`` stands in a table of ``n_layers`` × ``n_maps`` places, of which some may be empty."""
        row = {layer: i for i, layer in enumerate(self.layers)}
        return [row[layer] * self.n_maps + head for layer, head in self.maps]


def choose(capture: Capture, selection: Selection) -> Shown:
    """The axes that are left when words are joined and positions hidden.

    Raises
    ------
    InputError
        If nothing is left, or the map does not add up over the pieces of words.
    """
    if (selection.words or selection.renormalise) and not MAPS[selection.map].is_share:
        raise InputError(f"{selection.map} does not add up over the pieces of a word or a row: show it on tokens.")
    kind = selection.kind
    if selection.words:
        query, key = word_axes(capture, kind)
    else:
        query, key = _single(capture.query_positions[kind]), _single(capture.key_positions[kind])
    sides = selection.between or (None, None)
    rows = [i for i in range(len(query)) if _is_shown(query.positions, i, selection.hidden, sides[0])]
    columns = [i for i in range(len(key)) if _is_shown(key.positions, i, selection.hidden, sides[1])]
    if not rows or not columns:
        raise InputError("Nothing is left to show: hide less, or choose other parts of the text.")
    if kind == "decoder" and query.groups[rows[-1]][-1] < key.groups[columns[0]][0]:
        raise InputError("This model reads left to right: the chosen part cannot look at one that comes after it.")
    left = set(columns)
    away = tuple(key.positions.labels[i] for i in range(len(key)) if i not in left)
    return Shown(capture, selection, _subset(query, rows), _subset(key, columns), away, tuple(rows), tuple(columns))


def rows_of(
    shown: Shown,
    layer: int,
    *,
    heads: Sequence[int] | None = None,
    rows: slice = slice(None),
    per_key: Tensor | None = None,
    trim: bool = False,
) -> tuple[Tensor, Tensor]:
    """Some rows of the maps of a layer: what is computed is what these rows need, for these heads.

    Parameters
    ----------
    heads : list of int, optional
        All by default; the mean and the largest are always of all.
    rows : slice
        Of the shown queries.
    per_key : Tensor of shape (n_heads, n_key), optional
        What ``MAPS`` multiplies the rows with, if it is known already.
    trim : bool
        Whether keys may be missing at the end that none of these rows can look at.

    Returns
    -------
    values : Tensor of shape (n_maps, n_rows, n_shown_keys)
    hidden : Tensor of shape (n_maps, n_rows)
        What the rows hold in keys that are not shown; 0 for logits.
    """
    groups = shown.query.groups[rows]
    begin, end = groups[0][0], groups[-1][-1] + 1
    values = _token_rows(shown, layer, heads, slice(begin, end), per_key)
    if not (trim and shown.all_keys):
        values = widened(values, len(shown.capture.key_positions[shown.selection.kind]), shown.nothing)
    return arranged(shown, values, rows)


def arranged(shown: Shown, values: Tensor, rows: slice = slice(None)) -> tuple[Tensor, Tensor]:
    """Maps on tokens → maps on what is shown; ``values`` starts at the first token of the first row. As ``rows_of``."""
    groups = shown.query.groups[rows]
    if values.shape[1] != len(groups) or shown.selection.words:
        begin = groups[0][0]
        values = gathered(values, [[i - begin for i in group] for group in groups], dim=1, mean=True)
    shown_values = values if shown.all_keys else gathered(values, shown.key.groups, dim=2)
    if shown_values is values and not shown.selection.renormalise:
        return values, values.new_zeros(values.shape[:2])
    if shown.selection.map == "Logits":
        return shown_values, values.new_zeros(values.shape[:2])
    row_sums = shown_values.sum(dim=-1)
    hidden = (values.sum(dim=-1) - row_sums).clamp_min(0.0)
    if shown.selection.renormalise:
        shown_values = shown_values / row_sums.clamp_min(torch.finfo(row_sums.dtype).tiny)[..., None]
    return shown_values, hidden


def fitted_window(shown: Shown, window: Window | None) -> Window:
    """A window inside the map, of at most ``WINDOW`` positions a side; a side that fits is shown whole."""
    n_query, n_key = len(shown.query), len(shown.key)
    q0, q1, k0, k1 = window or (0, n_query, 0, n_key)
    return *_fitted(n_query, q0, q1), *_fitted(n_key, k0, k1)


def _fitted(n: int, begin: int, end: int) -> tuple[int, int]:
    """A stretch of one axis of n positions."""
    length = n if n <= WINDOW else max(1, min(end - begin, WINDOW))
    begin = max(0, min(begin, n - length))
    return begin, begin + length


def factor_of(shown: Shown, layer: int) -> Tensor | None:
    """What the map multiplies the rows of a layer with, all heads: to compute once where rows come in blocks."""
    per_key = MAPS[shown.selection.map].per_key
    return per_key(shown.call(layer)) if per_key else None


def _token_rows(
    shown: Shown, layer: int, heads: Sequence[int] | None, queries: slice, per_key: Tensor | None
) -> Tensor:
    selection, chosen = shown.selection, MAPS[shown.selection.map]
    if chosen.rows is None:
        return rollout(shown.capture, layer, kind=selection.kind)[None, queries]
    call = shown.call(layer)
    if not shown.has_heads:
        heads = call.heads if call.removed else None  # all that are there
    part = part_of(call, heads=heads, queries=queries)
    values = chosen.rows(part)
    if chosen.per_key:
        factor = chosen.per_key(part) if per_key is None else per_key if heads is None else per_key[list(heads)]
        values = values * factor[:, None, : values.shape[2]]
    if selection.over == OVER[1]:
        return values.mean(dim=0, keepdim=True)
    return values.amax(dim=0, keepdim=True) if selection.over == OVER[2] else values


def _single(positions: Positions) -> Words:
    return Words(positions, tuple((i,) for i in range(len(positions))))


def _is_shown(positions: Positions, i: int, hidden: tuple[str, ...], segment: int | None) -> bool:
    label, special = positions.labels[i], positions.is_special[i]
    if segment is not None and positions.segments and positions.segments[i] != segment:
        return False
    return not (
        ("special tokens" in hidden and special)
        or ("first token" in hidden and i == 0)
        or ("punctuation" in hidden and not special and is_sign(label))
    )


def _subset(words: Words, indices: list[int]) -> Words:
    positions = words.positions
    fields = ("ids", "labels", "is_special", "spans", "segments", "tokens", "reads")
    picked: dict[str, Any] = {  # Any: fields of several types
        name: tuple(getattr(positions, name)[i] for i in indices) for name in fields if getattr(positions, name)
    }
    return Words(replace(positions, **picked), tuple(words.groups[i] for i in indices))
