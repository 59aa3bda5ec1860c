"""Voita et al. (2019): positional heads look next door nearly always; syntactic heads follow a relation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Printed, Statement
from mha_viz.evidence.claims.estimates import heads_above, values_of
from mha_viz.evidence.claims.patterns import patterns_of
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
)
from mha_viz.objects import Model
from mha_viz.recording.capture import capture
from mha_viz.scores.families.positional import argmax_at_offset

NEXT_DOOR = {"previous": -1, "next": 1}
RELATIONS = {"nsubj": "subjects", "obj": "objects"}
NEARLY_ALWAYS, BAR = 0.9, 10.0  # of tokens; points
THEIRS = "the paper asks the encoder of a model that translates, and this one does not"
PLACES = "heads are asked for each of the two places; the paper takes the place that is looked at most, one of the two"


def _make(_model: Model, data: str | None) -> Sequence[Material]:
    return parsed_sentences(data)


def _measure(model: Model, piece: Material) -> Numbers:
    patterns = patterns_of(capture(model, tree_in(piece).text))
    numbers = dict(pointing(model, piece, list(RELATIONS)))
    for name, k in NEXT_DOOR.items():
        counts = argmax_at_offset(patterns, k)
        numbers |= {name: counts.hits.flatten().tolist(), f"{name} n": counts.n.double().flatten().tolist()}
    return numbers


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    (texts,) = measured.values()
    positional = {
        name: heads_above(values_of(texts, name), values_of(texts, f"{name} n"), NEARLY_ALWAYS) for name in NEXT_DOOR
    }
    return positional | {relation: points_of(*gain(texts, relation)) for relation in RELATIONS}


def _positional(name: str) -> Statement:
    return Statement(
        name, f"Some heads look most at the {name} token nearly always.",
        f"heads whose largest weight is on the {name} token for 90 % of tokens or more", "heads", 0.5,
        "at least one head, sure for all heads together; 90 % is the paper's", (), (THEIRS, PLACES),
    )  # fmt: skip


def _syntactic(relation: str, words: str, printed: tuple[Printed, ...] = ()) -> Statement:
    return Statement(
        relation, f"Some head follows the relation of {words} to their verb, better than a fixed offset.",
        "what the best head gets, minus the best fixed offset", "points", BAR,
        "10 points: the paper says 10 % above the offset", printed, (THEIRS, PARSED, CHOSEN),
    )  # fmt: skip


CLAIM = Claim(
    name="kinds",
    title="Positional heads and syntactic heads",
    source="Voita et al. 2019, arXiv:1905.09418, section 5",
    models="the encoder of a Transformer that translates, 6 layers of 8 heads",
    data=SENTENCES,
    model="minilm",
    minutes=0.3,
    statements=(
        *map(_positional, NEXT_DOOR),
        _syntactic("nsubj", "subjects", (Printed(10, "English to Russian, 45 against 35 %", "table 1"),)),
        _syntactic("obj", "objects"),
    ),
    why_not=why_no_trees, make=_make, measure=_measure, estimate=_estimate, score="dependency relations",
)  # fmt: skip
