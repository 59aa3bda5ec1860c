"""The patterns of one text as its calls come: some layers at once, each looked at and then dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import torch
from torch import Tensor

from mha_viz.attention.calls import BLOCK, call_pattern, check_same_heads
from mha_viz.errors import InputError
from mha_viz.objects import AttentionCall, seen

T = TypeVar("T")
LONG = 2**26  # numbers of the maps of one layer: 268 MB, of which scores need several times as much


class PatternBlocks(Generic[T]):
    """What a function makes of the self-attention of one text, of a few consecutive layers at a time.

    Parameters
    ----------
    function : callable
        Takes the patterns of some layers, (layer, head, query, key), all on one device, and whether they never look
        ahead.
    kind : {"encoder", "decoder"}, optional
        Self-attention; may be left out where only one kind of it comes.
    most : int
        Numbers of the maps that are held together at most (or a single layer).
    of_long : callable, optional
        What gives the same of one layer of which the maps have more than ``LONG`` numbers, and are never whole.

    Attributes
    ----------
    layers : list of int
        Of the calls that were taken, as the model numbers them.
    """

    def __init__(
        self, function: Callable[[Tensor, bool], T], *, kind: str | None = None, most: int = BLOCK,
        of_long: Callable[[AttentionCall], T] | None = None,
    ) -> None:  # fmt: skip
        self.function, self.kind, self.most, self.of_long = function, kind, most, of_long
        self._parts: list[T] = []
        self._held: list[Tensor] = []
        self._there: list[list[bool]] = []
        self._kinds: set[str] = set()
        self.layers: list[int] = []

    def __call__(self, call: AttentionCall) -> None:
        """Take the next call; before it would be too much, the layers that are held are looked at.

        Raises
        ------
        InputError
            If it is of another kind than those before, or has another number of heads.
        """
        if call.kind == "cross" or self.kind not in (None, call.kind):
            return
        self._kinds.add(call.kind)
        if len(self._kinds) > 1:
            raise which_attention(sorted(self._kinds))
        self._there.append([head not in call.removed for head in range(call.n_heads)])
        check_same_heads(map(len, self._there))
        self.layers.append(call.layer)
        size = call.n_heads * call.n_query * call.n_key
        is_long = self.of_long is not None and size > LONG
        if is_long or (len(self._held) + 1) * size > self.most:
            self._look()
        if self.of_long is not None and is_long:
            self._parts.append(self.of_long(call))
            return
        pattern = call_pattern(call)
        self._held.append(pattern.to(self._held[0].device) if self._held else pattern)

    def parts(self) -> list[T]:
        """What the function gave, in the order of the layers, once all calls came."""
        self._look()
        if not self._parts:
            raise which_attention([])
        return self._parts

    def held(self) -> list[Tensor]:
        """The patterns of all calls that came, (head, query, key), if none was looked at yet; else nothing."""
        return [] if self._parts else self._held

    def note(self, part: T) -> None:
        """What the function would give of all layers that are held, where somebody else found it: they are let go."""
        self._held, self._parts = [], [part]

    @property
    def there(self) -> Tensor | None:
        """Which heads there are, (layer, head); None where none was removed from the model."""
        return None if all(map(all, self._there)) else torch.tensor(self._there)

    @property
    def is_causal(self) -> bool:
        """Whether queries never look ahead, once a call came."""
        return self._kinds == {"decoder"}

    def _look(self) -> None:
        if self._held:
            patterns = torch.stack(self._held) if len(self._held) > 1 else self._held[0][None]  # the largest here
            self._held = []
            self._parts.append(self.function(patterns, self.is_causal))


class WordMapRows:
    """``annotated_word_map`` of a map (..., query, n_key) whose rows come some at a time, each once."""

    def __init__(self, n_key: int, pieces: Sequence[Sequence[int]], queries: Sequence[int] | None = None) -> None:
        rows = range(len(pieces)) if queries is None else queries
        self.n_key, self.pieces = n_key, pieces
        self.word_of = {token: word for word in rows for token in pieces[word]}
        self._owned: Tensor | None = None  # (key, word)
        self._map: Tensor | None = None

    def add(self, pattern: Tensor, first_query: int) -> None:
        """Rows from this query on; keys may be missing at the end, where none of the rows can look."""
        n_query, n_key = pattern.shape[-2:]
        if self._owned is None or self._map is None:
            self._owned = self._who_owns_what(pattern)
            self._map = pattern.new_zeros(*pattern.shape[:-2], len(self.pieces), len(self.pieces))
        tokens = [token for token in range(first_query, first_query + n_query) if token in self.word_of]
        words = torch.tensor([self.word_of[token] for token in tokens], dtype=torch.long, device=pattern.device)
        rows = torch.tensor(tokens, dtype=torch.long, device=pattern.device) - first_query
        sizes = pattern.new_tensor([len(self.pieces[self.word_of[token]]) for token in tokens])
        between = pattern.index_select(-2, rows) @ self._owned[:n_key] / sizes[:, None]  # (..., token, word)
        self._map.index_add_(-2, words, between)

    def word_map(self) -> Tensor:
        """Of all rows that came, (..., n_word, n_word)."""
        return seen(self._map)

    def _who_owns_what(self, pattern: Tensor) -> Tensor:
        owned = pattern.new_zeros(self.n_key, len(self.pieces))
        for word, group in enumerate(self.pieces):
            owned[list(group), word] = 1.0
        return owned


def which_attention(kinds: Sequence[str]) -> InputError:
    """What to raise where there is not one kind of self-attention, but these."""
    found = " and ".join(kinds) or "none"
    return InputError(f"Scores are of self-attention; this capture holds {found}: say which.")
