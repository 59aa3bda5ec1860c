"""Xiao et al. (2023): predictions break down with the latest tokens alone, not with a few first ones beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from mha_viz.evidence.claims.circuits.reading import losses_with, reading, why_no_prediction
from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Printed, Statement
from mha_viz.evidence.claims.estimates import mean_of, values_of
from mha_viz.evidence.claims.material import pieces_of_text
from mha_viz.inputs.encoding import encode
from mha_viz.inputs.limits import position_limit
from mha_viz.inputs.text import tokenizer_of
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Model
from mha_viz.recording.interventions.changes import Cut

LENGTH, WINDOW, FIRST = 96, 24, 4  # tokens of a text; keys that a query sees; first tokens that are kept, as theirs
FEW = 0.1  # nats: where a window costs less, a share is of that much
RISE, BACK, NEWLINES = "rise", "back", "newlines"
LLAMA13, LLAMA7 = ("meta-llama/Llama-2-13b-hf",), ("meta-llama/Llama-2-7b-hf",)
OURS = (
    f"the paper reads a book of 65,000 tokens with a window of 1,024; here pieces of {LENGTH} tokens and {WINDOW} keys",
    "the paper counts positions inside the window; here they stay those of the text",
)


def _why_not(model: Model) -> str:
    if why_not := why_no_prediction(model):
        return why_not
    most = position_limit(model.network)
    if most is None or most >= LENGTH:
        return ""
    return lazy_gettext("it reads {n} tokens, and {needed} are needed", n=most, needed=LENGTH)


def _make(model: Model, data: str | None) -> Sequence[Material]:
    return pieces_of_text(model, data, LENGTH, "text")


def _measure(model: Model, piece: Material) -> Numbers:
    """The mean loss in nats: with all keys, the latest alone, the first four kept, and line breaks for these."""
    found = reading(model, piece.ids)
    numbers = {
        "all": [_far(losses_with(found, []))],
        "latest": [_far(losses_with(found, [Cut(hidden_edges(LENGTH, WINDOW, 0))]))],
        "first": [_far(losses_with(found, [Cut(hidden_edges(LENGTH, WINDOW, FIRST))]))],
    }
    newline = newline_of(model)
    if newline is not None:
        instead = reading(model, [newline] * FIRST + list(piece.ids[FIRST:]))
        numbers["newlines"] = [_far(losses_with(instead, [Cut(hidden_edges(LENGTH, WINDOW, FIRST))]))]
    return numbers


def _far(losses: Tensor) -> float:
    """Of the tokens whose window no longer holds the first ones."""
    return float(losses[WINDOW + FIRST :].double().mean().item())


def hidden_edges(n: int, window: int, first: int) -> list[tuple[int, int]]:
    """What queries no longer see of ``n`` tokens when they have ``window`` keys: the ``first``, and then the latest.

    >>> hidden_edges(5, 2, 0)
    [(2, 0), (3, 0), (3, 1), (4, 0), (4, 1), (4, 2)]
    >>> hidden_edges(5, 2, 1)
    [(2, 1), (3, 1), (3, 2), (4, 1), (4, 2), (4, 3)]
    """
    return [(query, key) for query in range(n) for key in range(first, query + 1 - (window - first))]


def newline_of(model: Model) -> int | None:
    """The token that a line break is to this model; None where it is several, or none."""
    tokenizer = tokenizer_of(model.processor)
    ids: list[int] = encode(tokenizer, "\n", add_special_tokens=False)["input_ids"]
    return ids[0] if len(ids) == 1 and ids[0] != getattr(tokenizer, "unk_token_id", None) else None


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    (texts,) = measured.values()
    rise = _of(texts, "latest") - _of(texts, "all")

    def taken_back(name: str) -> Estimate:
        return mean_of((_of(texts, "latest") - _of(texts, name)) / rise.clamp_min(FEW), 100)

    no_newline = Estimate(why_not=N_("a line break is no single token to it"))
    return {
        RISE: mean_of(rise), BACK: taken_back("first"),
        NEWLINES: taken_back("newlines") if "newlines" in texts[0] else no_newline,
    }  # fmt: skip


def _of(texts: Sequence[Numbers], name: str) -> Tensor:
    return values_of(texts, name)[:, 0]


CLAIM = Claim(
    name="window",
    title="Without the first tokens predictions break down",
    source="Xiao et al. 2023, arXiv:2309.17453, tables 1 and 2",
    models="Llama-2, MPT, Falcon, Pythia",
    data=f"running text in pieces of {LENGTH} tokens (of the texts that come with mha-viz, or a text file as --data)",
    model="smollm2",
    minutes=1.5,
    statements=(
        Statement(
            RISE, "Once the first tokens are out of a sliding window, predictions break down.",
            "loss with the latest tokens alone, minus that with all", "nats", 1.0,
            "1 nat, our bar: 2.7 times the perplexity",
            (
                Printed(6.86, "Llama-2-13B, perplexity 5,158 against 5.40", "section 3.1, table 1", LLAMA13),
                Printed(5.86, "Llama-2-7B, perplexity 3,360 against 9.59", "table 2", LLAMA7),
            ),
            (*OURS, "the paper prints no perplexity with all keys: its numbers are against four first tokens kept"),
        ),
        Statement(
            BACK, f"With the first {FIRST} tokens kept beside the latest they do not.",
            "share of that loss that is taken back", "%", 90.0, "90 %, our bar", (), OURS,
        ),
        Statement(
            NEWLINES, "What these tokens say does not matter: line breaks in their place do as well.",
            "share of that loss that is taken back with line breaks as first tokens", "%", 90.0, "90 %, our bar",
            (Printed(99.5, "Llama-2-13B, perplexity 5.60", "section 3.1, table 1", LLAMA13),),
            (*OURS, "the paper prints perplexities: 5.60 with line breaks, 5.40 with the tokens of the text"),
        ),
    ),
    why_not=_why_not, make=_make, measure=_measure, estimate=_estimate, score="first token",
)  # fmt: skip
