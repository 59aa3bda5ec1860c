"""What one word gives to others, in every head → the word that heads pick, the heads that look most to one word.

A head that looks at a word whoever asks says little about the word that asks: so words and heads are ranked by what a
word gets above what the other words give it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from mha_viz.attention.awaited import Question, told_of_each
from mha_viz.attention.calls import call_pattern, part_of, query_blocks, rows_at, stacked, widened
from mha_viz.attention.maps import call_at
from mha_viz.attention.recent import pattern_parts
from mha_viz.attention.tables import word_maps, word_rows
from mha_viz.inputs.function_words import PRONOUNS, says_little
from mha_viz.inputs.words import Words, gathered, is_sign, ordinary
from mha_viz.kept import kept_with_capture
from mha_viz.objects import AttentionCall, Capture, Head

MOST_WORDS = 80  # that are drawn of a sentence
MOST_OTHERS = 200  # words that a word is held against; of more, so many of them, evenly spread
AGREEING = 10  # heads whose mean says how much a word is looked at: a few that look anywhere do not decide


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


def above_others(
    capture: Capture, query_words: Words, key_words: Words, query: int, rows: Tensor, *, kind: str
) -> Tensor:
    """How much more one word gives to each word than the other words give it on average, in every head.

    Parameters
    ----------
    rows : Tensor of shape (n_layers, n_heads, n_key_words)
        What the word gives: ``word_rows``.

    Returns
    -------
    Tensor of the same shape, from -1 to 1
        nan for heads that were removed, and for words at which no other word can look.
    """
    others = _others(query_words, key_words, query, kind)
    if others is None:
        return torch.full_like(rows, torch.nan)
    maps = word_maps(capture, kind, query_words, key_words)
    if maps is not None:
        return rows - _mean_of(maps[:, :, others.words], others.can_look)
    return rows - _given(capture, kind, others, key_words)[1]


@kept_with_capture
def given_by(
    capture: Capture, kind: str, query_words: Words, key_words: Words, query: int
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """What one word gives to each word, in every head (``word_rows``), and how much more that is than what the others
    give (``above_others``).
    """
    others = _others(query_words, key_words, query, kind)
    if others is not None and word_maps(capture, kind, query_words, key_words) is None:
        rows, means = _given(capture, kind, others, key_words)  # of each pattern at once
        return rows, rows - means
    rows = word_rows(capture, query_words, key_words, query, kind=kind)
    return rows, above_others(capture, query_words, key_words, query, rows, kind=kind)


class Others(NamedTuple):
    """The words that one word is held against, and it: their tokens, and what each counts to the mean of the others."""

    words: list[int]
    can_look: Tensor  # (word, key word)
    tokens: list[int]
    is_own: Tensor  # (token,)
    weights: Tensor  # (token, key)


def _others(query_words: Words, key_words: Words, query: int, kind: str) -> Others | None:
    """None where there are no others."""
    words = [i for i in ordinary(query_words) if i != query]
    words = words[:: -(-len(words) // MOST_OTHERS) or 1]
    if not words:
        return None
    can_look = torch.tensor([[_can_look(i, key, kind) for key in range(len(key_words))] for i in words])
    word_of = {token: i for i, word in enumerate(words) for token in query_words.groups[word]}
    tokens = sorted({*word_of, *query_words.groups[query]})
    shares = can_look / can_look.sum(dim=0).clamp_min(1)
    shares /= torch.tensor([[len(query_words.groups[word])] for word in words])
    of_words = torch.stack([shares[word_of[token]] if token in word_of else shares[0] * 0 for token in tokens])
    word_of_key = {key: i for i, group in enumerate(key_words.groups) for key in group}
    weights = of_words[:, [word_of_key[key] for key in range(len(word_of_key))]]
    return Others(words, can_look, tokens, torch.tensor([token not in word_of for token in tokens]), weights)


def _can_look(query: int, key: int, kind: str) -> bool:
    """Whether a word can look at another one."""
    return kind == "cross" or (query > key if kind == "decoder" else query != key)


def asked_of_each(kind: str, query_words: Words, key_words: Words, query: int) -> Question | None:
    """What ``given_by`` asks of each layer; None where it is found otherwise."""
    return (others := _others(query_words, key_words, query, kind)) and _asked(others, key_words)


def _asked(others: Others, key_words: Words) -> Question:
    tokens, n_key = others.tokens, others.weights.shape[1]
    as_they_follow = tokens == list(range(tokens[0], tokens[-1] + 1))

    def of_call(call: AttentionCall) -> Tensor:
        rows = slice(tokens[0], tokens[-1] + 1)
        pattern = call_pattern(part_of(call, queries=rows) if as_they_follow else rows_at(call, tokens))
        weights = others.weights[:, : pattern.shape[2]].to(pattern)  # keys that come later are left out
        own = pattern[:, others.is_own.to(pattern.device)].mean(dim=1)
        given = torch.stack([own, (pattern * weights).sum(dim=1)], dim=1)
        return gathered(widened(given, n_key, 0.0), key_words.groups, dim=2)

    return Question(("given", tuple(tokens), tuple(others.is_own.tolist()), key_words.groups), of_call)


def _given(capture: Capture, kind: str, others: Others, key_words: Words) -> Tensor:
    """What a word and, on average, others that can look there give to each: (2, layer, head, key word)."""
    parts, (key, of_call) = pattern_parts(capture, kind), _asked(others, key_words)
    told = told_of_each([call for call, _ in parts], of_call, key=key)
    of_layers = [layer for given, (_, n) in zip(told, parts, strict=True) for layer in given.unflatten(0, (n, -1))]
    given = stacked(of_layers).movedim(2, 0)
    given[1, ..., ~others.can_look.any(dim=0)] = torch.nan
    return given


def _mean_of(given: Tensor, can_look: Tensor) -> Tensor:
    """The mean over words, of those that can look: (…, word, key word) → (…, key word)."""
    can_look = can_look.to(given.device)
    return (given * can_look).sum(dim=-2) / can_look.sum(dim=0)


def most_picked(above: Tensor, among: Sequence[int]) -> int:
    """The word, of some words, on which heads agree most: by the mean of the ten heads that give it most above what
    others give it; ``above`` (layer, head, word).
    """
    of_heads = above[:, :, list(among)].flatten(0, 1).nan_to_num(-1.0).T  # (word, head)
    given = of_heads.topk(min(AGREEING, of_heads.shape[1])).values.mean(dim=1).tolist()
    return max(zip(among, given, strict=True), key=lambda pair: pair[1])[0]


def telling_word(above: Tensor, words: Words, query: int, kind: str) -> int:
    """The same among the words that a word can point at; neighbours, signs and short words, which say little, come
    last. A pronoun points back where it can.
    """
    labels, others = words.positions.labels, other_words(words, query, kind)
    telling = [i for i in others if (kind == "cross" or abs(i - query) > 1) and not _says_little(labels[i])]
    before = [i for i in telling if i < query and kind != "cross" and labels[query].casefold() in PRONOUNS]
    return most_picked(above, before or telling or others)


def _says_little(label: str) -> bool:
    return len(label) <= 2 or is_sign(label) or says_little(label)


def strongest_heads(rows: Tensor, word: int, k: int) -> list[Head]:
    """The heads that give this word most, the strongest first, of equals the earlier; ``rows`` (layer, head, word), or
    what is given above others.

    Layers are places in ``rows``, which of a hybrid are not the numbers that its model gives them; heads that were
    removed are left out.
    """
    given = rows[:, :, word].flatten()
    order = given.nan_to_num(-1.0).argsort(descending=True, stable=True)[: min(k, n_heads(rows))].tolist()
    return [divmod(place, rows.shape[1]) for place in order]


def outstanding_heads(rows: Tensor, above: Tensor, word: int, k: int) -> list[Head]:
    """The heads that give this word most above what other words give it; where no other word can look there, the ones
    that give it most.
    """
    return strongest_heads(rows if above[:, :, word].isnan().all() else above, word, k)


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
    maps, layers = word_maps(capture, kind, query_words, key_words), capture.layers_of(kind)
    if maps is not None:
        given = torch.stack([maps[layers.index(layer), head, :, key] for layer, head in heads])
        known: list[float | None] = given[:, others].mean(dim=1).tolist()
        return known
    pieces = list(key_words.groups[key])
    calls = [part_of(call_at(capture, layer, kind), heads=[head]) for layer, head in heads]
    to_key = [_to_keys(call, pieces) for call in calls]
    from_words = gathered(torch.stack(to_key), query_words.groups, dim=1, mean=True)  # (head, query word)
    means: list[float | None] = from_words[:, others].mean(dim=1).tolist()
    return means


def _to_keys(call: AttentionCall, keys: Sequence[int]) -> Tensor:
    """What each query of one head gives some keys together, (n_query,); of a long text some queries at a time."""
    blocks = (widened(call_pattern(part_of(call, queries=rows)), call.n_key, 0.0)[0] for rows in query_blocks(call))
    return torch.cat([block[:, list(keys)].sum(dim=-1) for block in blocks])
