"""What one word gives to others, in every head → the word that heads pick, the heads that look most to one word."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from mha_viz.attention.calls import call_pattern, part_of
from mha_viz.attention.maps import call_at
from mha_viz.inputs.words import Words, gathered, ordinary
from mha_viz.objects import Capture, Head

MOST_WORDS = 80  # that are drawn of a sentence


def other_words(words: Words, query: int, kind: str) -> list[int]:
    """The words that a word can point at: not itself, and in a causal model only earlier ones."""
    candidates = ordinary(words)
    if kind == "cross":
        return candidates
    allowed = [i for i in candidates if i < query] if kind == "decoder" else [i for i in candidates if i != query]
    return allowed or candidates


def words_near(words: list[int], query: int, key: int) -> list[int]:
    """The words around two of them, where there are more than fit on a page."""
    if len(words) <= MOST_WORDS:
        return words
    half = MOST_WORDS // 4
    return [i for i in words if min(abs(i - query), abs(i - key)) <= half]


def most_picked(rows: Tensor, among: Sequence[int]) -> int:
    """The word that some head gives most, of some words; ``rows`` (layer, head, word)."""
    return max(among, key=lambda word: rows[:, :, word].nan_to_num(0.0).max().item())


def telling_word(rows: Tensor, words: Words, query: int, kind: str) -> int:
    """The same among the words that a word can point at; neighbours and short words, which say little, come last."""
    others = other_words(words, query, kind)
    telling = [i for i in others if abs(i - query) > 1 and len(words.positions.labels[i]) > 2]
    return most_picked(rows, telling or others)


def strongest_heads(rows: Tensor, word: int, k: int) -> list[Head]:
    """The heads that give this word most, the strongest first, of equals the earlier; ``rows`` (layer, head, word).

    Layers are places in ``rows``, which of a hybrid are not the numbers that its model gives them; heads that were
    removed are left out.
    """
    given = rows[:, :, word].flatten()
    order = given.nan_to_num(-1.0).argsort(descending=True, stable=True)[: min(k, n_heads(rows))].tolist()
    return [divmod(place, rows.shape[1]) for place in order]


def n_heads(rows: Tensor) -> int:
    """How many heads there are in (layer, head, word): those that were removed hold nan."""
    return int((~rows[..., 0].isnan()).sum())


def rows_of_heads(rows: Tensor, heads: Sequence[Head]) -> Tensor:
    """What some heads give: (head, word)."""
    return torch.stack([rows[head] for head in heads])


def beside_average(rows: Tensor, head: int) -> Tensor:
    """What one head of a layer gives, and the average of the layer; ``rows`` (head, word) → (2, word)."""
    return torch.stack([rows[head], rows.nanmean(dim=0)])


def count_pointing(rows: Tensor, word: int, among: list[int]) -> int:
    """How many heads give this word more than any other of some words; ``rows`` (layer, head, word)."""
    there = ~rows[..., 0].isnan()
    return int((rows[:, :, among].argmax(dim=-1) == among.index(word))[there].sum())


def from_others(
    capture: Capture,
    heads: Sequence[Head],
    query_words: Words,
    key_words: Words,
    query: int,
    key: int,
    kind: str,
) -> list[float | None]:
    """What the other words give the same key in each of these heads, on average; None where no other word can look
    there.
    """
    others = [i for i in ordinary(query_words) if i != query and (kind == "cross" or i != key)]
    if kind == "decoder":
        others = [i for i in others if i > key]
    if not others:
        return [None] * len(heads)
    pieces = list(key_words.groups[key])
    calls = [part_of(call_at(capture, layer, kind), heads=[head]) for layer, head in heads]
    to_key = [call_pattern(call)[0][:, pieces].sum(dim=-1) for call in calls]
    from_words = gathered(torch.stack(to_key), query_words.groups, dim=1, mean=True)  # (head, query word)
    means: list[float | None] = from_words[:, others].mean(dim=1).tolist()
    return means
