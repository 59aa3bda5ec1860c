"""McDougall et al. (2023): heads that write against what they look at; and what is lost is made up for by others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from mha_viz.evidence.claims.circuits.indirect_objects import answer, difference, four_prompts, material, why_no_names
from mha_viz.evidence.claims.circuits.reading import (
    Reading,
    heads_of,
    looks,
    once_a_model,
    reading,
    why_not_written,
    written,
)
from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Statement
from mha_viz.evidence.claims.estimates import heads_where, mean_of, values_of
from mha_viz.evidence.claims.material import pieces_of_text
from mha_viz.objects import Head, Model

LENGTH, TEXTS = 64, 24  # tokens of a text; texts
FOR_CHOICE, BEST = 8, 5  # sentences that heads are chosen on; heads that write most
LOOKS, AGAINST = 0.1, 0.1  # of a head's attention; logits
FEW = 0.5  # logits: where these heads write less, a share is of that much
RUNNING, PROMPTS = "running text", "prompts"
SUPPRESS, REPAIR = "suppress", "repair"


def _why_not(model: Model) -> str:
    return why_not_written(model) or why_no_names(model)


def _make(model: Model, data: str | None) -> Sequence[Material]:
    return [*pieces_of_text(model, data, LENGTH, RUNNING)[:TEXTS], *material(model)[FOR_CHOICE:]]


def _measure(model: Model, piece: Material) -> Numbers:
    if piece.kind == RUNNING:
        attention, against = written_against(reading(model, piece.ids))
        return {"attention": attention.tolist(), "against": against.tolist()}
    prompt = four_prompts(*piece.texts)[0]
    answered, heads = answer(model, prompt), writers(model)
    direct = [answered.direct[heads_of(answered.found).index(head)].item() for head in heads]
    lost = [answered.difference - difference(answered.found, prompt, [head]) for head in heads]
    return {"direct": [sum(direct)], "lost": [sum(lost)]}


def written_against(found: Reading) -> tuple[Tensor, Tensor]:
    """What each head gives to tokens before the query but the first of the text, and by how much it lowers the logits
    of those that it looks at, below those of the text's other tokens; (head,) each, the second weighted by attention.
    """
    n = len(found.ids)
    words = sorted(set(found.ids))
    added = written(found, list(range(n)), words)  # (head, query, word)
    against = added.mean(dim=-1, keepdim=True) - added
    of_keys = against[:, :, [words.index(token) for token in found.ids]]  # (head, query, key)
    weights = looks(found).tril(diagonal=-1)
    weights[:, :, 0] = 0.0
    attention = weights.sum(dim=(1, 2))
    return attention.double() / n, ((weights * of_keys).sum(dim=(1, 2)) / attention).double()


@once_a_model
def writers(model: Model) -> list[Head]:
    """The heads that write most for the receiver, on sentences of their own."""
    answers = [answer(model, four_prompts(*piece.texts)[0]) for piece in material(model)[:FOR_CHOICE]]
    direct = torch.stack([each.direct for each in answers]).mean(dim=0)
    heads = heads_of(answers[0].found)
    return [heads[i] for i in direct.topk(BEST).indices.tolist()]


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    texts, prompts = measured[RUNNING], measured[PROMPTS]
    direct, lost = (values_of(prompts, name)[:, 0] for name in ("direct", "lost"))
    return {
        SUPPRESS: heads_where((values_of(texts, "attention"), LOOKS), (values_of(texts, "against"), AGAINST)),
        REPAIR: mean_of((direct - lost) / direct.clamp_min(FEW), 100),
    }


CLAIM = Claim(
    name="suppression",
    title="Copy suppression, and self-repair",
    source="McDougall et al. 2023, arXiv:2310.04625",
    models="GPT-2 small",
    data=f"running text in pieces of {LENGTH} tokens (or a text file as --data), and prompts of the claim ioi",
    model="smollm2",
    minutes=3,
    statements=(
        Statement(
            SUPPRESS, "Some heads look at tokens that stood before, and write against them.",
            f"heads that give earlier tokens {LOOKS:g} or more, and lower logits of those they look at by {AGAINST:g}",
            "heads", 0.5, f"at least one head, sure for all heads together; {LOOKS:g} each is our bar", (),
            (
                "the paper shows one head (L10 H7 of GPT-2 small), of whose effect copy suppression explains 76.9 %: "
                "a measure of its own, with patterns and outputs replaced",
                "the first token of a text is left out, and what each token was predicted to be is not asked",
            ),
        ),
        Statement(
            REPAIR, "When heads that write a name are taken out, others make up for it.",
            f"share of what the {BEST} heads write that is not lost, each taken out alone", "%", 10.0,
            "10 %, our bar", (),
            (
                "heads hand on nothing; what they write is at the scale of the norm in this run, so that what a norm "
                "makes up for counts too",
                "who makes up for it is not told: the paper has copy suppression explain 39 % of it",
            ),
        ),
    ),
    why_not=_why_not, make=_make, measure=_measure, estimate=_estimate,
)  # fmt: skip
