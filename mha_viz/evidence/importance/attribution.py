"""What each head itself adds to a difference of logits: direct logit attribution, exact where logits are a sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from mha_viz.attention.calls import call_contributions
from mha_viz.comparison.asks import Ask
from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.evidence.importance.single_heads import Question, heads_of, question_of
from mha_viz.objects import Model
from mha_viz.recording.interventions.residual import Frozen, Residual, residual
from mha_viz.recording.lying import numbers_of

CLOSE = 1e-3  # of a number of the prediction
BETWEEN = {"norm": "a norm comes between", "scale": "a scale comes between"}


@dataclass(frozen=True)
class Attribution:
    """What heads add, (n_heads,), and all the rest (embeddings, other parts, biases); together they are ``total``."""

    heads: Tensor
    rest: float
    total: float


def logit_attribution(
    model: Model, text: Any, ask: Ask, *, kind: str | None = None, target: str | None = None
) -> pd.DataFrame:
    """What each head itself adds to a difference of logits (direct logit attribution).

    A logit is read from a sum to which every head adds its contribution. The norm in between is taken as it was in this
    run: its scale stays, whatever is added, and so the parts are exact. What other heads make of a head is not in here:
    that is in the total effect of ``importance``.

    Parameters
    ----------
    model : Model
    text : str, list of messages, sound, or mapping of tensors
        One, as ``capture`` takes it.
    ask : LogitDifference
    kind : {"encoder", "decoder", "cross"}, optional
        May be left out where the model has only one.
    target : str, optional
        What the decoder of an encoder-decoder reads.

    Returns
    -------
    DataFrame, one row a head, with the columns ``kind, layer, head, attribution, rest, total, ask``
        In logits; above 0 a head speaks for the first word. All of them and ``rest`` (embeddings, the parts between the
        attentions, biases) sum to ``total``, the difference that the model gives.

    Raises
    ------
    InputError
        If heads or words are not there, or something else is asked.
    UnreadableModelError
        If what heads add goes through a norm or a scale before it is added, or logits are no such sum.

    References
    ----------
    .. [1] Elhage et al. (2021), "A Mathematical Framework for Transformer Circuits"; Wang et al. (2022),
       arXiv:2211.00593, for the difference of two logits.
    """
    question = question_of(model, text, ask, kind=kind, target=target)
    found = attribution(question)
    table = pd.DataFrame(heads_of(question), columns=["layer", "head"])
    table.insert(0, "kind", question.kind)
    table = table.assign(attribution=found.heads.tolist(), rest=found.rest, total=found.total)
    removed = {(call.layer, head) for call in question.read.calls_of(question.kind) for head in call.removed}
    is_there = [head not in removed for head in heads_of(question)]
    return table[is_there].reset_index(drop=True).assign(ask=question.measure.name)


def attribution(question: Question) -> Attribution:
    """``logit_attribution`` of one question, for all its heads in their order."""
    model, measure = question.model, question.measure
    if measure.vectors or measure.positions is None:
        raise InputError(f"{measure.name} is read from no logits: ask LogitDifference.")
    found = residual(model, question.batch, question.read, measure.positions)
    direction, total = _direction(question, found.logits)
    norm, head = _readable(question, found), model.network.get_output_embeddings()
    with torch.inference_mode():
        added = [_at(question, number, measure.positions) for number in question.calls]  # (head, position, d_model)
        bias = None if getattr(head, "bias", None) is None else numbers_of(head, "bias").to(direction.device)
        read = direction @ numbers_of(head).to(direction.device).float()  # (position, d_model)
        heads = torch.cat([(norm(part) * read).sum(dim=(1, 2)) for part in added]).double().cpu()
        others = found.stream.float() - torch.stack([part.sum(dim=0) for part in added]).sum(dim=0)
        rest = (norm(others, with_bias=True) * read).sum().item()
        rest += 0.0 if bias is None else (direction @ bias.float()).sum().item()
    if not abs(heads.sum().item() + rest - total) <= CLOSE * max(1.0, abs(total)):
        raise UnreadableModelError(f"{model.name}: {measure.name} is not the sum of what its parts add.")
    return Attribution(heads, rest, total)


def _at(question: Question, number: int, positions: list[int]) -> Tensor:
    """What each head of a call adds to the stream at some positions, (head, position, d_model)."""
    return call_contributions(question.read.calls[number])[:, positions].to(question.model.network.device)


def _readable(question: Question, found: Residual) -> Frozen:
    """The norm between the stream and the prediction.

    Raises
    ------
    UnreadableModelError
        If there is another thing, or heads do not add to the stream straight.
    """
    name = f"{question.model.name} ({type(question.model.network).__name__})"
    for number in question.calls:
        if number not in found.straight:
            call = question.read.calls[number]
            how = BETWEEN.get(call.followed_by or "", "other steps come between")
            raise UnreadableModelError(
                f"{name}: what the heads of layer {call.layer} ({call.kind}) add does not go straight into the sum "
                f"that its prediction is read from: {how}. Ask importance for their direct effects instead."
            )
    if found.norm is None:
        raise UnreadableModelError(
            f"{name}: between its last block and its logits stands more than one norm and the output embedding, so a "
            "logit is no sum of what heads add. Ask importance for their direct effects instead."
        )
    return found.norm


def _direction(question: Question, logits: Tensor) -> tuple[Tensor, float]:
    """How much of each logit is in the number that is asked for, (position, vocabulary), and that number.

    Raises
    ------
    InputError
        If it is no sum of logits.
    """
    variable = logits.float().clone().requires_grad_()
    with torch.enable_grad():
        number = question.measure.score(variable[None]).sum()
    direction = torch.autograd.grad(number, variable)[0] if number.requires_grad else torch.zeros_like(variable)
    total = number.item()
    if (
        not abs((direction * variable.detach()).sum().item() - total) <= CLOSE * max(1.0, abs(total))
        or not direction.any()
    ):
        raise InputError(f"{question.measure.name} is no difference of logits: ask LogitDifference.")
    return direction, total
