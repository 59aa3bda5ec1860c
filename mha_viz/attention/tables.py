"""Captures → tidy tables: one row a head, or one row a query and key. Layers and heads count from 0."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import torch

from mha_viz.attention.at_once import as_one
from mha_viz.attention.awaited import AwaitedCall, told_of_each
from mha_viz.attention.calls import call_pattern, part_of, stacked, widened
from mha_viz.attention.maps import call_at, chosen_kind, pattern
from mha_viz.attention.overview import Overview, overview_of
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import Shown, Window, choose, fitted_window, rows_of
from mha_viz.errors import InputError
from mha_viz.inputs.words import Words, find_word, merge_pattern, unique_labels, word_axes
from mha_viz.kept import kept_with_capture
from mha_viz.objects import AttentionCall, Capture, Positions
from mha_viz.wording import head_name, listed, name_in_layer

MOST_KEPT = 2**18  # numbers of all maps of a text, on words: a megabyte


def attention_between(capture: Capture, query: str, key: str, *, kind: str | None = None) -> pd.DataFrame:
    """How much each head looks from one word to another, best first.

    Parameters
    ----------
    query, key : str
        Words of the text, found as by ``find_word``; values are on words, whatever the tokens.

    Returns
    -------
    DataFrame with columns layer, head, attention
        A head that spreads evenly over n words gives each 1 / n.

    Raises
    ------
    InputError
        If a word is missing or ambiguous.
    """
    kind = chosen_kind(capture, kind)
    query_words, key_words = word_axes(capture, kind)
    row, column = find_word(query_words, query), find_word(key_words, key)
    layers = _word_rows(capture, query_words, key_words, row, kind)
    values = [
        (layer, head, value)
        for layer, rows in zip(capture.layers_of(kind), layers, strict=True)
        for head, value in enumerate(rows[:, column].tolist())
        if value == value  # else it was removed
    ]
    frame = pd.DataFrame(values, columns=["layer", "head", "attention"])
    return frame.sort_values("attention", ascending=False, kind="stable", ignore_index=True)


def attention_between_words(
    capture: Capture, query_words: Words, key_words: Words, query: int, *, kind: str
) -> pd.DataFrame:
    """What one word gives to every word, in every head: layer, head, query, key_position, key, attention."""
    rows = word_rows(capture, query_words, key_words, query, kind=kind)
    _, n_heads, n_words = rows.shape
    index = pd.MultiIndex.from_product(
        [capture.layers_of(kind), range(n_heads), range(n_words)], names=["layer", "head", "key_position"]
    )
    frame = pd.DataFrame({"attention": rows.flatten().cpu().numpy()}, index=index).reset_index()
    frame.insert(2, "query", unique_labels(query_words.positions.labels)[query])
    keys = unique_labels(key_words.positions.labels)
    frame.insert(4, "key", [keys[i] for i in frame["key_position"]])
    return frame.dropna(subset="attention", ignore_index=True)  # heads that were removed


def describe_heads(capture: Capture, *, kind: str | None = None) -> pd.DataFrame:
    """Each head's strongest pair of tokens, how widely it spreads, and how far it reaches.

    Returns
    -------
    DataFrame with columns layer, head, query, key, value, entropy (nats), mean_distance (tokens)
        In layer, head order. Of what reads left to right the strongest pair is outside the first row and the first
        column, which say nothing of a head. ``mean_distance`` is missing for cross-attention, whose axes count
        different things.
    """
    shown = choose(capture, Selection(chosen_kind(capture, kind)))
    return overview_frame(shown, overview_of(shown, 1))


def overview_frame(shown: Shown, seen: Overview) -> pd.DataFrame:
    """One row a map of an overview: where it is strongest and, for patterns, how widely it spreads and how far.

    Returns
    -------
    DataFrame with columns layer, head, query, key, value, and for patterns entropy (nats), mean_distance (positions)
        ``head`` is missing where a map is of a whole layer.
    """
    there = shown.places
    query, key = unique_labels(shown.query.positions.labels), unique_labels(shown.key.positions.labels)
    frame = pd.DataFrame(
        {
            "layer": [layer for layer, _ in shown.maps],
            "head": [head for _, head in shown.maps] if shown.has_heads else None,
            "query": [query[i] for i in seen.query.flatten()[there].tolist()],
            "key": [key[i] for i in seen.key.flatten()[there].tolist()],
            "value": seen.value.flatten()[there].tolist(),
        }
    )
    if seen.entropy is not None:
        reach = seen.mean_distance
        frame["entropy"] = seen.entropy.flatten()[there].tolist()
        frame["mean_distance"] = None if reach is None else reach.flatten()[there].tolist()
    return frame


def pattern_frame(
    capture: Capture, layer: int, head: int, *, kind: str | None = None, words: bool = False, parts: bool = False
) -> pd.DataFrame:
    """The pattern of one head as a table: index queries, columns keys, labels unique on each axis.

    ``words`` joins the pieces of words, ``parts`` the tokens of each part of the text (the roles of a chat, two texts):
    attention *to* one is the sum over its tokens, *from* one their mean.

    Raises
    ------
    InputError
        If there is no such layer or head, or if the text has no parts.
    """
    kind = chosen_kind(capture, kind)
    refuse_removed(capture, call_at(capture, layer, kind), [head])
    if parts:
        return _part_frame(capture, layer, head, kind)
    weights = head_map(capture, pattern(capture, layer, kind=kind), head)
    query, key = capture.query_positions[kind], capture.key_positions[kind]
    if words:
        query_words, key_words = word_axes(capture, kind)
        weights, query, key = (
            merge_pattern(weights, query_words, key_words),
            query_words.positions,
            key_words.positions,
        )
    return label_map(weights, query, key)


def _part_frame(capture: Capture, layer: int, head: int, kind: str) -> pd.DataFrame:
    shown = choose(capture, Selection(kind, parts=True))
    weights = head_map(capture, rows_of(shown, layer)[0], head)
    return label_map(weights, shown.query.positions, shown.key.positions)


def map_frame(shown: Shown, layer: int, heads: Sequence[int], window: Window | None = None) -> pd.DataFrame:
    """The numbers that the picture of some heads shows, one row a query and key.

    Returns
    -------
    DataFrame with columns layer, head, query_position, query, key_position, key, value (float32)
        Then, for both axes, what the model reads: on tokens their form (``query_token``) and number (``query_id``), of
        a text in parts ``query_part``, and ``query_reads`` where that is not what was typed. Of a picture the row and
        the column of each patch, ``query_row`` and ``query_column``, missing where a position is none.
    """
    if shown.has_heads:
        refuse_removed(shown.capture, shown.call(layer), heads)
    q0, q1, k0, k1 = fitted_window(shown, window)
    maps, _ = rows_of(shown, layer, heads=heads if shown.has_heads else None, rows=slice(q0, q1))
    maps = maps[:, :, k0:k1].float().cpu()
    queries, keys = unique_labels(shown.query.positions.labels)[q0:q1], unique_labels(shown.key.positions.labels)[k0:k1]
    index = pd.MultiIndex.from_product(
        [list(heads) if shown.has_heads else [shown.selection.over], range(q0, q1), range(k0, k1)],
        names=["head", "query_position", "key_position"],
    )
    frame = pd.DataFrame({"value": maps.flatten().numpy()}, index=index).reset_index()
    frame.insert(0, "layer", layer)
    frame.insert(3, "query", [queries[i - q0] for i in frame["query_position"]])
    frame.insert(5, "key", [keys[i - k0] for i in frame["key_position"]])
    for axis, positions in (("query", shown.query.positions), ("key", shown.key.positions)):
        for name, values in _read_of(positions).items():
            frame[f"{axis}_{name}"] = [values[i] for i in frame[f"{axis}_position"]]
    return frame


def _read_of(positions: Positions) -> dict[str, tuple[int, ...] | tuple[str, ...] | tuple[int | None, ...]]:
    """What the model reads at each position and of which part it is, as far as there is something to say."""
    columns: dict[str, tuple[int, ...] | tuple[str, ...] | tuple[int | None, ...]] = {}
    if positions.cells:
        cells = [cell or (None, None) for cell in positions.cells]
        columns |= {"row": tuple(row for row, _ in cells), "column": tuple(column for _, column in cells)}
    if positions.tokens:
        columns |= {"token": positions.tokens}
        columns |= {"id": positions.ids} if min(positions.ids) >= 0 else {}
    if positions.segments and positions.parts:
        columns |= {"part": tuple(positions.parts[segment] for segment in positions.segments)}
    return columns | ({"reads": positions.reads} if any(positions.reads) else {})


def label_map(values: torch.Tensor, query: Positions, key: Positions) -> pd.DataFrame:
    """A map (query, key) with its labels."""
    table = pd.DataFrame(values.cpu().numpy(), index=unique_labels(query.labels), columns=unique_labels(key.labels))
    return table.rename_axis(index="query", columns="key")


def head_map(capture: Capture, maps: torch.Tensor, head: int) -> torch.Tensor:
    """One head of (head, query, key), or a sentence that says which there are."""
    if not 0 <= head < len(maps):
        raise InputError(f"Head {head} does not exist: {capture.short_name} has heads 0 to {len(maps) - 1}.")
    return maps[head]


def refuse_removed(capture: Capture, call: AttentionCall, heads: Sequence[int]) -> None:
    """Raise InputError if one of these heads was removed from the model."""
    for head in (head for head in heads if head in call.removed):
        there = listed([name_in_layer(other) for other in call.heads])
        raise InputError(
            f"{head_name(call.layer, head)} was removed from {capture.short_name}, so it has no pattern: this layer "
            f"has {there}."
        )


def word_rows(capture: Capture, query_words: Words, key_words: Words, word: int, *, kind: str) -> torch.Tensor:
    """What one word looks at, in every head: (layer, head, key word); nan for heads that were removed."""
    maps = word_maps(capture, kind, query_words, key_words)
    if maps is not None:
        return maps[:, :, word]
    return stacked(_word_rows(capture, query_words, key_words, word, kind))


@kept_with_capture
def word_maps(capture: Capture, kind: str, query_words: Words, key_words: Words) -> torch.Tensor | None:
    """Of a short text all that its words give each other, (layer, head, query word, key word); None where that would
    be much to keep, or many runs, or layers cannot be held against each other.
    """
    if isinstance((calls := capture.calls_of(kind))[0], AwaitedCall):
        return None
    n_query, n_key = (sum(map(len, words.groups)) for words in (query_words, key_words))
    is_small = len(calls) * calls[0].n_heads * n_query * n_key <= MOST_KEPT
    one = as_one(calls) if is_small and (n_query, n_key) == (calls[0].n_query, calls[0].n_key) else None
    if one is None:
        return None
    maps: torch.Tensor = merge_pattern(call_pattern(one), query_words, key_words).unflatten(0, (len(calls), -1))
    return maps


def _word_rows(capture: Capture, query_words: Words, key_words: Words, word: int, kind: str) -> list[torch.Tensor]:
    """The same layer by layer, which may have different numbers of heads: (head, key word) each."""
    tokens = list(query_words.groups[word])
    begin, n_key = tokens[0], len(capture.key_positions[kind])
    query_word = Words(query_words.positions, (tuple(i - begin for i in tokens),))

    def of_layer(call: AttentionCall) -> torch.Tensor:
        rows = call_pattern(part_of(call, queries=slice(begin, tokens[-1] + 1)))  # (head, token of the word, key)
        return merge_pattern(widened(rows, n_key, 0.0), query_word, key_words)[:, 0]

    return told_of_each(capture.calls_of(kind), of_layer)
