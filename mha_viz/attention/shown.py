"""A capture and what somebody wants to see of it → axes and numbers, in blocks of queries however long the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from mha_viz.attention.axes import axes_of
from mha_viz.attention.calls import BLOCK, part_of, widened
from mha_viz.attention.maps import call_at, rollout
from mha_viz.attention.selection import MAPS, OVER, Selection
from mha_viz.errors import InputError
from mha_viz.inputs.words import Words, gathered
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import AttentionCall, Capture, Head

Groups = Sequence[tuple[int, ...]]  # the tokens of each shown position
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
        return not self.selection.words and not self.selection.parts and not self.hidden

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
    """The axes that are left when words or parts are joined and positions hidden.

    Raises
    ------
    InputError
        If nothing is left, if the map does not add up over the pieces of words, or if the text has no parts.
    """
    if (selection.words or selection.parts or selection.renormalise) and not MAPS[selection.map].is_share:
        message = N_("{map} does not add up over the pieces of a word or a row: show it on tokens.")
        raise InputError(lazy_gettext(message, map=lazy_gettext(selection.map)))
    query, key = axes_of(capture, selection)
    return Shown(capture, selection, query.words, key.words, key.away, query.places, key.places)


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
    if shown.selection.parts:
        return _part_rows(shown, layer, heads, groups, per_key)
    begin, end = groups[0][0], groups[-1][-1] + 1
    values = _token_rows(shown, layer, heads, slice(begin, end), per_key)
    if not (trim and shown.all_keys):
        values = widened(values, len(shown.capture.key_positions[shown.selection.kind]), shown.nothing)
    return arranged(shown, values, rows)


def _part_rows(
    shown: Shown, layer: int, heads: Sequence[int] | None, groups: Groups, per_key: Tensor | None
) -> tuple[Tensor, Tensor]:
    """The rows of whole parts, whose tokens may be many: keys are summed up while a block of their rows is there."""
    call, n_key = shown.call(layer), len(shown.capture.key_positions[shown.selection.kind])
    begin, end = min(map(min, groups)), max(map(max, groups)) + 1
    step = max(1, BLOCK // (call.n_heads * n_key))
    blocks = []
    for first in range(begin, end, step):
        values = _token_rows(shown, layer, heads, slice(first, min(end, first + step)), per_key)
        blocks.append(_on_keys(shown, widened(values, n_key, shown.nothing)))
    values, sums = (torch.cat(parts, dim=1) for parts in zip(*blocks, strict=True))
    return _on_queries(shown, values, sums, groups, begin)


def arranged(shown: Shown, values: Tensor, rows: slice = slice(None)) -> tuple[Tensor, Tensor]:
    """Maps on tokens → maps on what is shown; ``values`` starts at the first token of the first row. As ``rows_of``."""
    groups = shown.query.groups[rows]
    selection = shown.selection
    if selection.parts:
        return _on_queries(shown, *_on_keys(shown, values), groups, min(map(min, groups)))
    if values.shape[1] != len(groups) or selection.words:
        begin = groups[0][0]
        values = gathered(values, [[i - begin for i in group] for group in groups], dim=1, mean=True)
    shown_values = values if shown.all_keys else gathered(values, shown.key.groups, dim=2)
    if selection.map == "Logits" or (shown_values is values and not selection.renormalise):
        return shown_values, values.new_zeros(values.shape[:2])
    return _scaled(shown, shown_values, values.sum(dim=-1))


def _on_keys(shown: Shown, values: Tensor) -> tuple[Tensor, Tensor]:
    """Rows with their keys summed up to what is shown, and what each row sums to."""
    return gathered(values, shown.key.groups, dim=2), values.sum(dim=-1)


def _on_queries(shown: Shown, values: Tensor, sums: Tensor, groups: Groups, begin: int) -> tuple[Tensor, Tensor]:
    """The means over the rows of each group; the first row is that of the token ``begin``."""
    places = [[i - begin for i in group] for group in groups]
    values = gathered(values, places, dim=1, mean=True)
    return _scaled(shown, values, gathered(sums[..., None], places, dim=1, mean=True)[..., 0])


def _scaled(shown: Shown, values: Tensor, sums: Tensor) -> tuple[Tensor, Tensor]:
    """What is shown of rows, to sum to 1 where that is wanted; and what they hold beside it."""
    row_sums = values.sum(dim=-1)
    hidden = (sums - row_sums).clamp_min(0.0)
    if shown.selection.renormalise:
        values = values / row_sums.clamp_min(torch.finfo(row_sums.dtype).tiny)[..., None]
    return values, hidden


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
