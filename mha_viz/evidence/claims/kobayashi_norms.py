"""Kobayashi et al. (2020): separators get much attention, and give little with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mha_viz.attention.calls import call_pattern, contribution_lengths_of
from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Statement
from mha_viz.evidence.claims.clark_surface import why_no_separators
from mha_viz.evidence.claims.estimates import mean_of, values_of
from mha_viz.evidence.claims.material import pairs_of_passages
from mha_viz.evidence.claims.patterns import separators
from mha_viz.language import N_
from mha_viz.objects import Model
from mha_viz.recording.capture import capture

SENTENCES = 2  # of a passage; two passages make a text
LESS = "less"


def _why_not(model: Model) -> str:
    if why_not := why_no_separators(model):
        return why_not
    if any(call.projection is None or call.value is None for call in capture(model, "The").calls):
        return N_("what its heads add is not seen: something other than a linear map follows them")
    return ""


def _make(_model: Model, data: str | None) -> Sequence[Material]:
    return pairs_of_passages(data, SENTENCES, "pair")


def _measure(model: Model, piece: Material) -> Numbers:
    """What separators get of all attention, and of the lengths of all vectors that attention adds, (layer,) each."""
    first, second = piece.texts
    found = capture(model, first, pair=second)
    keys = separators(model, found)
    by_weight, by_length = [], []
    for call in found.calls_of(found.kinds[0]):
        weights = call_pattern(call)  # (head, query, key)
        lengths = weights * contribution_lengths_of(call)[:, None]
        by_weight.append((weights[..., keys].sum() / weights.sum()).item())
        by_length.append((lengths[..., keys].sum() / lengths.sum()).item())
    return {"weight": by_weight, "length": by_length}


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    (texts,) = measured.values()
    weight, length = (values_of(texts, name).mean(dim=1) for name in ("weight", "length"))
    return {LESS: mean_of(1 - length / weight, 100)}


CLAIM = Claim(
    name="norms",
    title="Separators get much attention, and give little with it",
    source="Kobayashi et al. 2020, arXiv:2004.10102, section 4",
    models="BERT-base",
    data="pairs of passages (of the texts that come with mha-viz, or of a text file as --data)",
    model="minilm",
    minutes=0.1,
    statements=(
        Statement(
            LESS, "The share of separators in what attention adds is less than half of their share of attention.",
            "how much less separators have of the lengths of all weighted vectors than of all attention", "%",
            50.0, "less than half, our bar: the paper shows curves, one a layer, and prints no number", (),
            ("the paper reads 992 pairs of paragraphs from Wikipedia; mean over layers",),
        ),
    ),
    why_not=_why_not, make=_make, measure=_measure, estimate=_estimate, score="delimiters",
)  # fmt: skip
