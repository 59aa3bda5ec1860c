"""Schwaller et al. (2021): a head of a model of reactions finds, for atoms of a product, the atoms that they were."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from torch import Tensor

from mha_viz.annotation.annotated import Annotated, annotated_word_map, pieces_of_words
from mha_viz.annotation.files.reactions import Reaction, read_reactions
from mha_viz.errors import InputError
from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Statement
from mha_viz.evidence.claims.estimates import values_of
from mha_viz.evidence.claims.patterns import kinds_of, patterns_of
from mha_viz.evidence.claims.structure.trees import points_of
from mha_viz.evidence.statistics.intervals import LEAST_UNITS, interval
from mha_viz.language import N_, lazy_gettext
from mha_viz.models.entries import REACTIONS
from mha_viz.objects import Capture, Head, Model
from mha_viz.paths import app_folder
from mha_viz.recording.capture import capture
from mha_viz.scores.counting import Counts
from mha_viz.scores.items import Item
from mha_viz.scores.pointing import tally_items

CHOICE, COUNTED = "to choose on", "to count"
BEYOND, MOSTLY, THEIRS = "beyond", "most", "theirs"
THEIR_HEAD: Head = (10, 5)  # of the code that came with the paper (rxnmapper, core.py: layers [10], head 5)
MOST_READ = 400  # reactions of a file
RULES = ("same place", "same place from the end", "same of its kind", "same of its kind from the end")
POINTS, QUARTERS = 10.0, 75.0
ALONE = (
    "the paper's mapper adds what atoms of reactants give back, favours neighbours of what it has mapped, and takes "
    "each atom once; here it is the largest weight of a head alone"
)
HALVES = (
    "the head is chosen on every other reaction and counted on the rest; the best rule of place is that of the rest"
)
OURS = "the paper reads reactions of patents, made canonical, ions joined by tildes; here textbook reactions, with dots"

NO_SUCH_HEAD = N_("it has no layer {layer} with a head {head}")


def _why_not(model: Model) -> str:
    if not kinds_of(model):
        return N_("it reads no text")
    piece = _make(model, None)[0]
    pieces = _tokens_of_atoms(capture(model, piece.texts[0]), reaction_in(piece))
    return (
        ""
        if all(len(owned) == 1 for owned in pieces)
        else N_("its tokens are not atoms: it was not made for reactions")
    )


def _make(_model: Model, data: str | None) -> Sequence[Material]:
    """Reactions by turns to choose a head on and to count.

    Raises
    ------
    InputError
        If the file cannot be used, or holds too few.
    """
    found = list(read_reactions(data or app_folder() / "assets" / "reactions.txt"))[:MOST_READ]
    if len(found) < 2 * LEAST_UNITS:
        raise InputError(f"There are {len(found)} reactions: give at least {2 * LEAST_UNITS}.")
    return [Material((CHOICE, COUNTED)[i % 2], texts=(each.text, _packed(each))) for i, each in enumerate(found)]


def _packed(reaction: Reaction) -> str:
    return json.dumps([reaction.atoms, reaction.n_before, reaction.numbers])


def reaction_in(piece: Material) -> Reaction:
    """The reaction that was packed into a piece."""
    text, packed = piece.texts
    atoms, n_before, numbers = json.loads(packed)
    return Reaction(text, tuple(map(tuple, atoms)), n_before, tuple(numbers))


def atom_maps(model: Model, reaction: Reaction) -> Tensor:
    """What every head of every atom gives to each atom, (layer, head, atom, atom)."""
    found = capture(model, reaction.text)
    return annotated_word_map(patterns_of(found), _tokens_of_atoms(found, reaction)).cpu()


def _tokens_of_atoms(found: Capture, reaction: Reaction) -> tuple[tuple[int, ...], ...]:
    atoms = tuple(reaction.text[begin:end] for begin, end in reaction.atoms)
    return pieces_of_words(found.query_positions[found.kinds[0]], Annotated(reaction.text, atoms, reaction.atoms))


def items_of(reaction: Reaction) -> list[Item]:
    """Of each atom of the products that has a number: does it look most, among all atoms before the arrow, at one that
    it may have been? Rules name the atom in the same place, among all and among those that are written alike."""
    signs = [reaction.text[begin:end] for begin, end in reaction.atoms]
    before, after = range(reaction.n_before), range(reaction.n_before, len(signs))
    items = []
    for atom, right in reaction.sources().items():
        alike, those = ([i for i in side if signs[i] == signs[atom]] for side in (before, after))
        places = [*_places(before, after, atom), *_places(alike, those, atom)]
        rules = tuple((rule, place) for rule, place in zip(RULES, places, strict=True) if place is not None)
        items.append(Item(atom, right, tuple(before), rules))
    return items


def _places(before: Sequence[int], after: Sequence[int], atom: int) -> tuple[int | None, int | None]:
    """The atom before the arrow with the same place as this one, counted from the beginning and from the end."""
    place = list(after).index(atom)
    from_end = len(after) - place
    return (
        before[place] if place < len(before) else None,
        before[-from_end] if from_end <= len(before) else None,
    )


def _measure(model: Model, piece: Material) -> Numbers:
    """How many atoms each head and each rule of place finds, and of how many; which heads are theirs."""
    reaction = reaction_in(piece)
    maps = atom_maps(model, reaction)  # (layer, head, atom, atom)
    tally = tally_items(maps.flatten(0, 1), {"atoms": items_of(reaction)})["atoms"]
    heads = [(layer, head) for layer in range(maps.shape[0]) for head in range(maps.shape[1])]
    return {
        "hits": tally.counts.hits.double().tolist(), "n": [float(tally.counts.n.flatten()[0])],
        "rules": [float(tally.rules.get(rule, 0.0)) for rule in RULES],
        "layers": [float(layer) for layer, _ in heads], "heads": [float(head) for _, head in heads],
    }  # fmt: skip


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    texts = measured[COUNTED]
    hits, n, rules = (values_of(texts, part) for part in ("hits", "n", "rules"))
    heads = list(zip(*(map(int, measured[CHOICE][0][part]) for part in ("layers", "heads")), strict=True))
    chosen = int(values_of(measured[CHOICE], "hits").sum(dim=0).argmax())
    best = rules[:, rules.sum(dim=0).argmax()]
    note = "the head that was chosen is layer {}, head {}".format(*heads[chosen])
    found = {
        BEYOND: points_of(hits[:, chosen] - best, n[:, 0]), MOSTLY: _share(hits[:, chosen], n[:, 0]),
        THEIRS: Estimate(why_not=lazy_gettext(NO_SUCH_HEAD, layer=THEIR_HEAD[0], head=THEIR_HEAD[1])),
    }  # fmt: skip
    if THEIR_HEAD in heads:
        found[THEIRS] = points_of(hits[:, heads.index(THEIR_HEAD)] - best, n[:, 0])
    return {name: replace(each, note=note) if name != THEIRS else each for name, each in found.items()}


def _share(hits: Tensor, n: Tensor) -> Estimate:
    """Hits in a hundred, with an interval over reactions."""
    low, high = interval(Counts(hits, n))
    share = hits.sum() / n.sum()
    return Estimate(100 * share.item(), 100 * low.item(), 100 * high.item(), len(hits))


CLAIM = Claim(
    name="atoms",
    title="A head of a model of reactions maps atoms",
    source="Schwaller et al. 2021, doi:10.1126/sciadv.abe4166",
    models="RXNMapper, an ALBERT of 12 layers of 8 heads that has read reactions",
    data="31 textbook reactions in SMILES that come with mha-viz (or a file of mapped reactions as --data)",
    model="rxnmapper",
    minutes=0.1,
    statements=(
        Statement(
            BEYOND, "A single head finds the atoms that those of a product were, better than any rule of place.",
            "atoms of products that the best head finds, minus those of the best rule of place", "points", POINTS,
            f"{POINTS:g} points, our bar", (), (OURS, HALVES, ALONE),
        ),
        Statement(
            MOSTLY, "It finds most of them.", "atoms of products that it finds", "%", QUARTERS,
            f"{QUARTERS:g} %, our bar; the paper counts reactions that are mapped rightly", (), (OURS, HALVES, ALONE),
        ),
        Statement(
            THEIRS, "The head that the paper's code reads is such a head.",
            "the same as the first, of layer {}, head {}".format(*THEIR_HEAD), "points", POINTS,
            f"{POINTS:g} points, our bar", (), (OURS, ALONE),
        ),
    ),
    why_not=_why_not, make=_make, measure=_measure, estimate=_estimate, reads=REACTIONS,
)  # fmt: skip
