"""What is asked of heads: items, and those of several texts as tables of words to choose from and of right ones."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch

from mha_viz.errors import InputError

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


@dataclass(frozen=True)
class Asked(Generic[Name]):
    """What is asked about a text of ``n_word`` words, of which those ``missing`` are nobody's answer."""

    items: Mapping[Name, Sequence[Item]]
    n_word: int
    missing: Collection[int] = ()


class Questions:
    """The items of several texts as tables, in their order.

    Attributes
    ----------
    queries, of_text, of_score : Tensor of shape (item,)
        The word that is asked about, and the number of its text and of its score: scores are numbered text by text.
    among, right : bool Tensor of shape (item, word)
        The words that can be chosen, and those of them that are right.
    can_be_asked : bool Tensor of shape (item,)
        Whether the query has a token and a right word can be looked at.

    Raises
    ------
    InputError
        If an item names a word that its text does not have.
    """

    def __init__(self, texts: Sequence[Asked[Name]], n_word: int, *, is_causal: bool) -> None:
        numbered = [
            (i, score, item)
            for score, (i, text, of_score) in enumerate(
                (i, text, of_score) for i, text in enumerate(texts) for of_score in text.items.values()
            )
            for item in _checked(of_score, text.n_word)
        ]
        self._items, self._n_word = [item for _, _, item in numbered], n_word
        self.queries, self.of_text, self.of_score = (
            torch.tensor(numbers, dtype=torch.long)
            for numbers in (
                [item.query for item in self._items],
                [i for i, *_ in numbered],
                [k for _, k, _ in numbered],
            )
        )
        there = torch.zeros(len(texts), n_word, dtype=torch.bool)  # the words that are somebody's answer
        for of_text, text in zip(there, texts, strict=True):
            of_text[: text.n_word] = True
            of_text[list(text.missing)] = False
        among = there[self.of_text] & self._among()
        among.scatter_(1, self.queries[:, None], False)
        if is_causal:
            among &= torch.arange(n_word) < self.queries[:, None]
        self.among, self.right = among, among & self._named([item.right for item in self._items])
        self.can_be_asked = self.right.any(dim=1) & there[self.of_text, self.queries]

    def answers_of_rules(self) -> Iterator[tuple[int, str, bool]]:
        """What rules make of the items that can be asked: the number of the score, the rule, whether it is right."""
        can, scores = self.can_be_asked.tolist(), self.of_score.tolist()
        asked = [
            (i, name, word) for i, item in enumerate(self._items) if item.rules and can[i] for name, word in item.rules
        ]
        is_word = [0 <= word < self._n_word for *_, word in asked]
        places = [i * self._n_word + (word if known else 0) for (i, _, word), known in zip(asked, is_word, strict=True)]
        is_right = self.right.flatten()[torch.tensor(places, dtype=torch.long)].tolist()
        for (i, name, _), known, right in zip(asked, is_word, is_right, strict=True):
            yield scores[i], name, known and right

    def _among(self) -> torch.Tensor:
        """The candidates of each item, (item, word): all words where it names none."""
        limited = [i for i, item in enumerate(self._items) if item.among is not None]
        among = torch.ones(len(self._items), self._n_word, dtype=torch.bool)
        if limited:
            among[limited] = self._named([self._items[i].among or () for i in limited])
        return among

    def _named(self, words: Sequence[Collection[int]]) -> torch.Tensor:
        return table_of(words, self._n_word)


def table_of(words: Sequence[Collection[int]], n_word: int) -> torch.Tensor:
    """Which words each item names, bool (item, word)."""
    named = torch.zeros(len(words) * n_word, dtype=torch.bool)
    named[[i * n_word + word for i, of_item in enumerate(words) for word in of_item]] = True
    return named.reshape(len(words), n_word)


def _checked(items: Sequence[Item], n_word: int) -> Sequence[Item]:
    for item in items:
        named = (item.query, *item.right, *(item.among or ()))
        if min(named) < 0 or max(named) >= n_word:
            raise InputError(f"An item names word {max(named)}, but the map has {n_word} words.")
    return items
