"""Chunks that are given out to several workers: in halves where one was too much, back in their order when all is done.

What a chunk costs is not known before: a worker may end over it, or have too little memory. Then it is read again,
then in halves, until it is known which part it is, and that is left out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from mha_viz.errors import InputError
from mha_viz.wording import joined

DEATHS = 3  # of workers, from which on a chunk of one is left out; from the second on, one of several is halved
MOST_LOST = 20  # from which on it is not the passages

Chunk = list[Any]  # of whatever a function takes


@dataclass(frozen=True)
class Piece:
    """A chunk, or a part of one. ``place`` is the chunk's number and, of a part, which half of what."""

    place: tuple[int, ...]
    chunk: Chunk
    deaths: int = 0

    @property
    def name(self) -> str:
        """Its passages, as a sentence names them."""
        names = [str(getattr(one, "name", one)) for one in self.chunk]
        return names[0] if len(names) == 1 else joined([names[0], f"{len(names) - 1} more"])

    def halves(self) -> list[Piece]:
        """Two parts that are as long."""
        middle = len(self.chunk) // 2
        parts = self.chunk[:middle], self.chunk[middle:]
        return [Piece((*self.place, i), part, self.deaths) for i, part in enumerate(parts)]


@dataclass
class Parts:
    """What is known of a chunk: of how many parts it is, and the results of those that are done, by place."""

    n: int = 1
    done: dict[tuple[int, ...], list[Any]] = field(default_factory=dict)


class Chunks:
    """What is to be done, and what is done.

    Parameters
    ----------
    chunks : iterable of lists
        Read no further than is needed.
    ahead : int
        How many may be begun before the first that is not done: results are kept in order, and wait for it.
    leave_out : callable, optional
        The results of a chunk that cannot be done; by default there are none, and that is an error.
    """

    def __init__(self, chunks: Iterable[Chunk], ahead: int, leave_out: Callable[[Chunk], list[Any]] | None) -> None:
        self._waiting, self._ahead, self._leave_out = iter(chunks), ahead, leave_out
        self._again: deque[Piece] = deque()
        self._begun: dict[int, Parts] = {}
        self._first = self._n_begun = self._n_lost = 0

    @property
    def is_all_done(self) -> bool:
        """Whether everything that was begun is done, and its results were taken."""
        return not self._begun

    def next(self) -> Piece | None:
        """What to do next; None for nothing at the moment."""
        if self._again:
            return self._again.popleft()
        if self._n_begun - self._first >= self._ahead:
            return None
        for chunk in islice(self._waiting, 1):
            number, self._n_begun = self._n_begun, self._n_begun + 1
            self._begun[number] = Parts()
            return Piece((number,), chunk)
        return None

    def is_done(self, piece: Piece, results: list[Any]) -> None:
        """Note the results of a piece."""
        self._begun[piece.place[0]].done[piece.place] = results

    def has_failed(self, piece: Piece, *, for_memory: bool = False) -> str:
        """Note that a worker ended over a piece, or had too little memory for it; a sentence where it is left out.

        Raises
        ------
        InputError
            If too many are left out, or nothing may be.
        """
        piece = replace(piece, deaths=piece.deaths + 1)
        if len(piece.chunk) > 1 and (for_memory or piece.deaths > 1):
            self._begun[piece.place[0]].n += 1
            self._again.extend(piece.halves())
        elif piece.deaths < DEATHS:
            self._again.append(piece)
        else:
            self.is_done(piece, self._without(piece))
            return f"{piece.name} ended {piece.deaths} workers, and is left out."
        return ""

    def _without(self, piece: Piece) -> list[Any]:
        self._n_lost += len(piece.chunk)
        if self._leave_out is None or self._n_lost > MOST_LOST:
            also = f", after {self._n_lost - 1} others of which they did" if self._n_lost > 1 else ""
            raise InputError(f"{piece.name} ended {piece.deaths} workers{also}: do they have enough memory for this?")
        return self._leave_out(piece.chunk)

    def in_order(self) -> Iterator[list[Any]]:
        """The results of whole chunks, until one that is not done; parts stand side by side again."""
        while (parts := self._begun.get(self._first)) is not None and len(parts.done) == parts.n:
            del self._begun[self._first]
            self._first += 1
            yield [result for place in sorted(parts.done) for result in parts.done[place]]
