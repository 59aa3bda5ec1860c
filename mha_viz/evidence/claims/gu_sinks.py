"""Gu et al. (2024): language models rest on the first token, whatever it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Printed, Statement
from mha_viz.evidence.claims.estimates import mean_of, values_of
from mha_viz.evidence.claims.material import as_material, pieces_of_text, random_rows, start_token
from mha_viz.evidence.claims.patterns import kinds_of, patterns_of_ids
from mha_viz.language import N_
from mha_viz.objects import Model
from mha_viz.scores.families.sinks import SINK, attention_to_first

LENGTH, ROWS = 64, 16  # tokens of a text, as in the paper; texts of each kind that is drawn
NATURAL, DRAWN, STARTED, REPEATED = "natural", "random", "start", "repeat"
GPT2 = ("openai-community/gpt2-xl", "gpt2-xl")
LLAMA3 = ("meta-llama/Meta-Llama-3-8B",)
MISTRAL = ("mistralai/Mistral-7B-v0.1",)
BAR = 10.0
RULE = (
    "10 % of heads, our bar: between the models of the paper that are said to have sinks (18 % of heads, table 6) and "
    "those that are said to have none (0.4 %)"
)
ROTARY_ONLY = N_(
    "its positions are no rotary ones; with learned positions the paper finds that sinks stay (GPT2-XL, 62.28 %)"
)


def _why_not(model: Model) -> str:
    if not (kinds := kinds_of(model)):
        return N_("it reads no text")
    if "decoder" not in kinds:
        return N_("the claim is about models that read from left to right; in this one every token sees all others")
    return ""


def _make(model: Model, data: str | None) -> Sequence[Material]:
    rows = random_rows(model, LENGTH, ROWS)
    made = [*pieces_of_text(model, data, LENGTH, NATURAL), *as_material(rows, DRAWN)]
    made += as_material(rows[:, :1].expand(-1, LENGTH), REPEATED)
    start = start_token(model)
    if start is not None:
        made += as_material(torch.cat([torch.full((ROWS, 1), start), rows[:, :-1]], dim=1), STARTED)
    return made


def _measure(model: Model, piece: Material) -> Numbers:
    """The share of heads that give the first token more than .3, the first query included."""
    patterns, _ = patterns_of_ids(model, piece.ids)
    is_sink = torch.cat([(attention_to_first(of_layer).share > SINK).flatten() for of_layer in patterns])
    return {"sinks": [is_sink.double().mean().item()]}


def _estimate(model: Model, measured: Measured) -> Mapping[str, Estimate]:
    shares = {kind: values_of(texts, "sinks")[:, 0] for kind, texts in measured.items()}
    found = {kind: mean_of(share, 100) for kind, share in shares.items()}
    found.setdefault(STARTED, Estimate(why_not=N_("its tokenizer has no token that begins a text")))
    falls = mean_of(shares[DRAWN] - shares[REPEATED], 100)
    found[REPEATED] = falls if _is_rotary(model) else Estimate(why_not=ROTARY_ONLY)
    return found


def _is_rotary(model: Model) -> bool:
    config = model.network.config
    return bool(getattr(config, "rope_parameters", None) or getattr(config, "rope_theta", None))


CLAIM = Claim(
    name="sinks",
    title="Language models rest on the first token",
    source="Gu et al. 2024, arXiv:2410.10781, tables 1 and 6",
    models="GPT2-XL, Mistral-7B, LLaMA2-7B, LLaMA3-8B",
    data="texts of 64 tokens: running text (or a text file as --data), random tokens, one token 64 times",
    model="smollm2",
    minutes=0.6,
    statements=(
        Statement(
            NATURAL, "On running text, heads rest on the first token.",
            "heads that give the first token more than .3, mean over texts", "%", BAR, RULE,
            (
                Printed(77.00, "GPT2-XL", "table 1", GPT2), Printed(97.49, "Mistral-7B", "table 1", MISTRAL),
                Printed(99.02, "LLaMA3-8B", "table 1", LLAMA3),
            ),
            ("the paper reads 100 beginnings of texts from the Pile; here texts begin anywhere",),
        ),
        Statement(
            DRAWN, "They do so on random tokens too: it is not what the first token means.",
            "the same on random tokens", "%", BAR, RULE,
            (
                Printed(70.29, "GPT2-XL", "table 1", GPT2), Printed(75.21, "Mistral-7B", "table 1", MISTRAL),
                Printed(91.23, "LLaMA3-8B", "table 1", LLAMA3),
            ),
            (f"{ROWS} texts in place of 100; whether a start token stood before them is not printed",),
        ),
        Statement(
            STARTED, "They do so on random tokens behind the token that begins a text.",
            "the same behind a start token", "%", BAR, RULE, (),
            ("the paper does not print this; tokenizers of LLaMA and Mistral put a start token before every text",),
        ),
        Statement(
            REPEATED, "With rotary positions, sinks go where one token is all there is.",
            "heads that rest on the first of random tokens, minus those that do where one token is repeated", "points",
            BAR, "10 points fewer heads, our bar",
            (
                Printed(75.21, "Mistral-7B", "table 1, random − repeat", MISTRAL),
                Printed(91.23, "LLaMA3-8B", "table 1, random − repeat", LLAMA3),
            ),
            (f"{ROWS} texts in place of 100",),
        ),
    ),
    why_not=_why_not, make=_make, measure=_measure, estimate=_estimate, score="first token",
)  # fmt: skip
