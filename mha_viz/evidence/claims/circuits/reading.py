"""A text → what a model predicts with and without some heads, what each head looks at, and what it writes itself."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from mha_viz.attention.calls import call_contributions
from mha_viz.errors import MhaVizError
from mha_viz.evidence.claims.patterns import kinds_of, patterns_of
from mha_viz.language import N_
from mha_viz.objects import Capture, Head, Model
from mha_viz.recording.again import read_for_changes
from mha_viz.recording.interventions.changes import Change, Zero
from mha_viz.recording.interventions.edits import plan_of
from mha_viz.recording.interventions.residual import residual
from mha_viz.recording.interventions.run import run_changed
from mha_viz.recording.lying import numbers_of

Found = TypeVar("Found")
SHORT = "The cat and the dog"


@dataclass(frozen=True)
class Reading:
    """A text as a language model reads it: its capture, what the network takes, and its token ids."""

    model: Model
    read: Capture
    batch: dict[str, Tensor]

    @property
    def ids(self) -> list[int]:
        ids: list[int] = self.batch["input_ids"][0].tolist()
        return ids


def reading(model: Model, text: str | Sequence[int]) -> Reading:
    """A text, or the ids of its tokens."""
    if isinstance(text, str):
        return Reading(model, *read_for_changes(model, text))
    ids = torch.tensor([list(text)])
    return Reading(model, *read_for_changes(model, {"input_ids": ids, "attention_mask": torch.ones_like(ids)}))


def why_no_prediction(model: Model) -> str:
    """Why a model cannot be asked what it predicts from left to right, "" where it can."""
    kinds = kinds_of(model)
    if not kinds:
        return N_("it reads no text")
    if kinds != ("decoder",):
        return N_("the claim is about models that read from left to right; in this one tokens see what follows them")
    if model.network.get_output_embeddings() is None:
        return N_("its files hold no prediction head")
    return ""


def why_not_written(model: Model) -> str:
    """Why it cannot be told of a model what its heads write themselves, "" where it can."""
    if why_not := why_no_prediction(model):
        return why_not
    try:
        found = reading(model, SHORT)
        at_the_end = residual(model, found.batch, found.read, [len(found.ids) - 1])
    except MhaVizError as error:
        return str(error).rstrip(".")
    if at_the_end.norm is None or len(at_the_end.straight) < len(found.read.calls):
        return N_("what its heads add does not go straight into the sum that its predictions are read from")
    return ""


def logits_of(found: Reading, positions: list[int], without: Sequence[Head] = ()) -> Tensor:
    """Logits at some positions while some heads hand on nothing, (position, vocabulary)."""
    return logits_with(found, positions, [Zero(without)] if without else [])


def logits_with(found: Reading, positions: list[int], changes: Sequence[Change]) -> Tensor:
    """Logits at some positions while changes take place, (position, vocabulary)."""
    plan = plan_of(found.read, changes, lambda _text: found.read) if changes else {}
    return run_changed(found.model, found.batch, found.read, plan, positions=positions).float()


def losses(found: Reading, without: Sequence[Head] = ()) -> Tensor:
    """The loss of each token but the first in nats, (position − 1,), while some heads hand on nothing."""
    return losses_with(found, [Zero(without)] if without else [])


def losses_with(found: Reading, changes: Sequence[Change]) -> Tensor:
    """The same while changes take place."""
    ids = torch.tensor(found.ids[1:])
    logits = logits_with(found, list(range(len(ids))), changes)
    return torch.nn.functional.cross_entropy(logits.cpu(), ids, reduction="none")


def looks(found: Reading) -> Tensor:
    """All patterns, (layer and head, query, key)."""
    return patterns_of(found.read).flatten(0, 1).cpu()


def written(found: Reading, positions: list[int], tokens: Sequence[int]) -> Tensor:
    """The logits that each head itself adds to some tokens, (layer and head, position, token).

    As in ``logit_attribution``: the norm between the sum of what heads add and the prediction is taken at the scale of
    this run.

    References
    ----------
    .. [1] Elhage et al. (2021), "A Mathematical Framework for Transformer Circuits".
    """
    model = found.model
    at = residual(model, found.batch, found.read, positions)
    if at.norm is None:
        raise AssertionError("asked before whether it can be told")
    with torch.inference_mode():
        wanted = numbers_of(model.network.get_output_embeddings())[list(tokens)].float()
        parts = [
            at.norm(call_contributions(call)[:, positions].to(wanted.device)) @ wanted.T for call in found.read.calls
        ]
        return torch.cat(parts).cpu()


def heads_of(found: Reading) -> list[Head]:
    """Every head, in the order of ``looks`` and ``written``."""
    return [(call.layer, head) for call in found.read.calls for head in range(call.n_heads)]


def other_heads(found: Reading, heads: Sequence[Head], n_sets: int, seed: int) -> list[list[Head]]:
    """Random sets of as many heads of the same layers, none of them among these, as far as a layer has others."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    n_heads = {call.layer: call.n_heads for call in found.read.calls}
    wanted = Counter(layer for layer, _ in heads)
    rest = {layer: [head for head in range(n_heads[layer]) if (layer, head) not in heads] for layer in wanted}
    return [
        [(layer, head) for layer, n in wanted.items() for head in chance.sample(rest[layer], min(n, len(rest[layer])))]
        for _ in range(n_sets)
    ]


def once_a_model(find: Callable[[Model], Found]) -> Callable[[Model], Found]:
    """The same function of a model, which is asked once for each network."""
    known: WeakKeyDictionary[Any, Found] = WeakKeyDictionary()

    @wraps(find)
    def find_once(model: Model) -> Found:
        if model.network not in known:
            known[model.network] = find(model)
        return known[model.network]

    return find_once
