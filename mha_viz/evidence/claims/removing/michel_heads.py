"""Michel et al. (2019): most heads can be taken out alone, and in most layers one head is enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from mha_viz.comparison.asks import Loss, Measure, Similarity
from mha_viz.comparison.vector_asks import vector_measure
from mha_viz.errors import InputError
from mha_viz.evidence.claims.circuits.reading import why_no_prediction
from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Printed, Statement
from mha_viz.evidence.claims.estimates import heads_where, mean_of, of_means, of_the_best, values_of
from mha_viz.evidence.claims.material import sentences_of
from mha_viz.evidence.claims.patterns import kinds_of
from mha_viz.evidence.importance.single_heads import Question, question_of, without_each
from mha_viz.evidence.statistics.intervals import LEAST_UNITS
from mha_viz.language import N_
from mha_viz.objects import Model
from mha_viz.recording.interventions.changes import Zero
from mha_viz.recording.interventions.edits import plan_of

SENTENCES, HALVES = "sentences", "halves"
FEWEST, OTHERS = 10, 12  # words of a sentence; halves of others that stand beside the right one
MOST_TEXTS = {SENTENCES: 12, HALVES: 40}
NOTHING = {SENTENCES: 0.1, HALVES: 0.02}  # nats, cosine: where all heads together are worth less, none can cost any
LITTLE = 0.01  # of what all heads together are worth
MOST, ONE, BETTER = "most", "one", "better"
WMT = "the encoder of a translation model, 96 heads"
ONE_HEAD = "section 3.3, page 5, read in a transcript, p < .01"
OURS = (
    "the paper measures BLEU of a translation model and the accuracy of a fine-tuned BERT; here the loss of the next "
    "token, or by how much the halves of a sentence are more alike than halves of others (heads go in the first half)",
)


def _why_not(model: Model) -> str:
    kinds = kinds_of(model)
    if kinds == ("encoder",):
        return ""
    if len(kinds) > 1:
        return N_("it reads one text and writes another, and the claim is measured here on models that read one")
    return why_no_prediction(model)


def _make(model: Model, data: str | None) -> Sequence[Material]:
    """Sentences; to models whose tokens see each other their halves, beside the second halves of others."""
    kind = HALVES if kinds_of(model) == ("encoder",) else SENTENCES
    found = [text for text in sentences_of(data) if len(text.split()) >= FEWEST][: MOST_TEXTS[kind]]
    least = OTHERS + 1 if kind == HALVES else LEAST_UNITS
    if len(found) < least:
        raise InputError(f"{len(found)} sentences have {FEWEST} words or more: give at least {least}.")
    if kind == SENTENCES:
        return [Material(kind, texts=(text,)) for text in found]
    firsts, seconds = zip(*map(_halves, found), strict=True)
    return [
        Material(kind, texts=(first, *(seconds[(i + k) % len(seconds)] for k in range(OTHERS + 1))))
        for i, first in enumerate(firsts)
    ]


def _halves(text: str) -> tuple[str, str]:
    words = text.split()
    return " ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])


def lost_on(model: Model, piece: Material) -> Question:
    """A question that is answered by how badly a text is read: the loss of its tokens in nats, or by how much its
    second half is less like it than other halves are (cosines)."""
    if piece.kind == SENTENCES:
        return question_of(model, piece.texts[0], Loss())
    first, second, *others = piece.texts
    asked = question_of(model, first, Similarity(second))
    like_others = [vector_measure(model, asked.read, asked.batch, Similarity(other)).score for other in others]

    def less_like(vectors: Tensor) -> Tensor:
        return torch.stack([like(vectors) for like in like_others]).mean(dim=0) - asked.measure.score(vectors)

    return replace(asked, measure=Measure("unlike its second half", None, less_like, vectors=True))


def _measure(model: Model, piece: Material) -> Numbers:
    """What is lost without all heads, without each of them, and where a head is the only one of its layer."""
    question = lost_on(model, piece)
    calls = [question.read.calls[number] for number in question.calls]
    there = torch.tensor([head in call.heads for call in calls for head in range(call.n_heads)])
    everything = Zero([(call.layer, head) for call in calls for head in call.heads], kind=question.kind)
    worth = question.plain(plan_of(question.read, [everything], lambda _text: question.read)) - question.plain()
    found: Numbers = {"worth": [worth], "heads": [len(call.heads) for call in calls]}
    if piece.kind == SENTENCES and worth < NOTHING[SENTENCES]:  # as with random weights: no need to wait
        return found
    alone = without_each(question, alone=True)
    return {**found, "without": without_each(question)[there].tolist(), "alone": alone[there].tolist()}


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    ((kind, texts),) = measured.items()
    all_heads = mean_of(values_of(texts, "worth")[:, 0])
    if not (all_heads.low > 0 and all_heads.value > NOTHING[kind]):
        nothing = Estimate(0.0, 0.0, 0.0, len(texts), why_not=N_("without all of its heads it does as well"))
        return dict.fromkeys((MOST, ONE, BETTER), nothing)
    texts = [each for each in texts if "without" in each]
    worth, without, best = values_of(texts, "worth"), values_of(texts, "without"), _best_alone(texts)
    return {
        MOST: _share(without, worth, either_way=True),
        ONE: _share(best, worth, either_way=False),
        BETTER: heads_where((-without, 0.0)),
    }


def _best_alone(texts: Sequence[Numbers]) -> Tensor:
    """What is lost where a layer keeps the head that is best on all other texts, (text, layer); of layers with two."""
    sizes = [int(n) for n in texts[0]["heads"]]
    of_layers = values_of(texts, "alone").split(sizes, dim=1)
    return torch.stack([of_the_best(-each, each) for each in of_layers if each.shape[1] > 1], dim=1)


def _share(lost: Tensor, worth: Tensor, *, either_way: bool) -> Estimate:
    """In %, of how many little is lost in the mean, beside what all heads together are worth."""

    def share(means: Tensor) -> Tensor:
        of_each, of_all = means[..., :-1], means[..., -1:]
        of_each = of_each.abs() if either_way else of_each
        return 100 * (of_each < LITTLE * of_all).double().mean(dim=-1)

    return of_means(torch.cat([lost, worth], dim=1), share, most=100)


CLAIM = Claim(
    name="removing",
    title="Most heads can be taken out alone, and one head a layer is enough",
    source="Michel et al. 2019, arXiv:1905.10650",
    models="a translation model, BERT-base",
    data=f"sentences of {FEWEST} words or more (of the texts that come with mha-viz, or of a text file as --data)",
    model="smollm2",
    minutes=6,
    statements=(
        Statement(
            MOST, "Most heads can be taken out alone, and little changes.",
            "heads without which less than a hundredth of what all heads together are worth is lost or won", "%", 50.0,
            "half of the heads; a hundredth is our bar",
            (Printed(91.7, f"{WMT}: all but 8", "table 1, page 4, read in a transcript, BLEU at p < .01"),),
            (*OURS, "the paper counts heads whose effect is not significant; here those whose effect is small"),
        ),
        Statement(
            ONE, "In most layers one head is enough.",
            "layers that lose less than a hundredth of that with one head alone", "%", 50.0,
            "half of the layers; a hundredth is our bar",
            (
                Printed(50.0, "a translation model", ONE_HEAD),
                Printed(100.0, "BERT-base, tuned on MNLI", ONE_HEAD),
            ),
            (*OURS, "the head that a layer keeps is the one that is best on all other texts"),
        ),
        Statement(
            BETTER, "Some heads are better taken out.", "heads without which less is lost", "heads", 0.5,
            "at least one head, sure for all heads together",
            (Printed(4, WMT, "table 1, page 4, read in a transcript: half of 8"),), OURS,
        ),
    ),
    why_not=_why_not, make=_make, measure=_measure, estimate=_estimate,
)  # fmt: skip
