"""Scores that ask "which word does this word look at?": items, and how often heads and simple rules are right.

An annotation is turned into items (``syntactic``, ``coreference``, ``entities``, ``relation_words``); what a head
points at, what simple rules point at, and what an even choice gives are counted here, in one way for all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.scores.counting import Counts, Tally

OFFSETS = (-1, 1, -2, 2, -3, 3, -4, 4, -5, 5)  # key minus query, in words (Clark et al. 2019); the near ones first
OFFSET_RULES = tuple(f"offset {k:+d}" for k in OFFSETS)
Key = tuple[str, str | None]  # score, direction
Name = TypeVar("Name")  # a Key, or whatever else the items go by


@dataclass(frozen=True)
class Item:
    """One question to a head: of the words ``among`` (None: all others), does ``query`` look most at a ``right`` one?

    ``rules`` are what simple rules answer beside the fixed offsets, by name: the nearest candidate, for example. An
    item without a right word stays an item that cannot be asked: it is counted as left out, never as wrong.
    """

    query: int
    right: tuple[int, ...]
    among: tuple[int, ...] | None = None
    rules: tuple[tuple[str, int], ...] = ()


def tally_items(
    word_map: Tensor, items: Mapping[Name, Sequence[Item]], *, is_causal: bool = False, missing: Collection[int] = ()
) -> dict[Name, Tally]:
    """How often each head points at a right word, beside what simple rules and an even choice get on the same items.

    Parameters
    ----------
    word_map : Tensor of shape (..., n_word, n_word)
        Of ``annotated_word_map``; the leading axes are heads, or layers and heads.
    items : mapping of (score, direction) to items
    is_causal : bool
        Whether words never look ahead: then words after the query are neither right nor to choose from.
    missing : collection of int
        Words without a token of their own. They are nobody's answer.

    Returns
    -------
    dict of (score, direction) to Tally
        Counts of shape (...), 0 to n. A head that gives no candidate any attention points at none and is wrong. Rules:
        ``offset k`` for each of ``OFFSETS`` points at the word k places on, among the candidates or not, and is wrong
        where no word stands there. Chance is the sum over items of right words per candidate.
        An item is left out, and counted as such, where its query is missing or no right word can be looked at.

    Raises
    ------
    InputError
        If an item names a word that the map does not have.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 4.2: argmax on words, against the best fixed offset.
    """
    n_word = word_map.shape[-1]
    askable, of_key, left_out = [], [], []
    for key, (_, of_score) in enumerate(items.items()):
        left_out.append(0)
        for item in of_score:
            _refuse_other_words(item, n_word)
            words = _askable(item, n_word, is_causal, missing)
            if words is None:
                left_out[key] += 1
            else:
                askable.append((item, *words))
                of_key.append(key)
    right = _table([right for _, right, _ in askable], n_word + 1)  # the last column: no word, never right
    queries = torch.tensor([item.query for item, _, _ in askable], dtype=torch.long)
    answers = points_at(word_map, [(item.query, among) for item, _, among in askable]).cpu()
    index, into = torch.arange(len(askable)), torch.tensor(of_key, dtype=torch.long)
    n_keys = len(left_out)
    hits = _summed(right[index, answers], into, n_keys).unbind(-1)
    n = _summed(torch.ones(len(askable)), into, n_keys).tolist()
    at_offset = queries + torch.tensor(OFFSETS)[:, None]  # (offset, item)
    at_offset = at_offset.where((at_offset >= 0) & (at_offset < n_word), n_word)
    by_offset = _summed(right[index, at_offset], into, n_keys).T.tolist()
    chance = _summed(torch.tensor([len(right) / len(among) for _, right, among in askable]), into, n_keys).tolist()
    rules = [dict(zip(OFFSET_RULES, row, strict=True)) if n[key] else {} for key, row in enumerate(by_offset)]
    for key, (item, answers_right, _) in zip(of_key, askable, strict=True):
        for name, answer in item.rules:
            rules[key][name] = rules[key].get(name, 0.0) + (answer in answers_right)
    return {
        name: Tally(Counts(hits[i], torch.full_like(hits[i], n[i])), rules[i], chance[i], left_out[i])
        for i, name in enumerate(items)
    }


def given_to_right(
    word_map: Tensor, items: Mapping[Name, Sequence[Item]], *, is_causal: bool = False, missing: Collection[int] = ()
) -> dict[Name, Tensor]:
    """How much of its attention each query gives to its right words, on average over the items that can be asked.

    Of a few cases hits say little and are often equal; how much is given tells heads apart, and proves nothing.

    Parameters
    ----------
    word_map, items, is_causal, missing
        As for ``tally_items``.

    Returns
    -------
    dict of name to Tensor of shape (...), 0 to 1
        nan where nothing could be asked.
    """
    nothing = word_map.new_full(word_map.shape[:-2], torch.nan)
    given: dict[Name, Tensor] = {}
    for name, of_score in items.items():
        asked = [(item.query, _askable(item, word_map.shape[-1], is_causal, missing)) for item in of_score]
        parts = [word_map[..., query, sorted(words[0])].sum(dim=-1) for query, words in asked if words is not None]
        given[name] = torch.stack(parts).mean(dim=0) if parts else nothing
    return given


def points_at(word_map: Tensor, items: Sequence[tuple[int, Collection[int]]]) -> Tensor:
    """The word that each query looks at most among its candidates; -1 where it gives none of them anything.

    Parameters
    ----------
    word_map : Tensor of shape (..., n_word, n_word)
    items : sequence of (query, candidates)

    Returns
    -------
    Tensor of shape (..., n_items), integers
        Of equal candidates the first.
    """
    chosen = _table([among for _, among in items], word_map.shape[-1]).to(word_map.device)
    queries = torch.tensor([query for query, _ in items], dtype=torch.long, device=word_map.device)
    most = (word_map[..., queries, :] * chosen).max(dim=-1)
    return torch.where(most.values > 0, most.indices, -1)


def _table(words: Sequence[Collection[int]], n_columns: int) -> Tensor:
    """Which words each item names, bool (item, n_columns)."""
    named = torch.zeros(len(words) * n_columns, dtype=torch.bool)
    named[[i * n_columns + word for i, of_item in enumerate(words) for word in of_item]] = True
    return named.reshape(len(words), n_columns)


def _summed(values: Tensor, into: Tensor, n: int) -> Tensor:
    """Values of items (..., item) added up by the score they belong to, (..., n), in float64."""
    return torch.zeros(*values.shape[:-1], n, dtype=torch.float64).index_add_(-1, into, values.double())


def _askable(
    item: Item, n_word: int, is_causal: bool, missing: Collection[int]
) -> tuple[frozenset[int], frozenset[int]] | None:
    """The right words and the candidates that can be looked at; None where the item cannot be asked."""
    if item.query in missing:
        return None
    seen = frozenset(range(item.query if is_causal else n_word))
    among = (seen if item.among is None else seen.intersection(item.among)).difference(missing, (item.query,))
    right = among.intersection(item.right)
    return (right, among) if right else None


def _refuse_other_words(item: Item, n_word: int) -> None:
    named = (item.query, *item.right, *(item.among or ()))
    if min(named) < 0 or max(named) >= n_word:
        raise InputError(f"An item names word {max(named)}, but the map has {n_word} words.")
