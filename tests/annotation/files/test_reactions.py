"""Reactions with map numbers: read by hand, refused where they are none, and ours are what they say."""

import re

import pytest

from mha_viz.annotation.files.reactions import Reaction, read_reactions, without_numbers
from mha_viz.errors import InputError
from mha_viz.paths import app_folder

OURS = app_folder() / "assets" / "reactions.txt"


def read(tmp_path, *lines):
    path = tmp_path / "reactions.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return list(read_reactions(path))


@pytest.mark.parametrize(
    ("numbered", "plain", "numbers"),
    [
        ("[CH3:3][Br:11]", "CBr", (3, 11)),
        ("C[Mg]Br", "C[Mg]Br", (0, 0, 0)),
        ("[cH:1]1[nH:2][n:5]c1", "c1[nH]nc1", (1, 2, 5, 0)),
        ("[O-:1][N+:2](=[O:1])[C@@H:7]", "[O-][N+](=O)[C@@H]", (1, 2, 1, 7)),
        ("[13CH3:2][Na+:4].[Cl-]", "[13CH3][Na+].[Cl-]", (2, 4, 0)),
        ("[c:1]%12[CH2:2]", "c%12C", (1, 2)),
    ],
)
def test_numbers_and_the_brackets_that_only_held_them_go(numbered, plain, numbers):
    text, spans, found = without_numbers(numbered)
    assert (text, found) == (plain, numbers)
    assert [text[begin:end] for begin, end in spans] == re.findall(r"\[[^\]]+\]|Br|Cl|[A-Zcn]", plain)


def test_where_each_atom_of_a_product_came_from_is_told_by_numbers(tmp_path):
    """An acid chloride and an amine, in which two carbons are alike; the chlorine goes, and water is a reagent."""
    (found,) = read(tmp_path, "name\t[CH3:2][C:3](=[O:4])Cl.[CH3:5][NH:7][CH3:5]>O>[O:4]=[C:3]([CH3:2])[N:7](C)[CH3:5]")
    assert found.text == "CC(=O)Cl.CNC.O>>O=C(C)N(C)C"
    assert found.n_before == 8
    assert found.sources() == {8: (2,), 9: (1,), 10: (0,), 11: (5,), 13: (4, 6)}  # the carbon without one is not asked
    assert found.text[slice(*found.atoms[11])] == "N"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("CCO", "reactants>>products"), ("[CH4:1]>>[CH4:1]>>C", "reactants>>products"), ("CC>>CC", r"\[CH3:1\]"),
        ("[CH4:1]>>[CH4:2]", "same map number"), ("[CH4:1] >> [CH4:1]", "between tabs"),
    ],
)  # fmt: skip
def test_what_is_no_mapped_reaction_is_refused_with_its_line(tmp_path, line, told):
    with pytest.raises(InputError, match=rf"line 3: .*{told}"):
        read(tmp_path, "[CH4:1]>>[CH4:1]", "", line)


def test_in_our_reactions_an_atom_stays_what_it_is_and_each_of_a_product_is_known():
    ours = list(read_reactions(OURS))
    assert len(ours) == 31
    assert len({each.text for each in ours}) == 31
    for each in ours:
        signs = [each.text[begin:end].strip("[]+-H0123456789").upper() for begin, end in each.atoms]
        sources = each.sources()
        assert set(sources) == set(range(each.n_before, len(each.atoms))), each.text
        for atom, before in sources.items():
            assert {signs[i] for i in before} == {signs[atom]}, each.text


def test_a_reaction_is_data():
    assert Reaction("C>>C", ((0, 1), (3, 4)), 1, (7, 7)).sources() == {1: (0,)}
