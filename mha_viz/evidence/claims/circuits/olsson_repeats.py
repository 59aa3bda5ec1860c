"""Olsson et al. (2022): without induction heads, what was seen before is no longer predicted; and they copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from mha_viz.evidence.claims.circuits.reading import (
    Reading,
    heads_of,
    looks,
    losses,
    once_a_model,
    other_heads,
    reading,
    why_not_written,
    written,
)
from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Statement
from mha_viz.evidence.claims.estimates import heads_where, mean_of, values_of
from mha_viz.evidence.claims.material import as_material
from mha_viz.evidence.corpus.reading import random_vocabulary
from mha_viz.language import N_
from mha_viz.objects import Head, Model
from mha_viz.scores.families.copying import induction, random_repeats

WORDS, TIMES, DRAWS, FOR_CHOICE = 25, 4, 12, 4  # tokens that are repeated, how often, texts; texts that heads are of
HALF, AT_LEAST, SETS = 0.5, 3, 4  # of a head's attention; heads where none gives half; random sets a text
NOTHING = 0.1  # nats: where less is gained on repeats, a share is of that much
MORE, MOST, COPY = "more", "most", "copy"
ZERO = "heads hand on nothing, and heads above them may look elsewhere then"


def _why_not(model: Model) -> str:
    if why_not := why_not_written(model):
        return why_not
    if model.network.config.num_hidden_layers < 2:
        return N_("it has one layer, and the claim is that induction heads take two")
    return ""


def _rows(model: Model, n: int, seed: int) -> Tensor:
    vocabulary, start = random_vocabulary(model)
    return random_repeats(vocabulary, n=WORDS, times=TIMES, samples=n, bos=start, seed=seed)


def _make(model: Model, _data: str | None) -> Sequence[Material]:
    return as_material(_rows(model, DRAWS, seed=0), "repeats")


def attention_to_followers(found: Reading) -> Tensor:
    """What each head gives to the tokens that followed earlier copies, at queries that have some, (head,)."""
    return induction(looks(found), found.ids).share.double()


@once_a_model
def induction_heads(model: Model) -> list[Head]:
    """The heads that give more than half of their attention to what followed, on texts of their own; at least three,
    the best, so that there is something to take out of random weights too."""
    texts = [reading(model, row.tolist()) for row in _rows(model, FOR_CHOICE, seed=1)]
    shares = torch.stack([attention_to_followers(text) for text in texts]).mean(dim=0)
    n = max(AT_LEAST, int((shares > HALF).sum()))
    heads = heads_of(texts[0])
    return sorted(heads[i] for i in shares.topk(n).indices.tolist())


def gain(found: Reading, without: Sequence[Head] = ()) -> float:
    """How much less is lost where tokens were seen before, and what followed them, than the first time; nats."""
    n_before = len(found.ids) - WORDS * TIMES  # a start token or none
    of_each = losses(found, without)  # from token 1 on
    first, again = of_each[: n_before + WORDS - 1], of_each[n_before + WORDS :]
    return (first.mean() - again.mean()).item()


def copied(found: Reading) -> Tensor:
    """By how much each head raises the logit of the token that is right, above that of the text's others, (head,); in
    the mean over queries whose token stood before."""
    words = found.ids[-WORDS:]
    queries = list(range(len(found.ids) - WORDS * (TIMES - 1), len(found.ids) - 1))
    right = torch.tensor([words.index(found.ids[query + 1]) for query in queries])
    added = written(found, queries, words)
    of_right = added[:, torch.arange(len(queries)), right]
    return (of_right - added.mean(dim=-1)).mean(dim=-1).double()


def _measure(model: Model, piece: Material) -> Numbers:
    found, heads = reading(model, piece.ids), induction_heads(model)
    others = other_heads(found, heads, SETS, seed=sum(piece.ids))
    return {
        "gain": [gain(found)], "without": [gain(found, heads)],
        "without others": [sum(gain(found, each) for each in others) / SETS],
        "looks": attention_to_followers(found).tolist(), "copies": copied(found).tolist(),
    }  # fmt: skip


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    (texts,) = measured.values()
    plain, without, others = (values_of(texts, name)[:, 0] for name in ("gain", "without", "without others"))
    there = plain.clamp_min(NOTHING)
    return {
        MORE: mean_of((others - without) / there, 100),
        MOST: mean_of((plain - without) / there, 100),
        COPY: heads_where((values_of(texts, "looks"), HALF), (values_of(texts, "copies"), 0.0)),
    }


CLAIM = Claim(
    name="repeats",
    title="Without induction heads, repeats are no longer foreseen",
    source="Olsson et al. 2022, arXiv:2209.11895, ablations and copying",
    models="34 language models of their own, 1 to 40 layers",
    data=f"{WORDS} random tokens, {TIMES} times, {DRAWS} draws; heads are chosen on {FOR_CHOICE} others",
    model="smollm2",
    minutes=3,
    statements=(
        Statement(
            MORE, "Without the induction heads more of the gain on repeats is gone than without other heads.",
            "share of the gain that is gone, minus that without as many random heads of the same layers", "points",
            10.0, "10 points, our bar: the paper shows curves",
            (), (ZERO, f"random sets are ours: {SETS} a text", "the gain is on random tokens, not on running text"),
        ),
        Statement(
            MOST, "Without them most of the gain is gone.",
            "share of the gain that is gone", "%", 50.0, "half, our bar for most", (), (ZERO,),
        ),
        Statement(
            COPY, "Heads that look at what followed also copy: they raise the logit of that token themselves.",
            "heads that give what followed more than half, and raise it above the text's other tokens", "heads", 0.5,
            "at least one head, sure for all heads together", (),
            ("what a head adds to logits in this run, not its weights multiplied out (OV)",),
        ),
    ),
    why_not=_why_not, make=_make, measure=_measure, estimate=_estimate, reads_file=False,
    score="induction on random tokens",
)  # fmt: skip
