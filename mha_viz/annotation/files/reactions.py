"""Reactions in SMILES with atom-map numbers → plain SMILES, and which atom of the products was which before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mha_viz.annotation.annotated import Span
from mha_viz.annotation.files.lines import Line, lines_of

ATOM = re.compile(r"\[[^\]]+\]|Br|Cl|[BCNOPSFI]|[bcnops]")
NUMBERED = re.compile(r"\[([^\]:]+):(\d+)\]")
BARE = re.compile(r"(Br|Cl|[BCNOFPSI]|[bcops]|n(?!H))(?:H\d?)?")  # what needs no brackets once its number is gone
ARROW = ">>"


@dataclass(frozen=True)
class Reaction:
    """A reaction without its map numbers: ``text`` is reactants ``>>`` products, ``atoms`` are ranges of characters.

    The first ``n_before`` atoms are those of reactants and reagents. ``numbers`` has the map number of each atom, 0 for
    none; atoms that nothing tells apart share one.
    """

    text: str
    atoms: tuple[Span, ...]
    n_before: int
    numbers: tuple[int, ...]

    def sources(self) -> dict[int, tuple[int, ...]]:
        """For each atom of the products that has a number, the atoms before the arrow with the same one, where any."""
        before = self.numbers[: self.n_before]
        found = {
            atom: tuple(i for i, other in enumerate(before) if other == self.numbers[atom])
            for atom in range(self.n_before, len(self.atoms)) if self.numbers[atom]
        }  # fmt: skip
        return {atom: sources for atom, sources in found.items() if sources}


def read_reactions(path: str | Path) -> Iterator[Reaction]:
    """Reactions of a file, one a line: SMILES with atom-map numbers, alone or as the last of columns between tabs.

    ``reactants>>products`` or ``reactants>reagents>products``; reagents are read with the reactants. Empty lines are
    passed over.

    Raises
    ------
    InputError
        If the file cannot be read, or a line is no reaction with map numbers on both sides of its arrow.
    """
    for line in lines_of(path):
        if line.text.strip():
            yield _reaction(line)


def without_numbers(smiles: str) -> tuple[str, tuple[Span, ...], tuple[int, ...]]:
    """SMILES without map numbers, the range of each atom in it, and the number that the atom had.

    >>> without_numbers("[CH3:1][NH:7]C")
    ('CNC', ((0, 1), (1, 2), (2, 3)), (1, 7, 0))
    >>> without_numbers("[nH:2][O-:1][C@H:3]")[0]
    '[nH][O-][C@H]'
    """
    text, spans, numbers, at = "", [], [], 0
    for atom in ATOM.finditer(smiles):
        text += smiles[at : atom.start()]
        at = atom.end()
        numbered = NUMBERED.fullmatch(atom[0])
        written = _written(numbered[1]) if numbered else atom[0]
        spans.append((len(text), len(text) + len(written)))
        numbers.append(int(numbered[2]) if numbered else 0)
        text += written
    return text + smiles[at:], tuple(spans), tuple(numbers)


def _written(inside: str) -> str:
    """An atom whose number is gone, without brackets where it needs none."""
    bare = BARE.fullmatch(inside)
    return bare[1] if bare else f"[{inside}]"


def _reaction(line: Line) -> Reaction:
    smiles = line.text.rstrip().rpartition("\t")[2].strip()
    if smiles.count(">") != len(ARROW) or any(sign.isspace() for sign in smiles):
        raise line.refuse("a reaction is reactants>>products in SMILES, alone or as the last of columns between tabs.")
    before, reagents, after = smiles.split(">")
    text, spans, numbers = without_numbers(".".join(filter(None, (before, reagents))))
    products, more, of_products = without_numbers(after)
    begin = len(text) + len(ARROW)
    moved = tuple((first + begin, end + begin) for first, end in more)
    found = Reaction(f"{text}{ARROW}{products}", (*spans, *moved), len(spans), (*numbers, *of_products))
    if not found.sources():
        raise line.refuse("no atom has the same map number, as in [CH3:1], before the arrow and after it.")
    return found
