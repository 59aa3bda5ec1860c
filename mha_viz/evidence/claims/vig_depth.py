"""Vig & Belinkov (2019): more than half of attention goes to the first token; the rest looks farther in deep layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Printed, Statement
from mha_viz.evidence.claims.estimates import mean_of, values_of
from mha_viz.evidence.claims.material import pieces_of_text
from mha_viz.evidence.claims.patterns import kinds_of, patterns_of_ids
from mha_viz.language import N_
from mha_viz.objects import Model

LENGTH = 64  # tokens of a text
NULL, FARTHER = "null", "farther"
GPT2 = ("openai-community/gpt2", "gpt2")


def _why_not(model: Model) -> str:
    if not (kinds := kinds_of(model)):
        return N_("it reads no text")
    if "decoder" not in kinds:
        return N_("the claim is about models that read from left to right; in this one every token sees all others")
    if model.network.config.num_hidden_layers < 4:
        return N_("it has fewer than four layers: there is no first and last quarter to compare")
    return ""


def _make(model: Model, data: str | None) -> Sequence[Material]:
    return pieces_of_text(model, data, LENGTH, "text")


def _measure(model: Model, piece: Material) -> Numbers:
    """Of each layer the mean attention to the first token, and the mean distance of all other attention."""
    patterns = torch.cat(patterns_of_ids(model, piece.ids)[0])
    return {"first": patterns[..., 0].mean(dim=(1, 2)).tolist(), "distance": distances(patterns).tolist()}


def distances(patterns: Tensor) -> Tensor:
    """How far attention looks in each layer, tokens, (layer,), leaving out what goes to the first token.

    Of a head the mean over all pairs of a query and a key, weighted by attention; of a layer the mean over its heads.

    >>> distances(torch.tensor([[[[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.5, 0.5]]]])).item()  # (0 + 0.5 + 0) / 1.5
    0.3333333432674408
    """
    n = patterns.shape[-1]
    back = (torch.arange(n)[:, None] - torch.arange(n)).to(patterns)[:, 1:]
    rest = patterns[..., 1:]
    of_heads = (rest * back).sum(dim=(-2, -1)) / rest.sum(dim=(-2, -1))
    return of_heads.mean(dim=-1)


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    (texts,) = measured.values()
    distance = values_of(texts, "distance")  # (text, layer)
    quarter = distance.shape[1] // 4
    first, last = distance[:, :quarter].mean(dim=1), distance[:, -quarter:].mean(dim=1)
    return {NULL: mean_of(values_of(texts, "first").mean(dim=1), 100), FARTHER: mean_of(last / first - 1, 100)}


CLAIM = Claim(
    name="depth",
    title="The first token takes most attention; the rest looks farther in deep layers",
    source="Vig & Belinkov 2019, arXiv:1906.04284",
    models="GPT-2 small",
    data="running text in pieces of 64 tokens (of the texts that come with mha-viz, or of a text file as --data)",
    model="smollm2",
    minutes=0.2,
    statements=(
        Statement(
            NULL, "More than half of attention goes to the first token.",
            "attention to the first token, mean over all heads", "%", 50.0, "half, after the paper's number",
            (Printed(57.0, "GPT-2 small", "section 5.2.3, page 67", GPT2),),
            ("the paper reads 10,000 sentences from Wikipedia; here pieces of 64 tokens",),
        ),
        Statement(
            FARTHER, "The deepest layers look farthest.",
            "how much farther the last quarter of layers looks than the first, without the first token", "%",
            10.0, "a tenth farther, our bar: the paper shows bars, one a layer, and prints no number", (),
            ("the paper reads 10,000 sentences from Wikipedia; here pieces of 64 tokens",),
        ),
    ),
    why_not=_why_not, make=_make, measure=_measure, estimate=_estimate, score="mean distance",
)  # fmt: skip
