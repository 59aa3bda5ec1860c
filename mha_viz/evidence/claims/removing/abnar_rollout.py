"""Abnar & Zuidema (2020): what a token is worth shows better in attention followed through all layers than in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from mha_viz.attention.maps import rollouts
from mha_viz.errors import InputError
from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Statement
from mha_viz.evidence.claims.estimates import mean_of, values_of
from mha_viz.evidence.claims.material import sentences_of
from mha_viz.evidence.claims.patterns import kinds_of, patterns_of
from mha_viz.evidence.statistics.intervals import LEAST_UNITS
from mha_viz.inputs.text import tokenizer_of
from mha_viz.language import N_
from mha_viz.objects import Capture, Model
from mha_viz.recording.capture import capture
from mha_viz.recording.run import part_to_run
from mha_viz.scores.families.semantic import spearman

TEXTS, FEWEST = 32, 6  # sentences; tokens of one, without special ones
ROLLOUT, BETTER = "rollout", "better"
THEIRS = "the paper asks models that were tuned to classify; here the vector of a sentence, the mean over its tokens"


def _why_not(model: Model) -> str:
    kinds = kinds_of(model)
    if kinds != ("encoder",):
        return N_("the claim is about models whose tokens all see each other, and which give one vector of a text")
    unknown = getattr(tokenizer_of(model.processor), "unk_token_id", None)
    return (
        "" if unknown is not None else N_("its tokenizer has no token for what it does not know, to blank words with")
    )


def _make(model: Model, data: str | None) -> Sequence[Material]:
    """Sentences in which there are enough tokens to put in an order."""
    read = [(text, capture(model, text)) for text in sentences_of(data)[: 2 * TEXTS]]
    found = [text for text, each in read if len(_ordinary(each)) >= FEWEST][:TEXTS]
    if len(found) < LEAST_UNITS:
        raise InputError(f"{len(found)} sentences have {FEWEST} tokens or more: give at least {LEAST_UNITS}.")
    return [Material("sentences", texts=(text,)) for text in found]


def _ordinary(found: Capture) -> list[int]:
    positions = found.query_positions[found.kinds[0]]
    return [i for i, special in enumerate(positions.is_special) if not special]


def _measure(model: Model, piece: Material) -> Numbers:
    """How well attention puts tokens in the order of what they are worth: in the last layer, and through all."""
    found = capture(model, piece.texts[0])
    words = _ordinary(found)
    worth = blank_out(model, found)[words]
    *_, through = rollouts(found, found.kinds[0])
    raw = patterns_of(found)[-1].mean(dim=(0, 1))
    looks = torch.stack([through.mean(dim=0)[words].cpu(), raw[words].cpu()])
    of_rollout, of_raw = spearman(looks, worth).nan_to_num(0.0).tolist()  # what is even puts nothing in an order
    return {"rollout": [of_rollout], "raw": [of_raw]}


def blank_out(model: Model, found: Capture) -> Tensor:
    """How far the vector of a text turns when each token in turn is one that nobody knows: 1 − cosine, (token,)."""
    ids = torch.tensor(found.query_positions[found.kinds[0]].ids)
    rows = ids.repeat(len(ids) + 1, 1)
    rows[torch.arange(1, len(rows)), torch.arange(len(ids))] = tokenizer_of(model.processor).unk_token_id
    rows = rows.to(model.network.device)
    batch = {"input_ids": rows, "attention_mask": torch.ones_like(rows)}
    with torch.inference_mode():
        vectors = part_to_run(model, batch, encoder_only=True)(**batch).last_hidden_state.mean(dim=1)
    turned: Tensor = 1.0 - torch.cosine_similarity(vectors[1:].double(), vectors[:1].double(), dim=-1)
    return turned.cpu()


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    (texts,) = measured.values()
    rollout, raw = (values_of(texts, name)[:, 0] for name in ("rollout", "raw"))
    return {ROLLOUT: mean_of(rollout), BETTER: mean_of(rollout - raw)}


CLAIM = Claim(
    name="rollout",
    title="Attention through all layers tells better what a token is worth",
    source="Abnar & Zuidema 2020, arXiv:2005.00928",
    models="DistilBERT, BERT-base",
    data=f"{TEXTS} sentences (of the texts that come with mha-viz, or of a text file as --data)",
    model="minilm",
    minutes=0.3,
    statements=(
        Statement(
            ROLLOUT, "Rollout puts tokens in the order of what they are worth.",
            "rank correlation of the rollout of all layers with what blanking a token changes", "", 0.3,
            "0.3, our bar", (), (THEIRS,),
        ),
        Statement(
            BETTER, "It does so better than the attention of the last layer.",
            "rank correlation of rollout minus that of the last layer", "", 0.0, "better at all", (),
            (THEIRS, "attention flow, which the paper also shows, is not asked"),
        ),
    ),
    why_not=_why_not, make=_make, measure=_measure, estimate=_estimate,
)  # fmt: skip
