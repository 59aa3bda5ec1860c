"""Pairs of words that people rated by how similar they are → pairs, and the text that a pair alone makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from mha_viz.annotation.annotated import Annotated
from mha_viz.annotation.files.lines import lines_of


@dataclass(frozen=True)
class RatedPair:
    """Two words and how similar people find them, in the unit of the source (WordSim-353: 0 to 10)."""

    first: str
    second: str
    rating: float
    source: str = ""

    @property
    def annotated(self) -> Annotated:
        """The pair as a text of two words."""
        at = len(self.first) + 1
        text, spans = f"{self.first} {self.second}", ((0, at - 1), (at, at + len(self.second)))
        return Annotated(text, (self.first, self.second), spans, document=text, sentence_id=text, source=self.source)


def read_ratings(path: str | Path) -> Iterator[RatedPair]:
    """Pairs of a file with two words and a number a line, between tabs (WordSim-353, SimLex-999).

    Empty lines are passed over.

    Raises
    ------
    InputError
        If a line is not two words and a number.

    References
    ----------
    .. [1] Finkelstein et al. (2002), "Placing search in context: the concept revisited".
    """
    for line in lines_of(path):
        if not line.text.strip():
            continue
        cells = [cell.strip() for cell in line.text.split("\t")]
        try:
            first, second, rating = cells[0], cells[1], float(cells[2])
        except (IndexError, ValueError):
            rating = float("nan")
        if len(cells) != 3 or not all(cells) or not isfinite(rating):
            raise line.refuse("this is not two words and a number, between tabs.")
        yield RatedPair(first, second, rating, line.place)
