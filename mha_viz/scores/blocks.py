"""The patterns of one text as its calls come: some layers at once, each looked at and then dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import torch
from torch import Tensor

from mha_viz.attention.calls import BLOCK, call_pattern, check_same_heads
from mha_viz.errors import InputError
from mha_viz.objects import AttentionCall

T = TypeVar("T")


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
    """

    def __init__(self, function: Callable[[Tensor, bool], T], *, kind: str | None = None, most: int = BLOCK) -> None:
        self.function, self.kind, self.most = function, kind, most
        self._parts: list[T] = []
        self._held: list[Tensor] = []
        self._there: list[list[bool]] = []
        self._kinds: set[str] = set()

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
        if (len(self._held) + 1) * call.n_heads * call.n_query * call.n_key > self.most:
            self._look()
        pattern = call_pattern(call)
        self._held.append(pattern.to(self._held[0].device) if self._held else pattern)

    def parts(self) -> list[T]:
        """What the function gave, in the order of the layers, once all calls came."""
        self._look()
        if not self._parts:
            raise which_attention([])
        return self._parts

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


def which_attention(kinds: Sequence[str]) -> InputError:
    """What to raise where there is not one kind of self-attention, but these."""
    found = " and ".join(kinds) or "none"
    return InputError(f"Scores are of self-attention; this capture holds {found}: say which.")
