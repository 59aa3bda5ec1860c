"""Wang et al. (2022): who gets it, the heads that write the name, those that write against it, those behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from mha_viz.attention.calls import call_head_output
from mha_viz.evidence.claims.circuits.indirect_objects import (
    Answer,
    Prompt,
    answer,
    four_prompts,
    material,
    of_three_others,
    why_no_names,
)
from mha_viz.evidence.claims.circuits.reading import reading, why_not_written
from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Printed, Statement
from mha_viz.evidence.claims.estimates import heads_where, mean_of, of_the_best, share_of, values_of
from mha_viz.evidence.importance.single_heads import question_on, without_each
from mha_viz.objects import Model

GPT2 = ("openai-community/gpt2", "gpt2")
WHERE = "section 2, 100,000 prompts"
LOOKS, WRITES, NEEDED = 0.1, 0.1, 0.5  # of a head's attention; logits it adds itself; logits lost without it
RIGHT, DIFFERENCE, MOVERS, MOVERS_BY_PATHS, STRONGEST, NEGATIVE, NEGATIVE_BY_PATHS, BEHIND = (
    "right", "difference", "movers", "movers by paths", "strongest", "negative", "negative by paths", "behind",
)  # fmt: skip
PROMPTS = "32 sentences and 32 pairs of names of our own, in both orders; a name is one token to this model"
PATHS = "one of the four prompts of a sentence, by turns; one sentence of three other names"
AT_THE_SCALE = "at the scale of the norm in this run; the next statement asks by paths"
ZERO = "without a head: it hands on nothing; the paper has it hand on its mean over prompts with three other names"
SURE = "at least one head, sure for all heads together; {} is our bar"


def _why_not(model: Model) -> str:
    return why_not_written(model) or why_no_names(model)


def _make(model: Model, _data: str | None) -> Sequence[Material]:
    return material(model)


def _measure(model: Model, piece: Material) -> Numbers:
    """Four prompts of a sentence and two names, in the mean; without each head one of them, by turns."""
    prompts = four_prompts(*piece.texts)
    answers = [answer(model, prompt) for prompt in prompts]
    turn = len(piece.texts[0]) % len(prompts)
    asked = answers[turn]
    total = without_each(question_on(model, asked.found.read, asked.found.batch, prompts[turn].ask))
    return {
        "right": [sum(each.difference > 0 for each in answers) / len(answers)],
        "difference": [sum(each.difference for each in answers) / len(answers)],
        "direct": _mean([each.direct for each in answers]),
        "attention": _mean([each.attention for each in answers]),
        "lost": (-total).tolist(), "direct there": asked.direct.tolist(),
        "by path": by_paths(asked, prompts[turn], of_three_others(model, *piece.texts)).tolist(),
    }  # fmt: skip


def by_paths(asked: Answer, prompt: Prompt, of_others: str) -> Tensor:
    """What is lost of the difference where the path from a head straight to the logits carries what the head hands on
    at the end of a sentence about others, (head,): later heads stay as they are, norms and feed-forward layers follow.

    Other positions are changed too; nothing of them reaches the end past heads that stay as they are.
    """
    others = reading(asked.found.model, of_others).read
    instead = {number: call_head_output(call)[:, -1] for number, call in enumerate(others.calls)}
    found = asked.found
    return -without_each(question_on(found.model, found.read, found.batch, prompt.ask, means=instead), direct=True)


def _mean(values: Sequence[Tensor]) -> list[float]:
    mean: list[float] = torch.stack(list(values)).double().mean(dim=0).tolist()
    return mean


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    (texts,) = measured.values()
    direct, attention, lost, path = (values_of(texts, name) for name in ("direct", "attention", "lost", "by path"))
    through_others = lost - values_of(texts, "direct there")
    return {
        RIGHT: share_of(values_of(texts, "right")[:, 0]),
        DIFFERENCE: mean_of(values_of(texts, "difference")[:, 0]),
        MOVERS: heads_where((attention, LOOKS), (direct, WRITES)),
        MOVERS_BY_PATHS: heads_where((attention, LOOKS), (path, WRITES)),
        STRONGEST: mean_of(of_the_best(direct, attention), 100),
        NEGATIVE: heads_where((attention, LOOKS), (-direct, WRITES)),
        NEGATIVE_BY_PATHS: heads_where((attention, LOOKS), (-path, WRITES)),
        BEHIND: heads_where((lost, NEEDED), (through_others, NEEDED)),
    }


CLAIM = Claim(
    name="ioi",
    title="Indirect objects: heads that write the name, and heads that work for them",
    source="Wang et al. 2022, arXiv:2211.00593",
    models="GPT-2 small",
    data="128 prompts in which one person gives another something; they end before the receiver's name",
    model="smollm2",
    minutes=12,
    statements=(
        Statement(
            RIGHT, "The model prefers who gets it to who gives it.",
            "prompts in which the receiver has the larger logit", "%", 75.0,
            "75 %, our bar: half of the way from chance to never wrong", (Printed(99.3, "GPT-2 small", WHERE, GPT2),),
            (PROMPTS,),
        ),
        Statement(
            DIFFERENCE, "It does so clearly.", "logit of the receiver minus that of the giver", "logits", 1.0,
            "1 logit, our bar: 2.7 times as likely", (Printed(3.56, "GPT-2 small", WHERE, GPT2),), (PROMPTS,),
        ),
        Statement(
            MOVERS, "Name movers: some heads look from the end to the receiver, and write that name.",
            f"heads that give the receiver {LOOKS:g} more than the giver, and themselves add {WRITES:g} logits for it",
            "heads", 0.5, SURE.format(f"{LOOKS:g} each"),
            (Printed(3, "9.9, 10.0, 9.6 of the 144 of GPT-2 small", "text of the paper", GPT2),),
            (PROMPTS, AT_THE_SCALE),
        ),
        Statement(
            MOVERS_BY_PATHS, "Patching paths finds them too: what they hand on straight to the logits is needed.",
            f"heads that give the receiver {LOOKS:g} more than the giver, and on whose path {WRITES:g} logits are lost",
            "heads", 0.5, SURE.format(f"{LOOKS:g} each"),
            (Printed(3, "9.9, 10.0, 9.6 of the 144 of GPT-2 small", "text of the paper", GPT2),),
            (PROMPTS, PATHS),
        ),
        Statement(
            STRONGEST, "The head that writes most for the receiver is a name mover: it looks at the receiver.",
            "what it gives the receiver minus what it gives the giver", "points", 0.0,
            "more to the receiver; in each prompt the head that is best in all others", (), (PROMPTS,),
        ),
        Statement(
            NEGATIVE, "Negative name movers: some heads look at the receiver, and write against that name.",
            f"heads that give the receiver {LOOKS:g} more than the giver, and themselves add {WRITES:g} against it",
            "heads", 0.5, SURE.format(f"{LOOKS:g} each"),
            (Printed(2, "10.7, 11.10 of the 144 of GPT-2 small", "text of the paper", GPT2),),
            (PROMPTS, AT_THE_SCALE),
        ),
        Statement(
            NEGATIVE_BY_PATHS, "So are the negative ones: with the others' names on their path the receiver gains.",
            f"heads that give the receiver {LOOKS:g} more than the giver, and on whose path {WRITES:g} logits are won",
            "heads", 0.5, SURE.format(f"{LOOKS:g} each"),
            (Printed(2, "10.7, 11.10 of the 144 of GPT-2 small", "text of the paper", GPT2),),
            (PROMPTS, PATHS),
        ),
        Statement(
            BEHIND, "Other heads work through these: they are needed, and do not write the name themselves.",
            f"heads without which {NEEDED:g} logits are lost, {NEEDED:g} more than they add themselves", "heads", 0.5,
            SURE.format(f"{NEEDED:g} logits"),
            (Printed(13, "S-inhibition, induction, duplicate and previous token heads", "text of the paper", GPT2),),
            (PROMPTS, ZERO, "kinds are not told apart; which heads they work through is not traced"),
        ),
    ),
    why_not=_why_not, make=_make, measure=_measure, estimate=_estimate, reads_file=False, rules=2,
    score="duplicate token on random tokens",
)  # fmt: skip
