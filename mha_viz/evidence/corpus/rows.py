"""Counts of one score in passages that are kept together: a row of the file, packed and read."""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import prod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mha_viz.scores.counting import Tally
from mha_viz.scores.table import ScoreKey


@dataclass(frozen=True, eq=False)
class Rows:
    """The counts of one score in passages that were kept together, (passage, layer, head), as a row of the file."""

    random: int
    part: int
    hits: NDArray[np.float64]
    n: NDArray[np.float64]
    units: list[str]
    copies: list[bool]
    rules: list[dict[str, float]]
    chance: list[float]
    left_out: list[int]

    def counts(self, i: int) -> tuple[Tensor, Tensor]:
        """Hits and items of one passage, (layer, head)."""
        return torch.from_numpy(self.hits[i]), torch.from_numpy(np.array(self.n[i]))


def read_rows(store: sqlite3.Connection, key: ScoreKey, whose: str) -> Iterator[Rows]:
    """Whose counts of this score they are, row by row."""
    statement = "select random, part, hits, n, about from tallies where score = ? and "
    for random, part, *packed, about in store.execute(statement + whose, (score_named(key),)):
        of_hits, of_n = map(_unpacked, packed)
        yield Rows(random, part, of_hits, np.broadcast_to(of_n, of_hits.shape), *json.loads(about))


@cache
def score_named(key: ScoreKey) -> str:
    """A score as the file calls it."""
    return json.dumps(key)


def score_of(name: str) -> ScoreKey:
    """The score that the file calls so."""
    family, score, direction = json.loads(name)
    return family, score, direction


def packed_row(
    of_score: Sequence[tuple[str, bool, Tally]], *, with_rules: bool, is_exact: bool = False
) -> tuple[bytes, bytes, str]:
    """Counts of passages side by side, and what else is known of each; of a random twin nobody asks for the rules.

    Numbers are kept in float32, or in float64 where they would be others then and the row has to be exact: sums of many
    passages, to which more are added.
    """
    units, copies, tallies = zip(*of_score, strict=True)
    hits, n = (_array([getattr(tally.counts, name) for tally in tallies], is_exact) for name in ("hits", "n"))
    if (n == n[:, :1, :1]).all():  # as most numbers of items are
        n = n[:, :1, :1]
    rules = [tally.rules if with_rules else {} for tally in tallies]
    about = units, copies, rules, *([getattr(tally, name) for tally in tallies] for name in ("chance", "left_out"))
    return _bytes(hits), _bytes(n), json.dumps(about)


def _array(parts: Sequence[Tensor], is_exact: bool) -> NDArray[np.float32] | NDArray[np.float64]:
    values = torch.stack(list(parts)).detach().cpu().numpy()
    small = values.astype("<f4")
    return small if not is_exact or (small == values).all() else values.astype("<f8")


def _bytes(values: NDArray[np.float32] | NDArray[np.float64]) -> bytes:
    """Shape and numbers."""
    return struct.pack("<3I", *values.shape) + values.tobytes()


def _unpacked(packed: bytes) -> NDArray[np.float64]:
    shape, numbers = struct.unpack("<3I", packed[:12]), packed[12:]
    size = len(numbers) // max(prod(shape), 1)  # bytes of a number
    return np.frombuffer(numbers, dtype=f"<f{size or 4}").astype("f8").reshape(shape)
