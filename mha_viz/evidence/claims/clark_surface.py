"""Clark et al. (2019), section 3: what BERT's heads look at on the surface: separators, and the token next door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Printed, Statement
from mha_viz.evidence.claims.estimates import heads_above, mean_of, values_of
from mha_viz.evidence.claims.material import pairs_of_passages
from mha_viz.evidence.claims.patterns import kinds_of, patterns_of, separators
from mha_viz.inputs.text import tokenizer_of
from mha_viz.language import N_
from mha_viz.objects import Model
from mha_viz.recording.capture import capture
from mha_viz.scores.families.positional import attention_at_offset

SENTENCES = 2  # of a passage; two passages make a text
SEPARATORS, THEMSELVES, PREVIOUS, NEXT = "separators", "separators themselves", "previous", "next"
BERT = ("google-bert/bert-base-uncased", "bert-base-uncased")
HALF = 0.5  # of a head's attention, after section 3.1
OTHER_TEXTS = "the paper reads 1,000 pairs of paragraphs from Wikipedia, 128 tokens at most"
MIDDLE = "layers 6 to 10 of 12; in a model of another depth the layers at the same place between first and last"


def why_no_separators(model: Model) -> str:
    """Why a model reads no two passages with separators around them, "" where it does."""
    kinds = kinds_of(model)
    if not kinds:
        return N_("it reads no text")
    if "encoder" not in kinds:
        return N_("the claim is about models whose tokens see all others (BERT); this one reads from left to right")
    if getattr(tokenizer_of(model.processor), "sep_token_id", None) is None:
        return N_("its tokenizer has no separator")
    return ""


def middle_layers(n: int) -> slice:
    """The layers whose middle lies where that of layers 6 to 10 lies in BERT's twelve, of ``n``.

    >>> middle_layers(12), middle_layers(6)
    (slice(5, 10, None), slice(2, 5, None))
    """
    inside = [layer for layer in range(n) if 5 * n <= 6 * (2 * layer + 1) < 10 * n]
    return slice(inside[0], inside[-1] + 1)


def _make(_model: Model, data: str | None) -> Sequence[Material]:
    return pairs_of_passages(data, SENTENCES, "pair")


def _measure(model: Model, piece: Material) -> Numbers:
    first, second = piece.texts
    found = capture(model, first, pair=second)
    patterns = patterns_of(found)
    keys = separators(model, found)
    to_separators = patterns[..., keys].sum(dim=-1)  # (layer, head, query)
    middle = to_separators[middle_layers(len(patterns))]
    before, after = (_flat(patterns, k) for k in (-1, 1))
    return {
        SEPARATORS: [middle.mean().item()],
        THEMSELVES: [middle[..., keys].mean().item()],
        PREVIOUS: before[0], f"{PREVIOUS} n": before[1], NEXT: after[0], f"{NEXT} n": after[1],
    }  # fmt: skip


def _flat(patterns: Tensor, k: int) -> tuple[list[float], list[float]]:
    """What every head gives the token ``k`` places away, and how many queries have one, heads in a row."""
    counts = attention_at_offset(patterns, k)
    return counts.hits.flatten().tolist(), counts.n.double().flatten().tolist()


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    (texts,) = measured.values()
    shares = {name: mean_of(values_of(texts, name)[:, 0], 100) for name in (SEPARATORS, THEMSELVES)}
    return shares | {
        name: heads_above(values_of(texts, name), values_of(texts, f"{name} n"), HALF) for name in (PREVIOUS, NEXT)
    }


CLAIM = Claim(
    name="surface",
    title="Heads look at separators, and at the token next door",
    source="Clark et al. 2019, arXiv:1906.04341, sections 3.1 and 3.2",
    models="BERT-base",
    data="pairs of passages (of the texts that come with mha-viz, or of a text file as --data)",
    model="minilm",
    minutes=0.1,
    statements=(
        Statement(
            SEPARATORS, "Over half of the attention in the middle layers goes to separators.",
            "attention to separators in the middle layers", "%", 50.0, "half, as the paper says",
            (Printed(50.0, "BERT-base", "section 3.2, page 3", BERT, is_least=True),),
            (OTHER_TEXTS, MIDDLE),
        ),
        Statement(
            THEMSELVES, "There, separators give nearly all of their attention to separators.",
            "attention from separators to separators in the middle layers", "%", 90.0, "90 %, as the paper says",
            (Printed(90.0, "BERT-base", "section 3.2 and figure 2, page 4", BERT, is_least=True),),
            (OTHER_TEXTS, MIDDLE),
        ),
        Statement(
            PREVIOUS, "Some heads give more than half of their attention to the previous token.",
            "such heads", "heads", 0.5, "at least one head, sure for all heads together",
            (Printed(4, "of the 144 of BERT-base", "section 3.1, page 3", BERT),), (OTHER_TEXTS,),
        ),
        Statement(
            NEXT, "Some heads give more than half of their attention to the next token.",
            "such heads", "heads", 0.5, "at least one head, sure for all heads together",
            (Printed(5, "of the 144 of BERT-base", "section 3.1, page 3", BERT),), (OTHER_TEXTS,),
        ),
    ),
    why_not=why_no_separators, make=_make, measure=_measure, estimate=_estimate, score="delimiters",
)  # fmt: skip
