"""Whisper's own list: the cross-attention heads that its makers use to tell when which word was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from torch import Tensor

from mha_viz.errors import MhaVizError
from mha_viz.evidence.alignment.speech import errors_of, listed_heads
from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Statement
from mha_viz.evidence.claims.estimates import mean_of, values_of
from mha_viz.evidence.statistics.overlap import overlap_p
from mha_viz.inputs.media.timings import Spoken, spoken_examples
from mha_viz.language import N_
from mha_viz.models.entries import SOUND
from mha_viz.objects import Head, Model
from mha_viz.recording.capture import capture

CLOSER, AMONG = "closer", "among"
SOUNDS = "eight sentences said by a program that told when it began each word; its makers do not say on what they chose"
BY_HAND = "the list was chosen by its makers; they print no measure of a head"


def _why_not(model: Model) -> str:
    try:
        found = capture(model, spoken_examples()[0].sound, target=spoken_examples()[0].text)
    except MhaVizError:
        return N_("it does not write what it hears")
    if "cross" not in found.kinds:
        return N_("it does not write what it hears")
    return "" if listed_heads(model) else N_("its files name no heads for alignment")


def _make(model: Model, _data: str | None) -> Sequence[Material]:
    """Each sound, with the list of the model: random weights have none of their own."""
    listed = tuple(number for head in listed_heads(model) for number in head)
    return [Material("sounds", ids=listed, texts=(name,)) for name in _spoken()]


@cache
def _spoken() -> dict[str, Spoken]:
    return {each.name: each for each in spoken_examples()}


def _measure(model: Model, piece: Material) -> Numbers:
    """How far in milliseconds each head's peak is from the middle of the word, in the mean; which heads are listed."""
    heads, errors = errors_of(model, _spoken()[piece.texts[0]])
    listed: set[Head] = set(zip(piece.ids[::2], piece.ids[1::2], strict=True))
    return {"error": errors.tolist(), "listed": [float(head in listed) for head in heads]}


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    (texts,) = measured.values()
    errors = values_of(texts, "error")  # (sound, head)
    listed = values_of(texts, "listed")[0] > 0
    closer = errors[:, ~listed].mean(dim=1) - errors[:, listed].mean(dim=1)
    return {
        CLOSER: mean_of(closer),
        AMONG: replace(mean_of(beyond_chance(errors, listed), 100), note=_p(errors, listed)),
    }


def beyond_chance(errors: Tensor, listed: Tensor) -> Tensor:
    """Of each sound the share of the list among as many best heads, 0 for what chance gives and 1 for all, (sound,).

    >>> import torch
    >>> beyond_chance(torch.tensor([[1.0, 2.0, 3.0, 4.0]]), torch.tensor([True, False, True, False])).tolist()
    [0.0]
    """
    k, n = int(listed.sum()), listed.numel()
    share = listed[errors.argsort(dim=1)[:, :k]].double().mean(dim=1)
    return (share - k / n) / (1 - k / n)


def _p(errors: Tensor, listed: Tensor) -> str:
    k, n = int(listed.sum()), listed.numel()
    both = int(listed[errors.mean(dim=0).argsort()[:k]].sum())
    return f"over all sounds {both} of the {k} listed are among the {k} best of {n}, p {overlap_p(n, k, k, both):.2g}"


CLAIM = Claim(
    name="alignment",
    title="Whisper's own list of heads follows the words",
    source="Radford et al. 2022, arXiv:2212.04356; the list of heads came with the code of Whisper in 2023",
    models="Whisper, all sizes",
    data="the eight spoken sentences that come with mha-viz",
    model="whisper",
    minutes=0.5,
    statements=(
        Statement(
            CLOSER, "The listed heads look closer to where a word is said than the others do.",
            "mean distance of other heads minus that of listed ones", "ms", 0.0, "closer at all, our bar", (),
            (SOUNDS, BY_HAND),
        ),
        Statement(
            AMONG, "The list is the heads that follow words best.",
            "how much of the list is among as many best heads, 0 for what chance gives", "%", 50.0,
            "half of the way from chance to all of the list, our bar",
            (), (SOUNDS, BY_HAND),
        ),
    ),
    why_not=_why_not, make=_make, measure=_measure, estimate=_estimate, reads_file=False, reads=SOUND,
)  # fmt: skip
