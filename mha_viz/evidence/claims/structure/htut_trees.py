"""Htut et al. (2019): some heads find single relations; no head finds whole trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from mha_viz.annotation.annotated import Annotated
from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Statement
from mha_viz.evidence.claims.estimates import values_of
from mha_viz.evidence.claims.structure.trees import (
    CHOSEN,
    PARSED,
    SENTENCES,
    gain,
    parsed_sentences,
    pointing,
    points_of,
    tree_in,
    why_no_trees,
    word_maps,
)
from mha_viz.objects import Model

RELATIONS = ("nsubj", "obj", "amod", "advmod")
SINGLE, WHOLE = "single", "whole"
BAR = 5.0  # points
Edges = set[frozenset[int]]


def _make(_model: Model, data: str | None) -> Sequence[Material]:
    return parsed_sentences(data)


def _measure(model: Model, piece: Material) -> Numbers:
    """Relations, and of each head's spanning tree how many arcs are right; of a chain of neighbours too."""
    sentence = tree_in(piece)
    words, arcs = asked(sentence)
    maps, _ = word_maps(model, sentence)
    right = [float(len(spanning_tree(each[words][:, words]) & arcs)) for each in maps]
    chain = {frozenset((i, i + 1)) for i in range(len(words) - 1)}
    trees = {"right": right, "chain": [float(len(chain & arcs))], "arcs": [float(len(arcs))]}
    return {**pointing(model, piece, RELATIONS), **trees}


def asked(sentence: Annotated) -> tuple[list[int], Edges]:
    """The words that are no signs, and the arcs between them, as pairs of places in that list."""
    signs = {arc.dependent for arc in sentence.arcs if arc.relation == "punct"}
    words = [word for word in range(len(sentence.words)) if word not in signs]
    place = {word: i for i, word in enumerate(words)}
    arcs = {
        frozenset((place[arc.dependent], place[arc.head]))
        for arc in sentence.arcs
        if arc.dependent in place and arc.head in place
    }
    return words, arcs


def spanning_tree(weights: Tensor) -> Edges:
    """The tree that joins all words by the attention between them, (word, word): as much as a tree can hold.

    Attention counts in both directions together.

    >>> spanning_tree(torch.tensor([[0.0, 0.1, 0.8], [0.0, 0.0, 0.3], [0.0, 0.6, 0.0]])) == {
    ...     frozenset((0, 2)), frozenset((1, 2))}
    True
    """
    from scipy.sparse.csgraph import minimum_spanning_tree

    both = (weights + weights.T).double()
    costs = 1.0 + both.max() - both if both.numel() else both  # above 0: nothing is no edge there
    found = minimum_spanning_tree(costs.triu(1).numpy()).tocoo()
    return {frozenset((int(i), int(j))) for i, j in zip(found.row, found.col, strict=True)}


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    (texts,) = measured.values()
    gained, n = (torch.stack(each).sum(dim=0) for each in zip(*(gain(texts, one) for one in RELATIONS), strict=True))
    right, chain, arcs = (values_of(texts, name) for name in ("right", "chain", "arcs"))
    others = right.sum(dim=0) - right
    best = right.gather(1, others.argmax(dim=1, keepdim=True))[:, 0]
    return {SINGLE: points_of(gained, n), WHOLE: points_of(best - chain[:, 0], arcs[:, 0])}


CLAIM = Claim(
    name="trees",
    title="Single relations yes, whole trees no",
    source="Htut et al. 2019, arXiv:1911.12246",
    models="BERT, RoBERTa",
    data=SENTENCES,
    model="mpnet",
    minutes=0.5,
    statements=(
        Statement(
            SINGLE, "Some heads find single relations better than a fixed offset.",
            f"what the best head of each gets ({', '.join(RELATIONS)}), minus the best fixed offset", "points", BAR,
            f"{BAR:g} points, our bar: the paper says better", (), (PARSED, CHOSEN),
        ),
        Statement(
            WHOLE,
            "Some head finds whole trees: its spanning tree beats a chain of neighbours. (None, says the paper.)",
            "arcs of the best head's tree that are right, minus those of a chain of neighbours", "points", BAR,
            f"{BAR:g} points, our bar: not notably better, says the paper, so that what does not hold here is as it "
            "says", (),
            (
                PARSED, "the head is chosen on all other sentences",
                "attention in both directions makes one tree; the paper's have a direction, and the root is given",
            ),
        ),
    ),
    why_not=why_no_trees, make=_make, measure=_measure, estimate=_estimate, score="dependency relations",
)  # fmt: skip
