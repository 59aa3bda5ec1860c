"""Captures → tidy tables: one row a head, or one row a query and key. Layers and heads count from 0."""

from __future__ import annotations

import pandas as pd
import torch

from mha_viz.attention import call_at, call_pattern, pattern
from mha_viz.errors import InputError
from mha_viz.head_scores import entropy, mean_distance
from mha_viz.objects import Capture, Positions
from mha_viz.words import Words, find_word, group_words, merge_pattern, unique_labels


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
    rows = word_rows(capture, query_words, key_words, row, kind=kind)  # (layer, head, word)
    n_layers, n_heads, _ = rows.shape
    frame = pd.DataFrame(
        {
            "layer": [layer for layer in range(n_layers) for _ in range(n_heads)],
            "head": [head for _ in range(n_layers) for head in range(n_heads)],
            "attention": rows[:, :, column].reshape(-1).tolist(),
        }
    )
    return frame.sort_values("attention", ascending=False, kind="stable", ignore_index=True)


def describe_heads(capture: Capture, *, kind: str | None = None) -> pd.DataFrame:
    """Each head's strongest pair of tokens, how widely it spreads, and how far it reaches.

    Returns
    -------
    DataFrame with columns layer, head, query, key, value, entropy (nats), mean_distance (tokens)
        In layer, head order. ``mean_distance`` is missing for cross-attention, whose axes count different things.
    """
    kind = chosen_kind(capture, kind)
    query_labels = unique_labels(capture.query_positions[kind].labels)
    key_labels = unique_labels(capture.key_positions[kind].labels)
    parts = []
    for layer in range(len(capture.calls_of(kind))):
        weights = pattern(capture, layer, kind=kind)  # (head, query, key)
        strongest = weights.flatten(1).argmax(dim=1)
        query, key = (strongest // weights.shape[2]).tolist(), (strongest % weights.shape[2]).tolist()
        parts.append(
            pd.DataFrame(
                {
                    "layer": layer,
                    "head": range(len(weights)),
                    "query": [query_labels[i] for i in query],
                    "key": [key_labels[i] for i in key],
                    "value": weights.flatten(1).amax(dim=1).tolist(),
                    "entropy": entropy(weights).tolist(),
                    "mean_distance": None if kind == "cross" else mean_distance(weights).tolist(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def pattern_frame(
    capture: Capture, layer: int, head: int, *, kind: str | None = None, words: bool = False
) -> pd.DataFrame:
    """The pattern of one head as a table: index queries, columns keys, labels unique on each axis.

    Raises
    ------
    InputError
        If there is no such layer or head.
    """
    kind = chosen_kind(capture, kind)
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


def label_map(values: torch.Tensor, query: Positions, key: Positions) -> pd.DataFrame:
    """A map (query, key) with its labels."""
    table = pd.DataFrame(values.cpu().numpy(), index=unique_labels(query.labels), columns=unique_labels(key.labels))
    return table.rename_axis(index="query", columns="key")


def head_map(capture: Capture, maps: torch.Tensor, head: int) -> torch.Tensor:
    """One head of (head, query, key), or a sentence that says which there are."""
    if not 0 <= head < len(maps):
        raise InputError(f"Head {head} does not exist: {capture.model_name} has heads 0 to {len(maps) - 1}.")
    return maps[head]


def word_axes(capture: Capture, kind: str) -> tuple[Words, Words]:
    """The words of the query axis and of the key axis."""
    query = group_words(capture.query_positions[kind])
    same = capture.key_positions[kind] is capture.query_positions[kind]
    return query, query if same else group_words(capture.key_positions[kind])


def word_rows(capture: Capture, query_words: Words, key_words: Words, word: int, *, kind: str) -> torch.Tensor:
    """What one word looks at, in every head: (layer, head, key word)."""
    rows = []
    tokens = list(query_words.groups[word])
    one = Words(query_words.positions, (tuple(range(len(tokens))),))
    for call in capture.calls_of(kind):
        rows.append(merge_pattern(call_pattern(call)[:, tokens], one, key_words)[:, 0])
    return torch.stack(rows)


def chosen_kind(capture: Capture, kind: str | None) -> str:
    """The kind asked for, or the only one; a sentence where that is not clear."""
    return call_at(capture, 0, kind).kind
