"""Wu et al. (2024): a few heads fetch what is to be repeated out of a long text, and without them it is not found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from mha_viz.evidence.claims.circuits.reading import (
    Reading,
    heads_of,
    logits_of,
    looks,
    once_a_model,
    other_heads,
    reading,
    why_no_prediction,
)
from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Statement
from mha_viz.evidence.claims.estimates import heads_where, mean_of, share_of, values_of
from mha_viz.evidence.claims.material import sentences_of
from mha_viz.inputs.encoding import encode
from mha_viz.inputs.text import tokenizer_of
from mha_viz.objects import Head, Model

SENTENCES, NEEDLES, FOR_CHOICE = 7, 12, 4  # of a text; texts; texts that heads are chosen on
MASKED, SETS, SCORE = 10, 2, 0.1  # heads that are taken out; random sets a text; of the answer's tokens, as theirs
PLACES = (
    "Paris", "London", "Berlin", "Rome", "Madrid", "Vienna", "Moscow", "Tokyo", "Boston", "Chicago", "Dublin", "Athens",
    "Lisbon", "Sydney", "Toronto", "Cairo",
)  # fmt: skip
NEEDLE = "The secret number of the {place} office is {number}."
ASKED = "The secret number of the {place} office is"
FOUND, HEADS, LOSS = "found", "heads", "loss"
OURS = (
    f"the paper reads up to 50,000 tokens; here {SENTENCES} sentences and a number of five digits",
    "the right answer is read digit by digit, not written by the model",
)


def _why_not(model: Model) -> str:
    return why_no_prediction(model)


def _made(which: range, data: str | None = None) -> list[Material]:
    """Sentences, a needle among them, the question, and the answer."""
    hay = sentences_of(data)
    pieces = []
    for i in which:
        lines = [hay[(SENTENCES * i + k) % len(hay)] for k in range(SENTENCES)]
        number = "".join(str((3 * i + 7 * k + i * k) % 10) for k in range(5))
        number = "".join(dict.fromkeys(number + "1738520946"))[:5]  # every digit once, so that it has one place
        place = PLACES[i % len(PLACES)]
        lines.insert(1 + i % (SENTENCES - 1), NEEDLE.format(place=place, number=number))
        pieces.append(Material("needles", texts=(" ".join([*lines, ASKED.format(place=place)]), number)))
    return pieces


def _make(_model: Model, data: str | None) -> Sequence[Material]:
    return _made(range(NEEDLES), data)


def asked(model: Model, piece: Material) -> tuple[Reading, list[int], Tensor]:
    """The text with its answer, the positions that predict the answer's tokens, and where each of them is to be found:
    bool (answer token, position)."""
    tokenizer = tokenizer_of(model.processor)
    text, number = piece.texts

    def ids_of(text: str) -> list[int]:
        ids: list[int] = encode(tokenizer, text, add_special_tokens=False)["input_ids"]
        return ids

    begin = text.index(f" {number}") + len(number) + 1
    before, inside = len(ids_of(text[: begin - len(number) - 1])), len(ids_of(text[:begin]))
    prompt = ids_of(text)
    answer = prompt[before:inside]
    found = reading(model, [*prompt, *answer])
    ids = torch.tensor(found.ids)
    in_needle = torch.zeros(len(ids), dtype=torch.bool)
    in_needle[before:inside] = True
    places = (ids[None] == torch.tensor(answer)[:, None]) & in_needle
    return found, list(range(len(prompt) - 1, len(ids) - 1)), places


def retrieval(found: Reading, queries: Sequence[int], places: Tensor) -> Tensor:
    """Of the answer's tokens the share that each head looks at most, in the needle, when it is to be said, (head,)."""
    most = looks(found)[:, list(queries)].argmax(dim=-1)  # (head, answer token)
    return places[torch.arange(len(queries)), most].double().mean(dim=-1)


@once_a_model
def retrieval_heads(model: Model) -> list[Head]:
    """The heads that retrieve most, on texts of their own."""
    read = [asked(model, piece) for piece in _made(range(NEEDLES, NEEDLES + FOR_CHOICE))]
    scores = torch.stack([retrieval(*each) for each in read]).mean(dim=0)
    heads = heads_of(read[0][0])
    return [heads[i] for i in scores.topk(MASKED).indices.tolist()]


def answered(found: Reading, queries: Sequence[int], without: Sequence[Head] = ()) -> tuple[float, float]:
    """The mean loss of the answer's tokens in nats, and the share of them that is likeliest of all."""
    logits = logits_of(found, list(queries), without).cpu()
    right = torch.tensor([found.ids[query + 1] for query in queries])
    loss = torch.nn.functional.cross_entropy(logits, right).item()
    return loss, (logits.argmax(dim=-1) == right).double().mean().item()


def _measure(model: Model, piece: Material) -> Numbers:
    found, queries, places = asked(model, piece)
    heads = retrieval_heads(model)
    others = other_heads(found, heads, SETS, seed=len(piece.texts[0]))
    loss, right = answered(found, queries)
    return {
        "right": [right], "score": retrieval(found, queries, places).tolist(),
        "rise": [answered(found, queries, heads)[0] - loss],
        "rise without others": [sum(answered(found, queries, each)[0] - loss for each in others) / SETS],
    }  # fmt: skip


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    (texts,) = measured.values()
    rise, others = (values_of(texts, name)[:, 0] for name in ("rise", "rise without others"))
    return {
        FOUND: share_of(values_of(texts, "right")[:, 0]), HEADS: heads_where((values_of(texts, "score"), SCORE)),
        LOSS: mean_of(rise - others),
    }  # fmt: skip


CLAIM = Claim(
    name="retrieval",
    title="Retrieval heads: a few heads fetch what is to be repeated",
    source="Wu et al. 2024, arXiv:2404.15574",
    models="Llama-2, Yi, Qwen, Mistral",
    data=f"{NEEDLES} times {SENTENCES} sentences, a secret number among them (or sentences of a text file as --data)",
    model="smollm2",
    minutes=3,
    statements=(
        Statement(
            FOUND, "The model finds the number.", "digits of the answer that are likeliest of all", "%", 50.0,
            "half of the digits, our bar: else there is nothing to explain", (), OURS,
        ),
        Statement(
            HEADS, "Some heads look at what is to be repeated, just when it is to be said.",
            "heads that do so for more than a tenth of the answer", "heads", 0.5,
            "at least one head, sure for all heads together; a tenth is the paper's",
            (), (*OURS, "the paper prints a share: 3 to 6 % of heads"),
        ),
        Statement(
            LOSS, "Without them the number is lost, and not without others.",
            f"loss of the answer without the {MASKED} best of them, minus that without as many others of their layers",
            "nats", 0.5, "0.5 nats a token, our bar", (),
            (*OURS, "heads hand on nothing; they are chosen on texts of their own"),
        ),
    ),
    why_not=_why_not, make=_make, measure=_measure, estimate=_estimate, score="duplicate token",
)  # fmt: skip
