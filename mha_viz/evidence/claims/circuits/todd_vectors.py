"""Todd et al. (2023): what a few heads hand on after examples makes a model do the same without any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mha_viz.attention.calls import call_head_output
from mha_viz.errors import InputError
from mha_viz.evidence.claims.circuits.reading import (
    Reading,
    heads_of,
    logits_with,
    once_a_model,
    other_heads,
    reading,
    why_not_written,
)
from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Statement
from mha_viz.evidence.claims.estimates import mean_of, share_of, values_of
from mha_viz.inputs.encoding import encode
from mha_viz.inputs.text import tokenizer_of
from mha_viz.language import N_
from mha_viz.objects import AttentionCall, Head, Model, seen
from mha_viz.recording.interventions.changes import Add
from mha_viz.recording.interventions.growing import slopes

TASKS = {
    "opposite": (
        "hot cold, big small, up down, young old, fast slow, happy sad, rich poor, early late, open closed, "
        "full empty, hard soft, light dark, strong weak, wet dry, high low, long short, clean dirty, loud quiet, "
        "thick thin, true false, near far, safe dangerous, easy difficult, right wrong"
    ),
    "past": (
        "go went, take took, see saw, come came, give gave, write wrote, run ran, eat ate, speak spoke, find found, "
        "think thought, know knew, buy bought, begin began, drink drank, fall fell, feel felt, get got, hold held, "
        "keep kept, lose lost, make made, send sent, teach taught"
    ),
    "capital": (
        "France Paris, Japan Tokyo, Italy Rome, Spain Madrid, Germany Berlin, Russia Moscow, Egypt Cairo, "
        "Greece Athens, Austria Vienna, Portugal Lisbon, Ireland Dublin, Poland Warsaw, Sweden Stockholm, Norway Oslo, "
        "Cuba Havana, China Beijing, Hungary Budapest, Kenya Nairobi, Peru Lima, Canada Ottawa, Belgium Brussels, "
        "Finland Helsinki, Turkey Ankara, Chile Santiago"
    ),
}  # fmt: skip
PAIRS = {task: [(pair.split()[0], pair.split()[1]) for pair in pairs.split(", ")] for task, pairs in TASKS.items()}
LEARNED, SHOTS, PROMPTS = 12, 10, 4  # pairs that vectors are made of, the rest is counted; examples; prompts of a task
HEADS, DEEP, CLOSE = 10, 3, 1e-3  # heads of a vector; added after a third of the layers; of its length, what is lost
EXAMPLES, VECTOR, LIKELIER = "examples", "vector", "likelier"
OURS = (
    f"the paper has dozens of tasks and larger models; here {len(TASKS)} tasks, whose first token of the answer counts",
    "heads are chosen by slopes (attribution patching) on prompts with mixed-up answers; the paper puts the mean of "
    "each in its place",
)
AFTER_A_LOOK = (
    "the paper counts right answers alone; how likely they are was asked after a first look, which had found none more",
    "beside them stands what as many random heads of the same layers hand on",
)


@dataclass(frozen=True)
class Vectors:
    """The heads of a model, and for each task what these heads and what others hand on after examples, (d_model,)."""

    heads: list[Head]
    theirs: dict[str, Tensor]
    of_others: dict[str, Tensor]


def _why_not(model: Model) -> str:
    if why_not := why_not_written(model):
        return why_not
    call = _middle(reading(model, prompt("hot")))
    probe = torch.ones(seen(call.projection).shape[-1])
    return "" if _written_by(call, probe) is not None else N_("its heads cannot add every vector to the sum")


def prompt(word: str, examples: Sequence[tuple[str, str]] = ()) -> str:
    """A word to answer, after examples: questions and answers in lines, as the paper writes them."""
    return "\n\n".join([*(f"Q: {asked}\nA: {answer}" for asked, answer in examples), f"Q: {word}\nA:"])


def _examples(task: str, i: int, *, mixed: bool = False) -> list[tuple[str, str]]:
    """Ten of the pairs that are learned from, in an order of their own; ``mixed``: with each other's answers."""
    pairs = PAIRS[task][:LEARNED]
    chosen = [pairs[(i + 5 * k) % LEARNED] for k in range(SHOTS)]
    answers = [answer for _, answer in chosen]
    return list(zip([word for word, _ in chosen], answers[3:] + answers[:3], strict=True)) if mixed else chosen


def _asked(task: str, i: int) -> tuple[str, str]:
    """The pair that is asked for after such examples, and is none of them."""
    return PAIRS[task][(i + 5 * SHOTS) % LEARNED]


def _make(_model: Model, data: str | None) -> Sequence[Material]:
    """Pairs that no vector has seen.

    Raises
    ------
    InputError
        If a file is given: the tasks are part of the claim.
    """
    if data is not None:
        raise InputError("The claim on function vectors brings its own pairs of words: leave --data out.")
    return [Material(task, texts=pair) for task, pairs in PAIRS.items() for pair in pairs[LEARNED:]]


def first_token(model: Model, answer: str) -> int:
    """The first token of an answer, as it stands behind the colon."""
    ids: list[int] = encode(tokenizer_of(model.processor), f" {answer}", add_special_tokens=False)["input_ids"]
    return ids[0]


def _last(found: Reading) -> int:
    return len(found.ids) - 1


def after_examples(model: Model, task: str) -> list[Tensor]:
    """What each head hands on at the colon after examples, in the mean, (head, d_head) for every call."""
    prompts = [prompt(_asked(task, i)[0], _examples(task, i)) for i in range(PROMPTS)]
    read = [reading(model, text) for text in prompts]
    outputs = [[call_head_output(call)[:, _last(found)] for call in found.read.calls] for found in read]
    return [torch.stack(of_call).mean(dim=0) for of_call in zip(*outputs, strict=True)]


def promise(model: Model, task: str, i: int, means: Sequence[Tensor]) -> Tensor:
    """By how much the right answer would gain where each head handed on its mean, after mixed-up examples, (head,)."""
    word, answer = _asked(task, i)
    found, right = reading(model, prompt(word, _examples(task, i, mixed=True))), first_token(model, answer)
    last = _last(found)
    grown, outputs = slopes(
        model, found.batch, found.read, lambda logits: logits.float().log_softmax(dim=-1)[..., right], [last]
    )
    return torch.cat([
        (slope[last] * (mean.to(given.device) - given[last])).sum(dim=-1).cpu()
        for slope, given, mean in zip(grown, outputs, means, strict=True)
    ])  # fmt: skip


@once_a_model
def vectors_of(model: Model) -> Vectors:
    """The heads that promise most over all tasks, and what they hand on in each, on pairs that are not counted."""
    means = {task: after_examples(model, task) for task in PAIRS}
    found = reading(model, prompt("hot"))
    promised = torch.stack([promise(model, task, i, means[task]) for task in PAIRS for i in range(PROMPTS)]).mean(dim=0)
    every = heads_of(found)
    heads = [every[i] for i in promised.topk(min(HEADS, len(every) // 2)).indices.tolist()]
    (others,) = other_heads(found, heads, 1, seed=0)
    calls = found.read.calls

    def together(task: str, those: Sequence[Head]) -> Tensor:
        parts = [
            means[task][i][head] @ seen(call.projection)[head].to(means[task][i])
            for i, call in enumerate(calls)
            for layer, head in those
            if layer == call.layer
        ]
        return torch.stack(parts).sum(dim=0)

    return Vectors(
        heads, {task: together(task, heads) for task in PAIRS}, {task: together(task, others) for task in PAIRS}
    )


def _middle(found: Reading) -> AttentionCall:
    """The layer whose heads are made to add a vector: after a third of them."""
    return found.read.calls[len(found.read.calls) // DEEP]


def _written_by(call: AttentionCall, vector: Tensor) -> Tensor | None:
    """What the heads of a layer would have to hand on to add a vector, (head, d_head); None where they cannot."""
    projection = seen(call.projection).flatten(0, 1).double().cpu()  # (head × d_head, d_model)
    wanted = vector.double().cpu()
    handed: Tensor = torch.linalg.lstsq(projection.T, wanted[:, None], driver="gelsd").solution[:, 0]
    if (handed @ projection - wanted).norm() > CLOSE * wanted.norm():
        return None
    return handed.float().reshape(call.n_heads, -1)


def said_with(found: Reading, vector: Tensor | None = None) -> Tensor:
    """How likely each token is behind the colon, log-probabilities (vocabulary,), with a vector added there."""
    changes = []
    if vector is not None:
        call = _middle(found)
        heads = [(call.layer, head) for head in range(call.n_heads)]
        changes = [Add(heads, seen(_written_by(call, vector)), positions=[_last(found)])]
    return logits_with(found, [_last(found)], changes)[0].cpu().log_softmax(dim=-1)


def _measure(model: Model, piece: Material) -> Numbers:
    """Whether the right answer comes first, and how likely it is: after examples, without, and with either vector."""
    task, (word, answer) = piece.kind, piece.texts
    vectors, right = vectors_of(model), first_token(model, answer)
    alone = reading(model, prompt(word))
    said = {
        "examples": said_with(reading(model, prompt(word, _examples(task, len(word))))), "alone": said_with(alone),
        "vector": said_with(alone, vectors.theirs[task]), "others": said_with(alone, vectors.of_others[task]),
    }  # fmt: skip
    return {name: [float(likely.argmax() == right), likely[right].item()] for name, likely in said.items()}


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    texts = [each for of_task in measured.values() for each in of_task]
    examples, alone, vector, others = (values_of(texts, name) for name in ("examples", "alone", "vector", "others"))
    return {
        EXAMPLES: share_of(examples[:, 0]), VECTOR: mean_of(vector[:, 0] - alone[:, 0], 100.0),
        LIKELIER: mean_of(vector[:, 1] - torch.maximum(alone, others)[:, 1]),
    }  # fmt: skip


CLAIM = Claim(
    name="vectors",
    title="Function vectors: a few heads carry what examples ask for",
    source="Todd et al. 2023, arXiv:2310.15213",
    models="GPT-J, GPT-NeoX, Llama-2",
    data=f"{len(TASKS)} tasks of {len(PAIRS['opposite'])} pairs of words, {LEARNED} of each to make vectors of",
    model="smollm2",
    minutes=3,
    statements=(
        Statement(
            EXAMPLES, "After ten examples the model does what they ask for.", "answers that come first", "%", 50.0,
            "half of the answers, our bar: else there is nothing to carry", (), OURS[:1],
        ),
        Statement(
            VECTOR, f"What {HEADS} heads hand on after examples makes it do so without any.",
            "right answers with the vector, minus those without, where no example is given", "points", 10.0,
            "10 points, our bar", (), OURS,
        ),
        Statement(
            LIKELIER, "It makes the right answer likelier, and what other heads hand on does not.",
            "log-probability with the vector, minus that without or with the other one, whichever is larger",
            "nats", 0.5, "0.5 nats, our bar", (), (*OURS, *AFTER_A_LOOK),
        ),
    ),
    why_not=_why_not, make=_make, measure=_measure, estimate=_estimate,
)  # fmt: skip
