"""Olsson et al. (2022): some heads look at what followed the token the last time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Statement
from mha_viz.evidence.claims.estimates import heads_above, values_of
from mha_viz.evidence.claims.material import as_material
from mha_viz.evidence.claims.patterns import kinds_of, patterns_of_ids
from mha_viz.evidence.corpus.reading import random_vocabulary
from mha_viz.language import N_
from mha_viz.objects import Model
from mha_viz.scores.families.copying import induction, random_repeats

HEADS, HALF = "heads", 0.5


def _why_not(model: Model) -> str:
    if not (kinds := kinds_of(model)):
        return N_("it reads no text")
    if "decoder" not in kinds:
        return N_(
            "the claim is about models that read from left to right; in this one every token sees what follows it"
        )
    if model.network.config.num_hidden_layers < 2:
        return N_("it has one layer, and the claim is that induction heads take two")
    return ""


def _make(model: Model, _data: str | None) -> Sequence[Material]:
    vocabulary, start = random_vocabulary(model)
    return as_material(random_repeats(vocabulary, bos=start), "repeats")


def _measure(model: Model, piece: Material) -> Numbers:
    """Attention to the tokens that followed earlier copies, of every head; of the repeated queries alone."""
    counts = [induction(of_layer, piece.ids) for of_layer in patterns_of_ids(model, piece.ids)[0]]
    hits, n = (torch.cat([getattr(each, part).double().flatten() for each in counts]) for part in ("hits", "n"))
    return {"hits": hits.tolist(), "n": n.tolist()}


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    (texts,) = measured.values()
    return {HEADS: heads_above(values_of(texts, "hits"), values_of(texts, "n"), HALF)}


CLAIM = Claim(
    name="induction",
    title="Induction heads: some heads look at what followed the last time",
    source="Olsson et al. 2022, arXiv:2209.11895, prefix matching",
    models="34 language models of their own, 1 to 40 layers",
    data="25 random tokens, four times, behind a start token; 10 draws",
    model="smollm2",
    minutes=0.2,
    statements=(
        Statement(
            HEADS,
            "Some heads give more than half of their attention to the tokens that followed earlier copies.",
            "such heads", "heads", 0.5, "at least one head, sure for all heads together; the half is ours", (),
            (
                "the paper prints curves over training and no share; it leaves out the most and least common tokens",
                "queries of the first time, which have nothing to find, are not counted",
            ),
        ),
    ),
    why_not=_why_not, make=_make, measure=_measure, estimate=_estimate, reads_file=False,
    score="induction on random tokens",
)  # fmt: skip
