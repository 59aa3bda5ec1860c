"""Scores that ask "which word does this word look at?": items, and how often heads and simple rules are right.

An annotation is turned into items (``syntactic``, ``coreference``, ``entities``, ``relation_words``); what a head
points at, what simple rules point at, and what an even choice gives are counted here, in one way for all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.head_scores.counting import Counts, Tally

OFFSETS = (-5, -4, -3, -2, -1, 1, 2, 3, 4, 5)  # key minus query, in words (Clark et al. 2019)
Key = tuple[str, str | None]  # score, direction


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
    word_map: Tensor, items: Mapping[Key, Sequence[Item]], *, is_causal: bool = False, missing: Collection[int] = ()
) -> dict[Key, Tally]:
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
    together, left_out = [], dict.fromkeys(items, 0)
    for key, of_key in items.items():
        for item in of_key:
            _refuse_other_words(item, n_word)
            asked = _askable(item, n_word, is_causal, missing)
            if asked is None:
                left_out[key] += 1
            else:
                together.append((key, item, *asked))
    right_by_head = _right(word_map, together)  # (..., item)
    tallies = {}
    for key in items:
        mine = [i for i, one in enumerate(together) if one[0] == key]
        hits = right_by_head[..., mine].sum(dim=-1).double()
        rules: dict[str, float] = {f"offset {k:+d}": 0.0 for k in OFFSETS} if mine else {}
        chance = 0.0
        for _, item, right, among in (together[i] for i in mine):
            chance += len(right) / len(among)
            for k in OFFSETS:
                rules[f"offset {k:+d}"] += item.query + k in right
            for name, answer in item.rules:
                rules[name] = rules.get(name, 0.0) + (answer in right)
        n = torch.full(hits.shape, float(len(mine)), dtype=torch.float64)
        tallies[key] = Tally(Counts(hits, n), rules, chance, left_out[key])
    return tallies


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
    chosen = torch.zeros(len(items), word_map.shape[-1], dtype=torch.bool)
    for row, (_, among) in zip(chosen, items, strict=True):
        row[list(among)] = True
    queries = torch.tensor([query for query, _ in items], dtype=torch.long, device=word_map.device)
    rows = word_map[..., queries, :].masked_fill(~chosen.to(word_map.device), 0)
    most = rows.max(dim=-1)
    return torch.where(most.values > 0, most.indices, -1)


def _right(word_map: Tensor, asked: list[tuple]) -> Tensor:
    """Whether each head is right on each item, bool (..., item), on the CPU."""
    table = torch.zeros(len(asked), word_map.shape[-1] + 1, dtype=torch.bool)  # the last column: no word, never right
    for row, (_, _, right, _) in zip(table, asked, strict=True):
        row[list(right)] = True
    answers = points_at(word_map, [(item.query, among) for _, item, _, among in asked]).cpu()
    return table[torch.arange(len(asked)), answers]


def _askable(
    item: Item, n_word: int, is_causal: bool, missing: Collection[int]
) -> tuple[frozenset[int], frozenset[int]] | None:
    """The right words and the candidates that can be looked at; None where the item cannot be asked."""
    if item.query in missing:
        return None
    end = item.query if is_causal else n_word
    candidates = range(end) if item.among is None else item.among
    among = frozenset(word for word in candidates if word < end and word != item.query and word not in missing)
    right = among & frozenset(item.right)
    return (right, among) if right else None


def _refuse_other_words(item: Item, n_word: int) -> None:
    named = (item.query, *item.right, *(item.among or ()))
    if not all(0 <= word < n_word for word in named):
        raise InputError(f"An item names word {max(named)}, but the map has {n_word} words.")
